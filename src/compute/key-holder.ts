import type { ProgramCell } from '../shared/schemas/program.ts'
import type { ReadCell } from './integers.ts'

/** Σ weightᵢ·xᵢ + constant over the integers under the ciphertexts; terms are as in a program, products numbered behind the table. */
export type IntegerForm = Omit<ProgramCell, 'scale'>

export type FormPair = readonly [left: IntegerForm, right: IntegerForm]

/**
 * Whoever can say what additive encryption cannot: the seller, under the real key or that of the test data, or the plain numbers
 * themselves. A script waits for it.
 */
export interface KeyHolder {
  /** Of each form, whether it is at least 0. */
  compare(forms: readonly IntegerForm[]): readonly boolean[]
  /** Makes the product of each pair: the cells numbered on from those made before. */
  multiply(pairs: readonly FormPair[]): void
}

export interface PlainKeyHolder extends KeyHolder {
  /** The table's integers, and behind them the products made so far. */
  readonly readCell: ReadCell
}

const evaluateForm = ({ constant, terms }: IntegerForm, readCell: ReadCell): bigint => {
  let total = BigInt(constant)
  for (const [start, count, weight] of terms) {
    let sum = 0n
    for (let cell = start; cell < start + count; cell++) sum += readCell(cell)
    total += BigInt(weight) * sum
  }
  return total
}

/** The key holder of a table whose integers are known: of test data, or of a table of one's own. `cells` is the table's size. */
export const createPlainKeyHolder = (cells: number, readTable: ReadCell): PlainKeyHolder => {
  const products: bigint[] = []
  const readCell: ReadCell = (cell) => (cell < cells ? readTable(cell) : (products[cell - cells] as bigint))
  return {
    readCell,
    compare: (forms) => forms.map((form) => evaluateForm(form, readCell) >= 0n),
    multiply: (pairs) => {
      for (const [left, right] of pairs) products.push(evaluateForm(left, readCell) * evaluateForm(right, readCell))
    },
  }
}
