/** The unit of a column that was written as dates. */
export const dateUnit = 'days since 1970-01-01'

const dayMilliseconds = 86_400_000

/** A value of such a column as it was written, 2024-02-29, with its time of day in UTC where it has one. */
export const sayDate = (days: number): string => {
  const date = new Date(Math.round(days * 86_400) * 1000)
  if (Number.isNaN(date.getTime())) return String(days)
  const text = date.toISOString()
  return date.getTime() % dayMilliseconds === 0 ? text.replace(/T.*/, '') : text.replace('T', ' ').replace(/(:00)?\.000Z/, '')
}
