import type { Algebra } from './graph.ts'
import { evaluateGraph } from './graph.ts'
import type { Tensor } from './tensor.ts'

/** Of each cell: the one row of the table it depends on, or one of these. */
const noRow = -1
const manyRows = -2

const merge = (a: number, b: number): number => (a === noRow || a === b ? b : b === noRow ? a : manyRows)

const mergeGroup = (source: Int32Array, start: number, end: number): number => {
  let row = noRow
  for (let cell = start; cell < end && row !== manyRows; cell++) row = merge(row, source[cell] as number)
  return row
}

/** The graph over the rows its cells depend on. */
const rowAlgebra: Algebra<Int32Array> = {
  input: ({ cells, rows }) => cells.map((cell) => cell % rows),
  product: ({ rows }) => rows,
  constant: (values) => new Int32Array(values.length).fill(noRow),
  gather: (source, cells) => cells.map((cell) => source[cell] as number),
  concat: (sources) => Int32Array.from(sources.flatMap((source) => [...source])),
  add: (left, right) => left.map((row, cell) => merge(row, right[cell] as number)),
  weigh: (source) => source,
  sum: (source, group) =>
    Int32Array.from({ length: source.length / group }, (_, cell) => mergeGroup(source, cell * group, (cell + 1) * group)),
  dot: (source, { size, inner, outer }) => Int32Array.from({ length: size }, (_, cell) => {
    const start = Math.floor(cell / outer) * inner
    return mergeGroup(source, start, start + inner)
  }),
}

/** Of each cell of a and b, taken together, the one row it depends on, or −1 for none and −2 for several. */
export const mergeRows = (a: Tensor, b: Tensor): Int32Array => {
  const [left, right] = evaluateGraph([a.node, b.node], rowAlgebra) as [Int32Array, Int32Array]
  return left.map((row, cell) => merge(row, right[cell] as number))
}

const known = new WeakMap<Tensor, boolean>()

/** Whether some cell tells about a single row of a table that has more: such tensors are never decrypted by the way. */
export const isRowLevel = (tensor: Tensor): boolean => {
  const before = known.get(tensor)
  if (before !== undefined) return before
  const [rows] = evaluateGraph([tensor.node], rowAlgebra)
  const isSingle = tensor.dataset.rows > 1 && (rows as Int32Array).some((row) => row >= 0)
  known.set(tensor, isSingle)
  return isSingle
}
