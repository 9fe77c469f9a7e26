import { one } from '../crypto/rational.ts'
import { AppError } from '../shared/errors.ts'
import type { StepOperation } from '../shared/schemas/program.ts'
import type { DatasetDescription } from './columns.ts'
import { numberValue, plainValue, stepValue, sumValues, type DeferredValue } from './deferred-value.ts'
import { evaluateGraph } from './graph.ts'
import { createIntegerAlgebra } from './integers.ts'
import { parsePlain, type Plain } from './plain.ts'
import { resolveAxes, type Axes } from './reduction.ts'
import { columnState, columnsState, concatStates, getState, reshapeState, rowsState, sliceState, transposeState } from './selection.ts'
import { assertShapeAllowed, broadcastShapes, findBroadcastCells, shapeError, sizeOf, type Range, type Shape } from './shape.ts'
import { createConstantNode, type ColumnNames, type TensorState } from './state.ts'
import type { Tensor } from './tensor.ts'

/** More numbers than any listing decrypts at once. */
const maxValues = 1 << 17

type Operand = DeferredTensor | Plain

/** What numbers that are known already stand for: no table. */
const nowhere: DatasetDescription = { rows: 1, columns: [], keyBits: 4096, datasetRoot: '' }

interface DeferredParts {
  readonly shape: Shape
  readonly names: ColumnNames | null
  readonly values: readonly DeferredValue[]
  readonly leaves: ReadonlySet<Tensor>
}

const assertSize = (operation: string, shape: Shape): void => {
  assertShapeAllowed(operation, shape)
  if (sizeOf(shape) <= maxValues) return
  throw new AppError('input.tensor-too-large', `${operation}: ${sizeOf(shape)} numbers after decryption, of which ${maxValues} are computed at most`, {
    details: { operation, shape: [...shape] },
  })
}

const divisionByZero = (operation: string, what: string): AppError =>
  new AppError('input.tensor-division-by-zero', `${operation}: ${what}`, { details: { operation } })

/**
 * Numbers that are known only after decryption: what no additive scheme can do on ciphertexts is written down here, number by
 * number, and evaluated when the answer is read. Every encrypted tensor it is made of is decrypted whole: a leaf. Immutable;
 * names, shapes and results are NumPy's; every method throws `input.tensor-*` for what cannot be done.
 */
export class DeferredTensor {
  readonly shape: Shape
  readonly names: ColumnNames | null
  readonly values: readonly DeferredValue[]
  readonly leaves: ReadonlySet<Tensor>

  constructor({ shape, names, values, leaves }: DeferredParts) {
    this.shape = shape
    this.names = names
    this.values = values
    this.leaves = leaves
  }

  get size(): number {
    return this.values.length
  }

  get columnNames(): readonly string[] | null {
    return this.names?.values ?? null
  }

  dim(): number {
    return this.shape.length
  }

  /** A step for each number, of one input: neg, sqrt, exp, log, abs, round, sigmoid. */
  apply(operation: StepOperation): DeferredTensor {
    return new DeferredTensor({ ...this, values: this.values.map((value) => stepValue(operation, value)) })
  }

  /** A step for each pair of numbers, broadcast: add, sub, mul, div, pow and the comparisons, which give 1 and 0. */
  combine(name: string, operation: StepOperation, other: Operand, isReflected = false): DeferredTensor {
    const [left, right] = isReflected ? [deferOperand(name, other), this] : [this, deferOperand(name, other)]
    return combineAll(name, [left, right], ([a, b]) => stepValue(operation, a as DeferredValue, b as DeferredValue))
  }

  /** This where the condition is not 0, elsewhere `other`. */
  where(condition: Operand, other: Operand): DeferredTensor {
    const operands = [deferOperand('where', condition), this, deferOperand('where', other)]
    return combineAll('where', operands, (values) => stepValue('choose', ...values))
  }

  sum(axes?: Axes): DeferredTensor {
    return this.#reduce('sum', axes, sumValues)
  }

