import { DeferredTensor } from '../compute/deferred.ts'
import { correlation, covariance, leastSquares, variance } from '../compute/moments.ts'
import type { Axes } from '../compute/reduction.ts'
import { isRowLevel } from '../compute/row-level.ts'
import type { Range } from '../compute/shape.ts'
import { Tensor } from '../compute/tensor.ts'
import { AppError } from '../shared/errors.ts'
import type { StepOperation } from '../shared/schemas/program.ts'
import { isList, spread, toColumn, toNumber, type Arguments } from './arguments.ts'
import type { BackendArgument, BackendResult, TensorBackend, TensorMethod } from './backend.ts'
import { assertComparable, computeBinary, computeWhere, isGraphTensor, toDeferred, type BinaryMethod, type GraphTensor, type Operand } from './elementwise.ts'

type Args = Arguments<GraphTensor>

/** A tensor or plain numbers. What is nested in a list is checked by compute, which reads every cell of it anyway. */
const toOperand = (method: string, [value = null]: Args): Operand => {
  if (isGraphTensor(value) || typeof value === 'number' || isList(value)) return value as Operand
  const what = typeof value === 'string' ? `not the text ${JSON.stringify(value.slice(0, 40))}` : 'and is missing here'
  throw new AppError('input.tensor-value', `${method}: the argument must be a tensor, a number, or lists of numbers, ${what}`)
}

const toNumbers = (method: string, values: Args): number[] => values.map((value) => toNumber(method, value))

const toAxes = (method: string, [value = null]: Args): Axes => {
  if (value === null) return undefined
  return isList(value) ? toNumbers(method, value) : toNumber(method, value)
}

const toRange = (method: string, value: BackendArgument<GraphTensor>): Range | null => {
  if (value === null) return null
  const [start = null, stop = null, step = null] = isList(value) ? value : [value]
  const end = (bound: BackendArgument<GraphTensor>): number | null => (bound === null ? null : toNumber(method, bound))
  return step === null ? [end(start), end(stop)] : [end(start), end(stop), toNumber(method, step)]
}

const slice = (tensor: GraphTensor, args: Args): GraphTensor =>
  tensor.slice(...(typeof args[0] === 'number' ? [toRange('slice', args)] : args.map((range) => toRange('slice', range))))

const rows = (tensor: GraphTensor, args: Args): GraphTensor => {
  const [first = null] = args
  return isList(first) ? tensor.rows(toNumbers('rows', first)) : tensor.slice(toRange('rows', args))
}

const concat = (tensor: GraphTensor, [others = null, axis = null]: Args): GraphTensor => {
  const list = isList(others) ? others : [others]
  const tensors = list.filter(isGraphTensor)
  if (tensors.length !== list.length) throw new AppError('input.tensor-value', 'concat: the first argument must be a tensor or a list of tensors')
  const along = axis === null ? 0 : toNumber('concat', axis)
  const encrypted = tensors.filter((other) => other instanceof Tensor)
  if (tensor instanceof Tensor && encrypted.length === tensors.length) return tensor.concat(encrypted, along)
  return toDeferred(tensor).concat(tensors.map(toDeferred), along)
}

const transpose = (tensor: GraphTensor, args: Args): GraphTensor => {
  const axes = toNumbers('transpose', spread(args))
  if (tensor instanceof Tensor) return tensor.transpose(...axes)
  return args.length === 0 ? tensor.transpose() : tensor.transpose(axes)
}

const product = (method: 'dot' | 'matmul', tensor: GraphTensor, args: Args): GraphTensor => {
  const other = toOperand(method, args)
  if (tensor instanceof Tensor && !isGraphTensor(other)) return tensor[method](other)
  const isScalar = tensor.shape.length === 0 || (isGraphTensor(other) && other.shape.length === 0)
  if (method === 'dot' && isScalar) return computeBinary('mul', tensor, other)
  return sumOfProducts(method, tensor, other)
}

/** Σ x·y of two columns, where the listing sells their products; else after decryption. */
const sumOfProducts = (method: 'dot' | 'matmul', tensor: GraphTensor, other: Operand): GraphTensor => {
  const isColumns = tensor instanceof Tensor && other instanceof Tensor && tensor.shape.length === 1 && other.shape.length === 1
  if (isColumns && isRowLevel(tensor)) return (computeBinary('mul', tensor, other) as Tensor).sum()
  if ([tensor, other].some((side) => side instanceof Tensor && isRowLevel(side))) computeBinary('mul', tensor, other)
  return toDeferred(tensor).matmul(method, isGraphTensor(other) ? toDeferred(other) : other)
}

const extreme = (method: 'max' | 'min' | 'argmax' | 'argmin', tensor: GraphTensor, args: Args): GraphTensor => {
  assertComparable(method, tensor)
  return toDeferred(tensor).extreme(method, toAxes(method, args))
}

const quantile = (method: string, tensor: GraphTensor, q: number, axes: Args): GraphTensor => {
  assertComparable(method, tensor)
  return toDeferred(tensor).quantile(q, toAxes(method, axes), method)
}

const sort = (tensor: GraphTensor, [axis = null]: Args): GraphTensor => {
  assertComparable('sort', tensor)
  return toDeferred(tensor).sort(axis === null ? -1 : toNumber('sort', axis))
}

const spreadOf = (method: 'var' | 'std', tensor: GraphTensor, args: Args): DeferredTensor => {
  const axes = toAxes(method, args)
  const ddof = typeof args[1] === 'number' ? args[1] : 0
  const isAnswer = tensor instanceof DeferredTensor || !isRowLevel(tensor)
  return isAnswer ? toDeferred(tensor).variance(method, axes, ddof) : variance(method, tensor, axes, ddof)
}

