import { AppError } from '../shared/errors.ts'
import { broadcastShapes, describeShape, type Shape } from '../compute/shape.ts'
import { isList, type Arguments } from './arguments.ts'
import type { BackendArgument } from './backend.ts'
import type { ScriptMethod } from './truths.ts'

/** Methods whose operands are broadcast, as the script's author wrote them: by name, or by their sign. */
const written: Partial<Readonly<Record<ScriptMethod, string>>> = {
  add: 'add (+)', sub: 'sub (-)', rsub: 'sub (-)', mul: 'mul (*)', div: 'div (/)', rdiv: 'div (/)', pow: 'pow (**)', rpow: 'pow (**)',
  gt: 'gt (>)', lt: 'lt (<)', ge: 'ge (>=)', le: 'le (<=)', eq: 'eq (==)', ne: 'ne (!=)', and: 'a & b', or: 'a | b', xor: 'a ^ b', where: 'where',
}

/** Methods with the tensor on the right of their sign. */
const turned: readonly ScriptMethod[] = ['rsub', 'rdiv', 'rpow']

interface Side {
  readonly shape: Shape
  readonly isTensor: boolean
}

/** Of an argument that is laid out evenly; for a ragged list, or what is no number, null: the backend says what is wrong with it. */
const sideOf = <T extends object>(value: BackendArgument<T>, shapeOf: (tensor: T) => Shape): Side | null => {
  if (isList(value)) {
    const inner = value.map((item) => (typeof item === 'number' || isList(item) ? sideOf(item, shapeOf) : null))
    const [first] = inner
    if (first === undefined) return { shape: [0], isTensor: false }
    const isEven = first !== null && inner.every((one) => one !== null && String(one.shape) === String(first.shape))
    return isEven ? { shape: [value.length, ...first.shape], isTensor: false } : null
  }
  if (typeof value === 'number') return { shape: [], isTensor: false }
  return typeof value === 'object' && value !== null ? { shape: shapeOf(value), isTensor: true } : null
}

/** What makes the side with fewer axes fit along the first axes of the other, where that is all that is missing. */
const describeFit = (left: Side, right: Side): string => {
  const [short, long] = left.shape.length < right.shape.length ? [left, right] : [right, left]
  const missing = long.shape.length - short.shape.length
  const isPrefix = missing > 0 && short.shape.length > 0 && short.shape.every((length, axis) => length === long.shape[axis])
  if (!isPrefix) return ''
  const behind = new Array<number>(missing).fill(1)
  const lengths = short.shape.length === 1 ? [-1, ...behind] : [...short.shape, ...behind]
  if (short.isTensor) return `; v.reshape(${lengths.join(', ')}) of the side v with fewer axes lays it along the first ${short.shape.length === 1 ? 'axis' : 'axes'} of the other`
  return short.shape.length === 1 && missing === 1 ? '; list.map((v) => [v]) makes a column of a plain list' : ''
}

const assertTwo = (name: string, left: Side, right: Side): Side => {
  try {
    return { shape: broadcastShapes(name, left.shape, right.shape), isTensor: true }
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'input.tensor-shape') throw error
    throw new AppError(error.code, error.message + describeFit(left, right), { details: error.details, cause: error })
  }
}

/** NumPy's product of stacks of matrices, as it is written here. Throws `input.tensor-shape` where the right side is one. */
const assertNoStack = (method: ScriptMethod, { shape: left }: Side, { shape: right, isTensor }: Side): void => {
  if (right.length <= 2) return
  const isWritten = method === 'matmul' && isTensor && left.length >= 2
  const swapped = [...right.keys()].map((axis) => (axis < right.length - 2 ? axis : 2 * right.length - 3 - axis))
  const rows = [...left.slice(0, -1), 1, ...left.slice(-1)]
  const columns = [...right.slice(0, -2), 1, ...right.slice(-1), ...right.slice(-2, -1)]
  throw new AppError('input.tensor-shape', `${method}: shapes ${describeShape(left)} and ${describeShape(right)} do not fit: the right side is a vector or a matrix, no stack of them`
    + (isWritten ? `; (x.reshape(${rows.join(', ')}) * y.transpose(${swapped.join(', ')}).reshape(${columns.join(', ')})).sum(-1) is NumPy's x @ y` : ''))
}

/** Throws `input.tensor-shape`, in the name of what the script wrote, where operands do not broadcast or axes are not each named once. */
export const assertOperandShapes = <T extends object>(
  method: ScriptMethod, receiver: T, args: Arguments<T>, shapeOf: (tensor: T) => Shape,
): void => {
  if (method === 'transpose') {
    const [first = null] = args
    const axes = isList(first) ? first : args
    const { length } = shapeOf(receiver)
    if (args.length === 0 || (args.length === 1 && first === null) || axes.length === length) return
    throw new AppError('input.tensor-index', `t, or transpose, takes no argument, or each axis once: shape ${describeShape(shapeOf(receiver))} has ${length}, `
      + `and ${axes.length === 1 ? '1 is' : `${axes.length} are`} named`)
  }
  const isProduct = method === 'dot' || method === 'matmul'
  const name = written[method]
  // Most methods have no operand: they ask for no shape.
  if (name === undefined && !isProduct) return
  const own: Side = { shape: shapeOf(receiver), isTensor: true }
  if (name === undefined) {
    const other = sideOf(args[0] ?? 0, shapeOf)
    if (other !== null) assertNoStack(method, own, other)
    return
  }
  const others = args.map((value) => sideOf(value, shapeOf))
  if (others.some((side) => side === null)) return
  const sides = others as readonly Side[]
  if (turned.includes(method)) assertTwo(name, sides[0] ?? own, own)
  else sides.reduce((left, right) => assertTwo(name, left, right), own)
}
