import { AppError } from '../shared/errors.ts'
import { absolute, findCommonScale, wholeMultiple } from './columns.ts'
import {
  assertShapeAllowed, describeShape, normaliseAxis, normaliseIndex, resolveRange, shapeError, sizeOf, stridesOf, walk,
  type Range, type Shape,
} from './shape.ts'
import { findNearest } from './suggest.ts'
import { deriveState, gatherState, type ColumnNames, type TensorState } from './state.ts'
import type { Rational } from '../crypto/rational.ts'

/** a[i, j, …]: one axis fewer per index; a single cell has shape (). */
export const getState = (state: TensorState, indices: readonly number[]): TensorState => {
  const { shape, names } = state
  if (indices.length > shape.length) {
    throw new AppError('input.tensor-index', `get: ${indices.length} indices for shape ${describeShape(shape)}`, {
      details: { operation: 'get', shape: [...shape] },
    })
  }
  const strides = stridesOf(shape)
  const offset = indices.reduce(
    (sum, index, axis) => sum + normaliseIndex('get', index, shape[axis] as number, axis) * (strides[axis] as number), 0,
  )
  const rest = shape.slice(indices.length)
  const left = names === null || names.axis < indices.length ? null : { ...names, axis: names.axis - indices.length }
  return gatherState(state, Int32Array.from({ length: sizeOf(rest) }, (_, cell) => offset + cell), rest, left)
}

/** a[start:stop:step, …], one range per axis from the first; null takes the whole axis. */
export const sliceState = (state: TensorState, ranges: readonly (Range | null)[]): TensorState => {
  const { shape, names } = state
  if (ranges.length > shape.length) {
    throw new AppError('input.tensor-index', `slice: ${ranges.length} ranges for shape ${describeShape(shape)}`, {
      details: { operation: 'slice', shape: [...shape] },
    })
  }
  const resolved = shape.map((length, axis) => resolveRange('slice', ranges[axis] ?? null, length))
  const strides = stridesOf(shape)
  const target = resolved.map(({ count }) => count)
  const offset = resolved.reduce((sum, { first, count }, axis) => sum + (count === 0 ? 0 : first * (strides[axis] as number)), 0)
  const cells = walk(target, resolved.map(({ step }, axis) => step * (strides[axis] as number)), offset)
  return gatherState(state, cells, target, names === null ? null : sliceNames(names, resolved))
}

const sliceNames = (names: ColumnNames, resolved: readonly { first: number; count: number; step: number }[]): ColumnNames => {
  const { first, count, step } = resolved[names.axis] as { first: number; count: number; step: number }
  return { axis: names.axis, values: Array.from({ length: count }, (_, index) => names.values[first + index * step] as string) }
}

/** Entries of one axis, by number, in the order given. */
const takeState = (operation: string, state: TensorState, axis: number, indices: readonly number[]): TensorState => {
  const { shape, names } = state
  const length = shape[axis] as number
  const normal = indices.map((index) => normaliseIndex(operation, index, length, axis))
  const target = shape.map((own, other) => (other === axis ? normal.length : own))
  assertShapeAllowed(operation, target)
  const inner = sizeOf(shape.slice(axis + 1))
  const cells = walk(target, stridesOf(target)).map((cell) => {
    const outer = Math.floor(cell / (inner * normal.length))
    const entry = normal[Math.floor(cell / inner) % normal.length] as number
    return (outer * length + entry) * inner + (cell % inner)
  })
  const taken = names?.axis === axis ? { axis, values: normal.map((index) => names.values[index] as string) } : names
  return gatherState(state, cells, target, taken)
}

/** The axis whose entries are columns: the named one, else the last of a table. Throws `input.tensor-index` for a vector, of rows alone. */
const columnAxis = (operation: string, { names, shape }: TensorState): number => {
  if (names !== null) return names.axis
  if (shape.length > 1) return normaliseAxis(operation, -1, shape)
  throw new AppError('input.tensor-index', `${operation}: ${shape.length === 0 ? 'a single number' : 'a vector'} has no columns; `
    + 'columns are of the table, data.col("name"), and x[2] is entry 2 of a vector', { details: { operation } })
}

const mostListed = 30

const describeColumns = (wanted: string, names: readonly string[]): string => {
  if (/^-?\d+$/.test(wanted) && Number(wanted) < names.length) return `column ${wanted} is taken by its number, without quotes`
  const nearest = findNearest(wanted, names)
  if (nearest !== null) return `did you mean ${JSON.stringify(nearest)}?`
  const rest = names.length > mostListed ? `, … ${names.length - mostListed} more` : ''
  return `the columns are ${names.slice(0, mostListed).join(', ')}${rest}`
}

const findColumn = (operation: string, { names }: TensorState, column: string | number): number => {
  if (typeof column === 'number') return column
  const index = names === null ? -1 : names.values.indexOf(column)
  const last = names === null ? -1 : names.values.lastIndexOf(column)
  if (index !== last) {
    throw new AppError('input.tensor-index', `${operation}: ${JSON.stringify(column)} is the name of column ${index} and of column ${last}: take one by its number`, {
      details: { operation, column },
    })
  }
  if (index === -1) {
    const known = names === null ? 'this tensor has no column names left; use a number' : describeColumns(column, names.values)
    throw new AppError('input.tensor-index', `${operation}: there is no column ${JSON.stringify(column)}: ${known}`, {
      details: { operation, column },
    })
  }
  return index
}