const toEncrypted = (method: string, tensor: unknown): Tensor => {
  if (tensor instanceof Tensor) return tensor
  throw new AppError('input.tensor-value', `${method}: columns of the table are needed here, not numbers known after decryption or plain ones`)
}

/** The optional second set of columns, and a number behind it. */
const pairArguments = (method: string, [first = null, second = null]: Args): { other: Tensor | null; ddof: number } => {
  const [other, ddof] = typeof first === 'number' ? [null, first] : [first, second]
  return { other: other === null ? null : toEncrypted(method, other), ddof: ddof === null ? 1 : toNumber(method, ddof) }
}

const cov = (tensor: GraphTensor, args: Args): DeferredTensor => {
  const { other, ddof } = pairArguments('cov', args)
  return covariance('cov', toEncrypted('cov', tensor), other, ddof)
}

const unavailable = (method: string, instead: string) => (): never => {
  throw new AppError('input.tensor-unavailable', `${method}: ${instead}`, { details: { operation: method } })
}

const asTensor = (tensor: GraphTensor): BackendResult<GraphTensor> => ({ kind: 'tensor', tensor })
const asValue = (value: number | readonly number[]): BackendResult<GraphTensor> => ({ kind: 'value', value })

type Method = (tensor: GraphTensor, args: Args) => BackendResult<GraphTensor>

const binary = (method: BinaryMethod): Method => (tensor, args) => asTensor(computeBinary(method, tensor, toOperand(method, args)))
const deferred = (operation: StepOperation): Method => (tensor) => asTensor(toDeferred(tensor).apply(operation))
const choice = (method: 'max' | 'min' | 'argmax' | 'argmin'): Method => (tensor, args) => asTensor(extreme(method, tensor, args))

const elementwise = {
  add: binary('add'), sub: binary('sub'), mul: binary('mul'), div: binary('div'), pow: binary('pow'),
  rsub: binary('rsub'), rdiv: binary('rdiv'), rpow: binary('rpow'),
  gt: binary('gt'), lt: binary('lt'), ge: binary('ge'), le: binary('le'), eq: binary('eq'), ne: binary('ne'),
  neg: (tensor) => asTensor(tensor instanceof Tensor ? tensor.neg() : tensor.apply('neg')),
  sqrt: deferred('sqrt'), exp: deferred('exp'), log: deferred('log'), abs: deferred('abs'), round: deferred('round'), sigmoid: deferred('sigmoid'),
  where: (tensor, [condition = null, other = null]) =>
    asTensor(computeWhere(tensor, toOperand('where', [condition]), toOperand('where', [other]))),
  decrypted: (tensor) => asTensor(toDeferred(tensor)),
} satisfies Partial<Record<TensorMethod, Method>>

const selection = {
  get: (tensor, args) => asTensor(tensor.get(...toNumbers('get', args))),
  slice: (tensor, args) => asTensor(slice(tensor, args)),
  rows: (tensor, args) => asTensor(rows(tensor, args)),
  col: (tensor, [column = null]) => asTensor(tensor.col(toColumn('col', column))),
  cols: (tensor, args) => asTensor(tensor.cols(...spread(args).map((column) => toColumn('cols', column)))),
  transpose: (tensor, args) => asTensor(transpose(tensor, args)),
  reshape: (tensor, args) => asTensor(tensor.reshape(toNumbers('reshape', spread(args)))),
  concat: (tensor, args) => asTensor(concat(tensor, args)),
  shape: ({ shape }) => asValue(shape),
  size: ({ size }) => asValue(size),
  dim: (tensor) => asValue(tensor.dim()),
} satisfies Partial<Record<TensorMethod, Method>>

const methods: Record<TensorMethod, Method> = {
  ...elementwise,
  ...selection,
  sum: (tensor, args) => asTensor(tensor.sum(toAxes('sum', args))),
  mean: (tensor, args) => asTensor(tensor.mean(toAxes('mean', args))),
  max: choice('max'), min: choice('min'), argmax: choice('argmax'), argmin: choice('argmin'),
  median: (tensor, args) => asTensor(quantile('median', tensor, 0.5, args)),
  quantile: (tensor, [q = null, ...axes]) => asTensor(quantile('quantile', tensor, toNumber('quantile', q), axes)),
  var: (tensor, args) => asTensor(spreadOf('var', tensor, args)),
  std: (tensor, args) => asTensor(spreadOf('std', tensor, args).apply('sqrt')),
  sort: (tensor, args) => asTensor(sort(tensor, args)),
  cov: (tensor, args) => asTensor(cov(tensor, args)),
  corr: (tensor, args) => asTensor(correlation(toEncrypted('corr', tensor), pairArguments('corr', args).other)),
  leastSquares: (tensor, [target = null]) => asTensor(leastSquares(toEncrypted('leastSquares', tensor), toEncrypted('leastSquares', target))),
  dot: (tensor, args) => asTensor(product('dot', tensor, args)),
  matmul: (tensor, args) => asTensor(product('matmul', tensor, args)),
  groupBy: unavailable('groupBy', 'which group a row is in is encrypted; with a 0/1 column per group, data.col("group").sum() counts it, '
    + 'and data.col("group*wage").sum() / data.col("group").sum() is its mean where the listing sells that product'),
  unique: unavailable('unique', 'which values occur is encrypted; the listing\'s columns name the categories, and 0/1 columns count them'),
}

/** The lazy graph over a dataset's ciphertexts as a script's backend: a run computes nothing, it builds the answer's graph. */
export const createGraphBackend = (data: Tensor): TensorBackend<GraphTensor> => ({
  data,
  sizeOf: ({ size }) => size,
  call: (method, tensor, args) => methods[method](tensor, args),
})
