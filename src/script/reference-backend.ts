import { AppError } from '../shared/errors.ts'
import { assertDecimals, isList, isOneRange, spread, toColumn, toNumber, type Arguments } from './arguments.ts'
import type { BackendArgument, BackendResult, TensorBackend, TensorMethod } from './backend.ts'
import { distinctInstead, groupsInstead } from './habits.ts'
import {
  combine, countCells, dropAxis, indexError, join, multiplyMatrix, permute, resolveIndex, shapeError, showShape, sumOver, take,
  type ReferenceArray,
} from './reference-array.ts'
import {
  covarianceOf, findExtreme, fitLeastSquares, listColumns, quantileOf, reduce, sortAlong, tabulatePairs, varianceOf,
} from './reference-statistics.ts'

type Argument = BackendArgument<ReferenceArray>
type Args = Arguments<ReferenceArray>

const isArray = (value: Argument | undefined): value is ReferenceArray => typeof value === 'object' && value !== null && !isList(value)

const valueError = (message: string): AppError => new AppError('input.tensor-value', message)

/** Nested lists of numbers as an array; the first entry of each level says how long that level is. */
const parsePlain = (method: string, plain: Argument): ReferenceArray => {
  const shape: number[] = []
  for (let level: Argument | undefined = plain; isList(level); level = level[0]) shape.push(level.length)
  const flatten = (value: Argument, depth: number): number[] => {
    if (typeof value === 'number' && depth === shape.length) return [value]
    if (typeof value !== 'number' && !isList(value)) throw valueError(`${method}: the argument must be a tensor, a number, or lists of numbers`)
    if (typeof value === 'number' || value.length !== shape[depth]) throw shapeError(`${method}: the lists are not nested evenly`)
    return value.flatMap((item) => flatten(item, depth + 1))
  }
  return { shape, values: Float64Array.from(flatten(plain, 0)), names: null }
}

const toArray = (method: string, args: Args): ReferenceArray => {
  const [value = null] = args
  return isArray(value) ? value : parsePlain(method, value)
}

const resolveAxis = (method: string, axis: Argument, { shape }: ReferenceArray): number =>
  resolveIndex(method, toNumber(method, axis), shape.length, `axis of shape ${showShape(shape)}`)

/** No axis means all of them. */
const resolveAxes = (method: string, [axes = null]: Args, array: ReferenceArray): number[] => {
  if (axes === null) return array.shape.map((_, axis) => axis)
  const resolved = (isList(axes) ? axes : [axes]).map((axis) => resolveAxis(method, axis, array))
  if (new Set(resolved).size !== resolved.length) throw indexError(`${method}: an axis is named twice`)
  return resolved
}

const mean = (array: ReferenceArray, args: Args): ReferenceArray => {
  const axes = resolveAxes('mean', args, array)
  const count = countCells(axes.map((axis) => array.shape[axis] as number))
  if (count === 0) throw new AppError('input.tensor-division-by-zero', 'mean: there is nothing to average')
  const sums = sumOver(array, axes)
  return { ...sums, values: sums.values.map((sum) => sum / count) }
}

const quotient = (a: number, b: number): number => a / b

/** NumPy's power, which is 1 where JavaScript's is NaN: of 1 to any, and of -1 to an infinite one. */
const power = (a: number, b: number): number => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b)

/** By plain numbers as the encrypted tensors divide, which refuse 0; by a tensor as NumPy does. */
const divide = (array: ReferenceArray, args: Args): ReferenceArray => {
  const divisor = toArray('div', args)
  if (!isArray(args[0]) && divisor.values.includes(0)) throw new AppError('input.tensor-division-by-zero', 'div: a divisor is zero')
  return combine('div', array, divisor, quotient)
}

const roundHalfEven = (value: number): number => {
  const rounded = Math.round(value)
  return Math.abs(value - Math.trunc(value)) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}

/** As NumPy rounds to decimals, but for their halves, which doubles do not hold. */
const round = (array: ReferenceArray, decimals: number): ReferenceArray => {
  assertDecimals(decimals)
  const factor = 10 ** Math.abs(decimals)
  const [there, back] = [(value: number) => value * factor, (value: number) => value / factor]
  const [before, after] = decimals < 0 ? [back, there] : [there, back]
  return { ...array, values: array.values.map((value) => after(roundHalfEven(before(value))) + 0) }
}

const where = (array: ReferenceArray, [condition = null, other = null]: Args): ReferenceArray => {
  const mask = toArray('where', [condition])
  const chosen = combine('where', mask, array, (holds, value) => (holds === 0 ? Number.NaN : value))
  return combine('where', chosen, combine('where', mask, toArray('where', [other]), (holds, value) => (holds === 0 ? value : Number.NaN)),
    (yes, no) => (Number.isNaN(yes) ? no : yes))
}

