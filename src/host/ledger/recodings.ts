import { hasNarrowCombination, invert, reduce, residuePrime, type Residues } from '../datasets/narrow-combination.ts'
import { countDifferences, findCommonestMark, isOneColumn } from './corrections.ts'
import type { MarkedColumn } from './row-marks.ts'

/** A column of a sold or an asked table, with what can be known of its rows. */
export interface JudgedColumn extends MarkedColumn {
  /** Residues of its rows, the first `common`; null where its plain rows are gone. */
  readonly read: () => Residues | null
}

export interface MarkedTables<Column extends MarkedColumn> {
  /** Tables of one source that are sold. */
  readonly known: readonly (readonly Column[])[]
  readonly asked: readonly Column[]
  /** How many rows, from the first, all of them have. */
  readonly common: number
  /** Fewest rows that may be told apart. */
  readonly limit: number
}

/** The columns by which tables that are sold together are judged. */
export interface TellingColumns<Column extends MarkedColumn> {
  /** Those of the asked table that no sold one has. */
  readonly ours: readonly Column[]
  /** Those of the sold ones that the asked one has not, each once. */
  readonly theirs: readonly Column[]
  /** Those that did not change, where they are not too many to be looked at. */
  readonly shared: readonly Column[]
}

/**
 * Why tables may not be sold together. `recoded`: a column is another in other units in most rows and not in all; `together`: sums over
 * all rows of the columns named can be combined to one of fewer rows than the limit; `unreadable`: neither can be told without plain rows.
 */
export interface JointFault {
  readonly reason: 'recoded' | 'together' | 'unreadable'
  readonly columns: readonly string[]
}

/** Multiplications: a listing is judged once for every table that is sold, and what takes longer is refused. */
const mostWork = 300_000_000
/** Cells above which columns that did not change are left out of the judgement, for the memory. */
const mostCells = 20_000_000
const mostTries = 64
const mostSampled = 2000

const isSame = (one: MarkedColumn, other: MarkedColumn, common: number): boolean => {
  for (let row = 0; row < common; row += 1) if (one.marks[row] !== other.marks[row]) return false
  return true
}

const subtractColumns = (one: Residues, other: Residues): Residues => one.map((value, row) => {
  const difference = value - (other[row] as number)
  return difference < 0 ? difference + residuePrime : difference
})

/** y = slope · x + offset, of residues. */
interface Line {
  readonly slope: number
  readonly offset: number
}

const isOn = ({ slope, offset }: Line, x: number, y: number): boolean => reduce(slope * x + offset) === y

/** Two columns, and rows of them: those that tell something one by one, and how many others there are, which all hold the same. */
interface Pair {
  readonly x: Residues
  readonly y: Residues
  /** What is commonest in either. */
  readonly commonest: readonly [x: number, y: number]
}
interface SomeRows {
  readonly telling: Int32Array
  readonly others: number
}

/**
 * Whether a line holds most rows. Rows in which both columns hold what is commonest tell nothing where the line goes through that: most
 * bonuses are 0. Of two flags some line holds half of the rows always, so that a line of two values has to hold nearly all.
 */
const holdsMost = (line: Line, { x, y, commonest }: Pair, { telling, others }: SomeRows): boolean => {
  const throughOthers = others > 0 && isOn(line, ...commonest)
  const values = new Set<number>(throughOthers ? [commonest[0]] : [])
  let on = 0
  for (const row of telling) {
    if (!isOn(line, x[row] as number, y[row] as number)) continue
    on += 1
    if (values.size < 3) values.add(x[row] as number)
  }
  return on > (values.size < 3 ? 0.9 : 0.5) * (telling.length + (throughOthers ? 0 : others))
}

