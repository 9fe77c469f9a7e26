import { findNarrowCombination, type NarrowFinding } from '../datasets/narrow-combination.ts'
import type { Residues } from '../datasets/residue-algebra.ts'
import { countDifferences, findCommonestMark, isOneColumn } from './corrections.ts'
import { judgeEmptied, type Difference } from './emptied-rows.ts'
import { isMostlyRecoded } from './recodings.ts'
import type { MarkedColumn } from './row-marks.ts'

/** A column of a table, in one part of its rows, with what can be known of them. */
export interface JudgedColumn extends MarkedColumn {
  /** Residues of its rows in this part; null where its plain rows are gone. */
  readonly read: () => Residues | null
}

/** Tables of one source, as far as one part of the rows goes that all of them have. */
export interface JointTables<Column extends MarkedColumn> {
  /** Tables that are sold. */
  readonly known: readonly (readonly Column[])[]
  readonly asked: readonly Column[]
  readonly rows: number
  /** Fewest rows that may be told apart. */
  readonly limit: number
  /** Whether what the known ones tell together is told already, so that only what the asked one adds is judged. */
  readonly isTold: boolean
}

/** The columns by which tables that are sold together are judged, each that several have once. */
export interface TellingColumns<Column extends MarkedColumn> {
  readonly columns: readonly Column[]
  /** Of each table, the places of its columns. */
  readonly tables: readonly (readonly number[])[]
  /** Those of the asked table that no known one has, and those of the known ones that it has not. */
  readonly ours: readonly number[]
  readonly theirs: readonly number[]
}

/**
 * Why tables may not be sold together. `recoded`: a column is another in other units in most rows and not in all; `together`: sums over
 * all rows of the columns named can be combined to one of fewer rows than the limit; `unreadable`: neither can be told without plain rows;
 * `large`, `unknown`: it would take too much memory, or too long, to tell.
 */
export interface JointFault {
  readonly reason: 'recoded' | 'together' | 'unreadable' | 'large' | 'unknown'
  readonly columns: readonly string[]
}

/** Multiplications: a listing is judged once for every part, and what takes longer is refused. */
const mostWork = 1_000_000_000
/** Cells of all different columns, for the memory: what has more is refused. */
const mostCells = 64_000_000

const isSame = (one: MarkedColumn, other: MarkedColumn, rows: number): boolean => {
  for (let row = 0; row < rows; row += 1) if (one.marks[row] !== other.marks[row]) return false
  return true
}

/** The asked table's columns first, then those of the newest: the oldest's rows are the likeliest to be gone. */
const gather = <Column extends MarkedColumn>({ known, asked, rows }: JointTables<Column>): TellingColumns<Column> => {
  const columns: Column[] = []
  const placeOf = (column: Column): number => {
    const place = columns.findIndex((other) => isSame(column, other, rows))
    return place === -1 ? columns.push(column) - 1 : place
  }
  const tables = [asked, ...known.toReversed()].map((table) => table.map(placeOf))
  const [mine = [], ...others] = tables
  return {
    columns, tables,
    ours: mine.filter((place) => !others.flat().includes(place)),
    theirs: columns.map((_, place) => place).filter((place) => !mine.includes(place)),
  }
}

/** Sets of columns whose sums together are nothing new: those of one table, and where they are told already, those of all known ones. */
const listOwn = ({ tables }: TellingColumns<MarkedColumn>, isTold: boolean): (readonly number[])[] =>
  [...tables, ...(isTold ? [tables.slice(1).flat()] : [])]

const listDifferences = <Column extends MarkedColumn>({ known, asked, rows }: JointTables<Column>): Difference<Column>[] => {
  const isIn = (table: readonly Column[], column: Column): boolean => table.some((other) => isSame(column, other, rows))
  return known.map((table) => ({
    gone: table.filter((column) => !isIn(asked, column)), changed: asked.filter((column) => !isIn(table, column)),
  })).filter(({ gone }) => gone.length > 0)
}

/** Where several tables are sold, columns left out of the asked one could have been corrected between them. */
const judgeWithdrawn = <Column extends MarkedColumn>(tables: JointTables<Column>): ReturnType<typeof judgeEmptied> => {
  const differences = listDifferences(tables)
  const isPlain = differences.length < 2
    || differences.every(({ gone, changed }) => gone.every(({ name }) => changed.some((column) => column.name === name)))
  return isPlain ? judgeEmptied(differences, tables.rows, tables.limit) : 'other'
}

