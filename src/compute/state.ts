import { bitLength } from '../crypto/bytes.ts'
import { one, rationalToNumber, type Rational } from '../crypto/rational.ts'
import { AppError } from '../shared/errors.ts'
import type { Column } from '../shared/schemas/details.ts'
import {
  absolute, absoluteRational, columnRange, columnScale, findCommonScale, largestPlaintext, timesInteger, wholeMultiple,
  type DatasetDescription,
} from './columns.ts'
import type { GraphNode } from './graph.ts'
import { assertShapeAllowed, sizeOf, walk, type Shape } from './shape.ts'

/** The columns' names, along the axis that still has one entry per column. */
export interface ColumnNames {
  readonly axis: number
  readonly values: readonly string[]
}

/** A tensor: value of a cell = integer of the node's cell (row-major) × scale. */
export interface TensorState {
  readonly dataset: DatasetDescription
  readonly node: GraphNode
  readonly shape: Shape
  readonly names: ColumnNames | null
  /** Exact, signed, never 0. */
  readonly scale: Rational
  /** No cell's integer exceeds this in magnitude, whatever the data within their declared bounds. */
  readonly bound: bigint
  /** No cell's value is further than this from what exact weights would have given. */
  readonly error: number
}

/** A scale beyond this many bits belongs to no table: refused before it makes every program long. */
const maxScaleBits = 2048

/** Slightly more than `value`, so that a chain of doubles never understates a bound. */
export const roundUp = (value: number): number => value * (1 + 2 ** -50)

/** An upper bound on the magnitude of the tensor's values. */
export const valueBound = ({ bound, scale, error }: TensorState): number =>
  roundUp(rationalToNumber(timesInteger(absoluteRational(scale), bound))) + error

const assertFits = (operation: string, before: bigint, { dataset, bound, scale }: TensorState): void => {
  const limit = largestPlaintext(dataset.keyBits)
  if (bound > limit) {
    const left = Math.max(0, bitLength(limit) - bitLength(before))
    throw new AppError(
      'input.tensor-overflow',
      `${operation}: a cell could need ${bitLength(bound)} bits; a ${dataset.keyBits}-bit key holds ${bitLength(limit)}, of which ${left} were left`,
      { details: { operation, bits: bitLength(bound), limit: bitLength(limit), bitsLeft: left } },
    )
  }
  const scaleBits = Math.max(bitLength(scale.numerator), bitLength(scale.denominator))
  if (scaleBits > maxScaleBits) {
    throw new AppError('input.tensor-overflow', `${operation}: the scale would need ${scaleBits} bits, of which ${maxScaleBits} are kept`, {
      details: { operation, bits: scaleBits, limit: maxScaleBits, bitsLeft: 0 },
    })
  }
}

/** `from` with `changes`, checked: throws `input.tensor-overflow`, naming the operation, where a cell might not fit the key. */
export const deriveState = (operation: string, from: TensorState, changes: Partial<Omit<TensorState, 'dataset'>>): TensorState => {
  const state = { ...from, ...changes }
  assertFits(operation, from.bound, state)
  return state
}

/**
 * The largest magnitude the picked cells' integers can have, by the declared bounds of their columns; at least 1, so that
 * weights are bounded even on a column of zeros.
 */
const boundOfCells = ({ rows, columns }: DatasetDescription, cells: Int32Array, factors: readonly bigint[]): bigint => {
  const present = new Set<number>()
  for (const cell of cells) present.add(Math.floor(cell / rows))
  let bound = 1n
  for (const index of present) {
    const { lower, upper } = columnRange(columns[index] as Column)
    for (const end of [lower, upper]) {
      const magnitude = absolute(end * (factors[index] as bigint))
      if (magnitude > bound) bound = magnitude
    }
  }
  return bound
}

/** The whole table, row by row, at the largest scale its columns share. */
export const createDatasetState = (dataset: DatasetDescription): TensorState => {
  const { rows, columns } = dataset
  const shape = [rows, columns.length]
  assertShapeAllowed('createDataset', shape)
  const scales = columns.map(columnScale)
  const scale = findCommonScale(scales) ?? one
  const factors = scales.map((own) => wholeMultiple(own, scale))
  const cells = walk(shape, [1, rows])
  const node: GraphNode = { kind: 'input', size: cells.length, rows, cells, factors }
  const names = { axis: 1, values: columns.map(({ name }) => name) }
  const state = { dataset, node, shape, names, scale, bound: boundOfCells(dataset, cells, factors), error: 0 }
  assertFits('createDataset', 0n, state)
  return state
}

/** The tensor of one constant: what is left when encrypted cells are multiplied by 0. */
export const createZeroState = (from: TensorState, shape: Shape, names: ColumnNames | null): TensorState => ({
  dataset: from.dataset,
  node: createConstantNode(new Array<bigint>(sizeOf(shape)).fill(0n)),
  shape,
  names,
  scale: one,
  bound: 0n,
  error: 0,
})

export const createConstantNode = (values: readonly bigint[]): GraphNode => ({ kind: 'constant', size: values.length, values })

/** The tensor's cells picked, reordered or repeated by number into a new shape. */
export const gatherState = (from: TensorState, cells: Int32Array, shape: Shape, names: ColumnNames | null): TensorState => {
  const { node, dataset } = from
  const pick = (of: Int32Array): Int32Array => cells.map((cell) => of[cell] as number)
  switch (node.kind) {
    case 'input': {
      const inputs = pick(node.cells)
      const bound = boundOfCells(dataset, inputs, node.factors)
      return { ...from, node: { ...node, size: inputs.length, cells: inputs }, shape, names, bound }
    }
    case 'constant':
      return { ...from, node: createConstantNode(Array.from(cells, (cell) => node.values[cell] as bigint)), shape, names }
    case 'gather':
      return { ...from, node: { ...node, size: cells.length, cells: pick(node.cells) }, shape, names }
    default:
      return { ...from, node: { kind: 'gather', size: cells.length, source: node, cells }, shape, names }
  }
}
