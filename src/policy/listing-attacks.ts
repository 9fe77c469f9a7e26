import type { DatasetDescription } from '../compute/columns.ts'
import type { ReadCell } from '../compute/integers.ts'
import { findTableColumns } from '../compute/products.ts'
import type { Program } from '../shared/schemas/program.ts'
import { programOf, sumOfRows, type LoneRow } from './attack-programs.ts'
import type { Attack, Extracted } from './attacks.ts'
import { findLoneDifference } from './near-equal-columns.ts'

/** A listing as an attacker of its source sees it. */
export interface ListedTable {
  readonly id: string
  readonly dataset: DatasetDescription
  readonly readCell: ReadCell
  readonly minRows: number
}

interface Shared {
  readonly own: number
  readonly other: number
  /** Rows that both tables have. */
  readonly common: number
  /** In which of those the two hold different values. */
  readonly differing: readonly boolean[]
}

/** Columns of both tables that mean the same: by name, in the same units. */
const findShared = (own: ListedTable, other: ListedTable): Shared[] => {
  const common = Math.min(own.dataset.rows, other.dataset.rows)
  const theirs = findTableColumns(other.dataset.columns)
  const meaningOf = ({ dataset: { columns } }: ListedTable, at: number): string => JSON.stringify([columns[at]?.name, columns[at]?.scale])
  return findTableColumns(own.dataset.columns).flatMap((column) => {
    const partner = theirs.find((at) => meaningOf(other, at) === meaningOf(own, column))
    if (partner === undefined) return []
    const differing = Array.from({ length: common }, (_, row) =>
      own.readCell(column * own.dataset.rows + row) !== other.readCell(partner * other.dataset.rows + row))
    return [{ own: column, other: partner, common, differing }]
  })
}

type Rows = readonly [start: number, count: number]

/** A sum of the one listing and a sum of the other, of these rows of a column that both have. */
const askBoth = (own: ListedTable, other: ListedTable) => (columns: Shared, here: Rows, there: Rows): Program[] => [
  programOf(own.dataset, [sumOfRows(own.dataset, columns.own, ...here)]),
  programOf(other.dataset, [sumOfRows(other.dataset, columns.other, ...there)]),
]

/** What is left of the first listing's answer when the second's is taken off. */
const tellDifference = (answers: readonly (readonly bigint[])[], of: Omit<Extracted, 'value'>): Extracted[] => {
  const [one, two] = answers.map(([value]) => value)
  return one === undefined || two === undefined ? [] : [{ ...of, value: one - two }]
}

/** The same sum of both listings: over a group in which one row was corrected, or over all rows where one was added. */
const compareVersions = (own: ListedTable, other: ListedTable, shared: readonly Shared[]): Attack[] => {
  const ask = askBoth(own, other)
  const minRows = Math.max(own.minRows, other.minRows)
  const corrected = shared.map((columns) => ({ columns, found: findLoneDifference(columns.differing, minRows) }))
    .find((one): one is { columns: Shared; found: LoneRow } => one.found !== null)
  if (corrected !== undefined) {
    const { columns, found: { start, count, row } } = corrected
    const name = own.dataset.columns[columns.own]?.name ?? ''
    return [{
      name: 'corrected-row',
      words: `takes the sum of ${name} here less that in listing ${other.id}, of a group in which one row was corrected`,
      queries: ask(columns, [start, count], [start, count]),
      asked: ['own', 'other'],
      extract: (answers) => tellDifference(answers, {
        cell: columns.own * own.dataset.rows + row, less: columns.other * other.dataset.rows + row,
      }),
    }]
  }
  // Rows that only this listing's table has; the other way round it is that listing's rehearsal.
  const [columns] = shared
  const added = own.dataset.rows - other.dataset.rows
  if (columns === undefined || added < 1) return []
  return [{
    name: 'added-rows',
    words: `takes the sum of all rows here less that in listing ${other.id}, whose table is ${added} rows shorter`,
    queries: ask(columns, [0, own.dataset.rows], [0, other.dataset.rows]),
    asked: ['own', 'other'],
    // Of several rows it is their sum.
    extract: (answers) => (added > 1 ? [] : tellDifference(answers, { cell: columns.own * own.dataset.rows + own.dataset.rows - 1 })),
  }]
}

/**
 * What two listings of one source tell together: a sum of this one, and of the other the same sum without a row, with a row corrected, or
 * before a row was added. The other's cells are read by `readCell` of its own table.
 */
export const createListingAttacks = (own: ListedTable, other: ListedTable): readonly Attack[] => {
  const shared = findShared(own, other)
  const [columns] = shared
  if (columns === undefined || columns.common < 2) return []
  const { common } = columns
  return [
    {
      name: 'two-listings',
      words: `takes a sum of this listing, less the same without its last row of listing ${other.id}`,
      queries: askBoth(own, other)(columns, [0, common], [0, common - 1]),
      asked: ['own', 'other'],
      extract: (answers) => tellDifference(answers, { cell: columns.own * own.dataset.rows + common - 1 }),
    },
    ...compareVersions(own, other, shared),
  ]
}
