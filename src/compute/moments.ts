import { divideRational, multiplyRational } from '../crypto/rational.ts'
import { AppError } from '../shared/errors.ts'
import { scaleState } from './arithmetic.ts'
import type { DatasetDescription } from './columns.ts'
import { DeferredTensor, deferTensor } from './deferred.ts'
import { numberValue, stepValue, sumValues, type DeferredValue } from './deferred-value.ts'
import type { InputNode } from './graph.ts'
import { knownToPlain } from './known.ts'
import { findFactors, listMomentNames } from './products.ts'
import { meanState, resolveAxes, type Axes } from './reduction.ts'
import { sizeOf } from './shape.ts'
import { createDatasetState, gatherState } from './state.ts'
import { Tensor } from './tensor.ts'

/** The table's column of products of two of its columns; -1 where the listing has none. A 0/1 column is its own square. */
const findProductColumn = ({ columns }: DatasetDescription, left: number, right: number): number => {
  if (left === right && columns[left]?.type === 'boolean') return left
  return findFactors(columns).findIndex((factors) => factors !== null
    && ((factors[0] === left && factors[1] === right) || (factors[0] === right && factors[1] === left)))
}

const notSold = (operation: string, { columns }: DatasetDescription, left: number, right: number): AppError => {
  const [a = '', b = ''] = [left, right].map((column) => columns[column]?.name)
  const offered = listMomentNames(columns)
  const what = offered.length === 0 ? 'The listing sells no products of columns' : `The products it sells are ${offered.join(', ')}`
  return new AppError(
    'policy.second-moments-not-sold',
    `${operation}: this needs the encrypted products of ${a} and ${b}, a column named "${a}*${b}". ${what}; sums and means need none`,
    { details: { operation, left: a, right: b } },
  )
}

const inputOf = (operation: string, tensor: Tensor): InputNode => {
  if (tensor.node.kind === 'input') return tensor.node
  throw new AppError(
    'input.tensor-not-additive',
    `${operation}: works on cells of the table, selected or scaled; these are sums of several. Take it of the columns themselves`,
    { details: { operation } },
  )
}

/** How two tensors of one shape are multiplied cell by cell; throws where they cannot be. */
export type Multiply = (operation: string, left: Tensor, right: Tensor) => Tensor

/**
 * Cell by cell the product of two tensors of cells that lie in the same rows, by the listing's columns of products. Throws
 * `policy.second-moments-not-sold`, `input.tensor-not-additive`.
 */
export const multiplyByColumns: Multiply = (operation, left, right) => {
  const { dataset } = left
  const { rows } = dataset
  const others = inputOf(operation, right).cells
  const cells = inputOf(operation, left).cells.map((cell, index) => {
    const other = others[index] as number
    const [a, b] = [Math.floor(cell / rows), Math.floor(other / rows)]
    const column = cell % rows === other % rows ? findProductColumn(dataset, a, b) : -1
    if (column === -1) throw notSold(operation, dataset, a, b)
    return column * rows + (cell % rows)
  })
  const table = createDatasetState(dataset)
  const base = gatherState(table, tableCells(cells, dataset), left.shape, left.names)
  // A tensor of cells is the table's own values times how far its scale is from the table's.
  const factor = divideRational(multiplyRational(left.scale, right.scale), multiplyRational(table.scale, table.scale))
  return new Tensor(scaleState(operation, base, factor))
}

/** Cells numbered column by column as positions in the table's row-major tensor. */
const tableCells = (cells: Int32Array, { rows, columns }: DatasetDescription): Int32Array =>
  cells.map((cell) => (cell % rows) * columns.length + Math.floor(cell / rows))

/** left · right, where the listing sells the products; null where it does not, or they are no cells of one shape. */
export const findProduct = (left: Tensor, right: Tensor): Tensor | null => {
  const fits = left.shape.length === right.shape.length && left.shape.every((length, axis) => length === right.shape[axis])
  if (!fits || left.node.kind !== 'input' || right.node.kind !== 'input') return null
  const others = right.node.cells
  const { rows } = left.dataset
  const isSold = left.node.cells.every((cell, index) => {
    const other = others[index] as number
    return cell % rows === other % rows && findProductColumn(left.dataset, Math.floor(cell / rows), Math.floor(other / rows)) !== -1
  })
  return isSold ? multiplyByColumns('mul', left, right) : null
}

const assertCorrection = (operation: string, count: number, ddof: number): void => {
  if (count > ddof) return
  throw new AppError('input.tensor-division-by-zero', `${operation}: ${count} numbers with ddof ${ddof} leave nothing to divide by`)
}

