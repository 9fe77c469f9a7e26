import type { MarkedColumn, MarkedTable } from './row-marks.ts'

/** What tells rows apart when only some columns are looked at: a number for each row of both tables, equal where the rows are alike. */
interface View {
  readonly known: Int32Array
  readonly asked: Int32Array
  /** How many different numbers there are. */
  readonly names: number
}

/** In which columns two tables hold the same rows in other places. */
export interface SharedRows {
  readonly columns: readonly string[]
  /** Rows of the asked table that stand elsewhere in the known one, counted where both have them once. */
  readonly rows: number
}

interface ColumnPair {
  readonly known: MarkedColumn
  readonly asked: MarkedColumn
}

const rowsOf = (table: MarkedTable): number => table[0]?.marks.length ?? 0
const isConstant = ({ marks }: MarkedColumn): boolean => marks.every((mark) => mark === marks[0])

/** Below this, that two tables hold as many rows of each kind says nothing about where they are from. */
const tellingKinds = 8
/** Columns without a partner by name are tried against each other up to so many pairs: renamed ones are known by their cells. */
const mostRenamedPairs = 400

/** Names for numbers, in the order of their first appearance. Flat arrays: a Map of a million numbers takes seconds. */
class Naming {
  readonly #keys: Float64Array
  /** The name plus 1; 0 where there is none. */
  readonly #names: Int32Array
  readonly #mask: number
  size = 0

  constructor(most: number) {
    const slots = 2 ** Math.ceil(Math.log2(2 * most + 1))
    this.#keys = new Float64Array(slots)
    this.#names = new Int32Array(slots)
    this.#mask = slots - 1
  }

