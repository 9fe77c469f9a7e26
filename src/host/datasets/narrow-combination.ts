import {
  addRow, combine, countWork, eliminate, negate, reduce, reduceRow, type Combination, type Echelon, type Residues,
} from './residue-algebra.ts'

/** Whether sums of columns, taken together, can be about a few rows only. */
export interface NarrowQuestion {
  readonly columns: readonly Residues[]
  /** Combinations other than 0 in fewer rows than this, and in some, are looked for. */
  readonly fewest: number
  /**
   * Sets of columns, by their places, whose own narrow combinations are nobody's concern here. A combination of columns of several sets
   * counts, unless it is the sum of such, of no other rows than its own.
   */
  readonly own?: readonly (readonly number[])[]
  /** Multiplications: what takes longer is `unknown`. Tables of many more rows than columns need few. */
  readonly mostWork?: number
}

export interface NarrowFinding {
  /** The rows in which the combination is not 0. */
  readonly rows: readonly number[]
  readonly combination: Combination
}

const usualWork = 30_000_000
/** That a combination is missed where rows are drawn: e^−28 < 2⁻⁴⁰, whatever the columns hold. */
const surety = 28

/** A combination of the columns: its rows, and what it is made of, as factors of the basis. */
interface Vector {
  readonly values: Residues
  readonly factors: readonly number[]
}

/** Vectors without the rows in which all of them are 0; `rows` says which are left. */
interface Space {
  readonly vectors: readonly Vector[]
  readonly rows: Int32Array
}

const leaveOpen = ({ vectors, rows }: Space): Space => {
  const open = new Int32Array(rows.length)
  let count = 0
  for (let row = 0; row < rows.length; row += 1) {
    if (vectors.every(({ values }) => values[row] === 0)) continue
    open[count] = row
    count += 1
  }
  if (count === rows.length) return { vectors, rows }
  const kept = open.subarray(0, count)
  return {
    vectors: vectors.map(({ values, factors }) => ({ values: Int32Array.from(kept, (row) => values[row] as number), factors })),
    rows: Int32Array.from(kept, (row) => rows[row] as number),
  }
}

const combineVectors = (vectors: readonly Vector[], combination: Combination): Vector => {
  const width = vectors[0]?.factors.length ?? 0
  const factors = Array.from({ length: width }, (_, place) => {
    let sum = 0
    for (const [vector, factor] of combination) sum = reduce(sum + factor * ((vectors[vector] as Vector).factors[place] as number))
    return sum
  })
  return { values: combine(vectors.map(({ values }) => values), combination), factors }
}

/** Numbers below `size` from a seed (Marsaglia's xorshift): the same question is judged the same way every time. */
const createDraw = (): ((size: number) => number) => {
  let state = 0x2545_f491
  return (size) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % size
  }
}
type Draw = ReturnType<typeof createDraw>

const drawRows = (rows: number, count: number, draw: Draw): Int32Array => {
  if (2 * count > rows) {
    const all = Int32Array.from({ length: rows }, (_, row) => row)
    for (let at = 0; at < count; at += 1) {
      const other = at + draw(rows - at)
      ;[all[at], all[other]] = [all[other] as number, all[at] as number]
    }
    return all.subarray(0, count)
  }
  const drawn = new Set<number>()
  while (drawn.size < count) drawn.add(draw(rows))
  return Int32Array.from(drawn)
}

/**
 * Samples of rows of which every combination of fewer than `fewest` rows misses one at least. Dealt out like cards, so that neighbours,
 * often alike, come to lie in different hands: fewer rows than hands leave one hand without any, for certain. Where hands are so small
 * that many combinations are 0 in one, drawn by lot, as many rows as there are vectors, so often that none is missed but by bad luck.
 */
