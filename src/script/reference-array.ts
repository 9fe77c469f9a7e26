import { AppError } from '../shared/errors.ts'

/**
 * Arrays of float64 with NumPy's semantics, written to be obviously right rather than fast. They are the yardstick for answers
 * computed over ciphertexts, so they share nothing with compute/: not a line, only the error codes.
 */
export interface ReferenceArray {
  readonly shape: readonly number[]
  /** Row-major. */
  readonly values: Float64Array
  /** Which axis runs over the table's columns, and their names; null once no axis does. */
  readonly names: AxisNames | null
}

export interface AxisNames {
  readonly axis: number
  readonly values: readonly string[]
}

/** Larger results are refused before they are made. */
const maxCells = 2 ** 24

export const shapeError = (message: string): AppError => new AppError('input.tensor-shape', message)
export const indexError = (message: string): AppError => new AppError('input.tensor-index', message)
export const showShape = (shape: readonly number[]): string => `(${shape.join(', ')})`

export const countCells = (shape: readonly number[]): number => shape.reduce((count, length) => count * length, 1)

const allocate = (shape: readonly number[]): Float64Array => {
  const cells = countCells(shape)
  if (cells > maxCells) throw new AppError('input.tensor-too-large', `a tensor of shape ${showShape(shape)} has more than ${maxCells} cells`)
  return new Float64Array(cells)
}

/** Builds an array by asking for the value at each index, in row-major order. The index array is reused between calls. */
export const tabulate = (
  shape: readonly number[],
  names: AxisNames | null,
  valueAt: (index: readonly number[]) => number,
): ReferenceArray => {
  const values = allocate(shape)
  const index = shape.map(() => 0)
  for (let cell = 0; cell < values.length; cell++) {
    // −0 is 0, which ciphertexts hold one of.
    values[cell] = valueAt(index) + 0
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1
      if ((index[axis] as number) < (shape[axis] as number)) break
      index[axis] = 0
    }
  }
  return { shape, values, names }
}

export const valueAt = ({ shape, values }: ReferenceArray, index: readonly number[]): number =>
  values[index.reduce((cell, position, axis) => cell * (shape[axis] as number) + position, 0)] as number

/** Counts from the end below zero; throws `input.tensor-index` outside. */
export const resolveIndex = (method: string, index: number, length: number, what = 'index'): number => {
  const resolved = index < 0 ? index + length : index
  if (Number.isInteger(index) && resolved >= 0 && resolved < length) return resolved
  throw indexError(`${method}: ${what} ${index} is outside a length of ${length}`)
}

/** Neumaier's compensated sum: the error does not grow with the number of terms [Neu74]. An infinite sum has no error to make up for. */
export const sumExactly = (terms: Iterable<number>): number => {
  let sum = 0
  let compensation = 0
  for (const term of terms) {
    const next = sum + term
    compensation += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum
    sum = next
  }
  return Number.isFinite(sum) ? sum + compensation : sum
}

/** left ∘ right with broadcasting. Throws `input.tensor-shape`. */
export const combine = (
  method: string,
  left: ReferenceArray,
  right: ReferenceArray,
  operate: (a: number, b: number) => number,
): ReferenceArray => {
  const rank = Math.max(left.shape.length, right.shape.length)
  const stretch = ({ shape }: ReferenceArray): number[] => [...new Array<number>(rank - shape.length).fill(1), ...shape]
  const a = stretch(left)
  const b = stretch(right)
  const shape = a.map((length, axis) => {
    const other = b[axis] as number
    if (length !== other && length !== 1 && other !== 1) {
      throw shapeError(`${method}: shapes ${showShape(left.shape)} and ${showShape(right.shape)} do not broadcast together`)
    }
    return length === 1 ? other : length
  })
  const pick = ({ values }: ReferenceArray, own: readonly number[], index: readonly number[]): number =>
    values[own.reduce((cell, length, axis) => cell * length + (length === 1 ? 0 : (index[axis] as number)), 0)] as number
  const keepNames = ({ names, shape: own }: ReferenceArray): AxisNames | null => {
    if (names === null) return null
    const axis = names.axis + rank - own.length
    return shape[axis] === names.values.length ? { axis, values: names.values } : null
  }
  return tabulate(shape, keepNames(left) ?? keepNames(right), (index) => operate(pick(left, a, index), pick(right, b, index)))
}