  mean(axes?: Axes): DeferredTensor {
    return this.#reduce('mean', axes, (values) => {
      if (values.length === 0) throw divisionByZero('mean', 'there are no cells to average')
      return stepValue('div', sumValues(values), numberValue(values.length))
    })
  }

  /** max, min, argmax or argmin over an axis, or over all cells in row-major order. */
  extreme(operation: 'max' | 'min' | 'argmax' | 'argmin', axis?: Axes): DeferredTensor {
    return this.#reduce(operation, axis, (values) => {
      const [first] = values
      if (first === undefined) throw shapeError(operation, this.shape, [], 'there is nothing to choose from')
      if (values.length === 1) return operation.startsWith('arg') ? numberValue(0) : first
      return stepValue(operation, ...values)
    })
  }

  /** NumPy's quantile by linear interpolation, for 0 ≤ q ≤ 1. */
  quantile(q: number, axes?: Axes, name = 'quantile'): DeferredTensor {
    if (!(q >= 0 && q <= 1)) throw new AppError('input.tensor-value', `${name}: the fraction must lie between 0 and 1, not ${q}`)
    return this.#reduce(name, axes, (values) => {
      if (values.length === 0) throw shapeError(name, this.shape, [], 'there is nothing to order')
      return stepValue('quantile', numberValue(q), ...values)
    })
  }

  /** The numbers along an axis, by default the last, in rising order. */
  sort(axis = -1): DeferredTensor {
    const [last = 0] = resolveAxes('sort', axis, this.shape)
    const order = [...this.shape.keys()].filter((other) => other !== last).concat(last)
    const turned = this.transpose(order)
    const length = this.shape[last] as number
    if (length > 1000) throw new AppError('input.tensor-too-large', `sort: ${length} numbers in a row, of which 1000 are sorted at most`)
    const values = turned.values.map((_, cell) => {
      const start = cell - (cell % length)
      return stepValue('order', numberValue(cell % length), ...turned.values.slice(start, start + length))
    })
    const sorted = new DeferredTensor({ ...turned, values, names: null })
    return sorted.transpose(order.map((_, position) => order.indexOf(position)))
  }

  /** Var along the axes, by definition: the mean of the squared distances from the mean, over n − ddof. */
  variance(name: string, axes: Axes, ddof: number): DeferredTensor {
    return this.#reduce(name, axes, (values) => {
      if (values.length <= ddof) throw divisionByZero(name, `${values.length} numbers with ddof ${ddof} leave nothing to divide by`)
      const mean = stepValue('div', sumValues(values), numberValue(values.length))
      const squares = values.map((value) => stepValue('pow', stepValue('sub', value, mean), numberValue(2)))
      return stepValue('div', sumValues(squares), numberValue(values.length - ddof))
    })
  }

  /** Σ over this tensor's last axis and the first of a vector or matrix. */
  matmul(name: string, other: Operand): DeferredTensor {
    const right = deferOperand(name, other)
    const inner = this.shape.at(-1)
    if (name === 'dot' && (this.shape.length === 0 || right.shape.length === 0)) return this.combine(name, 'mul', right)
    if (inner === undefined || right.shape.length === 0 || right.shape.length > 2 || right.shape[0] !== inner) {
      throw shapeError(name, this.shape, right.shape, 'the last axis of the left must be as long as the first of a vector or matrix')
    }
    const outer = right.shape[1] ?? 1
    const shape = [...this.shape.slice(0, -1), ...right.shape.slice(1)]
    assertSize(name, shape)
    const values = Array.from({ length: sizeOf(shape) }, (_, cell) => {
      const row = Math.floor(cell / outer) * inner
      return sumValues(Array.from({ length: inner }, (_product, k) =>
        stepValue('mul', this.values[row + k] as DeferredValue, right.values[k * outer + (cell % outer)] as DeferredValue)))
    })
    return new DeferredTensor({ shape, names: null, values, leaves: unite([this, right]) })
  }

  get(...indices: number[]): DeferredTensor {
    return this.#select((state) => getState(state, indices))
  }

  slice(...ranges: readonly (Range | null)[]): DeferredTensor {
    return this.#select((state) => sliceState(state, ranges))
  }

  rows(rows: readonly number[]): DeferredTensor {
    return this.#select((state) => rowsState(state, rows))
  }

  col(column: string | number): DeferredTensor {
    return this.#select((state) => columnState(state, column))
  }

  cols(...columns: readonly (string | number)[]): DeferredTensor {
    return this.#select((state) => columnsState('cols', state, columns))
  }

  transpose(axes?: readonly number[]): DeferredTensor {
    return this.#select((state) => transposeState('transpose', state, axes))
  }

  reshape(shape: Shape): DeferredTensor {
    return this.#select((state) => reshapeState('reshape', state, shape))
  }

  concat(others: readonly DeferredTensor[], axis = 0): DeferredTensor {
    const all = [this, ...others]
    const starts = all.map((_, index) => all.slice(0, index).reduce((sum, { size }) => sum + size, 0))
    const state = concatStates(all.map((tensor, index) => tensor.#numbered(starts[index] as number)), axis)
    return pick(all.flatMap(({ values }) => values), unite(all), state)
  }

  /** Its numbers' positions as a tensor of constants: what selection does to any tensor, it does to these. */
  #numbered(start = 0): TensorState {
    const [leaf] = this.leaves
    const dataset = leaf?.dataset ?? nowhere
    const node = createConstantNode(this.values.map((_, index) => BigInt(start + index)))
    return { dataset, node, shape: this.shape, names: this.names, scale: one, bound: 0n, error: 0 }
  }

  #select(change: (state: TensorState) => TensorState): DeferredTensor {
    return pick(this.values, this.leaves, change(this.#numbered()))
  }

  #reduce(name: string, axes: Axes, evaluate: (values: readonly DeferredValue[]) => DeferredValue): DeferredTensor {
    const reduced = resolveAxes(name, axes, this.shape)
    const kept = [...this.shape.keys()].filter((axis) => !reduced.includes(axis))
    const turned = this.transpose([...kept, ...reduced])
    const group = sizeOf(reduced.map((axis) => this.shape[axis] as number))
    const shape = kept.map((axis) => this.shape[axis] as number)
    const left = this.names === null || reduced.includes(this.names.axis) ? null : { ...this.names, axis: kept.indexOf(this.names.axis) }
    const values = Array.from({ length: sizeOf(shape) }, (_, cell) => evaluate(turned.values.slice(cell * group, (cell + 1) * group)))
    return new DeferredTensor({ shape, names: left, values, leaves: this.leaves })
  }
}

