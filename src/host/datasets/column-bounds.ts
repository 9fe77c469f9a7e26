import type { Column } from '../../shared/schemas/details.ts'

export interface Bounds {
  readonly lower: number
  readonly upper: number
}

const roundOutwards = (extreme: number, power: number, direction: -1 | 1): number => {
  const round = direction < 0 ? Math.floor : Math.ceil
  let units = round(extreme / 10 ** power)
  // Written as decimal text, so that 3 tenths are 0.3 and not three times the double next to 0.1.
  while (direction * Number(`${units}e${power}`) <= direction * extreme) units += direction
  return Number(`${units}e${power}`)
}

// A double holds 15 digits for certain: a finer step could vanish beside the extreme it is added to.
const digitsHeld = 15
const finestPower = -300

/**
 * Bounds to suggest for a column, public once listed: the extremes rounded outwards to the power of ten of their distance,
 * and always beyond them, so that no bound is anybody's value. The one exception is 0 below a column without negative
 * values: it stands for any least value below one step. Booleans and categories have the bounds of their type.
 */
export const suggestBounds = (type: Column['type'], values: Float64Array, categories: number): Bounds => {
  if (type === 'boolean') return { lower: 0, upper: 1 }
  if (type === 'category') return { lower: 0, upper: Math.max(0, categories - 1) }
  let smallest = Infinity
  let largest = -Infinity
  for (const value of values) {
    if (value < smallest) smallest = value
    if (value > largest) largest = value
  }
  const distance = largest - smallest || Math.abs(largest) || 1
  const magnitude = Math.max(Math.abs(smallest), Math.abs(largest), distance)
  const power = Math.max(Math.floor(Math.log10(distance)), Math.floor(Math.log10(magnitude)) - digitsHeld + 1, finestPower)
  const lower = smallest >= 0 && smallest < 10 ** power ? 0 : roundOutwards(smallest, power, -1)
  return { lower, upper: roundOutwards(largest, power, 1) }
}
