import { findFactors } from '../../compute/products.ts'

export interface UnnamedProduct {
  readonly column: string
  readonly flag: string
  readonly factor: string
}

/**
 * A column that holds the products of a 0/1 column and another in every row, without the name `flag*factor` that would put it under the
 * rule for second moments (docs/adr/0201); null where there is none. Rows are as imported.
 */
export const findUnnamedProduct = (
  columns: readonly { readonly name: string }[], rows: readonly (readonly number[])[],
): UnnamedProduct | null => {
  const factors = findFactors(columns)
  const plain = columns.flatMap((_, index) => (factors[index] === null ? [index] : []))
  const valueOf = (row: readonly number[], column: number): number => row[column] ?? Number.NaN
  const isFlag = (column: number): boolean => rows.every((row) => valueOf(row, column) === 0 || valueOf(row, column) === 1)
  const isConstant = (column: number): boolean => rows.every((row) => valueOf(row, column) === valueOf(rows[0] ?? [], column))
  const varying = plain.filter((column) => !isConstant(column))
  const flags = varying.filter(isFlag)
  for (const column of varying) {
    for (const flag of flags) {
      if (flag === column) continue
      const factor = varying.find((candidate) => candidate !== column && candidate !== flag
        && rows.some((row) => valueOf(row, candidate) !== valueOf(row, column))
        && rows.every((row) => valueOf(row, column) === valueOf(row, flag) * valueOf(row, candidate)))
      if (factor === undefined) continue
      const [product, left, right] = [columns[column], columns[flag], columns[factor]]
      if (product === undefined || left === undefined || right === undefined) continue
      return { column: product.name, flag: left.name, factor: right.name }
    }
  }
  return null
}