/** (E[xy] − E[x]·E[y]) · n / (n − ddof), number by number. */
const covarianceOf = (product: DeferredValue, left: DeferredValue, right: DeferredValue, count: number, ddof: number): DeferredValue => {
  const centred = stepValue('sub', product, stepValue('mul', left, right))
  return ddof === 0 ? centred : stepValue('div', stepValue('mul', centred, numberValue(count)), numberValue(count - ddof))
}

const meanOf = (tensor: Tensor, axes: Axes): Tensor => new Tensor(meanState(tensor, axes))

/** NumPy's var, from the encrypted squares. Throws what `multiply` does. */
export const variance = (
  operation: string, tensor: Tensor, axes: Axes, ddof: number, multiply: Multiply = multiplyByColumns,
): DeferredTensor => {
  const count = sizeOf(resolveAxes(operation, axes, tensor.shape).map((axis) => tensor.shape[axis] as number))
  assertCorrection(operation, count, ddof)
  const squares = deferTensor(meanOf(multiply(operation, tensor, tensor), axes))
  const means = deferTensor(meanOf(tensor, axes))
  const values = squares.values.map((square, cell) =>
    covarianceOf(square, means.values[cell] as DeferredValue, means.values[cell] as DeferredValue, count, ddof))
  return new DeferredTensor({ ...means, values, leaves: new Set([...squares.leaves, ...means.leaves]) })
}

/** Encrypted, or decrypted anyway. */
type Variable = Tensor | DeferredTensor

const columnsOf = (operation: string, tensor: Variable): Variable[] => {
  if (tensor.shape.length === 1) return [tensor]
  if (tensor.shape.length === 2) return Array.from({ length: tensor.shape[1] as number }, (_, column) => tensor.transpose().get(column))
  throw new AppError('input.tensor-shape', `${operation}: takes a column or a matrix with one column per variable`)
}

/** Throws `input.tensor-shape` for columns of different length. */
const assertPaired = (operation: string, columns: readonly Variable[]): void => {
  const [first, ...others] = columns.map(({ shape }) => shape[0] ?? 0)
  const odd = others.find((length) => length !== first)
  if (odd === undefined) return
  throw new AppError('input.tensor-shape', `${operation}: columns of ${first ?? 0} and ${odd} numbers do not pair`)
}

/** What `at` gives for two columns is the same either way round. */
interface Covariances {
  at(i: number, j: number): DeferredValue
  /** All that is decrypted for them. */
  readonly leaves: ReadonlySet<Tensor>
}

const meanOfColumn = (column: Variable): DeferredTensor =>
  (column instanceof Tensor ? deferTensor(meanOf(column, undefined)) : column.mean())

/** Of which one is encrypted; the other's numbers are known while the script runs, and are its weights. */
const multiplyColumns = (operation: string, left: Variable, right: Variable, multiply: Multiply): Tensor => {
  if (left instanceof Tensor) return right instanceof Tensor ? multiply(operation, left, right) : left.mul(knownToPlain(right))
  return (right as Tensor).mul(knownToPlain(left))
}

/** By definition: numbers that are decrypted need no products. */
const covarianceOfDecrypted = (
  left: DeferredTensor, leftMean: DeferredTensor, right: DeferredTensor, rightMean: DeferredTensor, divisor: number,
): DeferredValue => {
  const products = left.combine('cov', 'sub', leftMean).combine('cov', 'mul', right.combine('cov', 'sub', rightMean))
  return stepValue('div', sumValues(products.values), numberValue(divisor))
}

/** The covariances of columns two by two, without those that nobody asks for: each is decrypted, and counts. */
const pairColumns = (
  operation: string, columns: readonly Variable[], ddof: number, multiply: Multiply,
  isAsked: (i: number, j: number) => boolean = () => true,
): Covariances => {
  const count = columns[0]?.shape[0] ?? 0
  assertPaired(operation, columns)
  assertCorrection(operation, count, ddof)
  const means = columns.map(meanOfColumn)
  const leaves = new Set(means.flatMap((mean) => [...mean.leaves]))
  const pairs = new Map<string, DeferredValue>()
  columns.forEach((left, i) => {
    columns.slice(0, i + 1).forEach((right, j) => {
      if (!isAsked(i, j)) return
      const [leftMean, rightMean] = [means[i], means[j]] as [DeferredTensor, DeferredTensor]
      if (left instanceof DeferredTensor && right instanceof DeferredTensor) {
        pairs.set(`${i},${j}`, covarianceOfDecrypted(left, leftMean, right, rightMean, count - ddof))
        return
      }
      const product = deferTensor(meanOf(multiplyColumns(operation, left, right, multiply), undefined))
      for (const leaf of product.leaves) leaves.add(leaf)
      const [a, b] = [leftMean, rightMean].map(({ values }) => values[0] as DeferredValue)
      pairs.set(`${i},${j}`, covarianceOf(product.values[0] as DeferredValue, a as DeferredValue, b as DeferredValue, count, ddof))
    })
  })
  return { leaves, at: (i, j) => pairs.get(`${Math.max(i, j)},${Math.min(i, j)}`) as DeferredValue }
}

