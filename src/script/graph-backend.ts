import { createKnown, DeferredTensor } from '../compute/deferred.ts'
import { foldKnown, isKnown, knownItem, knownToPlain } from '../compute/known.ts'
import { noInteraction } from '../compute/interaction.ts'
import { correlation, covariance, leastSquares, variance } from '../compute/moments.ts'
import { extremeByComparison, positionByComparison, quantileByComparison, sortByComparison } from '../compute/ordering.ts'
import { parsePlain, type Plain } from '../compute/plain.ts'
import type { Axes } from '../compute/reduction.ts'
import { normaliseIndex, shapeError, type Range } from '../compute/shape.ts'
import { dot, Tensor } from '../compute/tensor.ts'
import { AppError } from '../shared/errors.ts'
import type { StepOperation } from '../shared/schemas/program.ts'
import { assertDecimals, isList, isOneRange, spread, toColumn, toNumber, type Arguments } from './arguments.ts'
import type { BackendArgument, BackendResult, TensorBackend, TensorMethod } from './backend.ts'
import { sayCode } from './coded-words.ts'
import { distinctInstead, groupsInstead } from './habits.ts'
import {
  assertMixable, computeBinary, computeWhere, constantLike, createMultiply, isGraphTensor, needsHelp, requireComparisons, toDeferred,
    toPlainWhereKnown,
  type BinaryMethod, type GraphTensor, type Help, type Operand,
} from './elementwise.ts'

type Args = Arguments<GraphTensor>