  name(key: number): number {
    const high = Math.trunc(key / 2 ** 32)
    // Multiplicative hashing, then linear probing.
    let slot = Math.imul(Math.imul(high, 0x85eb_ca6b) ^ (key >>> 0), 0x9e37_79b1)
    slot = (slot ^ (slot >>> 15)) & this.#mask
    for (;; slot = (slot + 1) & this.#mask) {
      const name = this.#names[slot] as number
      if (name === 0) {
        this.#keys[slot] = key
        this.size += 1
        this.#names[slot] = this.size
        return this.size - 1
      }
      if (this.#keys[slot] === key) return name - 1
    }
  }
}

interface Keys {
  readonly known: Float64Array
  readonly asked: Float64Array
}

const nameRows = ({ known, asked }: Keys): View => {
  const naming = new Naming(known.length + asked.length)
  const name = (keys: Float64Array): Int32Array => {
    const names = new Int32Array(keys.length)
    for (let row = 0; row < keys.length; row += 1) names[row] = naming.name(keys[row] as number)
    return names
  }
  const [first, second] = [name(known), name(asked)]
  return { known: first, asked: second, names: naming.size }
}

const viewOf = ({ known, asked }: ColumnPair): View => nameRows({ known: known.marks, asked: asked.marks })

/** Names of pairs stay exact: two tables have fewer than 2²⁶ rows together. */
const join = (left: View, right: View): View => {
  const pair = (ours: Int32Array, theirs: Int32Array): Float64Array => {
    const keys = new Float64Array(ours.length)
    for (let row = 0; row < ours.length; row += 1) keys[row] = (ours[row] as number) * right.names + (theirs[row] as number)
    return keys
  }
  return nameRows({ known: pair(left.known, right.known), asked: pair(left.asked, right.asked) })
}

/** All columns together, all but one (a corrected or recoded column hides nothing), and each by itself. */
function* viewsOf(pairs: readonly ColumnPair[]): Generator<{ readonly pairs: readonly ColumnPair[]; readonly view: View }> {
  const singles = pairs.map(viewOf)
  const before: (View | null)[] = [null]
  for (const view of singles) {
    const last = before.at(-1) ?? null
    before.push(last === null ? view : join(last, view))
  }
  const all = before.at(-1) ?? null
  if (all !== null && pairs.length > 1) yield { pairs, view: all }
  let after: View | null = null
  for (let at = pairs.length - 1; at >= 0; at -= 1) {
    const left = before[at] ?? null
    const rest: View | null = left === null || after === null ? left ?? after : join(left, after)
    if (rest !== null && pairs.length > 2) yield { pairs: pairs.filter((_, index) => index !== at), view: rest }
    const single = singles[at] as View
    after = after === null ? single : join(single, after)
  }
  for (const [at, view] of singles.entries()) yield { pairs: [pairs[at] as ColumnPair], view }
}

const countNames = (numbers: Int32Array, names: number): Int32Array => {
  const counts = new Int32Array(names)
  for (const name of numbers) counts[name] = (counts[name] as number) + 1
  return counts
}

const holdTheSame = ({ known, asked, names }: View): boolean => {
  if (known.length !== asked.length || names < tellingKinds) return false
  const counts = countNames(known, names)
  return countNames(asked, names).every((count, name) => count === counts[name])
}

/**
 * Of `rows` drawn without regard to the known table, more than this never meet rows that it holds once: x·e^(−x) is at most 1/e, whatever
 * they are drawn from, and three standard deviations are added. Rows that changed places in one table are few, and need no such care:
 * a value that another row still has is not alone of its kind.
 */
const mostByChance = (rows: number, samePlaces: boolean): number => (samePlaces ? 0.6 * rows : rows / Math.E + 3 * Math.sqrt(0.23 * rows))

/**
 * How many rows of the asked table, alone of their kind, are alone of their kind in the known one too, where that is more than chance
 * would do; else null. In tables of other rows, a row meets one that the known table holds once with probability about 2·N₂/N, N₂ being
 * the kinds that it holds twice (Good–Turing [Goo53]); four more are added for an N₂ that is small by luck, and three standard deviations.
 * A single column may hold numbers that are given out once each, and needs the larger share. With `samePlaces` only rows count that the
 * known table holds elsewhere.
 */
const countMoved = ({ known, asked, names }: View, samePlaces: boolean, isSingle: boolean): number | null => {
  const counts = { known: countNames(known, names), asked: countNames(asked, names) }
  const twice = counts.known.reduce((sum, count) => sum + (count === 2 ? 1 : 0), 0)
  let considered = 0
  let shared = 0
  asked.forEach((name, row) => {
    if (samePlaces && known[row] === name) return
    considered += 1
    if (counts.known[name] === 1 && counts.asked[name] === 1) shared += 1
  })
  const byChance = considered * (2 * twice + 4) / known.length
  const most = mostByChance(Math.min(considered, known.length), samePlaces)
  const limit = isSingle ? most : Math.min(most, byChance + 3 * Math.sqrt(byChance) + 2)
  return shared > limit ? shared : null
}

interface PairedColumns {
  readonly named: readonly ColumnPair[]
  readonly renamed: readonly ColumnPair[]
}

/** Columns of both tables by name, and those that have no partner by name with each other. */
const pairColumns = (known: MarkedTable, asked: MarkedTable): PairedColumns => {
  const telling = { known: known.filter((column) => !isConstant(column)), asked: asked.filter((column) => !isConstant(column)) }
  const named = telling.asked.flatMap((column): ColumnPair[] => {
    const partner = telling.known.find(({ name }) => name === column.name)
    return partner === undefined ? [] : [{ known: partner, asked: column }]
  })
  const free = (columns: readonly MarkedColumn[]): MarkedColumn[] =>
    columns.filter(({ name }) => !named.some((pair) => pair.asked.name === name))
  const partners = free(telling.known)
  const renamed = free(telling.asked).flatMap((column) => partners.map((partner): ColumnPair => ({ known: partner, asked: column })))
  return { named, renamed: renamed.slice(0, mostRenamedPairs) }
}

/**
 * Whether the asked table holds rows of the known one in other places, judged by equal cells alone (docs/adr/0402). `samePlaces`: the two
 * count as one table row by row, so rows at their place are as they should be. Columns that are ordered in both, such as dates, say
 * nothing by themselves: tables of quite other things share them.
 */
export const findSharedRows = (known: MarkedTable, asked: MarkedTable, samePlaces: boolean): SharedRows | null => {
  if (rowsOf(known) === 0 || rowsOf(asked) === 0) return null
  const { named, renamed } = pairColumns(known, asked)
  const canTell = (pairs: readonly ColumnPair[]): boolean => pairs.some((pair) => !(pair.known.isOrdered && pair.asked.isOrdered))
  const describe = (pairs: readonly ColumnPair[], rows: number): SharedRows => ({ columns: pairs.map(({ asked: { name } }) => name), rows })
  for (const { pairs, view } of viewsOf(named)) {
    if (!canTell(pairs)) continue
    const rows = countMoved(view, samePlaces, pairs.length === 1)
    if (rows !== null) return describe(pairs, rows)
    if (!samePlaces && pairs.length === named.length && holdTheSame(view)) return describe(pairs, rowsOf(asked))
  }
  for (const pair of renamed) {
    const rows = canTell([pair]) ? countMoved(viewOf(pair), samePlaces, true) : null
    if (rows !== null) return describe([pair], rows)
  }
  return null
}
