import { createCellEncoder, findFactors } from '../../compute/products.ts'
import { columnScale } from '../../compute/columns.ts'
import type { Column } from '../../shared/schemas/details.ts'
import { residuePrime } from '../datasets/residue-algebra.ts'
import { toResidue } from '../datasets/second-moments.ts'

/** Decimals of so many digits are told apart by doubles. */
const mostExact = 1e15

/** 10ᵏ where a column's cells are whole multiples of 10⁻ᵏ and no products, and k is small enough; else null. */
const findFactor = (columns: readonly Column[], at: number): number | null => {
  const { numerator, denominator } = columnScale(columns[at] as Column)
  if (numerator !== 1n || denominator > BigInt(mostExact) || !/^10*$/.test(String(denominator))) return null
  return (findFactors(columns)[at] ?? null) === null ? Number(denominator) : null
}

/**
 * The residue of what is encrypted of a row in one column. A double is the decimal m/10ᵏ, of 15 digits at most, where that division gives
 * it, since no other decimal so short does; for all others the encoder's exact integers are used, which take a hundred times as long.
 */
export const createResidueOf = (columns: readonly Column[], at: number): ((row: readonly number[]) => number) => {
  const encodeCell = createCellEncoder(columns)
  const factor = findFactor(columns, at)
  return (row) => {
    const value = row[at] ?? Number.NaN
    const multiple = factor === null ? Number.NaN : Math.round(value * factor)
    if (factor === null || !(Math.abs(multiple) < mostExact) || multiple / factor !== value) return toResidue(encodeCell(row, at))
    const rest = multiple % residuePrime
    return rest < 0 ? rest + residuePrime : rest + 0
  }
}