const ddofOf = (method: string, value: Argument | undefined, otherwise: number): number =>
  (value === undefined || value === null ? otherwise : toNumber(method, value))

const variance = (method: string, array: ReferenceArray, args: Args): ReferenceArray =>
  reduce(array, resolveAxes(method, args, array), (values) => varianceOf(method, values, ddofOf(method, args[1], 0)))

/** This array's columns, those of an optional second one, and the ddof behind it. */
const pairArguments = (method: string, array: ReferenceArray, [first, second]: Args): { columns: number[][]; ddof: number } => {
  const other = isArray(first) ? first : null
  return {
    columns: [...listColumns(method, array), ...(other === null ? [] : listColumns(method, other))],
    ddof: ddofOf(method, other === null && typeof first === 'number' ? first : second, 1),
  }
}

const cov = (array: ReferenceArray, args: Args): ReferenceArray => {
  const { columns, ddof } = pairArguments('cov', array, args)
  return tabulatePairs(columns, (a, b) => covarianceOf(a, b, ddof))
}

const corr = (array: ReferenceArray, args: Args): ReferenceArray =>
  tabulatePairs(pairArguments('corr', array, args).columns, (a, b) => covarianceOf(a, b, 0) / Math.sqrt(covarianceOf(a, a, 0) * covarianceOf(b, b, 0)))

const leastSquares = (array: ReferenceArray, args: Args): ReferenceArray => {
  const [target = [], ...more] = listColumns('leastSquares', toArray('leastSquares', args))
  if (more.length > 0) throw shapeError(`leastSquares: explains one column, not ${more.length + 1}`)
  const weights = fitLeastSquares(listColumns('leastSquares', array), target)
  return { shape: [weights.length], values: Float64Array.from(weights), names: null }
}

const item = (subject: string, { values }: ReferenceArray): number => {
  const [only] = values
  if (only !== undefined && values.length === 1) return only
  throw valueError(`${subject}: it has ${values.length} cells; sum(), max() or min() make one of many`)
}

const unavailable = (method: string, instead: string) => (): never => {
  throw new AppError('input.tensor-unavailable', `${method}: ${instead}`)
}

/** The indices Python's range(start, stop, step) visits on an axis of this length. */
const listRange = (range: Argument, length: number): number[] => {
  const [start = null, stop = null, step = null] = isList(range) ? range : [range]
  const stride = step === null ? 1 : toNumber('slice', step)
  const bound = (value: Argument, otherwise: number): number => {
    if (value === null) return otherwise
    const whole = toNumber('slice', value)
    if (!Number.isInteger(whole)) throw indexError(`slice: ${whole} is not a whole number`)
    const fromFront = whole < 0 ? whole + length : whole
    return stride > 0 ? Math.min(Math.max(fromFront, 0), length) : Math.min(Math.max(fromFront, -1), length - 1)
  }
  if (!Number.isInteger(stride) || stride === 0) throw indexError('slice: a step is a whole number other than 0')
  const end = bound(stop, stride > 0 ? length : -1)
  const indices: number[] = []
  for (let index = bound(start, stride > 0 ? 0 : length - 1); stride > 0 ? index < end : index > end; index += stride) indices.push(index)
  return indices
}

const slice = (array: ReferenceArray, args: Args): ReferenceArray => {
  const ranges = isOneRange(args) ? [args] : args
  if (ranges.length > array.shape.length) throw indexError(`slice: ${ranges.length} ranges for shape ${showShape(array.shape)}`)
  return ranges.reduceRight<ReferenceArray>((part, range, axis) => {
    const length = array.shape[axis] as number
    // Beside a range of another axis, a number is one entry of its own, as in a[1:3, 2].
    return typeof range === 'number' ? dropAxis(part, axis, resolveIndex('slice', range, length)) : take(part, axis, listRange(range, length))
  }, array)
}

const rows = (array: ReferenceArray, args: Args): ReferenceArray => {
  const axis = resolveAxis('rows', 0, array)
  const [first] = args
  if (!isList(first)) return slice(array, [args])
  return take(array, axis, first.map((row) => resolveIndex('rows', toNumber('rows', row), array.shape[axis] as number)))
}

const get = (array: ReferenceArray, args: Args): ReferenceArray => {
  if (args.length > array.shape.length) throw indexError(`get: ${args.length} indices for shape ${showShape(array.shape)}`)
  return args.reduce<ReferenceArray>(
    (part, index) => dropAxis(part, 0, resolveIndex('get', toNumber('get', index), part.shape[0] as number)), array,
  )
}

