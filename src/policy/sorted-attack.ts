import { columnRange, type DatasetDescription } from '../compute/columns.ts'
import type { ReadCell } from '../compute/integers.ts'
import { findTableColumns } from '../compute/products.ts'
import type { DisclosedPolicy } from '../shared/schemas/details.ts'
import { programOf, sumOfRows } from './attack-programs.ts'
import type { Attack } from './attacks.ts'

/** Rows `start` … `end` − 1 of a column that only rises, and what they sum up to. */
export interface SortedGroup {
  readonly start: number
  readonly end: number
  readonly sum: bigint
}

const rounds = 20

const divideDown = (dividend: bigint, divisor: bigint): bigint =>
  (dividend >= 0n ? dividend / divisor : -((-dividend + divisor - 1n) / divisor))
const least = (one: bigint, other: bigint): bigint => (one < other ? one : other)
const most = (one: bigint, other: bigint): bigint => (one > other ? one : other)

/**
 * The rows whose value follows from the sums of neighbouring groups and that values only rise, each with it. Between the last value of the
 * group before and the first of the one behind, the j-th of k values that sum up to S is at least (S − (k − 1 − j)·H)/(j + 1), where all
 * behind it are as large as can be, and at most (S − j·L)/(k − j), where all before it are as small.
 */
export const solveSorted = (groups: readonly SortedGroup[], lower: bigint, upper: bigint): ReadonlyMap<number, bigint> => {
  const ranges = new Map<number, readonly [low: bigint, high: bigint]>()
  const rangeOf = (row: number): readonly [bigint, bigint] => ranges.get(row) ?? [lower, upper]
  for (let round = 0; round < rounds; round += 1) {
    for (const { start, end, sum } of groups) {
      const size = end - start
      const [low, high] = [rangeOf(start - 1)[0], rangeOf(end)[1]]
      for (let at = 0; at < size; at += 1) {
        const [known, limit] = rangeOf(start + at)
        const [behind, before] = [BigInt(size - 1 - at), BigInt(at)]
        const atLeast = -divideDown(behind * high - sum, before + 1n)
        const atMost = divideDown(sum - before * low, behind + 1n)
        ranges.set(start + at, [most(known, most(low, atLeast)), least(limit, least(high, atMost))])
      }
    }
  }
  return new Map([...ranges].flatMap(([row, [low, high]]) => (low === high ? [[row, low] as const] : [])))
}

const isRising = (values: readonly bigint[]): boolean => values.every((value, at) => at === 0 || value >= (values[at - 1] ?? value))

/**
 * Sums of the smallest groups of neighbours that the listing allows, of a column that the rows are sorted by: its values lie close
 * together, and those of whole numbers often at one place only. Chosen with the table in view; that group means only rise shows the
 * order to anybody. Null where the rows are sorted by no column, and where single rows are sold anyway.
 */
export const createSortedAttack = (
  dataset: DatasetDescription, { minRows, maxAnswerCells }: DisclosedPolicy, readCell: ReadCell,
): Attack | null => {
  const { rows, columns } = dataset
  const count = Math.min(Math.floor(rows / minRows), maxAnswerCells)
  if (minRows < 2 || count < 2) return null
  for (const column of findTableColumns(columns)) {
    const described = columns[column]
    const values = Array.from({ length: rows }, (_, row) => readCell(column * rows + row))
    const falls = isRising(values.toReversed())
    if (described === undefined || (!isRising(values) && !falls) || values[0] === values[rows - 1]) continue
    const { lower, upper } = columnRange(described)
    const starts = Array.from({ length: count }, (_, group) => group * minRows)
    return {
      name: 'sorted-neighbours',
      words: 'asks for sums of neighbours in a column that the rows are sorted by',
      queries: [programOf(dataset, starts.map((start) => sumOfRows(dataset, column, start, minRows)))],
      extract: ([answer = []]) => {
        // A column that falls, with its sign turned, rises.
        const sign = falls ? -1n : 1n
        const groups = starts.map((start, group) => ({ start, end: start + minRows, sum: sign * (answer[group] ?? 0n) }))
        const solved = solveSorted(groups, falls ? -upper : lower, falls ? -lower : upper)
        return [...solved].map(([row, value]) => ({ cell: column * rows + row, value: sign * value }))
      },
    }
  }
  return null
}