/** Whether one column is the other in other units, in most rows but not in all. */
const isMostlyRecoded = (pair: Pair): boolean => {
  const { x, y, commonest } = pair
  const rows = x.length
  const [commonX, commonY] = commonest
  const isTelling = (row: number): boolean => x[row] !== commonX || y[row] !== commonY
  const found = new Int32Array(rows)
  let count = 0
  for (let row = 0; row < rows; row += 1) {
    if (!isTelling(row)) continue
    found[count] = row
    count += 1
  }
  const telling = found.subarray(0, count)
  const all: SomeRows = { telling, others: rows - count }
  const step = Math.ceil(rows / mostSampled)
  const sample = (): SomeRows => {
    const places = Int32Array.from({ length: Math.ceil(rows / step) }, (_, place) => place * step)
    const sampled = places.filter(isTelling)
    return { telling: sampled, others: places.length - sampled.length }
  }
  const sampled = step === 1 || count < mostSampled ? all : sample()
  for (let attempt = 0; attempt < mostTries && count > 1; attempt += 1) {
    const first = telling[(attempt * 7919) % count] as number
    const second = telling[(attempt * 104_729 + (count >> 1)) % count] as number
    const [run, rise] = [(x[second] as number) - (x[first] as number), (y[second] as number) - (y[first] as number)]
      .map((difference) => (difference < 0 ? difference + residuePrime : difference)) as [number, number]
    if (run === 0 || rise === 0) continue
    const slope = reduce(rise * invert(run))
    const offset = (y[first] as number) - reduce(slope * (x[first] as number))
    const line = { slope, offset: offset < 0 ? offset + residuePrime : offset }
    if (!holdsMost(line, pair, sampled) || (sampled !== all && !holdsMost(line, pair, all))) continue
    return x.some((value, row) => !isOn(line, value, y[row] as number))
  }
  return false
}

/** What of a sold table the asked one has not, and what of the asked one it has not. */
interface Difference<Column extends MarkedColumn> {
  readonly gone: readonly Column[]
  readonly changed: readonly Column[]
}

/** The rows in which anything changed, where all of them were emptied in all columns that changed; else null. */
const findEmptied = ({ gone, changed }: Difference<MarkedColumn>, common: number): Uint8Array | null => {
  const befores = changed.map((column) => gone.find(({ name }) => name === column.name))
  if (!befores.every((before) => before !== undefined)) return null
  const emptied = new Uint8Array(common)
  let first = -1
  for (let row = 0; row < common; row += 1) {
    if (changed.every(({ marks }, at) => befores[at]?.marks[row] === marks[row])) continue
    if (first === -1) first = row
    if (changed.some(({ marks }) => marks[row] !== marks[first])) return null
    emptied[row] = 1
  }
  return emptied
}

/** Whether two tables held the same in rows that both held and the asked one has emptied: if not, one is the other's correction too. */
const holdTheSame = (
  [one, other]: readonly [Difference<MarkedColumn>, Difference<MarkedColumn>], emptied: readonly [Uint8Array, Uint8Array],
): boolean => one.changed.every(({ name }) => {
  if (!other.changed.some((column) => column.name === name)) return true
  const [ours, theirs] = [one, other].map(({ gone }) => gone.find((column) => column.name === name)?.marks)
  return emptied[0].every((isEmptied, row) => isEmptied === 0 || emptied[1][row] === 0 || ours?.[row] === theirs?.[row])
})

/** For each row the number of its group: rows of one group were emptied in the same tables. The first group was emptied in none. */
const groupRows = (emptied: readonly Uint8Array[], common: number): Int32Array => {
  const groups = new Int32Array(common)
  for (const rows of emptied) {
    const numbers = new Map([[0, 0]])
    groups.forEach((group, row) => {
      const split = 2 * group + (rows[row] as number)
      const number = numbers.get(split) ?? numbers.size
      numbers.set(split, number)
      groups[row] = number
    })
  }
  return groups
}