function* planSamples({ vectors, rows: { length: rows } }: Space, fewest: number, draw: Draw): Generator<Int32Array> {
  const size = Math.min(vectors.length, rows)
  let chance = 1
  for (let at = 0; at < fewest - 1; at += 1) chance *= Math.max(0, (rows - size - at) / (rows - at))
  const tries = Math.ceil(surety / chance)
  if (fewest ** Math.ceil((vectors.length * fewest) / rows) <= tries) {
    for (let hand = 0; hand < fewest; hand += 1) {
      yield Int32Array.from({ length: Math.ceil((rows - hand) / fewest) }, (_, at) => hand + at * fewest)
    }
    return
  }
  for (let attempt = 0; attempt < tries; attempt += 1) yield drawRows(rows, size, draw)
}

/** Vectors of the same span, those together that share rows, directly or through others: no smallest combination reaches beyond them. */
const splitConnected = ({ vectors, rows: { length: rows } }: Space): Vector[][] => {
  const echelon: Echelon = new Map()
  for (const { values, factors } of vectors) addRow(echelon, [...values, ...factors], rows)
  const split = [...echelon.values()].map((row): Vector => ({ values: Int32Array.from(row.slice(0, rows)), factors: row.slice(rows) }))
  const parts: Vector[][] = []
  for (const vector of split) {
    const touches = (part: readonly Vector[]): boolean =>
      part.some(({ values }) => values.some((value, row) => value !== 0 && vector.values[row] !== 0))
    const joined = parts.filter(touches)
    for (const part of joined) parts.splice(parts.indexOf(part), 1)
    parts.push([...joined.flat(), vector])
  }
  return parts
}

/** A basis of all combinations, of what each of its vectors is made, and each column by it. */
interface Basis {
  readonly vectors: readonly Vector[]
  readonly origins: readonly Combination[]
  readonly factorsOf: readonly (readonly number[])[]
  readonly work: number
}

/** Combinations that are 0 in most rows come last, each as a vector of its own, so that what follows finds them as they are. */
const createBasis = (columns: readonly Residues[], draw: Draw): Basis => {
  const rows = columns[0]?.length ?? 0
  const sample = drawRows(rows, Math.min(rows, 4 * columns.length + 64), draw)
  const { independent, zero, work: sampling } = eliminate(columns, sample)
  const combined = zero.map((combination): Vector => ({ values: combine(columns, combination), factors: [] }))
  const rest = leaveOpen({ vectors: combined, rows: Int32Array.from({ length: combined.length === 0 ? 0 : rows }, (_, row) => row) })
  const sums = eliminate(rest.vectors.map(({ values }) => values), Int32Array.from(rest.rows.keys()))
  const width = independent.length + sums.independent.length
  const unit = (at: number): number[] => Array.from({ length: width }, (_, place) => Number(place === at))
  // A column that others make up adds nothing but a combination that is 0 everywhere, which tells nothing.
  const factorsOfSums = zero.map((_, at) => {
    const place = sums.independent.indexOf(at)
    if (place !== -1) return unit(independent.length + place)
    const factors = unit(-1)
    const [, ...others] = sums.zero.find(([[column] = [-1]]) => column === at) ?? []
    for (const [other, factor] of others) factors[independent.length + sums.independent.indexOf(other)] = negate(factor)
    return factors
  })
  const factorsOf = columns.map((_, column) => {
    const place = independent.indexOf(column)
    if (place !== -1) return unit(place)
    const at = zero.findIndex(([[first] = [-1]]) => first === column)
    const factors = [...factorsOfSums[at] as number[]]
    for (const [pivot, factor] of (zero[at] as Combination).slice(1)) factors[independent.indexOf(pivot)] = negate(factor)
    return factors
  })
  return {
    vectors: [
      ...independent.map((column, at) => ({ values: columns[column] as Residues, factors: unit(at) })),
      ...sums.independent.map((at, index) => ({ values: (combined[at] as Vector).values, factors: unit(independent.length + index) })),
    ],
    origins: [...independent.map((column): Combination => [[column, 1]]), ...sums.independent.map((at) => zero[at] as Combination)],
    factorsOf,
    work: sampling + sums.work + countWork(rows, zero),
  }
}