export const columnsState = (operation: string, state: TensorState, columns: readonly (string | number)[]): TensorState =>
  takeState(operation, state, columnAxis(operation, state), columns.map((column) => findColumn(operation, state, column)))

export const columnState = (state: TensorState, column: string | number): TensorState => {
  const axis = columnAxis('col', state)
  return reshapeState('col', columnsState('col', state, [column]), state.shape.filter((_, other) => other !== axis))
}

export const rowsState = (state: TensorState, rows: readonly number[]): TensorState =>
  takeState('rows', state, normaliseAxis('rows', 0, state.shape), rows)

/** The axes in the order given; by default reversed. */
export const transposeState = (operation: string, state: TensorState, axes?: readonly number[]): TensorState => {
  const { shape, names } = state
  const order = axes === undefined
    ? shape.map((_, axis) => shape.length - 1 - axis)
    : axes.map((axis) => normaliseAxis(operation, axis, shape))
  if (order.length !== shape.length || new Set(order).size !== shape.length) {
    throw new AppError('input.tensor-index', `${operation}: the axes of shape ${describeShape(shape)} must each be named once`, {
      details: { operation, shape: [...shape], axes: [...order] },
    })
  }
  if (order.every((axis, position) => axis === position)) return state
  const strides = stridesOf(shape)
  const target = order.map((axis) => shape[axis] as number)
  const moved = names === null ? null : { ...names, axis: order.indexOf(names.axis) }
  return gatherState(state, walk(target, order.map((axis) => strides[axis] as number)), target, moved)
}

/** The same cells in row-major order under another shape; one −1 stands for what is left over. */
export const reshapeState = (operation: string, state: TensorState, shape: Shape): TensorState => {
  const known = sizeOf(shape.filter((length) => length !== -1))
  const target = shape.map((length) => (length === -1 ? state.node.size / known : length))
  const isWhole = target.every((length) => Number.isInteger(length) && length >= 0)
  if (!isWhole || shape.filter((length) => length === -1).length > 1 || sizeOf(target) !== state.node.size) {
    throw shapeError(operation, state.shape, shape, `${state.node.size} cells cannot be laid out so`)
  }
  assertShapeAllowed(operation, target)
  const isSame = target.length === state.shape.length && target.every((length, axis) => length === state.shape[axis])
  return { ...state, shape: target, names: isSame ? state.names : null }
}

const concatNames = (states: readonly TensorState[], axis: number): ColumnNames | null => {
  const names = (states[0] as TensorState).names
  if (names === null || names.axis !== axis) return names
  const parts = states.map((state) => (state.names?.axis === axis ? state.names.values : null))
  return parts.some((part) => part === null) ? null : { axis, values: parts.flatMap((part) => part ?? []) }
}

/** Tensors one after the other along an axis, at the largest scale of which all are multiples. */
export const concatStates = (states: readonly TensorState[], axisGiven: number): TensorState => {
  const first = states[0] as TensorState
  const axis = normaliseAxis('concat', axisGiven, first.shape)
  for (const { shape } of states) {
    if (shape.length !== first.shape.length || shape.some((length, other) => other !== axis && length !== first.shape[other])) {
      throw shapeError('concat', first.shape, shape, `all axes but axis ${axis} must agree`)
    }
  }
  const target = first.shape.map((length, other) =>
    other === axis ? states.reduce((sum, { shape }) => sum + (shape[axis] as number), 0) : length)
  assertShapeAllowed('concat', target)
  const scale = findCommonScale(states.map((state) => state.scale)) as Rational
  const factors = states.map((state) => wholeMultiple(state.scale, scale))
  const bounds = states.map(({ bound }, index) => bound * absolute(factors[index] as bigint))
  const joined = deriveState('concat', first, {
    node: { kind: 'concat', size: sizeOf(target), sources: states.map(({ node }) => node), factors },
    scale,
    bound: bounds.reduce((most, bound) => (bound > most ? bound : most), 0n),
    error: Math.max(...states.map(({ error }) => error)),
  })
  const names = concatNames(states, axis)
  return axis === 0 ? { ...joined, shape: target, names } : gatherState(joined, interleave(states, axis, target), target, names)
}

/** Where the blocks of tensors that lie end to end belong when they are joined along a later axis. */
const interleave = (states: readonly TensorState[], axis: number, target: Shape): Int32Array => {
  const cells = new Int32Array(sizeOf(target))
  const outer = sizeOf(target.slice(0, axis))
  let position = 0
  for (let block = 0; block < outer; block++) {
    let offset = 0
    for (const { node } of states) {
      const length = node.size / outer
      for (let cell = 0; cell < length; cell++) cells[position++] = offset + block * length + cell
      offset += node.size
    }
  }
  return cells
}
