import { AppError } from '../shared/errors.ts'
import { countCells, dropAxis, permute, shapeError, showShape, sumExactly, tabulate, valueAt,
  type ReferenceArray } from './reference-array.ts'

/** One number from the numbers along some axes, which are dropped. */
export const reduce = (array: ReferenceArray, axes: readonly number[], evaluate: (values: readonly number[]) => number): ReferenceArray => {
  const { shape, names } = array
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))
  const { values } = permute(array, [...kept, ...axes])
  const group = countCells(axes.map((axis) => shape[axis] as number))
  const left = names === null || axes.includes(names.axis) ? null : { ...names, axis: kept.indexOf(names.axis) }
  let start = 0
  return tabulate(kept.map((axis) => shape[axis] as number), left, () => evaluate([...values.subarray(start, (start += group))]))
}

const assertSome = (method: string, values: readonly number[]): void => {
  if (values.length === 0) throw shapeError(`${method}: there is nothing to choose from`)
}

/** The position of the first number that is largest (sign 1) or smallest (−1); where one is not a number, its position, as in NumPy. */
export const findExtreme = (method: string, values: readonly number[], sign: 1 | -1): number => {
  assertSome(method, values)
  const missing = values.findIndex(Number.isNaN)
  if (missing !== -1) return missing
  let best = 0
  values.forEach((value, index) => {
    if (sign * value > sign * (values[best] as number)) best = index
  })
  return best
}

/** What is not a number is last, as in NumPy. A typed array sorts so. */
const ascending = (values: readonly number[]): number[] => [...Float64Array.from(values).sort()]

/** NumPy's default: linear between neighbours, from the nearer one. */
export const quantileOf = (method: string, values: readonly number[], q: number): number => {
  assertSome(method, values)
  if (!(q >= 0 && q <= 1)) throw new AppError('input.tensor-value', `${method}: the fraction must lie between 0 and 1, not ${q}`)
  if (values.some(Number.isNaN)) return Number.NaN
  const ordered = ascending(values)
  const position = q * (ordered.length - 1)
  const [below, above] = [ordered[Math.floor(position)] as number, ordered[Math.ceil(position)] as number]
  if (below === above) return below
  const fraction = position - Math.floor(position)
  return fraction < 0.5 ? below + (above - below) * fraction : above - (above - below) * (1 - fraction)
}

export const varianceOf = (method: string, values: readonly number[], ddof: number): number => {
  if (values.length <= ddof) {
    throw new AppError('input.tensor-division-by-zero', `${method}: ${values.length} numbers with ddof ${ddof} leave nothing to divide by`)
  }
  const mean = sumExactly(values) / values.length
  return sumExactly(values.map((value) => (value - mean) ** 2)) / (values.length - ddof)
}

export const sortAlong = (array: ReferenceArray, axis: number): ReferenceArray =>
  tabulate(array.shape, null, (index) => {
    const line = Array.from({ length: array.shape[axis] as number }, (_, position) => valueAt(array, index.with(axis, position)))
    return ascending(line)[index[axis] as number] as number
  })

/** The numbers of each column of a vector or matrix. */
export const listColumns = (method: string, array: ReferenceArray): number[][] => {
  if (array.shape.length === 1) return [[...array.values]]
  if (array.shape.length !== 2) throw shapeError(`${method}: takes a column or a matrix with one column per variable, not ${showShape(array.shape)}`)
  return Array.from({ length: array.shape[1] as number }, (_, column) => [...dropAxis(array, 1, column).values])
}

export const covarianceOf = (left: readonly number[], right: readonly number[], ddof: number): number => {
  if (left.length !== right.length) throw shapeError(`cov: columns of ${left.length} and ${right.length} numbers do not pair`)
  if (left.length <= ddof) throw new AppError('input.tensor-division-by-zero', `cov: ${left.length} numbers with ddof ${ddof}`)
  const [a, b] = [sumExactly(left) / left.length, sumExactly(right) / right.length]
  return sumExactly(left.map((value, row) => (value - a) * ((right[row] as number) - b))) / (left.length - ddof)
}

/** A symmetric table of all pairs; a single pair is a number. */
export const tabulatePairs = (
  columns: readonly (readonly number[])[], evaluate: (a: readonly number[], b: readonly number[]) => number,
): ReferenceArray =>
  tabulate(columns.length === 1 ? [] : [columns.length, columns.length], null, ([i = 0, j = 0]) =>
    evaluate(columns[i] as readonly number[], columns[j] as readonly number[]))

/**
 * Householder's orthogonal triangularisation [GVL13, 5.2]: intercept and weights with the least squares; none are known, NaN, of fewer rows
 * than weights, and of columns that depend on each other, one of them a constant among them. Throws `input.tensor-shape` for columns of
 * different length.
 */
export const fitLeastSquares = (columns: readonly (readonly number[])[], target: readonly number[]): number[] => {
  const odd = columns.find(({ length }) => length !== target.length)
  if (odd !== undefined) throw shapeError(`leastSquares: columns of ${odd.length} and ${target.length} numbers do not pair`)
  const rows = target.map((value, row) => [1, ...columns.map((column) => column[row] as number), value])
  const unknown = new Array<number>(columns.length + 1).fill(Number.NaN)
  if (target.length <= columns.length) return unknown
  const size = columns.length + 1
  for (let k = 0; k < size; k++) {
    const below = rows.slice(k)
    const norm = Math.hypot(...below.map((row) => row[k] as number))
    const pivot = rows[k]?.[k] ?? 0
    // What the columns before it leave of this one is the rounding of its numbers: they make it up.
    const whole = Math.hypot(...target.map((_, row) => (k === 0 ? 1 : columns[k - 1]?.[row] ?? 0)))
    if (norm <= whole * Math.max(64, target.length) * Number.EPSILON) return unknown
    const alpha = pivot > 0 ? -norm : norm
    const reflector = below.map((row, index) => (row[k] as number) - (index === 0 ? alpha : 0))
    const length = sumExactly(reflector.map((value) => value * value))
    for (let j = k; j <= size; j++) {
      const factor = (2 * sumExactly(below.map((row, index) => (row[j] as number) * (reflector[index] as number)))) / length
      below.forEach((row, index) => { row[j] = (row[j] as number) - factor * (reflector[index] as number) })
    }
  }
  const solution = new Array<number>(size).fill(0)
  for (let k = size - 1; k >= 0; k--) {
    const row = rows[k] as number[]
    const known = sumExactly(solution.map((value, j) => (j > k ? (row[j] as number) * value : 0)))
    solution[k] = ((row[size] as number) - known) / (row[k] as number)
  }
  return solution
}
