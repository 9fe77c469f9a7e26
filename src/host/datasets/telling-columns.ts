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

/** How often a value is followed by a smaller one where rows stand by chance: (n − 1)(1 − Σp²)/2. */
const expectTurns = (values: Float64Array): number => {
  const sorted = values.toSorted()
  let [alike, first] = [0, 0]
  for (let row = 1; row <= sorted.length; row += 1) {
    if (row < sorted.length && sorted[row] === sorted[first]) continue
    alike += ((row - first) / sorted.length) ** 2
    first = row
  }
  return (values.length - 1) * (1 - alike) / 2
}

const isSorted = (values: Float64Array): boolean => {
  let [rises, falls] = [0, 0]
  for (let row = 1; row < values.length; row += 1) {
    const [before, value] = [values[row - 1] as number, values[row] as number]
    if (value > before) rises += 1
    if (value < before) falls += 1
  }
  const turns = Math.min(rises, falls)
  // No chance makes more turns than one in two rows: most columns need no count of their values.
  if (turns >= fewTurns * (values.length - 1) / 2) return false
  const expected = expectTurns(values)
  return expected >= leastTurns && turns < fewTurns * expected
}

/**
 * The columns that a table is sorted by, whole or piece by piece: its neighbours are then alike, so that the average of ten tells each of
 * them nearly, and where they are whole numbers often exactly.
 */
export const findSortedColumns = (columns: readonly NamedValues[]): readonly string[] =>
  columns.filter(({ values }) => isSorted(values)).map(({ name }) => name)

const hasManyValues = (values: Float64Array): boolean => {
  const seen = new Set<number>()
  return values.some((value) => seen.add(value).size > leastValues)
}

/** Rows from all over the table: neighbours may be alike. */
const tryRows = (values: Float64Array): Float64Array => {
  const count = Math.min(triedRows, values.length)
  return Float64Array.from({ length: count }, (_, at) => values[Math.floor(at * values.length / count)] as number)
}

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
  const varied = columns.filter(({ values }) => hasManyValues(values)).map((column) => ({ ...column, tried: tryRows(column.values) }))
  const found: Follower[] = []
  for (const [index, { name, values, tried }] of varied.entries()) {
    const of = varied.slice(0, index).find((earlier) =>
      isInStep(earlier.tried, tried) && isInStep(earlier.values, values) && !isStraight(earlier.values, values))
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