const unite = (tensors: readonly DeferredTensor[]): ReadonlySet<Tensor> => new Set(tensors.flatMap(({ leaves }) => [...leaves]))

const nothing = createIntegerAlgebra(() => 0n)

const pick = (values: readonly DeferredValue[], leaves: ReadonlySet<Tensor>, { node, shape, names }: TensorState): DeferredTensor => {
  const [cells = []] = evaluateGraph([node], nothing)
  return new DeferredTensor({ shape, names, values: cells.map((cell) => values[Number(cell)] as DeferredValue), leaves })
}

/**
 * An encrypted tensor as numbers known after decryption: each of its cells becomes one of the answer's, and any arithmetic on it is
 * possible.
 */
export const deferTensor = (tensor: Tensor): DeferredTensor => {
  assertSize('decrypted', tensor.shape)
  const values = Array.from({ length: tensor.size }, (_, index): DeferredValue => ({ kind: 'cell', tensor, index }))
  return new DeferredTensor({ shape: tensor.shape, names: tensor.names, values, leaves: new Set([tensor]) })
}

/** Numbers that are known while the script runs: a tensor below which nothing is encrypted. */
export const createKnown = (shape: Shape, numbers: readonly number[], names: ColumnNames | null = null): DeferredTensor => {
  assertSize('compare', shape)
  return new DeferredTensor({ shape, names, values: numbers.map(numberValue), leaves: new Set() })
}

const deferOperand = (name: string, operand: Operand): DeferredTensor => {
  if (operand instanceof DeferredTensor) return operand
  const { shape, values } = parsePlain(name, operand, true)
  return new DeferredTensor({ shape, names: null, values: values.map(plainValue), leaves: new Set() })
}

const broadcastNames = ({ names, shape }: DeferredTensor, target: Shape): ColumnNames | null => {
  if (names === null) return null
  const axis = names.axis + target.length - shape.length
  return target[axis] === names.values.length ? { axis, values: names.values } : null
}

/** Number by number over operands that are broadcast together. */
const combineAll = (
  name: string, operands: readonly DeferredTensor[], evaluate: (values: readonly DeferredValue[]) => DeferredValue,
): DeferredTensor => {
  const shape = operands.map((operand) => operand.shape).reduce((left, right) => broadcastShapes(name, left, right))
  assertSize(name, shape)
  const cells = operands.map((operand) => findBroadcastCells(operand.shape, shape))
  const values = Array.from({ length: sizeOf(shape) }, (_, cell) =>
    evaluate(operands.map((operand, index) => operand.values[cells[index]?.[cell] ?? cell] as DeferredValue)))
  return new DeferredTensor({
    shape,
    names: operands.reduce<ColumnNames | null>((names, operand) => names ?? broadcastNames(operand, shape), null),
    values,
    leaves: unite(operands),
  })
}
