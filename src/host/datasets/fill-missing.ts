import { chooseColumnScale } from '../../crypto/encoding.ts'

export type MissingRule = 'fail' | 'drop' | 'mean' | 'median'

const extraDecimals = 2
/** The most `toFixed` can write. */
const maximumDecimals = 100

const meanOf = (values: Float64Array): number => {
  // Pairwise halves keep the rounding error of long columns small.
  const sum = (from: number, to: number): number => {
    if (to - from > 128) return sum(from, (from + to) >> 1) + sum((from + to) >> 1, to)
    let total = 0
    for (let at = from; at < to; at += 1) total += values[at] ?? 0
    return total
  }
  return sum(0, values.length) / values.length
}

const medianOf = (values: Float64Array): number => {
  const sorted = values.toSorted()
  const half = sorted.length >> 1
  const upper = sorted[half] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? 0) + upper) / 2
}

/**
 * The mean or median of a column's present values (at least one), rounded to the column's own decimals and two more: a fill
 * such as 9.024063670411985 would otherwise give the whole column a scale of fifteen decimals.
 */
export const computeFill = (present: Float64Array, rule: 'mean' | 'median'): number => {
  const value = rule === 'mean' ? meanOf(present) : medianOf(present)
  const decimals = chooseColumnScale(present).denominator.toString().length - 1
  return Number(value.toFixed(Math.min(decimals + extraDecimals, maximumDecimals))) + 0
}

/** The value that occurs most often, the first of equals. */
export const findMostCounted = <T>(counts: ReadonlyMap<T, number>): T | null => {
  let best: T | null = null
  for (const [value, count] of counts) if (best === null || count > (counts.get(best) ?? 0)) best = value
  return best
}

/** The same of values: what a word or a yes-or-no is filled with, since they have no mean. */
export const findMostFrequent = <T>(values: Iterable<T>): T | null => {
  const counts = new Map<T, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return findMostCounted(counts)
}
