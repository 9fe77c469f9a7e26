import { bitLength } from '../crypto/bytes.ts'
import type { Program } from '../shared/schemas/program.ts'
import type { FormPair, IntegerForm } from './key-holder.ts'
import { columnRange, type DatasetDescription, type IntegerRange } from './columns.ts'

/** x ↦ the sum of the bounds of all cells before cell x: one sum per column, then one per product behind them. */
const createPrefix = (rows: number, bounds: readonly bigint[], behind: readonly bigint[]): ((cell: number) => bigint) => {
  const before = [0n]
  for (const bound of bounds) before.push((before.at(-1) ?? 0n) + bound * BigInt(rows))
  const table = rows * bounds.length
  const products = [before.at(-1) ?? 0n]
  for (const bound of behind) products.push((products.at(-1) ?? 0n) + bound)
  return (cell) => {
    if (cell >= table) return products[cell - table] as bigint
    const column = Math.floor(cell / rows)
    return (before[column] as bigint) + (bounds[column] ?? 0n) * BigInt(cell % rows)
  }
}

/** Runs of cells with their weights. */
export type WeightedRuns = Iterable<readonly [start: number, count: number, weight: bigint]>

/** The integers a weighted sum of cells and a constant can be, from the declared bounds of the columns alone: interval arithmetic. */
export type FormRange = (runs: WeightedRuns, constant: bigint) => IntegerRange

export const createFormRange = ({ rows, columns, products = [] }: DatasetDescription): FormRange => {
  const ranges = columns.map(columnRange)
  const lowerBefore = createPrefix(rows, ranges.map(({ lower }) => lower), products.map(({ lower }) => lower))
  const upperBefore = createPrefix(rows, ranges.map(({ upper }) => upper), products.map(({ upper }) => upper))
  return (runs, constant) => {
    let [lower, upper] = [constant, constant]
    for (const [start, count, weight] of runs) {
      const least = lowerBefore(start + count) - lowerBefore(start)
      const most = upperBefore(start + count) - upperBefore(start)
      lower += weight * (weight > 0n ? least : most)
      upper += weight * (weight > 0n ? most : least)
    }
    return { lower, upper }
  }
}

const formRange = ({ terms, constant }: IntegerForm, rangeOf: FormRange): IntegerRange =>
  rangeOf(terms.map(([start, count, weight]) => [start, count, BigInt(weight)] as const), BigInt(constant))

export interface ProductRange {
  readonly factors: readonly [IntegerRange, IntegerRange]
  readonly product: IntegerRange
}

/** What two forms and their product can be. */
export const rangeOfProduct = (pair: FormPair, rangeOf: FormRange): ProductRange => {
  const [a, b] = [formRange(pair[0], rangeOf), formRange(pair[1], rangeOf)]
  const corners = [a.lower * b.lower, a.lower * b.upper, a.upper * b.lower, a.upper * b.upper]
  const product = { lower: corners.reduce((x, y) => (x < y ? x : y)), upper: corners.reduce((x, y) => (x > y ? x : y)) }
  return { factors: [a, b], product }
}

/** Bits (without sign) of the largest magnitude. */
export const rangeBits = ({ lower, upper }: IntegerRange): number => Math.max(bitLength(lower), bitLength(upper))

/** Most bits (without sign) the decrypted integer of each cell can have, whatever the data within their declared bounds. */
export const answerBits = (program: Program, dataset: DatasetDescription): number[] => {
  const rangeOf = createFormRange(dataset)
  return program.cells.map(({ constant, terms }) =>
    rangeBits(rangeOf(terms.map(([start, count, weight]) => [start, count, BigInt(weight)] as const), BigInt(constant))))
}