/**
 * NumPy's cov with one column per variable (rowvar = False): a matrix of all pairs, a number for a single column. With `others`, its
 * columns stand behind. What is decrypted stands beside what is encrypted only where it is known. Throws what `multiply` does.
 */
export const covariance = (
  operation: string, tensor: Variable, others: Variable | null, ddof: number, multiply: Multiply = multiplyByColumns,
): DeferredTensor => {
  const columns = [tensor, ...(others === null ? [] : [others])].flatMap((part) => columnsOf(operation, part))
  const { at, leaves } = pairColumns(operation, columns, ddof, multiply)
  const size = columns.length
  const values = Array.from({ length: size * size }, (_, cell) => at(Math.floor(cell / size), cell % size))
  return new DeferredTensor({ shape: size === 1 ? [] : [size, size], names: null, values, leaves })
}

/** NumPy's corrcoef with one column per variable. Throws what `multiply` does. */
export const correlation = (tensor: Variable, others: Variable | null, multiply: Multiply = multiplyByColumns): DeferredTensor => {
  const matrix = covariance('corr', tensor, others, 0, multiply)
  const size = matrix.shape[0] ?? 1
  const deviations = Array.from({ length: size }, (_, i) => stepValue('sqrt', matrix.values[i * size + i] as DeferredValue))
  const values = matrix.values.map((value, cell) => {
    const [i, j] = [Math.floor(cell / size), cell % size]
    if (i === j) return stepValue('div', value, value)
    return stepValue('div', value, stepValue('mul', deviations[i] as DeferredValue, deviations[j] as DeferredValue))
  })
  return new DeferredTensor({ ...matrix, values })
}

/** Gaussian elimination on a symmetric, positive matrix, which needs no exchange of rows; written down, not computed. */
const solve = (matrix: readonly (readonly DeferredValue[])[], right: readonly DeferredValue[]): DeferredValue[] => {
  const rows = matrix.map((row, i) => [...row, right[i] as DeferredValue])
  for (const [k, pivot] of rows.entries()) {
    for (const row of rows.slice(k + 1)) {
      const factor = stepValue('div', row[k] as DeferredValue, pivot[k] as DeferredValue)
      for (let j = k + 1; j < row.length; j++) {
        row[j] = stepValue('sub', row[j] as DeferredValue, stepValue('mul', factor, pivot[j] as DeferredValue))
      }
    }
  }
  const solution: DeferredValue[] = []
  for (let k = rows.length - 1; k >= 0; k--) {
    const row = rows[k] as DeferredValue[]
    const rest = solution.map((value, index) => stepValue('mul', row[k + 1 + index] as DeferredValue, value))
    const left = rest.length === 0 ? row.at(-1) : stepValue('sub', row.at(-1) as DeferredValue, sumValues(rest))
    solution.unshift(stepValue('div', left as DeferredValue, row[k] as DeferredValue))
  }
  return solution
}

/**
 * The intercept and then the weight of each of the tensor's columns that explain `target` with the least squares. Throws what
 * `multiply` does.
 */
export const leastSquares = (tensor: Variable, target: Variable, multiply: Multiply = multiplyByColumns): DeferredTensor => {
  const predictors = columnsOf('leastSquares', tensor)
  const size = predictors.length
  const explained = columnsOf('leastSquares', target)
  if (explained.length !== 1) throw new AppError('input.tensor-shape', `leastSquares: explains one column, not ${explained.length}`)
  const columns = [...predictors, ...explained]
  // The target's own square is no part of the fit.
  const { at, leaves: asked } = pairColumns('leastSquares', columns, 0, multiply, (_, other) => other < size)
  const weights = solve(
    predictors.map((_, i) => predictors.map((_other, j) => at(i, j))), predictors.map((_, i) => at(i, size)),
  )
  const means = columns.map(meanOfColumn)
  const fitted = weights.map((weight, i) => stepValue('mul', weight, means[i]?.values[0] as DeferredValue))
  const intercept = stepValue('sub', means[size]?.values[0] as DeferredValue, sumValues(fitted))
  const leaves = new Set([...asked, ...means.flatMap((mean) => [...mean.leaves])])
  return new DeferredTensor({ shape: [size + 1], names: null, values: [intercept, ...weights], leaves })
}
