import type { DatasetDescription } from '../compute/columns.ts'
import type { ReadCell } from '../compute/integers.ts'
import type { DisclosedPolicy } from '../shared/schemas/details.ts'
import { findLoneRow, programOf, sumOfRows, type LoneRow } from './attack-programs.ts'
import type { Attack } from './attacks.ts'

/** Columns that differ in more of the rows than this are two columns, not one and its correction. */
const mostDiffering = 0.25

/** Of very many columns not all pairs are tried. */
const mostPairs = 400

/** Of the rows in which two columns differ, one that stands alone: among all, or in a group as small as the listing allows. */
export const findLoneDifference = (differing: readonly boolean[], minRows: number): LoneRow | null => {
  const count = differing.filter((differs) => differs).length
  if (count === 0 || count > Math.max(1, mostDiffering * differing.length)) return null
  return findLoneRow(differing, count === 1 ? differing.length : minRows)
}

/**
 * Two columns of one table, second moments included, that are equal in most rows, as pay and pay before the raise: the difference of their
 * sums over a group is that of the one row in it where they differ. No class of the class rule is small. Chosen with the table in view,
 * the most that luck could bring; null where no such columns stand side by side.
 */
export const createNearEqualColumnsAttack = (
  dataset: DatasetDescription, { minRows }: DisclosedPolicy, readCell: ReadCell,
): Attack | null => {
  const { rows, columns } = dataset
  const values = columns.map((_, column) => Array.from({ length: rows }, (__, row) => readCell(column * rows + row)))
  const scales = columns.map(({ scale }) => JSON.stringify(scale))
  const pairs = columns.flatMap((_, left) => columns.flatMap((__, right) =>
    (left < right && scales[left] === scales[right] ? [{ left, right }] : [])))
  const found = pairs.slice(0, mostPairs).flatMap(({ left, right }) => {
    const lone = findLoneDifference(values[left]?.map((value, row) => value !== values[right]?.[row]) ?? [], minRows)
    return lone === null ? [] : [{ left, right, ...lone }]
  })
  // A table with second moments is answered of all rows only: one row among all is what can be had of it.
  const best = found.find(({ count }) => count === rows) ?? found[0]
  if (best === undefined) return null
  const { left, right, start, count, row } = best
  return {
    name: 'near-equal-columns',
    words: `takes the sum of ${columns[left]?.name ?? ''} less that of ${columns[right]?.name ?? ''}, which are equal in all but one row of a group`,
    queries: [programOf(dataset, [sumOfRows(dataset, left, start, count), sumOfRows(dataset, right, start, count)])],
    extract: ([answer = []]) => {
      const [one, other] = answer
      return one === undefined || other === undefined ? [] : [{ cell: left * rows + row, value: one - other, less: right * rows + row }]
    },
  }
}