const columnAxis = (method: string, array: ReferenceArray): number => {
  if (array.names !== null) return array.names.axis
  if (array.shape.length < 2) throw indexError(`${method}: a vector has no columns`)
  return resolveAxis(method, -1, array)
}

const findColumn = (method: string, array: ReferenceArray, column: Argument): { axis: number; entry: number } => {
  const { names, shape } = array
  const axis = columnAxis(method, array)
  const asked = toColumn(method, column)
  if (typeof asked === 'number') return { axis, entry: resolveIndex(method, asked, shape[axis] as number, 'column') }
  const entry = names === null ? -1 : names.values.indexOf(asked)
  if (entry === -1) throw indexError(`${method}: there is no column ${JSON.stringify(asked)}`)
  if (names?.values.lastIndexOf(asked) !== entry) throw indexError(`${method}: ${JSON.stringify(asked)} is the name of several columns`)
  return { axis, entry }
}

const cols = (array: ReferenceArray, args: Args): ReferenceArray => {
  const found = spread(args).map((column) => findColumn('cols', array, column))
  return take(array, columnAxis('cols', array), found.map(({ entry }) => entry))
}

const col = (array: ReferenceArray, [column = null]: Args): ReferenceArray => {
  const { axis, entry } = findColumn('col', array, column)
  return dropAxis(array, axis, entry)
}

const transpose = (array: ReferenceArray, args: Args): ReferenceArray => {
  const isReversed = args.length === 0 || (args.length === 1 && args[0] === null)
  const order = isReversed ? array.shape.map((_, axis) => axis).reverse() : resolveAxes('transpose', [spread(args)], array)
  if (order.length !== array.shape.length) throw indexError('transpose: each axis must be named once')
  return permute(array, order)
}

const reshape = ({ shape, values, names }: ReferenceArray, args: Args): ReferenceArray => {
  const asked = spread(args).map((length) => toNumber('reshape', length))
  const known = countCells(asked.filter((length) => length !== -1))
  const target = asked.map((length) => (length === -1 ? values.length / known : length))
  const fits = target.every((length) => Number.isInteger(length) && length >= 0) && countCells(target) === values.length
  if (!fits || asked.filter((length) => length === -1).length > 1) {
    throw shapeError(`reshape: ${values.length} cells do not fill shape ${showShape(asked)}`)
  }
  const isSame = target.length === shape.length && target.every((length, axis) => length === shape[axis])
  return { shape: target, values, names: isSame ? names : null }
}

const flatten = ({ values }: ReferenceArray): ReferenceArray => ({ shape: [values.length], values, names: null })

const concat = (array: ReferenceArray, [others = null, axis = 0]: Args): ReferenceArray => {
  const list = (isList(others) ? others : [others]).map((part) => toArray('concat', [part]))
  if (axis === null) return join([array, ...list].map(flatten), 0)
  return join([array, ...list], resolveAxis('concat', axis, array))
}

const sort = (array: ReferenceArray, [axis = -1]: Args): ReferenceArray =>
  (axis === null ? sortAlong(flatten(array), 0) : sortAlong(array, resolveAxis('sort', axis, array)))

const dot = (method: string, array: ReferenceArray, args: Args): ReferenceArray => {
  const other = toArray(method, args)
  const isScalar = array.shape.length === 0 || other.shape.length === 0
  return method === 'dot' && isScalar ? combine(method, array, other, (a, b) => a * b) : multiplyMatrix(method, array, other)
}

const tensor = (array: ReferenceArray): BackendResult<ReferenceArray> => ({ kind: 'tensor', tensor: array })
const value = (result: number | readonly number[]): BackendResult<ReferenceArray> => ({ kind: 'value', value: result })

type Method = (array: ReferenceArray, args: Args) => BackendResult<ReferenceArray>

const binary = (method: string, operate: (a: number, b: number) => number): Method =>
  (array, args) => tensor(combine(method, array, toArray(method, args), operate))
const comparison = (method: string, holds: (a: number, b: number) => boolean): Method => binary(method, (a, b) => (holds(a, b) ? 1 : 0))
const unary = (evaluate: (value: number) => number): Method =>
  (array) => tensor({ ...array, values: array.values.map((value) => evaluate(value) + 0) })
const reduction = (method: string, evaluate: (values: readonly number[]) => number): Method =>
  (array, args) => tensor(reduce(array, resolveAxes(method, args, array), evaluate))