/** A tensor or plain numbers. What is nested in a list is checked by compute, which reads every cell of it anyway. */
const toOperand = (method: string, [value = null]: Args, beside: GraphTensor | null = null): Operand => {
  if (isGraphTensor(value) || typeof value === 'number' || isList(value)) return value as Operand
  const what = typeof value === 'string' ? `not the text ${JSON.stringify(value.slice(0, 40))}${sayCode(method, beside, value)}` : 'and is missing here'
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

/** Entry `index` of an axis, which is gone then. */
const dropAxis = (tensor: GraphTensor, axis: number, index: number): GraphTensor => {
  const entry = normaliseIndex('slice', index, tensor.shape[axis] as number, axis)
  const others = tensor.shape.flatMap((_, other) => (other === axis ? [] : [other]))
  return transpose(tensor, [axis, ...others]).get(entry)
}

/** slice(start, stop) is of the first axis; beside a list, or behind null, a number is one entry of its axis, as in a[1:3, 2]. */
const slice = (tensor: GraphTensor, args: Args): GraphTensor => {
  if (isOneRange(args)) return tensor.slice(toRange('slice', args))
  const ranges = tensor.slice(...args.map((range) => (typeof range === 'number' ? null : toRange('slice', range))))
  return args.reduceRight<GraphTensor>((part, range, axis) => (typeof range === 'number' ? dropAxis(part, axis, range) : part), ranges)
}

const rows = (tensor: GraphTensor, args: Args): GraphTensor => {
  const [first = null] = args
  return isList(first) ? tensor.rows(toNumbers('rows', first)) : tensor.slice(toRange('rows', args))
}

/** The cells in a row: what an axis of null asks for, as None does in NumPy. */
const flatten = (tensor: GraphTensor): GraphTensor => tensor.reshape([-1])

/** Plain numbers beside tensors, as what is known while the script runs. */
const toKnown = (plain: Plain): GraphTensor => {
  const { shape, values } = parsePlain('concat', plain)
  return createKnown(shape, values, null)
}

const concat = (tensor: GraphTensor, [others = null, axis = 0]: Args): GraphTensor => {
  const list = isList(others) ? others : [others]
  const tensors = list.map((part) => (isGraphTensor(part) ? part : toKnown(part as Plain)))
  const isFlat = axis === null
  const along = isFlat ? 0 : toNumber('concat', axis)
  const all = [tensor, ...tensors].map((part) => (isFlat ? flatten(part) : part))
  const sample = all.find((part) => part instanceof Tensor)
  const encryptLike = (part: GraphTensor, like: Tensor): GraphTensor =>
    (isKnown(part) ? constantLike(like, knownToPlain(part)).reshape(part.shape) : part)
  const parts = sample === undefined ? all : all.map((part) => encryptLike(part, sample))
  const [first, ...rest] = parts.filter((part) => part instanceof Tensor)
  if (first !== undefined && rest.length === tensors.length) return first.concat(rest, along)
  return toDeferred(parts[0] as GraphTensor).concat(parts.slice(1).map(toDeferred), along)
}

const transpose = (tensor: GraphTensor, args: Args): GraphTensor => {
  if (args.length === 0 || (args.length === 1 && args[0] === null)) return tensor.transpose()
  return tensor.transpose(toNumbers('transpose', spread(args)))
}

const product = (method: 'dot' | 'matmul', tensor: GraphTensor, args: Args, help: Help): GraphTensor => {
  const other = toPlainWhereKnown(toOperand(method, args))
  const isNumber = (operand: Operand): boolean => (isGraphTensor(operand) ? operand.shape.length === 0 : typeof operand === 'number')
  if (method === 'dot' && (isNumber(tensor) || isNumber(other))) return computeBinary('mul', tensor, other, help)
  if (tensor instanceof Tensor && !isGraphTensor(other)) return tensor[method](other)
  if (isKnown(tensor) && tensor.shape.length > 0 && other instanceof Tensor) return dot(knownToPlain(tensor), other)
  const isRows = [tensor, other].some(needsHelp)
  if (isRows && tensor instanceof Tensor && other instanceof Tensor) return sumOfProducts(method, tensor, other, help)
  if (isRows) computeBinary('mul', tensor, other, help)
  return toDeferred(tensor).matmul(method, isGraphTensor(other) ? toDeferred(other) : other)
}

/** Σ over the last axis of the left and the first of the right, a vector or a matrix, of the products of their cells. */
const sumOfProducts = (method: 'dot' | 'matmul', left: Tensor, right: Tensor, help: Help): Tensor => {
  const inner = left.shape.at(-1)
  if (inner === undefined || right.shape.length === 0 || right.shape.length > 2 || inner !== right.shape[0]) {
    throw shapeError(method, left.shape, right.shape, 'the last axis of the left must be as long as the first of a vector or matrix')
  }
  const isVector = right.shape.length === 1
  // (…, 1, k) · (n, k), summed over k.
  const rows = isVector ? left : left.reshape(...left.shape.slice(0, -1), 1, inner)
  const products = computeBinary('mul', rows, right.t(), help)
  return (products as Tensor).sum(-1)
}

const extreme = (method: 'max' | 'min' | 'argmax' | 'argmin', tensor: GraphTensor, args: Args, help: Help): GraphTensor => {
  const axes = toAxes(method, args)
  if (!needsHelp(tensor)) return toDeferred(tensor).extreme(method, axes)
  const interaction = requireComparisons(method, help)
  return method === 'max' || method === 'min'
    ? extremeByComparison(method, interaction, tensor, axes)
    : positionByComparison(method, interaction, tensor, axes)
}

const quantile = (method: string, tensor: GraphTensor, q: number, axes: Args, help: Help): GraphTensor => {
  assertFraction(method, q)
  const along = toAxes(method, axes)
  if (!needsHelp(tensor)) return toDeferred(tensor).quantile(q, along, method)
  return quantileByComparison(method, requireComparisons(method, help), tensor, q, along)
}

const sort = (tensor: GraphTensor, [axis = -1]: Args, help: Help): GraphTensor => {
  const sorted = axis === null ? flatten(tensor) : tensor
  const along = axis === null ? 0 : toNumber('sort', axis)
  return needsHelp(sorted) ? sortByComparison(requireComparisons('sort', help), sorted, along) : toDeferred(sorted).sort(along)
}

const spreadOf = (method: 'var' | 'std', tensor: GraphTensor, args: Args, help: Help): DeferredTensor => {
  const axes = toAxes(method, args)
  const ddof = toNumber(method, args[1] ?? 0)
  return needsHelp(tensor) ? variance(method, tensor, axes, ddof, createMultiply(help)) : toDeferred(tensor).variance(method, axes, ddof)
}

const assertFraction = (method: string, q: number): void => {
  if (!(q >= 0 && q <= 1)) throw new AppError('input.tensor-value', `${method}: the fraction must lie between 0 and 1, not ${q}`)
}

const toColumns = (method: string, columns: unknown): GraphTensor => {
  if (isGraphTensor(columns)) return columns
  throw new AppError('input.tensor-value', `${method}: columns are needed here, of the table or made of it, and not plain numbers`)
}

/**
 * The sets of columns of one call. Where none has single rows they are decrypted anyway; beside single rows stands only what is encrypted
 * or known while the script runs.
 */
const toVariables = (method: string, given: readonly unknown[]): GraphTensor[] => {
  const columns = given.map((one) => toColumns(method, one))
  if (!columns.some(needsHelp)) return columns.map(toDeferred)
  if (columns.some((one) => one instanceof DeferredTensor && !isKnown(one))) assertMixable(method, columns)
  return columns
}

/** This set of columns with the optional second one, and a number behind it. */
const pairArguments = (method: string, tensor: GraphTensor, [first = null, second = null]: Args) => {
  const [other, ddof] = typeof first === 'number' ? [null, first] : [first, second]
  const [own, others = null] = toVariables(method, other === null ? [tensor] : [tensor, other])
  return { own: own as GraphTensor, others, ddof: ddof === null ? 1 : toNumber(method, ddof) }
}

const cov = (tensor: GraphTensor, args: Args, help: Help): DeferredTensor => {
  const { own, others, ddof } = pairArguments('cov', tensor, args)
  return covariance('cov', own, others, ddof, createMultiply(help))
}

const corr = (tensor: GraphTensor, args: Args, help: Help): DeferredTensor => {
  const { own, others } = pairArguments('corr', tensor, args)
  return correlation(own, others, createMultiply(help))
}

const fit = (tensor: GraphTensor, target: unknown, help: Help): DeferredTensor => {
  const [own, explained] = toVariables('leastSquares', [tensor, target]) as [GraphTensor, GraphTensor]
  return leastSquares(own, explained, createMultiply(help))
}

/** To so many decimals, or tens and hundreds for numbers below 0; a half goes to the even one. */
const round = (tensor: DeferredTensor, decimals: number): DeferredTensor => {
  assertDecimals(decimals)
  if (decimals === 0) return tensor.apply('round')
  const factor = 10 ** Math.abs(decimals)
  const [before, after] = decimals < 0 ? ['div', 'mul'] as const : ['mul', 'div'] as const
  return tensor.combine('round', before, factor).apply('round').combine('round', after, factor)
}

const unavailable = (method: string, instead: string) => (): never => {
  throw new AppError('input.tensor-unavailable', `${method}: ${instead}`, { details: { operation: method } })
}

const asTensor = (tensor: GraphTensor): BackendResult<GraphTensor> => ({ kind: 'tensor', tensor })
const asValue = (value: number | readonly number[]): BackendResult<GraphTensor> => ({ kind: 'value', value })

type Method = (tensor: GraphTensor, args: Args, help: Help) => BackendResult<GraphTensor>

const binary = (method: BinaryMethod): Method => (tensor, args, help) =>
  asTensor(computeBinary(method, tensor, toOperand(method, args, tensor), help))
const deferred = (operation: StepOperation): Method => (tensor) => asTensor(toDeferred(tensor).apply(operation))
const choice = (method: 'max' | 'min' | 'argmax' | 'argmin'): Method => (tensor, args, help) =>
  asTensor(extreme(method, tensor, args, help))

const elementwise = {
  add: binary('add'), sub: binary('sub'), mul: binary('mul'), div: binary('div'), pow: binary('pow'),
  rsub: binary('rsub'), rdiv: binary('rdiv'), rpow: binary('rpow'),
  gt: binary('gt'), lt: binary('lt'), ge: binary('ge'), le: binary('le'), eq: binary('eq'), ne: binary('ne'),
  neg: (tensor) => asTensor(tensor instanceof Tensor ? tensor.neg() : tensor.apply('neg')),
  sqrt: deferred('sqrt'), exp: deferred('exp'), log: deferred('log'), abs: deferred('abs'), sigmoid: deferred('sigmoid'),
  round: (tensor, [decimals = null]) => asTensor(round(toDeferred(tensor), decimals === null ? 0 : toNumber('round', decimals))),
  where: (tensor, [condition = null, other = null], help) =>
    asTensor(computeWhere(tensor, toOperand('where', [condition]), toOperand('where', [other]), help)),
  decrypted: (tensor) => asTensor(toDeferred(tensor)),
} satisfies Partial<Record<TensorMethod, Method>>

const textInstead = 'export it beside the text (console.log(x) shows its shape); rows are chosen by x.where(condition, other) or x * condition'

const truthInstead = 'what is made of sums and means is known after decryption only, where a.where(condition, b) takes a or b; '
  + 'sum(), max() or min() of a comparison make one condition of many'

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
  item: (tensor) => asValue(knownItem('item', tensor)),
  truth: (tensor) => asValue(knownItem('a tensor is neither true nor false', tensor, truthInstead)),
  text: (tensor) => asValue(knownItem('a tensor is neither a text nor an index', tensor, textInstead)),
} satisfies Partial<Record<TensorMethod, Method>>

