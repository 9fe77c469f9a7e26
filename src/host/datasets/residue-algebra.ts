/**
 * Linear algebra on columns as residues modulo a prime, where what is asked here of integers comes out as it does of them but for a
 * chance of about 2⁻²⁶.
 */
export const residuePrime = 67_108_859

/** A column's rows. */
export type Residues = Int32Array

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

export const negate = (residue: number): number => (residue === 0 ? 0 : residuePrime - residue)

/** row −= factor · other. */
const subtract = (row: number[], other: readonly number[], factor: number): void => {
  if (factor === 0) return
  for (let index = 0; index < row.length; index += 1) {
    const difference = (row[index] as number) - reduce(factor * (other[index] as number))
    row[index] = difference < 0 ? difference + residuePrime : difference
  }
}

/** Rows in reduced echelon form, by the place each has its 1 in. */
export type Echelon = Map<number, number[]>

/** A row less what those in the echelon make up of it. */
export const reduceRow = (echelon: Echelon, row: readonly number[]): number[] => {
  const rest = [...row]
  for (const [place, pivot] of echelon) subtract(rest, pivot, rest[place] as number)
  return rest
}

/** Takes a row in, with its 1 in one of the first `places`, unless nothing is left of it there. */
export const addRow = (echelon: Echelon, row: readonly number[], places = row.length): void => {
  const rest = reduceRow(echelon, row)
  const place = rest.findIndex((value, index) => value !== 0 && index < places)
  if (place === -1) return
  const factor = invert(rest[place] as number)
  const scaled = rest.map((value) => reduce(value * factor))
  for (const pivot of echelon.values()) subtract(pivot, scaled, pivot[place] as number)
  echelon.set(place, scaled)
}

/** A sum of columns: those in it, each with its factor. */
export type Combination = readonly (readonly [column: number, factor: number])[]

/** Of each column that is in no row's first place: itself with factor 1, and first, less what the others make up of it. */
const readNullSpace = (echelon: Echelon, width: number): Combination[] =>
  Array.from({ length: width }, (_, column) => column).filter((column) => !echelon.has(column)).map((column): Combination => {
    const others = [...echelon].map(([pivot, row]) => [pivot, negate(row[column] as number)] as const)
    return [[column, 1] as const, ...others.filter(([, factor]) => factor !== 0)]
  })

const combineRow = (columns: readonly Residues[], combination: Combination, row: number): number => {
  let sum = 0
  for (const [column, factor] of combination) sum = reduce(sum + factor * ((columns[column] as Residues)[row] as number))
  return sum
}

/** A single column by itself is given as it is, not copied. */
export const combine = (columns: readonly Residues[], combination: Combination): Residues => {
  const [[first, factorOfFirst] = [0, 0]] = combination
  if (combination.length === 1 && factorOfFirst === 1) return columns[first] as Residues
  const sums = new Int32Array(columns[0]?.length ?? 0)
  for (const [column, factor] of combination) {
    const values = columns[column] as Residues
    for (let row = 0; row < sums.length; row += 1) sums[row] = reduce((sums[row] as number) + factor * (values[row] as number))
  }
  return sums
}

/**
 * The columns that are independent over some rows, a basis of the combinations that are 0 in all of them, and the multiplications it
 * took.
 */
export interface Elimination {
  readonly independent: readonly number[]
  readonly zero: readonly Combination[]
  readonly work: number
}

const countTerms = (combinations: readonly Combination[]): number => combinations.reduce((sum, { length }) => sum + length, 0)

export const eliminate = (columns: readonly Residues[], rows: Int32Array): Elimination => {
  const echelon: Echelon = new Map()
  let zero = readNullSpace(echelon, columns.length)
  let terms = countTerms(zero)
  let work = 0
  for (let at = 0; at < rows.length && zero.length > 0; at += 1) {
    const row = rows[at] as number
    work += terms
    if (zero.every((combination) => combineRow(columns, combination, row) === 0)) continue
    addRow(echelon, columns.map((column) => column[row] as number))
    zero = readNullSpace(echelon, columns.length)
    terms = countTerms(zero)
    work += columns.length * (echelon.size + zero.length)
  }
  return { independent: [...echelon.keys()], zero, work }
}

export const countWork = (rows: number, combinations: readonly Combination[]): number => rows * countTerms(combinations)
