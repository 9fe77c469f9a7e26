import { randomInt } from 'node:crypto'

/** A column's name with the values of its rows in order. */
export interface NamedValues {
  readonly name: string
  readonly values: Float64Array
}

/** A column that goes in step with another. */
export interface Follower {
  readonly name: string
  readonly of: string
}

/** Fewer turns than this share of what chance makes are no chance. */
const fewTurns = 0.1
/** Below as many expected turns, that a column has none says nothing. */
const leastTurns = 5
/** Columns of fewer different values are words or marks, of which each goes in step with many. */
const leastValues = 10
const triedRows = 200
/** What doubles lose where a straight line is computed. */
const straightTolerance = 1e-9

const countValues = (values: Float64Array): ReadonlyMap<number, number> => {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

/** How often a value is followed by a smaller one where rows stand by chance: (n − 1)(1 − Σp²)/2. */
const expectTurns = (values: Float64Array): number => {
  let alike = 0
  for (const count of countValues(values).values()) alike += (count / values.length) ** 2
  return (values.length - 1) * (1 - alike) / 2
}

const isSorted = (values: Float64Array): boolean => {
  const expected = expectTurns(values)
  if (expected < leastTurns) return false
  let [rises, falls] = [0, 0]
  for (let row = 1; row < values.length; row += 1) {
    const [before, value] = [values[row - 1] as number, values[row] as number]
    if (value > before) rises += 1
    if (value < before) falls += 1
  }
  return Math.min(rises, falls) < fewTurns * expected
}

/**
 * The columns that a table is sorted by, whole or piece by piece: its neighbours are then alike, so that the average of ten tells each of
 * them nearly, and where they are whole numbers often exactly.
 */
export const findSortedColumns = (columns: readonly NamedValues[]): readonly string[] =>
  columns.filter(({ values }) => isSorted(values)).map(({ name }) => name)

/** Whether `second` only rises, or only falls, with `first`, and has one value for each of its values. */
const isInStep = (first: Float64Array, second: Float64Array): boolean => {
  const order = Uint32Array.from(first.keys()).sort((left, right) => (first[left] as number) - (first[right] as number))
  let direction = 0
  for (let at = 1; at < order.length; at += 1) {
    const [before, row] = [order[at - 1] as number, order[at] as number]
    const step = Math.sign((second[row] as number) - (second[before] as number))
    if ((first[row] === first[before]) !== (step === 0)) return false
    if (step === 0) continue
    if (direction === 0) direction = step
    if (step !== direction) return false
  }
  return direction !== 0
}

/** Whether `second` is a·`first` + b: its sums then tell nothing that those of `first` do not. */
const isStraight = (first: Float64Array, second: Float64Array): boolean => {
  const [x, y] = [first[0] ?? 0, second[0] ?? 0]
  let far = 0
  first.forEach((value, row) => { if (Math.abs(value - x) > Math.abs((first[far] ?? 0) - x)) far = row })
  const slope = ((second[far] ?? 0) - y) / ((first[far] ?? 0) - x)
  const reach = Math.abs((second[far] ?? 0) - y) * straightTolerance
  return first.every((value, row) => Math.abs(y + slope * (value - x) - (second[row] ?? 0)) <= reach)
}

/**
 * Columns that are another one's logarithm, square or the like: sums of both over ten rows tell far more of the ten values than either,
 * often which values they are.
 */
export const findFollowers = (columns: readonly NamedValues[]): readonly Follower[] => {
  const varied = columns.filter(({ values }) => countValues(values).size > leastValues)
  const found: Follower[] = []
  for (const [index, { name, values }] of varied.entries()) {
    const of = varied.slice(0, index).find((earlier) =>
      isInStep(earlier.values.subarray(0, triedRows), values.subarray(0, triedRows))
      && isInStep(earlier.values, values) && !isStraight(earlier.values, values))
    if (of !== undefined) found.push({ name, of: of.name })
  }
  return found
}

/** One order of `rows` rows out of all, each as likely as any other (Fisher and Yates, by the system's randomness). */
export const drawOrder = (rows: number): Uint32Array => {
  const order = Uint32Array.from({ length: rows }, (_, at) => at)
  for (let at = rows - 1; at > 0; at -= 1) {
    const other = randomInt(at + 1)
    const kept = order[at] as number
    order[at] = order[other] as number
    order[other] = kept
  }
  return order
}