/** Entries of one axis, in the order given; the indices are already resolved. */
export const take = (array: ReferenceArray, axis: number, indices: readonly number[]): ReferenceArray => {
  const { shape, names } = array
  const taken = names?.axis === axis ? { axis, values: indices.map((index) => names.values[index] as string) } : names
  return tabulate(shape.map((length, other) => (other === axis ? indices.length : length)), taken, (index) =>
    valueAt(array, index.map((position, other) => (other === axis ? (indices[position] as number) : position))))
}

/** One entry of an axis; the axis is dropped. */
export const dropAxis = (array: ReferenceArray, axis: number, entry: number): ReferenceArray => {
  const { shape, names } = array
  const left = names === null || names.axis === axis ? null : { ...names, axis: names.axis - (names.axis > axis ? 1 : 0) }
  return tabulate(shape.filter((_, other) => other !== axis), left, (index) => valueAt(array, index.toSpliced(axis, 0, entry)))
}

/** Axis `i` of the result is axis `order[i]` of the array. */
export const permute = (array: ReferenceArray, order: readonly number[]): ReferenceArray => {
  const { shape, names } = array
  const moved = names === null ? null : { ...names, axis: order.indexOf(names.axis) }
  return tabulate(order.map((axis) => shape[axis] as number), moved, (index) =>
    valueAt(array, shape.map((_, axis) => index[order.indexOf(axis)] as number)))
}

/** Compensated sum over some axes, which are dropped. */
export const sumOver = (array: ReferenceArray, axes: readonly number[]): ReferenceArray => {
  const { shape, names } = array
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))
  const { values } = permute(array, [...kept, ...axes])
  const group = countCells(axes.map((axis) => shape[axis] as number))
  const left = names === null || axes.includes(names.axis) ? null : { ...names, axis: kept.indexOf(names.axis) }
  let start = 0
  return tabulate(kept.map((axis) => shape[axis] as number), left, () => sumExactly(values.subarray(start, (start += group))))
}

/** Σₖ a[…, k] · b[k] or b[k, j]. Throws `input.tensor-shape`. */
export const multiplyMatrix = (method: string, a: ReferenceArray, b: ReferenceArray): ReferenceArray => {
  const inner = a.shape.at(-1)
  if (inner === undefined || b.shape.length === 0 || b.shape.length > 2 || inner !== b.shape[0]) {
    throw shapeError(`${method}: the last axis of ${showShape(a.shape)} must be as long as the first of a vector or matrix, not ${showShape(b.shape)}`)
  }
  const leading = a.shape.slice(0, -1)
  const names = a.names === null || a.names.axis === leading.length ? null : a.names
  return tabulate([...leading, ...b.shape.slice(1)], names, (index) => {
    const row = index.slice(0, leading.length)
    const column = index.slice(leading.length)
    return sumExactly(Array.from({ length: inner }, (_, k) => valueAt(a, [...row, k]) * valueAt(b, [k, ...column])))
  })
}

/** The arrays one after the other along an axis. Throws `input.tensor-shape`. */
export const join = (arrays: readonly ReferenceArray[], axis: number): ReferenceArray => {
  const first = arrays[0] as ReferenceArray
  for (const { shape } of arrays) {
    if (shape.length !== first.shape.length || shape.some((length, other) => other !== axis && length !== first.shape[other])) {
      throw shapeError(`concat: shapes ${showShape(first.shape)} and ${showShape(shape)} differ on another axis than ${axis}`)
    }
  }
  const owners = arrays.flatMap((array) => Array.from({ length: array.shape[axis] as number }, (_, position) => ({ array, position })))
  const parts = arrays.map(({ names }) => (names?.axis === axis ? names.values : null))
  const joined = parts.some((part) => part === null) ? null : { axis, values: parts.flatMap((part) => part ?? []) }
  return tabulate(first.shape.with(axis, owners.length), first.names?.axis === axis ? joined : first.names, (index) => {
    const { array, position } = owners[index[axis] as number] as { array: ReferenceArray; position: number }
    return valueAt(array, index.with(axis, position))
  })
}
