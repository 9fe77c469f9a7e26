import type { Part } from './parts.ts'
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

/** The value that more than half of the places hold, if there is one. */
const findMajority = (values: Float64Array): number | undefined => {
  let candidate: number | undefined
  let lead = 0
  for (const value of values) {
    if (lead === 0) candidate = value
    lead += value === candidate ? 1 : -1
  }
  let count = 0
  if (lead > 0) for (const value of values) if (value === candidate) count += 1
  return 2 * count > values.length ? candidate : undefined
}

/** Of those that are as common, the one that comes first. Sorted, for a count of each value takes a hundred bytes apiece. */
const findCommonest = (values: Float64Array): number | undefined => {
  const majority = findMajority(values)
  if (majority !== undefined) return majority
  const sorted = values.slice().sort()
  let most = 0
  let candidates = new Set<number>()
  for (let start = 0, end = 0; start < sorted.length; start = end) {
    while (end < sorted.length && sorted[end] === sorted[start]) end += 1
    if (end - start < most) continue
    if (end - start > most) candidates = new Set()
    most = end - start
    // Where every value is alone, the first is told without a set of all.
    if (most > 1) candidates.add(sorted[start] as number)
  }
  return most > 1 ? values.find((value) => candidates.has(value)) : values[0]
}

/** A column is compared with each of another table: what is commonest in its first rows is looked for once. */
const commonestMarks = new WeakMap<Float64Array, Map<number, number | undefined>>()
export const findCommonestMark = ({ marks }: MarkedColumn, rows: number): number | undefined => {
  const known = commonestMarks.get(marks) ?? new Map<number, number | undefined>()
  commonestMarks.set(marks, known)
  if (!known.has(rows)) known.set(rows, findCommonest(marks.subarray(0, rows)))
  return known.get(rows)
}

/** Columns of two names are one where they agree in most rows, those aside in which both hold what is commonest: most bonuses are 0. */
export const isOneColumn = (one: MarkedColumn, other: MarkedColumn, common: number): boolean => {
  const ours = findCommonestMark(one, common)
  const theirs = findCommonestMark(other, common)
  let lead = 0
  // Rows that are left may all agree: where even that would not do, nothing more is looked at.
  for (let row = 0; row < common && lead + common - row > 0; row += 1) {
    const left = one.marks[row]
    const right = other.marks[row]
    if (left === right) lead += left === ours && right === theirs ? 0 : 1
    else if (left !== ours || right !== theirs) lead -= 1
  }
  return lead > 0
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

/** A part of the rows in which few were corrected. */
export interface FewInPart extends Correction {
  readonly from: number
}

/**
 * Of the rows in each part that both tables reach, none was corrected or at least `limit`, or else the first part of which that is not
 * so.
 */
export const findFewInPart = (known: MarkedTable, asked: MarkedTable, parts: readonly Part[], limit: number): FewInPart | null => {
  const common = Math.min(rowsOf(known), rowsOf(asked))
  const cut = (table: MarkedTable, { from, to }: Part): MarkedTable =>
    table.map((column) => ({ ...column, marks: column.marks.subarray(from, to) }))
  for (const part of parts.filter(({ to }) => to <= common)) {
    const few = findCorrections(cut(known, part), cut(asked, part)).find(({ rows }) => rows < limit)
    if (few !== undefined) return { ...few, from: part.from }
  }
  return null
}
