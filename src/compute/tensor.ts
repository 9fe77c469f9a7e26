import type { Rational } from '../crypto/rational.ts'
import { createRational } from '../crypto/rational.ts'
import { AppError } from '../shared/errors.ts'
import { addPlain, addTensors, dividePlain, multiplyPlain, refuseProduct, scaleState } from './arithmetic.ts'
import type { DatasetDescription } from './columns.ts'
import type { GraphNode } from './graph.ts'
import type { Plain } from './plain.ts'
import { dotPlain, dotPlainLeft, meanState, sumState, type Axes } from './reduction.ts'
import { columnState, columnsState, concatStates, getState, reshapeState, rowsState, sliceState, transposeState } from './selection.ts'
import type { Range, Shape } from './shape.ts'
import type { ColumnNames, TensorState } from './state.ts'

/**
 * An encrypted tensor as a script sees it: immutable and lazy. An operation builds a node of the graph and updates scale and
 * bounds; nothing is computed. Names and results are NumPy's. Every method throws `input.tensor-*` for what cannot be done,
 * naming itself, before any work.
 */
export class Tensor implements TensorState {
  readonly dataset: DatasetDescription
  readonly node: GraphNode
  readonly shape: Shape
  readonly names: ColumnNames | null
  readonly scale: Rational
  readonly bound: bigint
  readonly error: number

  constructor(state: TensorState) {
    this.dataset = state.dataset
    this.node = state.node
    this.shape = state.shape
    this.names = state.names
    this.scale = state.scale
    this.bound = state.bound
    this.error = state.error
  }

  /** Number of cells. */
  get size(): number {
    return this.node.size
  }

  /** The columns' names, while one axis still has one entry per column. */
  get columnNames(): readonly string[] | null {
    return this.names?.values ?? null
  }

  /** Number of axes. */
  dim(): number {
    return this.shape.length
  }

  /** Cell by cell, with a number, plain numbers (broadcast) or a tensor. */
  add(other: Tensor | Plain): Tensor {
    return this.#combine('add', other, 1n)
  }

  sub(other: Tensor | Plain): Tensor {
    return this.#combine('sub', other, -1n)
  }

  /** Each cell's negative. */
  neg(): Tensor {
    return new Tensor(scaleState('neg', this, createRational(-1n)))
  }

  /** By a number: only the scale changes. By plain numbers: one weight per cell. By a tensor: refused. */
  mul(other: Tensor | Plain): Tensor {
    if (other instanceof Tensor) return refuseProduct('mul', 'the product of two encrypted tensors')
    return new Tensor(multiplyPlain('mul', this, other))
  }

  /** By a number or plain numbers other than 0. By a tensor: refused. */
  div(other: Tensor | Plain): Tensor {
    if (other instanceof Tensor) return refuseProduct('div', 'dividing by an encrypted tensor')
    return new Tensor(dividePlain('div', this, other))
  }

  /** a[i, j, …]; negative indices count from the end. */
  get(...indices: number[]): Tensor {
    return new Tensor(getState(this, indices))
  }

  /** slice(start, stop) of the first axis, or one [start, stop, step] per axis, null for the whole of one. */
  slice(...ranges: readonly [start: number, stop?: number] | readonly (Range | null)[]): Tensor {
    const [first] = ranges
    return new Tensor(sliceState(this, typeof first === 'number' ? [ranges as Range] : (ranges as readonly (Range | null)[])))
  }

  /** One column, by name or number. */
  col(column: string | number): Tensor {
    return new Tensor(columnState(this, column))
  }

  /** Some columns, in the order given. */
  cols(...columns: (string | number)[]): Tensor {
    return new Tensor(columnsState('cols', this, columns))
  }

  /** rows(from, to) without the last, as slice; or the rows of a list. */
  rows(from: number | readonly number[], to?: number): Tensor {
    return new Tensor(typeof from === 'number' ? sliceState(this, [[from, to ?? null]]) : rowsState(this, from))
  }

  /** The axes in reverse. */
  t(): Tensor {
    return new Tensor(transposeState('t', this))
  }

  /** The axes in the order given, as numbers or one list; reversed without. */
  transpose(...axes: number[] | [readonly number[]]): Tensor {
    const list = axes.flat()
    return new Tensor(transposeState('transpose', this, axes.length === 0 ? undefined : list))
  }

  /** The same cells, row-major, under another shape; one −1 stands for what is left. */
  reshape(...shape: number[] | [readonly number[]]): Tensor {
    return new Tensor(reshapeState('reshape', this, shape.flat()))
  }

  /** One after the other along an axis. */
  concat(others: Tensor | readonly Tensor[], axis = 0): Tensor {
    return concat([this, others].flat(), axis)
  }

  /** Over all cells, or over the axis or axes named: 0 runs over the rows, 1 over the columns. */
  sum(axis?: Axes): Tensor {
    return new Tensor(sumState('sum', this, axis))
  }

  mean(axis?: Axes): Tensor {
    return new Tensor(meanState(this, axis))
  }

  /** Σ over this tensor's last axis and the first of the plain weights (a vector or a matrix). */
  dot(weights: Tensor | Plain): Tensor {
    return dot(this, weights)
  }

  matmul(weights: Tensor | Plain): Tensor {
    if (weights instanceof Tensor) return refuseProduct('matmul', 'the product of two encrypted tensors')
    return new Tensor(dotPlain('matmul', this, weights))
  }

  #combine(operation: string, other: Tensor | Plain, sign: 1n | -1n): Tensor {
    if (!(other instanceof Tensor)) return new Tensor(addPlain(operation, this, other, sign))
    assertSameDataset(operation, this.dataset, other.dataset)
    return new Tensor(addTensors(operation, this, other, sign))
  }
}

/** Throws `input.tensor-mixed`: ciphertexts under two keys have no sum, and a program names one dataset. */
export const assertSameDataset = (operation: string, a: DatasetDescription, b: DatasetDescription): void => {
  if (a.datasetRoot !== b.datasetRoot || a.keyBits !== b.keyBits) {
    throw new AppError(
      'input.tensor-mixed',
      `${operation}: the tensors belong to two datasets, ${a.datasetRoot} and ${b.datasetRoot}, encrypted under two keys`,
      { details: { operation, left: a.datasetRoot, right: b.datasetRoot } },
    )
  }
}

/** Joins tensors along an existing axis, as NumPy's concatenate. */
export const concat = (tensors: readonly Tensor[], axis = 0): Tensor => {
  const [first] = tensors
  if (first === undefined) throw new AppError('input.tensor-shape', 'concat: there is no tensor to join')
  for (const other of tensors) assertSameDataset('concat', first.dataset, other.dataset)
  return new Tensor(concatStates(tensors, axis))
}

/** NumPy's dot of a tensor and plain weights, on either side. */
export const dot = (left: Tensor | Plain, right: Tensor | Plain): Tensor => {
  if (left instanceof Tensor && right instanceof Tensor) return refuseProduct('dot', 'the product of two encrypted tensors')
  if (left instanceof Tensor) return new Tensor(dotPlain('dot', left, right as Plain))
  if (right instanceof Tensor) return new Tensor(dotPlainLeft('dot', left, right))
  throw new AppError('input.tensor-value', 'dot: one side must be a tensor')
}