/** The fewest rows that all tables treat alike. Rows that are empty in all of them count for nothing. */
const countFewest = (differences: readonly Difference<MarkedColumn>[], emptied: readonly Uint8Array[], common: number): number => {
  const constants = new Map<MarkedColumn, number | undefined>()
  differences.forEach(({ changed }, at) => {
    const first = emptied[at]?.indexOf(1) ?? -1
    if (first !== -1) for (const column of changed) constants.set(column, column.marks[first])
  })
  const isEmpty = (row: number): boolean => [...constants].every(([{ marks }, constant]) => marks[row] === constant)
  const counts = new Map<number, number>()
  groupRows(emptied, common).forEach((group, row) => {
    if (group !== 0 || !isEmpty(row)) counts.set(group, (counts.get(group) ?? 0) + 1)
  })
  return Math.min(common, ...counts.values())
}

/**
 * Rows emptied in all columns that changed are a group of the sold table, about whose sums anybody may ask; of several tables they are
 * groups that have to be large enough together, as those of several questions. `other`: more was changed than that.
 */
const judgeEmptied = (differences: readonly Difference<MarkedColumn>[], common: number, limit: number): 'enough' | 'few' | 'other' => {
  const emptied = differences.flatMap((difference) => findEmptied(difference, common) ?? [])
  if (emptied.length < differences.length) return 'other'
  const agrees = differences.every((one, at) => differences.every((other, place) =>
    place <= at || holdTheSame([one, other], [emptied[at] as Uint8Array, emptied[place] as Uint8Array])))
  if (!agrees) return 'other'
  return countFewest(differences, emptied, common) < limit ? 'few' : 'enough'
}

/** Columns taken in one by one, as long as none of their sums with those before is of few rows in this table alone. */
const takeIn = (first: readonly Residues[], columns: readonly Residues[], limit: number): { kept: Residues[]; left: Residues[] } => {
  const [kept, left]: [Residues[], Residues[]] = [[], []]
  for (const column of columns) (hasNarrowCombination([...first, ...kept, column], limit, mostWork) ? left : kept).push(column)
  return { kept, left }
}

/**
 * Whether the sums of some columns of tables together are of few rows, though those of either table are not: what one table tells by
 * itself (a bonus that few have) is the owner's to know before anything is sold, and would hide what a second one adds.
 */
const tellFew = (shared: readonly Residues[], known: readonly Residues[], asked: readonly Residues[], limit: number): boolean => {
  const ones = new Int32Array(asked[0]?.length ?? 0).fill(1)
  if (!hasNarrowCombination([ones, ...shared, ...known, ...asked], limit, mostWork)) return false
  const first = [ones, ...takeIn([ones], shared, limit).kept]
  const [theirs, ours] = [takeIn(first, known, limit), takeIn(first, asked, limit)]
  if (hasNarrowCombination([...first, ...theirs.kept, ...ours.kept], limit, mostWork)) return true
  const isRare = (column: Residues, fewest: number): boolean => hasNarrowCombination([ones, column], fewest)
  return known.some((before) => asked.some((after) => {
    if (!theirs.left.includes(before) && !ours.left.includes(after)) return false
    // Of a column that few rows have, any other makes a sum of few rows; of two such columns the one may be the other, corrected.
    if (isRare(before, limit) || isRare(after, limit)) return isRare(before, 2 * limit) && isRare(after, 2 * limit)
    return hasNarrowCombination([ones, before, after], limit, mostWork)
  }))
}

type ReadColumn = MarkedColumn & { readonly residues: Residues }

/** Changes of one column each: a raise in two columns, and one row's in the one alone, is that row's. */
const changesTellFew = (known: readonly ReadColumn[], asked: readonly ReadColumn[], limit: number): boolean => {
  const changes = asked.flatMap((column) => known.filter(({ name }) => name === column.name)
    .map((partner) => subtractColumns(column.residues, partner.residues)))
  return changes.length > 0 && hasNarrowCombination(changes, limit, mostWork)
}

