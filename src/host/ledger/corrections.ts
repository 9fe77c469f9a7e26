import type { MarkedColumn, MarkedTable } from './row-marks.ts'

/** A column in which two tables of one source do not hold the same at the same place. */
export interface Correction {
  /** Its name in the table that is asked about. */
  readonly column: string
  /** In how many of the rows that both tables have it differs. */
  readonly rows: number
  /** How many rows both tables have. */
  readonly common: number
}

const rowsOf = (table: MarkedTable): number => table[0]?.marks.length ?? 0

export const countDifferences = (one: MarkedColumn, other: MarkedColumn, common: number): number => {
  let differing = 0
  for (let row = 0; row < common; row += 1) if (one.marks[row] !== other.marks[row]) differing += 1
  return differing
}

export const findCommonest = (marks: Iterable<number>): number | undefined => {
  const counts = new Map<number, number>()
  for (const mark of marks) counts.set(mark, (counts.get(mark) ?? 0) + 1)
  let commonest: number | undefined
  for (const [mark, count] of counts) if (count > (counts.get(commonest ?? Number.NaN) ?? 0)) commonest = mark
  return commonest
}

/** Columns of two names are one where they agree in most rows, those aside in which both hold what is commonest: most bonuses are 0. */
export const isOneColumn = (one: MarkedColumn, other: MarkedColumn, common: number): boolean => {
  const [ours, theirs] = [one, other].map(({ marks }) => findCommonest(marks.subarray(0, common)))
  let [equal, telling] = [0, 0]
  for (let row = 0; row < common; row += 1) {
    const [left, right] = [one.marks[row], other.marks[row]]
    if (left === ours && right === theirs) continue
    telling += 1
    if (left === right) equal += 1
  }
  return 2 * equal > telling
}

/** A column without a partner by name may be a renamed one; of very many, not all pairs are tried. */
const mostRenamedPairs = 400

/**
 * Where two tables of one source were corrected: their columns by name, and those of other names that hold mostly the same. Only marks are
 * compared, so it can be told when the plain rows are gone.
 */
export const findCorrections = (known: MarkedTable, asked: MarkedTable): readonly Correction[] => {
  const common = Math.min(rowsOf(known), rowsOf(asked))
  const find = (column: MarkedColumn, partner: MarkedColumn): Correction[] => {
    const rows = countDifferences(partner, column, common)
    return rows === 0 ? [] : [{ column: column.name, rows, common }]
  }
  const named = asked.flatMap((column) => {
    const partner = known.find(({ name }) => name === column.name)
    return partner === undefined ? [] : find(column, partner)
  })
  const free = (table: MarkedTable, other: MarkedTable): MarkedColumn[] =>
    table.filter(({ name }) => other.every((column) => column.name !== name))
  const partners = free(known, asked)
  const renamed = free(asked, known).flatMap((column) => partners.map((partner) => ({ column, partner }))).slice(0, mostRenamedPairs)
  return [...named, ...renamed.flatMap(({ column, partner }) => (isOneColumn(column, partner, common) ? find(column, partner) : []))]
}