const methods: Record<TensorMethod, Method> = {
  ...elementwise,
  ...selection,
  sum: (tensor, args) => asTensor(tensor.sum(toAxes('sum', args))),
  mean: (tensor, args) => asTensor(tensor.mean(toAxes('mean', args))),
  max: choice('max'), min: choice('min'), argmax: choice('argmax'), argmin: choice('argmin'),
  median: (tensor, args, help) => asTensor(quantile('median', tensor, 0.5, args, help)),
  quantile: (tensor, [q = null, ...axes], help) => asTensor(quantile('quantile', tensor, toNumber('quantile', q), axes, help)),
  var: (tensor, args, help) => asTensor(spreadOf('var', tensor, args, help)),
  std: (tensor, args, help) => asTensor(spreadOf('std', tensor, args, help).apply('sqrt')),
  sort: (tensor, args, help) => asTensor(sort(tensor, args, help)),
  cov: (tensor, args, help) => asTensor(cov(tensor, args, help)),
  corr: (tensor, args, help) => asTensor(corr(tensor, args, help)),
  leastSquares: (tensor, [target = null], help) => asTensor(fit(tensor, target, help)),
  dot: (tensor, args, help) => asTensor(product('dot', tensor, args, help)),
  matmul: (tensor, args, help) => asTensor(product('matmul', tensor, args, help)),
  groupBy: unavailable('groupBy', groupsInstead),
  unique: unavailable('unique', distinctInstead),
}

const foldResult = (result: BackendResult<GraphTensor>): BackendResult<GraphTensor> =>
  (result.kind === 'tensor' && isKnown(result.tensor) ? asTensor(foldKnown(result.tensor)) : result)

/**
 * The lazy graph over a dataset's ciphertexts as a script's backend: a run builds the answer's graph and computes nothing, but for
 * what it asks the key holder on the way, where there is one.
 */
export const createGraphBackend = (data: Tensor, help: Help = null): TensorBackend<GraphTensor> => ({
  data,
  sizeOf: ({ size }) => size,
  call: (method, tensor, args) => foldResult(methods[method](tensor, args, help)),
  readCount: () => help?.count ?? noInteraction,
})