const methods: Record<TensorMethod, Method> = {
  add: (array, args) => tensor(combine('add', array, toArray('add', args), (a, b) => a + b)),
  sub: (array, args) => tensor(combine('sub', array, toArray('sub', args), (a, b) => a - b)),
  mul: (array, args) => tensor(combine('mul', array, toArray('mul', args), (a, b) => a * b)),
  div: (array, args) => tensor(divide(array, args)),
  pow: binary('pow', power),
  rsub: binary('sub', (a, b) => b - a),
  rdiv: binary('div', (a, b) => b / a),
  rpow: binary('pow', (a, b) => power(b, a)),
  gt: comparison('gt', (a, b) => a > b),
  lt: comparison('lt', (a, b) => a < b),
  ge: comparison('ge', (a, b) => a >= b),
  le: comparison('le', (a, b) => a <= b),
  eq: comparison('eq', (a, b) => a === b),
  ne: comparison('ne', (a, b) => a !== b),
  sqrt: unary(Math.sqrt),
  exp: unary(Math.exp),
  log: unary(Math.log),
  abs: unary(Math.abs),
  round: (array, [decimals = null]) => tensor(round(array, decimals === null ? 0 : toNumber('round', decimals))),
  sigmoid: unary((x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)))),
  where: (array, args) => tensor(where(array, args)),
  decrypted: tensor,
  neg: (array) => tensor({ ...array, values: array.values.map((cell) => 0 - cell) }),
  get: (array, args) => tensor(get(array, args)),
  slice: (array, args) => tensor(slice(array, args)),
  rows: (array, args) => tensor(rows(array, args)),
  col: (array, args) => tensor(col(array, args)),
  cols: (array, args) => tensor(cols(array, args)),
  transpose: (array, args) => tensor(transpose(array, args)),
  reshape: (array, args) => tensor(reshape(array, args)),
  concat: (array, args) => tensor(concat(array, args)),
  sum: (array, args) => tensor(sumOver(array, resolveAxes('sum', args, array))),
  mean: (array, args) => tensor(mean(array, args)),
  max: reduction('max', (values) => values[findExtreme('max', values, 1)] as number),
  min: reduction('min', (values) => values[findExtreme('min', values, -1)] as number),
  argmax: reduction('argmax', (values) => findExtreme('argmax', values, 1)),
  argmin: reduction('argmin', (values) => findExtreme('argmin', values, -1)),
  median: reduction('median', (values) => quantileOf('median', values, 0.5)),
  quantile: (array, [q = null, ...axes]) =>
    tensor(reduce(array, resolveAxes('quantile', axes, array), (values) => quantileOf('quantile', values, toNumber('quantile', q)))),
  var: (array, args) => tensor(variance('var', array, args)),
  std: (array, args) => {
    const variances = variance('std', array, args)
    return tensor({ ...variances, values: variances.values.map(Math.sqrt) })
  },
  sort: (array, args) => tensor(sort(array, args)),
  cov: (array, args) => tensor(cov(array, args)),
  corr: (array, args) => tensor(corr(array, args)),
  leastSquares: (array, args) => tensor(leastSquares(array, args)),
  groupBy: unavailable('groupBy', groupsInstead),
  unique: unavailable('unique', distinctInstead),
  dot: (array, args) => tensor(dot('dot', array, args)),
  matmul: (array, args) => tensor(dot('matmul', array, args)),
  shape: ({ shape }) => value(shape),
  size: ({ values }) => value(values.length),
  dim: ({ shape }) => value(shape.length),
  item: (array) => value(item('item', array)),
  truth: (array) => value(item('a tensor is neither true nor false', array)),
  text: (array) => value(item('a tensor is neither a text nor an index', array)),
}

export interface ReferenceTable {
  readonly columns: readonly string[]
  /** Finite numbers, one list per row, as long as `columns`. */
  readonly rows: readonly (readonly number[])[]
}

/**
 * A backend over plain float64 numbers, as NumPy would compute; independent of everything that computes on ciphertexts.
 * Throws `input.tensor-value` for a table with ragged rows or numbers that are not finite.
 */
export const createReferenceBackend = ({ columns, rows: table }: ReferenceTable): TensorBackend<ReferenceArray> => {
  table.forEach((row, index) => {
    if (row.length === columns.length && row.every(Number.isFinite)) return
    throw valueError(`row ${index} of the table must have ${columns.length} finite numbers`)
  })
  return {
    data: { shape: [table.length, columns.length], values: Float64Array.from(table.flat()), names: { axis: 1, values: columns } },
    sizeOf: ({ values }) => values.length,
    call: (method, array, args) => methods[method](array, args),
  }
}
