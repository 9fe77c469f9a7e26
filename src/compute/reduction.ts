import { createRational, multiplyRational } from '../crypto/rational.ts'
import { AppError } from '../shared/errors.ts'
import { largest, largestNumber, magnitudeOf, multiplyPlain, scaleState, weighError } from './arithmetic.ts'
import { absolute } from './columns.ts'
import { factorWeights, parsePlain, type Plain } from './plain.ts'
import { assertShapeAllowed, normaliseAxis, shapeError, sizeOf, type Shape } from './shape.ts'
import { transposeState } from './selection.ts'
import { createZeroState, deriveState, roundUp, type TensorState } from './state.ts'

/** Nothing: all axes; a number or a list: those. */
export type Axes = number | readonly number[] | undefined

/** Counted from the front, each once. Throws `input.tensor-index`. */
export const resolveAxes = (operation: string, axes: Axes, shape: Shape): number[] => {
  const given = axes === undefined ? shape.map((_, axis) => axis) : typeof axes === 'number' ? [axes] : axes
  const normal = given.map((axis) => normaliseAxis(operation, axis, shape))
  if (new Set(normal).size !== normal.length) {
    throw new AppError('input.tensor-index', `${operation}: an axis is named twice`, { details: { operation, axes: [...given] } })
  }
  return normal
}

export const sumState = (operation: string, state: TensorState, axes: Axes): TensorState => {
  const { shape, names } = state
  const summed = resolveAxes(operation, axes, shape)
  const kept = shape.map((_, axis) => axis).filter((axis) => !summed.includes(axis))
  const target = kept.map((axis) => shape[axis] as number)
  const group = sizeOf(summed.map((axis) => shape[axis] as number))
  const left = names === null || summed.includes(names.axis) ? null : { ...names, axis: kept.indexOf(names.axis) }
  if (group === 0) return createZeroState(state, target, left)
  const last = transposeState(operation, state, [...kept, ...summed])
  return deriveState(operation, state, {
    node: group === 1 ? last.node : { kind: 'sum', size: sizeOf(target), source: last.node, group },
    shape: target,
    names: left,
    bound: state.bound * BigInt(group),
    error: state.error === 0 ? 0 : roundUp(state.error * group),
  })
}

/** Throws `input.tensor-division-by-zero` for a mean of nothing. */
export const meanState = (state: TensorState, axes: Axes): TensorState => {
  const count = sizeOf(resolveAxes('mean', axes, state.shape).map((axis) => state.shape[axis] as number))
  if (count === 0) throw new AppError('input.tensor-division-by-zero', 'mean: there are no cells to average', { details: { operation: 'mean' } })
  return scaleState('mean', sumState('mean', state, axes), createRational(1n, BigInt(count)))
}

/** Σ over the last axis of the tensor and the first of the weights, which are a vector or a matrix. */
export const dotPlain = (operation: string, state: TensorState, plain: Plain): TensorState => {
  const { shape: plainShape, values } = parsePlain(operation, plain)
  if (operation === 'dot' && (state.shape.length === 0 || plainShape.length === 0)) return multiplyPlain(operation, state, plain)
  const inner = state.shape.at(-1)
  if (plainShape.length === 0 || plainShape.length > 2) {
    throw shapeError(operation, state.shape, plainShape, 'the plain weights must be a vector or a matrix')
  }
  if (inner === undefined || inner !== plainShape[0]) {
    throw shapeError(operation, state.shape, plainShape, `the tensor's last axis has ${inner ?? 'no cells'} against ${plainShape[0]}`)
  }
  const outer = plainShape[1] ?? 1
  const shape = [...state.shape.slice(0, -1), ...plainShape.slice(1)]
  assertShapeAllowed(operation, shape)
  const names = state.names === null || state.names.axis === state.shape.length - 1 ? null : state.names
  const { scale, integers, errors } = factorWeights(values)
  if (scale === null) return createZeroState(state, shape, names)
  const sums = sumColumns(integers.map(absolute), outer, (a, b) => a + b, 0n)
  const most = largest(sums)
  return deriveState(operation, state, {
    node: { kind: 'dot', size: sizeOf(shape), source: state.node, inner, outer, weights: integers },
    shape,
    names,
    scale: multiplyRational(state.scale, scale),
    bound: state.bound * most,
    error: weighError(
      state,
      magnitudeOf(multiplyRational(scale, createRational(most))),
      roundUp(largestNumber(sumColumns(errors, outer, (a, b) => roundUp(a + b), 0))),
    ),
  })
}

const sumColumns = <T>(values: readonly T[], columns: number, add: (a: T, b: T) => T, zero: T): T[] => {
  const sums = new Array<T>(columns).fill(zero)
  values.forEach((value, cell) => {
    sums[cell % columns] = add(sums[cell % columns] as T, value)
  })
  return sums
}

/** Σ over the last axis of the weights and the first but last of the tensor, as NumPy's plain @ tensor. */
export const dotPlainLeft = (operation: string, plain: Plain, state: TensorState): TensorState => {
  const { shape: plainShape } = parsePlain(operation, plain)
  const [rows, columns] = plainShape
  if (state.shape.length > 2 || plainShape.length > 2 || (plainShape.length > 0 && plainShape.at(-1) !== state.shape[0])) {
    throw shapeError(operation, plainShape, state.shape, 'the last axis of the weights must be as long as the tensor\'s first')
  }
  const turned = transposeState(operation, state)
  if (rows === undefined || columns === undefined) return dotPlain(operation, turned, plain)
  const matrix = plain as readonly (readonly number[])[]
  const flipped = Array.from({ length: columns }, (_, k) => matrix.map((row) => row[k] as number))
  return transposeState(operation, dotPlain(operation, turned, flipped))
}
