import { randomBytes } from 'node:crypto'
import { decodeInteger } from '../../crypto/encoding.ts'
import { createCheckedRandom, randomBelow } from '../../crypto/random.ts'
import { createRational, divideRational, one, rationalFromNumber, type Rational } from '../../crypto/rational.ts'
import { columnScale } from '../../compute/columns.ts'
import { createCellEncoder, findFactors } from '../../compute/products.ts'
import type { Column } from '../../shared/schemas/details.ts'

const floor = ({ numerator, denominator }: Rational): bigint => {
  const quotient = numerator / denominator
  return quotient * denominator > numerator ? quotient - 1n : quotient
}

const ceiling = (value: Rational): bigint => -floor({ numerator: -value.numerator, denominator: value.denominator })

/** The step between a column's made-up values: its own scale, but at least 1 where values are whole. */
const stepOf = ({ type, scale }: Column): Rational =>
  (type === 'number' ? createRational(BigInt(scale.numerator), BigInt(scale.denominator)) : createRational(1n))

/**
 * Made-up rows for rehearsals: every value uniform between its column's declared bounds, a multiple of the column's scale,
 * drawn by the operating system's CSPRNG. Only the public columns are looked at, never the data, so the rows say nothing
 * about it (S6); nothing makes two runs alike. Second moments are the products of what was made up, to the nearest double.
 */
export const createTestRows = (columns: readonly Column[], rows: number): number[][] => {
  const random = createCheckedRandom((count) => new Uint8Array(randomBytes(count)))
  const draws = columns.map((column) => {
    const step = stepOf(column)
    const least = ceiling(divideRational(rationalFromNumber(column.lower), step))
    const most = floor(divideRational(rationalFromNumber(column.upper), step))
    return () => decodeInteger(least + randomBelow(most - least + 1n, random), step)
  })
  const encodeCell = createCellEncoder(columns)
  const scales = columns.map(columnScale)
  const factors = findFactors(columns)
  return Array.from({ length: rows }, () => {
    const row = draws.map((draw, column) => (factors[column] === null ? draw() : 0))
    return row.map((value, column) => (factors[column] === null ? value : decodeInteger(encodeCell(row, column), scales[column] ?? one)))
  })
}
