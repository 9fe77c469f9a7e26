import type { Algebra } from './graph.ts'

/** The integer under a cell's ciphertext; cells are numbered column by column, as in a program, products behind them. */
export type ReadCell = (cell: number) => bigint

/** The graph over plain integers: the test run's true answer. */
export const createIntegerAlgebra = (readCell: ReadCell): Algebra<readonly bigint[]> => ({
  input: ({ cells, rows, factors }) =>
    Array.from(cells, (cell) => readCell(cell) * (factors[Math.floor(cell / rows)] as bigint)),
  product: ({ cells }) => Array.from(cells, readCell),
  constant: (values) => values,
  gather: (source, cells) => Array.from(cells, (cell) => source[cell] as bigint),
  concat: (sources, { factors }) => sources.flatMap((source, index) => source.map((value) => value * (factors[index] as bigint))),
  add: (left, right, { leftFactor, rightFactor }) =>
    left.map((value, cell) => value * leftFactor + (right[cell] as bigint) * rightFactor),
  weigh: (source, weights) => source.map((value, cell) => value * (weights[cell] as bigint)),
  sum: (source, group) => {
    const sums: bigint[] = []
    for (let start = 0; start < source.length; start += group) {
      let total = 0n
      for (let cell = start; cell < start + group; cell++) total += source[cell] as bigint
      sums.push(total)
    }
    return sums
  },
  dot: (source, { size, inner, outer, weights }) => {
    const products = new Array<bigint>(size)
    for (let cell = 0; cell < size; cell++) {
      const row = Math.floor(cell / outer) * inner
      let total = 0n
      for (let k = 0; k < inner; k++) total += (source[row + k] as bigint) * (weights[k * outer + (cell % outer)] as bigint)
      products[cell] = total
    }
    return products
  },
})