/** Without plain rows: of one column of which most rows are as they were, its changes are all that could be told. */
const isTold = (known: readonly MarkedColumn[], asked: readonly MarkedColumn[], common: number): boolean => {
  const [[before], [after]] = [known, asked]
  return known.length === 1 && asked.length === 1 && before !== undefined && after !== undefined && isOneColumn(before, after, common)
}

const isIn = (columns: readonly MarkedColumn[], column: MarkedColumn, common: number): boolean =>
  columns.some((other) => isSame(column, other, common))

/** Columns of the asked table that no sold one has. */
const findNew = <Column extends MarkedColumn>({ known, asked, common }: MarkedTables<Column>): Column[] =>
  asked.filter((column) => !isIn(known.flat(), column, common))

/** By marks alone: null where nothing changed, or rows were emptied only; `few` where those are too few to be told apart. */
export const findTellingColumns = <Column extends MarkedColumn>(
  tables: MarkedTables<Column>,
): TellingColumns<Column> | 'few' | null => {
  const { known, asked, common, limit } = tables
  const ours = findNew(tables)
  const differences = known.map((table): Difference<Column> => ({
    gone: table.filter((column) => !isIn(asked, column, common)), changed: asked.filter((column) => !isIn(table, column, common)),
  })).filter(({ gone }) => gone.length > 0)
  const theirs = differences.flatMap(({ gone }) => gone).filter((column, at, all) => !isIn(all.slice(0, at), column, common))
  if (ours.length === 0 || theirs.length === 0) return null
  const emptied = judgeEmptied(differences, common, limit)
  if (emptied !== 'other') return emptied === 'few' ? 'few' : null
  const isWide = common * (1 + asked.length + theirs.length) > mostCells
  return { ours, theirs, shared: isWide ? [] : asked.filter((column) => !ours.includes(column)) }
}

/** What the sums of a table and of those that are sold of its source tell together. */
export const findJointFault = (tables: MarkedTables<JudgedColumn>): JointFault | null => {
  const { known, common, limit } = tables
  const telling = findTellingColumns(tables)
  if (telling === null) return null
  if (telling === 'few') return { reason: 'together', columns: findNew(tables).map(({ name }) => name) }
  const { ours, theirs, shared } = telling
  const columns = ours.map(({ name }) => name)
  const readAll = (some: readonly JudgedColumn[]): ReadColumn[] => some.flatMap(({ read, ...column }) => {
    const residues = read()
    return residues === null ? [] : [{ ...column, residues }]
  })
  const [before, after] = [readAll(theirs), readAll(ours)]
  if (before.length < theirs.length || after.length < ours.length) return isTold(theirs, ours, common) ? null : { reason: 'unreadable', columns }
  const commonestOf = ({ residues, ...column }: ReadColumn): number =>
    residues[column.marks.indexOf(findCommonestMark(column, common) ?? 0)] ?? 0
  const isRecoded = (old: ReadColumn, column: ReadColumn): boolean =>
    // Where rows hold the same by their marks, the one is a correction of the other, and judged as such.
    !(old.name === column.name && countDifferences(old, column, common) < common) && !isOneColumn(old, column, common)
    && isMostlyRecoded({ x: old.residues, y: column.residues, commonest: [commonestOf(old), commonestOf(column)] })
  for (const column of after) {
    const old = before.find((one) => isRecoded(one, column))
    if (old !== undefined) return { reason: 'recoded', columns: [old.name, column.name] }
  }
  const residuesOf = (some: readonly ReadColumn[]): Residues[] => some.map(({ residues }) => residues)
  const isFew = tellFew(residuesOf(readAll(shared)), residuesOf(before), residuesOf(after), limit)
    || known.some((table) => changesTellFew(before.filter((_, at) => table.includes(theirs[at] as JudgedColumn)), after, limit))
  return isFew ? { reason: 'together', columns } : null
}
