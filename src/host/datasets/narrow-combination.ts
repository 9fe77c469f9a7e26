/**
 * Whether sums of columns, taken together, can be about a few rows only. Columns are given as residues modulo a prime, where the
 * answer is that of the integers but for a chance of about 2⁻²⁶.
 */
export const residuePrime = 67_108_859

type Row = readonly number[]

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

/** row −= factor · other. Residues have 26 bits, so that their products are exact doubles. */
const subtract = (row: number[], other: Row, factor: number): void => {
  if (factor === 0) return
  other.forEach((value, index) => {
    const difference = ((row[index] as number) - factor * value) % residuePrime
    row[index] = difference < 0 ? difference + residuePrime : difference
  })
}

/** Rows in reduced echelon form, by the column each has its 1 in. */
type Echelon = Map<number, number[]>

const addRow = (echelon: Echelon, row: Row): void => {
  const rest = [...row]
  for (const [column, pivot] of echelon) subtract(rest, pivot, rest[column] as number)
  const column = rest.findIndex((value) => value !== 0)
  if (column === -1) return
  const factor = invert(rest[column] as number)
  const scaled = rest.map((value) => (value * factor) % residuePrime)
  for (const pivot of echelon.values()) subtract(pivot, scaled, pivot[column] as number)
  echelon.set(column, scaled)
}

const readNullSpace = (echelon: Echelon, width: number): number[][] =>
  Array.from({ length: width }, (_, column) => column).filter((column) => !echelon.has(column)).map((column) => {
    const combination = new Array<number>(width).fill(0)
    combination[column] = 1
    for (const [pivot, row] of echelon) combination[pivot] = (residuePrime - (row[column] as number)) % residuePrime
    return combination
  })

const combine = (row: Row, combinations: readonly Row[]): number[] => combinations.map((combination) =>
  combination.reduce((sum, factor, index) => (sum + factor * (row[index] as number)) % residuePrime, 0))

const isZero = (row: Row): boolean => row.every((value) => value === 0)

/** The columns that are independent over the rows given, and a basis of the combinations that are 0 in all of them. */
const eliminate = (rows: readonly Row[], width: number): { readonly independent: number[]; readonly zero: number[][] } => {
  const echelon: Echelon = new Map()
  let zero = readNullSpace(echelon, width)
  for (const row of rows) {
    if (zero.length === 0) break
    if (isZero(combine(row, zero))) continue
    addRow(echelon, row)
    zero = readNullSpace(echelon, width)
  }
  return { independent: [...echelon.keys()], zero }
}

/** Rows dealt out like cards, so that neighbours, often alike, come to lie in different hands. */
const deal = (rows: readonly Row[], hands: number): Row[][] =>
  Array.from({ length: hands }, (_, hand) => rows.filter((_row, index) => index % hands === hand))

/**
 * Whether some combination of the columns is 0 in all but 1 … `fewest` − 1 of the rows. Fewer exceptions than hands leave one hand
 * without any: there the combination is 0 throughout, which few combinations are, and those are looked at again among all rows.
 */
export const hasNarrowCombination = (columns: readonly Row[], fewest: number, limit = mostWork): boolean => {
  const table = Array.from({ length: columns[0]?.length ?? 0 }, (_, row) => columns.map((column) => column[row] as number))
  let work = 0
  const search = (rows: readonly Row[], width: number): boolean => {
    const open = rows.filter((row) => !isZero(row))
    if (open.length < fewest || work > limit) return true
    if (width === 1) return false
    return deal(open, fewest).some((hand) => {
      const { zero } = eliminate(hand, width)
      work += (hand.length + open.length) * width * zero.length
      return zero.length > 0 && search(open.map((row) => combine(row, zero)), zero.length)
    })
  }
  // A column that others make up adds nothing but a combination that is 0 everywhere, which tells nothing.
  const { independent } = eliminate(table, columns.length)
  const reduced = table.map((row) => independent.map((column) => row[column] as number))
  return fewest > 1 && independent.length > 0 && search(reduced, independent.length)
}
