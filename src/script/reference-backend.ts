import { AppError } from '../shared/errors.ts'
import { isList, spread, toColumn, toNumber, type Arguments } from './arguments.ts'
import type { AnswerValue, BackendArgument, BackendResult, TensorBackend, TensorMethod } from './backend.ts'
import {
  combine, countCells, dropAxis, indexError, join, multiplyMatrix, permute, resolveIndex, shapeError, showShape, sumOver, take, valueAt,
  type ReferenceArray,
} from './reference-array.ts'
import { runScript, type JsonValue, type ScriptListing } from './run-script.ts'

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

const divide = (a: number, b: number): number => {
  if (b === 0) throw new AppError('input.tensor-division-by-zero', 'div: a divisor is zero')
  return a / b
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
  const ranges = typeof args[0] === 'number' ? [args] : args
  if (ranges.length > array.shape.length) throw indexError(`slice: ${ranges.length} ranges for shape ${showShape(array.shape)}`)
  return ranges.reduce<ReferenceArray>((part, range, axis) => take(part, axis, listRange(range, array.shape[axis] as number)), array)
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

const findColumn = (method: string, array: ReferenceArray, column: Argument): { axis: number; entry: number } => {
  const { names, shape } = array
  const axis = names === null ? resolveAxis(method, -1, array) : names.axis
  const asked = toColumn(method, column)
  if (typeof asked === 'number') return { axis, entry: resolveIndex(method, asked, shape[axis] as number, 'column') }
  const entry = names === null ? -1 : names.values.indexOf(asked)
  if (entry === -1) throw indexError(`${method}: there is no column ${JSON.stringify(asked)}`)
  return { axis, entry }
}

const cols = (array: ReferenceArray, args: Args): ReferenceArray => {
  const found = spread(args).map((column) => findColumn('cols', array, column))
  const axis = array.names?.axis ?? resolveAxis('cols', -1, array)
  return take(array, axis, found.map(({ entry }) => entry))
}

const col = (array: ReferenceArray, [column = null]: Args): ReferenceArray => {
  const { axis, entry } = findColumn('col', array, column)
  return dropAxis(array, axis, entry)
}

const transpose = (array: ReferenceArray, args: Args): ReferenceArray => {
  const order = args.length === 0 ? array.shape.map((_, axis) => axis).reverse() : resolveAxes('transpose', [spread(args)], array)
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

const concat = (array: ReferenceArray, [others = null, axis]: Args): ReferenceArray => {
  const list = isList(others) && others.every(isArray) ? others : [toArray('concat', [others])]
  return join([array, ...list], resolveAxis('concat', axis ?? 0, array))
}

const dot = (method: string, array: ReferenceArray, args: Args): ReferenceArray => {
  const other = toArray(method, args)
  const isScalar = array.shape.length === 0 || other.shape.length === 0
  return method === 'dot' && isScalar ? combine(method, array, other, (a, b) => a * b) : multiplyMatrix(method, array, other)
}

const tensor = (array: ReferenceArray): BackendResult<ReferenceArray> => ({ kind: 'tensor', tensor: array })
const value = (result: number | readonly number[]): BackendResult<ReferenceArray> => ({ kind: 'value', value: result })

const methods: Record<TensorMethod, (array: ReferenceArray, args: Args) => BackendResult<ReferenceArray>> = {
  add: (array, args) => tensor(combine('add', array, toArray('add', args), (a, b) => a + b)),
  sub: (array, args) => tensor(combine('sub', array, toArray('sub', args), (a, b) => a - b)),
  mul: (array, args) => tensor(combine('mul', array, toArray('mul', args), (a, b) => a * b)),
  div: (array, args) => tensor(combine('div', array, toArray('div', args), divide)),
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
  dot: (array, args) => tensor(dot('dot', array, args)),
  matmul: (array, args) => tensor(dot('matmul', array, args)),
  shape: ({ shape }) => value(shape),
  size: ({ values }) => value(values.length),
  dim: ({ shape }) => value(shape.length),
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

const isReferenceArray = (answer: AnswerValue<ReferenceArray>): answer is ReferenceArray =>
  typeof answer === 'object' && answer !== null && 'values' in answer && answer.values instanceof Float64Array

const assertFinite = (result: number): number => {
  if (Number.isFinite(result)) return result
  throw new AppError('input.tensor-overflow', 'a number of the answer does not fit a float64')
}

const nest = (array: ReferenceArray, index: readonly number[] = []): JsonValue => {
  const length = array.shape[index.length]
  if (length === undefined) return assertFinite(valueAt(array, index))
  return Array.from({ length }, (_, position) => nest(array, [...index, position]))
}

const toJson = (answer: AnswerValue<ReferenceArray>): JsonValue => {
  if (isReferenceArray(answer)) return nest(answer)
  if (Array.isArray(answer)) return answer.map((item: AnswerValue<ReferenceArray>) => toJson(item))
  if (typeof answer !== 'object' || answer === null) return answer
  return Object.fromEntries(Object.entries(answer).map(([key, item]) => [key, toJson(item)]))
}

export interface ReferenceRun extends ReferenceTable {
  readonly source: string
  readonly fileName: string
  readonly listing: ScriptListing
}

/**
 * The answer a script would have on the plain table: numbers for single cells, nested lists for larger tensors. Throws as
 * runScript does.
 */
export const evaluateReference = async ({ source, fileName, listing, columns, rows: table }: ReferenceRun): Promise<JsonValue> => {
  const { answer } = await runScript({ source, fileName, listing, backend: createReferenceBackend({ columns, rows: table }) })
  return toJson(answer)
}
