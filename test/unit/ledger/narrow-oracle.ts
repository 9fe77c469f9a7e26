/** Another prime than the program's. */
const prime = 33_554_393

const invert = (value: number): number => {
  let [result, base, exponent] = [1, value, prime - 2]
  for (; exponent > 0; exponent = Math.floor(exponent / 2)) {
    if (exponent % 2 === 1) result = (result * base) % prime
    base = (base * base) % prime
  }
  return result
}

const rankOf = (rows: readonly (readonly number[])[]): number => {
  const left = rows.map((row) => row.map((value) => ((value % prime) + prime) % prime))
  let rank = 0
  for (let column = 0; column < (left[0]?.length ?? 0); column += 1) {
    const at = left.findIndex((row, index) => index >= rank && row[column] !== 0)
    if (at === -1) continue
    ;[left[rank], left[at]] = [left[at] as number[], left[rank] as number[]]
    const pivot = left[rank] as number[]
    const inverse = invert(pivot[column] as number)
    for (let index = rank + 1; index < left.length; index += 1) {
      const row = left[index] as number[]
      const factor = ((row[column] as number) * inverse) % prime
      if (factor !== 0) for (let other = column; other < row.length; other += 1) row[other] =
        ((row[other] as number) + (prime - factor) * (pivot[other] as number)) % prime
    }
    rank += 1
  }
  return rank
}

type Table = readonly (readonly number[])[]

/** How many independent combinations of the columns are 0 in all rows but these. */
const countWithin = (columns: Table, within: readonly number[], whole: number): number =>
  whole - rankOf((columns[0] ?? []).map((_, row) => columns.map((column) => column[row] as number)).filter((_, row) =>
    !within.includes(row)))

function* subsetsOf(rows: number, size: number, from = 0): Generator<number[]> {
  if (size === 0) yield []
  else for (let row = from; row <= rows - size; row += 1) for (const rest of subsetsOf(rows, size - 1, row + 1)) yield [row, ...rest]
}

/**
 * By trying every set of fewer than `fewest` rows: the first smallest one of which a combination of all columns is, and none of one set's
 * alone; or null. Sets are given the constant 1. `alone`: what each table tells by itself, where that is more than its columns.
 */
export const findByForce = (tables: readonly Table[], fewest: number, alone = tables): readonly number[] | null => {
  const rows = tables[0]?.[0]?.length ?? 0
  const ones = Array.from({ length: rows }, () => 1)
  const transpose = (columns: Table): number[][] => Array.from({ length: rows }, (_, row) => columns.map((column) => column[row] as number))
  const all = [ones, ...tables.flat()]
  const whole = rankOf(transpose(all))
  const own = alone.map((table) => [ones, ...table])
  const ranks = own.map((table) => rankOf(transpose(table)))
  const told: number[][] = []
  for (let size = 1; size < fewest && size <= rows; size += 1) {
    for (const within of subsetsOf(rows, size)) {
      if (told.some((smaller) => smaller.every((row) => within.includes(row)))) continue
      if (countWithin(all, within, whole) === 0) continue
      if (own.every((table, at) => countWithin(table, within, ranks[at] as number) === 0)) return within
      told.push(within)
    }
  }
  return null
}
