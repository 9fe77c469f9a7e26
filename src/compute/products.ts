import { encodeValue } from '../crypto/encoding.ts'
import { createRational, divideRational, multiplyRational } from '../crypto/rational.ts'
import type { Column } from '../shared/schemas/details.ts'
import { columnScale } from './columns.ts'

/** The two columns of which a column holds the products, cell by cell. */
export type Factors = readonly [left: number, right: number]

type Named = Pick<Column, 'name'>

const plainName = (name: string): string => name.replaceAll(' ', '')

/** The first way of reading a name as `a*b` in which both are columns of their own. */
const readFactors = (name: string, index: number, numbers: ReadonlyMap<string, number>): Factors | null => {
  const plain = plainName(name)
  for (let at = plain.indexOf('*'); at !== -1; at = plain.indexOf('*', at + 1)) {
    const [left, right] = [numbers.get(plain.slice(0, at)), numbers.get(plain.slice(at + 1))]
    if (left !== undefined && right !== undefined && left !== index && right !== index) return [left, right]
  }
  return null
}

const known = new WeakMap<readonly Named[], readonly (Factors | null)[]>()

/**
 * Which columns are second moments, and of which two (docs/adr/0201): a column named `a*b` holds the products of the
 * columns `a` and `b`, so that a listing's terms name what it offers. Null for every other column.
 */
export const findFactors = (columns: readonly Named[]): readonly (Factors | null)[] => {
  const before = known.get(columns)
  if (before !== undefined) return before
  const numbers = new Map(columns.map(({ name }, index) => [plainName(name), index]))
  const factors = columns.map(({ name }, index) => (name.includes('*') ? readFactors(name, index, numbers) : null))
  known.set(columns, factors)
  return factors
}

/** The numbers of the columns that are no products: those that scripts see as `data`. */
export const findTableColumns = (columns: readonly Named[]): number[] =>
  findFactors(columns).flatMap((factors, index) => (factors === null ? [index] : []))

/** They themselves, in order. */
export const listTableColumns = <Kind extends Named>(columns: readonly Kind[]): Kind[] =>
  columns.filter((_, index) => findFactors(columns)[index] === null)

export const listTableNames = (columns: readonly Named[]): string[] => listTableColumns(columns).map(({ name }) => name)

/** The names of the products, in order. */
export const listMomentNames = (columns: readonly Named[]): string[] =>
  columns.filter((_, index) => findFactors(columns)[index] !== null).map(({ name }) => name)

export const hasSecondMoments = (columns: readonly Named[]): boolean => findFactors(columns).some((factors) => factors !== null)

/** The integer under a row's ciphertext in one column. */
export type EncodeCell = (row: readonly number[], column: number) => bigint

/**
 * Encodes a table's cells exactly; a product is that of the encoded factors, since two doubles' product need not be a double. Throws
 * what encodeValue does.
 */
export const createCellEncoder = (columns: readonly Column[]): EncodeCell => {
  const scales = columns.map(columnScale)
  const factors = findFactors(columns)
  const encodeCell: EncodeCell = (row, column) => {
    const scale = scales[column] ?? createRational(1n)
    const pair = factors[column] ?? null
    if (pair === null) return encodeValue(row[column] ?? Number.NaN, scale)
    const [left, right] = pair
    const product = encodeCell(row, left) * encodeCell(row, right)
    const steps = divideRational(multiplyRational(scales[left] ?? scale, scales[right] ?? scale), scale)
    // A product's scale is that of its factors, or one they are whole multiples of: else the cell has no integer.
    return steps.denominator === 1n ? product * steps.numerator : encodeValue(row[column] ?? Number.NaN, scale)
  }
  return encodeCell
}
