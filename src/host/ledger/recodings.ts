import { hasNarrowCombination, invert, residuePrime } from '../datasets/narrow-combination.ts'
import { countDifferences, findCommonest, isOneColumn } from './corrections.ts'
import type { MarkedColumn } from './row-marks.ts'

/** A column of a sold or an asked table, with what can be known of its rows. */
export interface JudgedColumn extends MarkedColumn {
  /** Residues of its rows, the first `common`; null where its plain rows are gone. */
  readonly read: () => readonly number[] | null
}

export interface JudgedTables {
  /** Tables of one source that are sold. */
  readonly known: readonly (readonly JudgedColumn[])[]
  readonly asked: readonly JudgedColumn[]
  /** How many rows, from the first, all of them have. */
  readonly common: number
  readonly limit: number
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

type Residues = readonly number[]

const modulo = (value: number): number => ((value % residuePrime) + residuePrime) % residuePrime

/** y = slope · x + offset, of residues. */
interface Line {
  readonly slope: number
  readonly offset: number
}

/**
 * Whether a line holds most rows. Rows in which both columns hold what is commonest tell nothing where the line goes through that: most
 * bonuses are 0. Of two flags some line holds half of the rows always, so that a line of two values has to hold nearly all.
 */
const holdsMost = ({ slope, offset }: Line, x: Residues, y: Residues, rows: readonly number[], commonest: readonly number[]): boolean => {
  const isOn = (row: number): boolean => (slope * (x[row] as number) + offset) % residuePrime === y[row]
  const isCommon = (row: number): boolean => x[row] === commonest[0] && y[row] === commonest[1]
  const on = rows.filter(isOn)
  const common = on.filter(isCommon).length
  const values = new Set<number>()
  for (const row of on) if (values.size < 3) values.add(x[row] as number)
  return on.length - common > (values.size < 3 ? 0.9 : 0.5) * (rows.length - common)
}

/** Whether one column is the other in other units, in most rows but not in all. */
const isMostlyRecoded = (x: Residues, y: Residues, commonest: readonly number[]): boolean => {
  const all = x.map((_, row) => row)
  const telling = all.filter((row) => x[row] !== commonest[0] || y[row] !== commonest[1])
  const step = Math.ceil(all.length / mostSampled)
  const sampled = step === 1 ? all : all.filter((row) => row % step === 0 || telling.length < mostSampled)
  for (let attempt = 0; attempt < mostTries && telling.length > 1; attempt += 1) {
    const first = telling[(attempt * 7919) % telling.length] as number
    const second = telling[(attempt * 104_729 + (telling.length >> 1)) % telling.length] as number
    const [run, rise] = [modulo((x[second] as number) - (x[first] as number)), modulo((y[second] as number) - (y[first] as number))]
    if (run === 0 || rise === 0) continue
    const slope = (rise * invert(run)) % residuePrime
    const line = { slope, offset: modulo((y[first] as number) - slope * (x[first] as number)) }
    if (!holdsMost(line, x, y, sampled, commonest) || (step > 1 && !holdsMost(line, x, y, all, commonest))) continue
    return all.some((row) => (slope * (x[row] as number) + line.offset) % residuePrime !== y[row])
  }
  return false
}

/** Rows emptied in all columns that changed are a group of the sold table, about whose sums anybody may ask. */
const isEmptied = (known: readonly JudgedColumn[], asked: readonly JudgedColumn[], common: number): boolean => {
  const pairs = asked.map((column) => [known.find(({ name }) => name === column.name), column] as const)
  const changed: number[] = []
  for (let row = 0; row < common; row += 1) if (pairs.some(([before, after]) => before?.marks[row] !== after.marks[row])) changed.push(row)
  return pairs.every(([before, { marks }]) => before !== undefined && changed.every((row) => marks[row] === marks[changed[0] as number]))
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
  const ones = new Array<number>(asked[0]?.length ?? 0).fill(1)
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

/** Changes of one column each: a raise in two columns, and one row's in the one alone, is that row's. */
const changesTellFew = (known: readonly JudgedColumn[], asked: readonly JudgedColumn[], limit: number): boolean => {
  const changes = asked.flatMap((column) => known.filter(({ name }) => name === column.name).map((partner) => {
    const [before, after] = [partner.read() ?? [], column.read() ?? []]
    return after.map((value, row) => modulo(value - (before[row] as number)))
  }))
  return changes.length > 0 && hasNarrowCombination(changes, limit, mostWork)
}

/** Without plain rows: of one column of which most rows are as they were, its changes are all that could be told. */
const isTold = (known: readonly JudgedColumn[], asked: readonly JudgedColumn[], common: number): boolean => {
  const [[before], [after]] = [known, asked]
  return known.length === 1 && asked.length === 1 && before !== undefined && after !== undefined && isOneColumn(before, after, common)
}

/** What the sums of a table and of those that are sold of its source tell together. */
export const findJointFault = ({ known, asked, common, limit }: JudgedTables): JointFault | null => {
  const differs = (column: JudgedColumn, others: readonly JudgedColumn[]): boolean => !others.some((other) => isSame(column, other, common))
  const ours = asked.filter((column) => differs(column, known.flat()))
  const theirs = known.flatMap((table) => {
    const gone = table.filter((column) => differs(column, asked))
    const changed = asked.filter((column) => differs(column, table))
    return isEmptied(gone, changed, common) ? [] : gone
  }).filter((column, at, all) => differs(column, all.slice(0, at)))
  if (ours.length === 0 || theirs.length === 0) return null
  const columns = ours.map(({ name }) => name)
  if ([...theirs, ...ours].some(({ read }) => read() === null)) return isTold(theirs, ours, common) ? null : { reason: 'unreadable', columns }
  const readAll = (some: readonly JudgedColumn[]): Residues[] => some.flatMap(({ read }) => [read()].filter((one) => one !== null))
  const commonest = new Map([...theirs, ...ours].map((column) => [column, findCommonest(column.read() ?? []) ?? 0]))
  const isRecoded = (before: JudgedColumn, after: JudgedColumn): boolean =>
    isMostlyRecoded(before.read() ?? [], after.read() ?? [], [before, after].map((column) => commonest.get(column) ?? 0))
    // Where rows hold the same by their marks, the one is a correction of the other, and judged as such.
    && !isOneColumn(before, after, common) && !(before.name === after.name && countDifferences(before, after, common) < common)
  for (const after of ours) {
    const before = theirs.find((column) => isRecoded(column, after))
    if (before !== undefined) return { reason: 'recoded', columns: [before.name, after.name] }
  }
  const shared = asked.filter((column) => !ours.includes(column))
  const isWide = common * (1 + asked.length + theirs.length) > mostCells
  const isFew = tellFew(isWide ? [] : readAll(shared), readAll(theirs), readAll(ours), limit)
  return isFew || known.some((table) => changesTellFew(table.filter((column) => theirs.includes(column)), ours, limit)) ? { reason: 'together', columns } : null
}