/**
 * A combination of the columns that is 0 in all but 1 … `fewest` − 1 of the rows, and that no `own` set accounts for; null where there is
 * none, and `unknown` where that takes too long to tell. It is decided for certain, or with a chance of error below 2⁻⁴⁰ where rows are
 * drawn by lot, besides that of computing with residues.
 */
export const findNarrowCombination =
  ({ columns, fewest, own = [], mostWork = usualWork }: NarrowQuestion): NarrowFinding | 'unknown' | null => {
  const rows = columns[0]?.length ?? 0
  if (fewest < 2 || rows === 0) return null
  const draw = createDraw()
  const basis = createBasis(columns, draw)
  let { work } = basis
  const spans = own.map((set): Echelon => {
    const echelon: Echelon = new Map()
    for (const column of set) addRow(echelon, basis.factorsOf[column] as readonly number[])
    return echelon
  })
  /** Whether all of these are combinations of one set's columns alone. */
  const isOwn = (vectors: readonly Vector[]): boolean =>
    spans.some((span) => vectors.every(({ factors }) => reduceRow(span, factors).every((value) => value === 0)))

  const describe = ({ vectors, rows: places }: Space): NarrowFinding => {
    const { values, factors } = (vectors.find((vector) => !isOwn([vector])) ?? vectors[0]) as Vector
    const sums = new Map<number, number>()
    factors.forEach((factor, at) => {
      for (const [column, times] of basis.origins[at] as Combination) sums.set(column, reduce((sums.get(column) ?? 0) + factor * times))
    })
    return {
      rows: [...places].filter((_, at) => values[at] !== 0).sort((a, b) => a - b),
      combination: [...sums].filter(([, factor]) => factor !== 0).sort(([a], [b]) => a - b),
    }
  }

  const search = (all: Space): NarrowFinding | 'unknown' | null => {
    if (isOwn(all.vectors)) return null
    const space = leaveOpen(all)
    const { vectors, rows: { length } } = space
    if (length - vectors.length + 1 < fewest) {
      // Whatever is 0 in as many of its rows as there are vectors less one is narrow.
      const parts = splitConnected(space)
      if (parts.length === 1) return describe(leaveOpen({ vectors: parts[0] as Vector[], rows: space.rows }))
      return searchAll(parts.map((part) => ({ vectors: part, rows: space.rows })))
    }
    return vectors.length === 1 ? null : searchAll(sampleSpaces(space))
  }

  const searchAll = (spaces: Iterable<Space>): NarrowFinding | 'unknown' | null => {
    for (const space of spaces) {
      const found = search(space)
      if (found !== null) return found
      if (work > mostWork) return 'unknown'
    }
    return work > mostWork ? 'unknown' : null
  }

  /** The combinations that are 0 in all rows of a sample, for each sample; the same ones are looked at once. */
  function* sampleSpaces(space: Space): Generator<Space> {
    const values = space.vectors.map((vector) => vector.values)
    const seen = new Set<string>()
    for (const sample of planSamples(space, fewest, draw)) {
      const { zero, work: taken } = eliminate(values, sample)
      work += taken
      if (work > mostWork) return
      if (zero.length === 0) continue
      const name = JSON.stringify(zero)
      if (seen.has(name)) continue
      seen.add(name)
      work += countWork(space.rows.length, zero)
      yield { vectors: zero.map((combination) => combineVectors(space.vectors, combination)), rows: space.rows }
    }
  }

  if (basis.vectors.length === 0) return null
  return search({ vectors: basis.vectors, rows: Int32Array.from({ length: rows }, (_, row) => row) })
}

/** The same as a question: what takes too long counts as told apart. */
export const hasNarrowCombination = (columns: readonly Residues[], fewest: number, mostWork = usualWork): boolean =>
  findNarrowCombination({ columns, fewest, mostWork }) !== null
