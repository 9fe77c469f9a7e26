/**
 * Whether sums of columns, taken together, can be about a few rows only. Columns are given as residues modulo a prime, where the
 * answer is that of the integers but for a chance of about 2⁻²⁶.
 */
export const residuePrime = 67_108_859

/** A column's rows. */
export type Residues = Int32Array

/** Multiplications, if not told otherwise: tables of many more rows than columns need few. What takes longer counts as told apart. */
const mostWork = 30_000_000

/** The inverse of a residue other than 0. */
export const invert = (value: number): number => {
  let [a, b, x, y] = [value, residuePrime, 1, 0]
  while (b !== 0) {
    const quotient = Math.floor(a / b)
    ;[a, b] = [b, a - quotient * b]
    ;[x, y] = [y, x - quotient * y]
  }
  return x < 0 ? x + residuePrime : x
}

const reciprocal = 1 / residuePrime

/**
 * The residue of a product of two residues, and of one more added to it. Residues have 26 bits, so that their products are exact doubles,
 * and the quotient is off by one at most. Several times as fast as `%`, which for doubles is a loop.
 */
export const reduce = (value: number): number => {
  const rest = value - Math.floor(value * reciprocal) * residuePrime
  if (rest < 0) return rest + residuePrime
  return rest < residuePrime ? rest : rest - residuePrime
}

/** row −= factor · other. */
const subtract = (row: number[], other: readonly number[], factor: number): void => {
  if (factor === 0) return
  other.forEach((value, index) => {
    const difference = (row[index] as number) - reduce(factor * value)
    row[index] = difference < 0 ? difference + residuePrime : difference
  })
}

/** Rows in reduced echelon form, by the column each has its 1 in. */
type Echelon = Map<number, number[]>

const addRow = (echelon: Echelon, row: readonly number[]): void => {
  const rest = [...row]
  for (const [column, pivot] of echelon) subtract(rest, pivot, rest[column] as number)
  const column = rest.findIndex((value) => value !== 0)
  if (column === -1) return
  const factor = invert(rest[column] as number)
  const scaled = rest.map((value) => reduce(value * factor))
  for (const pivot of echelon.values()) subtract(pivot, scaled, pivot[column] as number)
  echelon.set(column, scaled)
}

/** A sum of columns: those in it, each with its factor. */
type Combination = readonly (readonly [column: number, factor: number])[]

const readNullSpace = (echelon: Echelon, width: number): Combination[] =>
  Array.from({ length: width }, (_, column) => column).filter((column) => !echelon.has(column)).map((column): Combination => {
    const others = [...echelon].map(([pivot, row]) => [pivot, (residuePrime - (row[column] as number)) % residuePrime] as const)
    return [[column, 1] as const, ...others.filter(([, factor]) => factor !== 0)]
  })

const combineRow = (columns: readonly Residues[], combination: Combination, row: number): number => {
  let sum = 0
  for (const [column, factor] of combination) sum = reduce(sum + factor * ((columns[column] as Residues)[row] as number))
  return sum
}

const combine = (columns: readonly Residues[], combination: Combination): Residues => {
  const sums = new Int32Array(columns[0]?.length ?? 0)
  for (const [column, factor] of combination) {
    const values = columns[column] as Residues
    for (let row = 0; row < sums.length; row += 1) sums[row] = reduce((sums[row] as number) + factor * (values[row] as number))
  }
  return sums
}

/** Rows dealt out like cards, so that neighbours, often alike, come to lie in different hands: every `step`th row from the first one. */
interface Hand {
  readonly first: number
  readonly step: number
}

/** The columns that are independent over the rows given, and a basis of the combinations that are 0 in all of them. */
interface Elimination {
  readonly independent: number[]
  readonly zero: Combination[]
}
const eliminate = (columns: readonly Residues[], { first, step }: Hand): Elimination => {
  const rows = columns[0]?.length ?? 0
  const echelon: Echelon = new Map()
  let zero = readNullSpace(echelon, columns.length)
  for (let row = first; row < rows && zero.length > 0; row += step) {
    if (zero.every((combination) => combineRow(columns, combination, row) === 0)) continue
    addRow(echelon, columns.map((column) => column[row] as number))
    zero = readNullSpace(echelon, columns.length)
  }
  return { independent: [...echelon.keys()], zero }
}

/** The columns without the rows in which all of them are 0. */
const leaveOpen = (columns: readonly Residues[]): readonly Residues[] => {
  const rows = columns[0]?.length ?? 0
  const open = new Int32Array(rows)
  let count = 0
  for (let row = 0; row < rows; row += 1) {
    if (columns.every((column) => column[row] === 0)) continue
    open[count] = row
    count += 1
  }
  return count === rows ? columns : columns.map((column) => Int32Array.from(open.subarray(0, count), (row) => column[row] as number))
}

/**
 * Whether some combination of the columns is 0 in all but 1 … `fewest` − 1 of the rows. Fewer exceptions than hands leave one hand
 * without any: there the combination is 0 throughout, which few combinations are, and those are looked at again among all rows.
 */
export const hasNarrowCombination = (columns: readonly Residues[], fewest: number, limit = mostWork): boolean => {
  let work = 0
  const search = (all: readonly Residues[]): boolean => {
    const open = leaveOpen(all)
    const rows = open[0]?.length ?? 0
    if (rows < fewest || work > limit) return true
    if (open.length === 1) return false
    for (let first = 0; first < fewest; first += 1) {
      const { zero } = eliminate(open, { first, step: fewest })
      work += (Math.ceil((rows - first) / fewest) + rows) * open.length * zero.length
      if (zero.length > 0 && search(zero.map((combination) => combine(open, combination)))) return true
    }
    return false
  }
  // A column that others make up adds nothing but a combination that is 0 everywhere, which tells nothing.
  const { independent } = eliminate(columns, { first: 0, step: 1 })
  return fewest > 1 && independent.length > 0 && search(independent.map((column) => columns[column] as Residues))
}
