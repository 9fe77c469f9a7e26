import { AppError } from '../shared/errors.ts'

export type Shape = readonly number[]

/** NumPy's range of one axis: start, stop (not included) and step; null or absent means the end that is natural. */
export type Range = readonly [start?: number | null, stop?: number | null, step?: number]

const maxDimensions = 8
/** Larger tensors are refused before they are laid out. */
export const maxCells = 1 << 24

export const describeShape = (shape: Shape): string => `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`

export const sizeOf = (shape: Shape): number => shape.reduce((size, length) => size * length, 1)

/** Whether a shape has at most 8 axes and 2^24 cells; an axis of 0 does not excuse the others' lengths. */
export const isShapeAllowed = (shape: Shape): boolean =>
  shape.length <= maxDimensions && sizeOf(shape.map((length) => Math.max(length, 1))) <= maxCells

/** Throws `input.tensor-too-large` unless `isShapeAllowed`. */
export const assertShapeAllowed = (operation: string, shape: Shape): void => {
  if (!isShapeAllowed(shape)) {
    throw new AppError(
      'input.tensor-too-large',
      `${operation} would give shape ${describeShape(shape)}; a tensor has at most ${maxDimensions} axes and ${maxCells} cells`,
      { details: { operation, shape: [...shape] } },
    )
  }
}

export const shapeError = (operation: string, left: Shape, right: Shape, why: string): AppError =>
  new AppError('input.tensor-shape', `${operation}: shapes ${describeShape(left)} and ${describeShape(right)} do not fit: ${why}`, {
    details: { operation, left: [...left], right: [...right] },
  })

const countFromFront = (message: string, index: number, length: number): number => {
  const normal = index < 0 ? index + length : index
  if (!Number.isInteger(index) || normal < 0 || normal >= length) {
    throw new AppError('input.tensor-index', message, { details: { index, length } })
  }
  return normal
}

/** The index counted from the front. Throws `input.tensor-index` unless −length ≤ index < length. */
export const normaliseIndex = (operation: string, index: number, length: number, axis: number): number =>
  countFromFront(`${operation}: index ${index} is out of range for axis ${axis} of length ${length}`, index, length)

export const normaliseAxis = (operation: string, axis: number, shape: Shape): number =>
  countFromFront(`${operation}: axis ${axis} is out of range for shape ${describeShape(shape)}`, axis, shape.length)

/** Row-major strides, in cells. */
export const stridesOf = (shape: Shape): number[] => {
  const strides = new Array<number>(shape.length).fill(1)
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = (strides[axis + 1] as number) * (shape[axis + 1] as number)
  return strides
}

/** NumPy's broadcasting: axes matched from the last, an axis of 1 stretches. Throws `input.tensor-shape`. */
export const broadcastShapes = (operation: string, left: Shape, right: Shape): Shape => {
  const rank = Math.max(left.length, right.length)
  const result: number[] = []
  for (let axis = 0; axis < rank; axis++) {
    const a = left[left.length - rank + axis] ?? 1
    const b = right[right.length - rank + axis] ?? 1
    if (a !== b && a !== 1 && b !== 1) {
      throw shapeError(operation, left, right, `axis ${axis - rank} has ${a} against ${b}`)
    }
    result.push(a === 1 ? b : a)
  }
  assertShapeAllowed(operation, result)
  return result
}

/** Cell numbers visited by walking `shape` in row-major order, `offset` + Σ indexₐ·strideₐ. */
export const walk = (shape: Shape, strides: readonly number[], offset = 0): Int32Array => {
  const cells = new Int32Array(sizeOf(shape))
  const index = new Array<number>(shape.length).fill(0)
  let position = offset
  for (let cell = 0; cell < cells.length; cell++) {
    cells[cell] = position
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] as number) + 1
      position += strides[axis] as number
      if (next < (shape[axis] as number)) {
        index[axis] = next
        break
      }
      position -= next * (strides[axis] as number)
      index[axis] = 0
    }
  }
  return cells
}

/** For each cell of `target`, the cell of `shape` that broadcasting puts there; null where both are one shape. */
export const findBroadcastCells = (shape: Shape, target: Shape): Int32Array | null => {
  if (sizeOf(shape) === sizeOf(target)) return null
  const own = stridesOf(shape)
  const missing = target.length - shape.length
  return walk(target, target.map((_, axis) => (axis < missing || shape[axis - missing] === 1 ? 0 : (own[axis - missing] as number))))
}

/** Python's slice.indices: first index, number of indices and step of a range over an axis. */
export const resolveRange = (operation: string, range: Range | null, length: number): { first: number; count: number; step: number } => {
  const [start = null, stop = null, step = 1] = range ?? []
  if (!Number.isInteger(step) || step === 0) throw new AppError('input.tensor-index', `${operation}: a step is a whole number other than 0`)
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1]
  const clamp = (value: number | null, otherwise: number): number => {
    if (value === null) return otherwise
    if (!Number.isInteger(value)) throw new AppError('input.tensor-index', `${operation}: ${value} is not a whole number`)
    return Math.min(Math.max(value < 0 ? value + length : value, low), high)
  }
  const first = clamp(start, step > 0 ? low : high)
  const end = clamp(stop, step > 0 ? high : low)
  return { first, count: Math.max(0, Math.ceil((end - first) / step)), step }
}
