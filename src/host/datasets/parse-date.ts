/** Which of two numbers below 13 is the day, in dates such as 03/04/2024. */
export type DateOrder = 'dmy' | 'mdy'
export type DateStyle = 'iso' | DateOrder

const time = String.raw`(?:[T ](?<hour>\d{2}):(?<minute>\d{2})(?::(?<second>\d{2}(?:\.\d{1,9})?))?\s?(?<zone>Z|[+-]\d{2}(?::?\d{2})?)?)?`
const isoDate = new RegExp(String.raw`^(?<year>\d{4})([-/])(?<month>\d{2})\2(?<day>\d{2})${time}$`, 'i')
const localDate = new RegExp(String.raw`^(?<first>\d{1,2})(?<mark>[./-])(?<next>\d{1,2})\k<mark>(?<year>\d{2}|\d{4})${time}$`, 'i')

const millisecondsPerDay = 86_400_000
/** Of a day: 0.0864 s, the finest step in which the time of a day is kept. */
const decimals = 6

/** Whether a cell is written as a date, right or wrong. */
export const looksLikeDate = (cell: string): boolean => isoDate.test(cell) || localDate.test(cell)

/**
 * How the dates of a column are written: with dots the day comes first; with slashes or hyphens a number above 12 tells. null where
 * no date does.
 */
export const findDateStyle = (cells: Iterable<string>): DateStyle | null => {
  let local = false
  let monthFirst = false
  for (const cell of cells) {
    const groups = localDate.exec(cell)?.groups
    if (groups === undefined) continue
    if (groups['mark'] === '.' || Number(groups['first']) > 12) return 'dmy'
    local = true
    monthFirst ||= Number(groups['next']) > 12
  }
  return !local ? 'iso' : monthFirst ? 'mdy' : null
}

const minutesOf = (zone: string | undefined): number => {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', ''))
  return zone.startsWith('-') ? -minutes : minutes
}

type Groups = Readonly<Record<string, string | undefined>>

const toDays = (year: number, month: number, day: number, { hour, minute, second, zone }: Groups): number | null => {
  const midnight = new Date(0)
  midnight.setUTCFullYear(year, month - 1, day)
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day) return null
  const whole = midnight.getTime() / millisecondsPerDay
  if (hour === undefined) return whole
  const [hours, minutes, seconds] = [Number(hour), Number(minute), Number(second ?? '0')]
  if (hours > 23 || minutes > 59 || seconds >= 60) return null
  const fraction = ((hours * 60 + minutes - minutesOf(zone)) * 60 + seconds) / 86_400
  return Number((whole + fraction).toFixed(decimals))
}

/**
 * Days since 1970-01-01 (proleptic Gregorian), times as fractions of a day rounded to six decimals; a time without a zone is UTC.
 * null for what is no date in `style`: no such day, a year of two digits, another order.
 */
export const findDate = (cell: string, style: DateStyle): number | null => {
  const iso = isoDate.exec(cell)?.groups
  if (iso !== undefined) return toDays(Number(iso['year']), Number(iso['month']), Number(iso['day']), iso)
  const local = localDate.exec(cell)?.groups
  if (local === undefined || style === 'iso' || local['year']?.length !== 4) return null
  const [first, second] = [Number(local['first']), Number(local['next'])]
  const [day, month] = style === 'dmy' || local['mark'] === '.' ? [first, second] : [second, first]
  return toDays(Number(local['year']), month, day, local)
}
