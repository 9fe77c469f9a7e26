import { createRational, divideRational, multiplyRational, rationalFromNumber, rationalToNumber, type Rational } from '../crypto/rational.ts'
import { AppError } from '../shared/errors.ts'
import { absolute, absoluteRational, findCommonScale, wholeMultiple } from './columns.ts'
import { exactWeights, factorWeights, parsePlain, reciprocalWeights, type Plain, type PlainTensor, type Weights } from './plain.ts'
import { broadcastShapes, findBroadcastCells, type Shape } from './shape.ts'
import {
  createConstantNode, createZeroState, deriveState, gatherState, roundUp, valueBound, type ColumnNames, type TensorState,
} from './state.ts'

export const largest = (values: readonly bigint[]): bigint =>
  values.reduce((most, value) => (absolute(value) > most ? absolute(value) : most), 0n)

export const largestNumber = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), 0)

export const magnitudeOf = (value: Rational): number => roundUp(rationalToNumber(absoluteRational(value)))

/** error · weight + slack · value, where a factor of 0 wins over an infinite one. */
export const weighError = (from: TensorState, weight: number, slack: number): number =>
  roundUp((from.error === 0 ? 0 : from.error * weight) + (slack === 0 ? 0 : slack * valueBound(from)))

/** Names stay where the axis they name is neither stretched nor gone. */
const broadcastNames = ({ names, shape }: TensorState, target: Shape): ColumnNames | null => {
  if (names === null) return null
  const axis = names.axis + target.length - shape.length
  return target[axis] === names.values.length ? { axis, values: names.values } : null
}

/** Stretched to a shape that broadcasting gave. */
export const broadcastState = (state: TensorState, target: Shape): TensorState => {
  const names = broadcastNames(state, target)
  const cells = findBroadcastCells(state.shape, target)
  return cells === null ? { ...state, shape: target, names } : gatherState(state, cells, target, names)
}

const broadcastIntegers = (integers: readonly bigint[], shape: Shape, target: Shape): readonly bigint[] => {
  const cells = findBroadcastCells(shape, target)
  return cells === null ? integers : Array.from(cells, (cell) => integers[cell] as bigint)
}

/** left ± right, cell by cell, at the largest scale of which both are multiples. */
export const addTensors = (operation: string, left: TensorState, right: TensorState, sign: 1n | -1n): TensorState => {
  const shape = broadcastShapes(operation, left.shape, right.shape)
  const a = broadcastState(left, shape)
  const b = broadcastState(right, shape)
  const scale = findCommonScale([a.scale, b.scale]) as Rational
  const leftFactor = wholeMultiple(a.scale, scale)
  const rightFactor = sign * wholeMultiple(b.scale, scale)
  return deriveState(operation, left.bound > right.bound ? a : b, {
    node: { kind: 'add', size: a.node.size, left: a.node, leftFactor, right: b.node, rightFactor },
    shape,
    names: a.names ?? b.names,
    scale,
    bound: a.bound * absolute(leftFactor) + b.bound * absolute(rightFactor),
    error: a.error + b.error === 0 ? 0 : roundUp(a.error + b.error),
  })
}

/** The plain numbers as a tensor of constants, exact to the last decimal. */
const plainState = (from: TensorState, { shape, values }: PlainTensor): TensorState => {
  const { scale, integers } = exactWeights(values)
  const zero = createZeroState(from, shape, null)
  return scale === null ? zero : { ...zero, node: createConstantNode(integers), scale, bound: largest(integers) }
}

/** tensor ± plain numbers. */
export const addPlain = (operation: string, state: TensorState, plain: Plain, sign: 1n | -1n): TensorState =>
  addTensors(operation, state, plainState(state, parsePlain(operation, plain)), sign)

/** One factor for the whole tensor: only its scale changes. */
export const scaleState = (operation: string, state: TensorState, factor: Rational): TensorState =>
  factor.numerator === 0n
    ? createZeroState(state, state.shape, state.names)
    : deriveState(operation, state, {
      scale: multiplyRational(state.scale, factor),
      error: state.error === 0 ? 0 : roundUp(state.error * magnitudeOf(factor)),
    })

const weighState = (operation: string, state: TensorState, plainShape: Shape, { scale, integers, errors }: Weights): TensorState => {
  const shape = broadcastShapes(operation, state.shape, plainShape)
  const from = broadcastState(state, shape)
  if (scale === null) return createZeroState(from, shape, from.names)
  const weights = broadcastIntegers(integers, plainShape, shape)
  const most = largest(integers)
  const weight = magnitudeOf(multiplyRational(scale, createRational(most)))
  return deriveState(operation, from, {
    node: { kind: 'weigh', size: from.node.size, source: from.node, weights },
    scale: multiplyRational(from.scale, scale),
    bound: from.bound * most,
    error: weighError(from, weight, largestNumber(errors)),
  })
}

/** tensor × plain numbers, cell by cell; a weight of 0 leaves the constant 0. */
export const multiplyPlain = (operation: string, state: TensorState, plain: Plain): TensorState => {
  const { shape, values } = parsePlain(operation, plain)
  if (values.length === 1) {
    const from = broadcastState(state, broadcastShapes(operation, state.shape, shape))
    return scaleState(operation, from, rationalFromNumber(values[0] as number))
  }
  return weighState(operation, state, shape, factorWeights(values))
}

/** tensor ÷ plain numbers, cell by cell. Throws `input.tensor-division-by-zero`. */
export const dividePlain = (operation: string, state: TensorState, plain: Plain): TensorState => {
  const { shape, values } = parsePlain(operation, plain)
  if (values.length === 1 && values[0] !== 0) {
    const from = broadcastState(state, broadcastShapes(operation, state.shape, shape))
    return scaleState(operation, from, divideRational(createRational(1n), rationalFromNumber(values[0] as number)))
  }
  return weighState(operation, state, shape, reciprocalWeights(operation, values))
}

/** Throws `input.tensor-not-additive`: what no additive scheme can do. */
export const refuseProduct = (operation: string, what: string): never => {
  throw new AppError(
    'input.tensor-not-additive',
    `${operation}: not possible with additive encryption: ${what} would need the values of both, and neither is known here`,
    { details: { operation } },
  )
}