/** By marks alone: null where nothing is told, since one table has all columns or rows were emptied only; `few` where those are too few. */
export const findTellingColumns = <Column extends MarkedColumn>(
  joint: JointTables<Column>,
): TellingColumns<Column> | 'few' | 'large' | null => {
  const telling = gather(joint)
  if (listOwn(telling, joint.isTold).some((own) => telling.columns.every((_, place) => own.includes(place)))) return null
  const withdrawn = judgeWithdrawn(joint)
  if (withdrawn !== 'other') return withdrawn === 'few' ? 'few' : null
  return joint.rows * (1 + telling.columns.length) > mostCells ? 'large' : telling
}

/** Without plain rows: of one column of which most rows are as they were, its changes are all that could be told. */
const isToldByMarks = (theirs: readonly MarkedColumn[], ours: readonly MarkedColumn[], rows: number): boolean => {
  const [[before], [after]] = [theirs, ours]
  return theirs.length === 1 && ours.length === 1 && before !== undefined && after !== undefined && isOneColumn(before, after, rows)
}

interface ReadColumns {
  readonly columns: readonly MarkedColumn[]
  readonly residues: readonly Residues[]
  readonly rows: number
}

/** Of two columns, by their places, whether the one is the other in other units, in most rows but not in all. */
const isRecoded = ({ columns, residues, rows }: ReadColumns, before: number, after: number): boolean => {
  const [[x, old], [y, column]] = [before, after].map((place) => [residues[place], columns[place]] as [Residues, MarkedColumn]) as
    [[Residues, MarkedColumn], [Residues, MarkedColumn]]
  // Where rows hold the same by their marks, the one is a correction of the other, and judged as such.
  if ((old.name === column.name && countDifferences(old, column, rows) < rows) || isOneColumn(old, column, rows)) return false
  const commonest = (values: Residues, one: MarkedColumn): number => values[one.marks.indexOf(findCommonestMark(one, rows) ?? 0)] ?? 0
  return isMostlyRecoded({ x, y, commonest: [commonest(x, old), commonest(y, column)] })
}

/** A combination of columns, and how often 1, which everybody knows, is in it. */
export interface TogetherFinding extends NarrowFinding {
  readonly constant: number
}

/** A combination of columns of several tables that is of few rows, by the places of the columns. */
export const findTogether = (
  residues: readonly Residues[], own: readonly (readonly number[])[], fewest: number,
): TogetherFinding | 'unknown' | null => {
  const ones = new Int32Array(residues[0]?.length ?? 0).fill(1)
  const found = findNarrowCombination({
    columns: [ones, ...residues], own: own.map((set) => [0, ...set.map((place) => place + 1)]), fewest, mostWork,
  })
  if (found === null || found === 'unknown') return found
  const [, constant = 0] = found.combination.find(([place]) => place === 0) ?? []
  return { rows: found.rows, constant,
    combination: found.combination.filter(([place]) => place > 0).map(([place, factor]) => [place - 1, factor]) }
}

/** What the sums of a table and of those that are sold of its source tell together, in one part of the rows. */
export const findJointFault = (joint: JointTables<JudgedColumn>): JointFault | null => {
  const { rows, limit } = joint
  const telling = findTellingColumns(joint)
  if (telling === null) return null
  const namesOf = (places: readonly number[], { columns } = telling === 'few' || telling === 'large' ? gather(joint) : telling): string[] =>
    places.map((place) => columns[place]?.name ?? '')
  if (telling === 'few') return { reason: 'together', columns: namesOf(gather(joint).ours) }
  if (telling === 'large') return { reason: 'large', columns: namesOf(gather(joint).ours) }
  const { columns, ours, theirs } = telling
  const pick = (places: readonly number[]): JudgedColumn[] => places.map((place) => columns[place] as JudgedColumn)
  const residues = columns.flatMap((column) => column.read() ?? [])
  if (residues.length < columns.length) {
    return isToldByMarks(pick(theirs), pick(ours), rows) ? null : { reason: 'unreadable', columns: namesOf(ours) }
  }
  for (const after of ours) {
    const before = theirs.find((place) => isRecoded({ columns, residues, rows }, place, after))
    if (before !== undefined) return { reason: 'recoded', columns: namesOf([before, after]) }
  }
  const found = findTogether(residues, listOwn(telling, joint.isTold), limit)
  if (found === null) return null
  if (found === 'unknown') return { reason: 'unknown', columns: namesOf(ours) }
  const told = found.combination.map(([place]) => place).filter((place) => ours.includes(place))
  return { reason: 'together', columns: namesOf(told.length === 0 ? ours : told) }
}
