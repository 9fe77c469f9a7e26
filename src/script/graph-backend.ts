import type { Plain } from '../compute/plain.ts'
import type { Axes } from '../compute/reduction.ts'
import type { Range } from '../compute/shape.ts'
import { Tensor } from '../compute/tensor.ts'
import { AppError } from '../shared/errors.ts'
import { isList, spread, toColumn, toNumber, type Arguments } from './arguments.ts'
import type { BackendArgument, BackendResult, TensorBackend, TensorMethod } from './backend.ts'

type Args = Arguments<Tensor>

/** A tensor or plain numbers. What is nested in a list is checked by compute, which reads every cell of it anyway. */
const toOperand = (method: string, [value = null]: Args): Tensor | Plain => {
  if (value instanceof Tensor || typeof value === 'number' || isList(value)) return value as Tensor | Plain
  throw new AppError('input.tensor-value', `${method}: the argument must be a tensor, a number, or lists of numbers`)
}

const toNumbers = (method: string, values: Args): number[] => values.map((value) => toNumber(method, value))

const toAxes = (method: string, [value = null]: Args): Axes => {
  if (value === null) return undefined
  return isList(value) ? toNumbers(method, value) : toNumber(method, value)
}

const toRange = (method: string, value: BackendArgument<Tensor>): Range | null => {
  if (value === null) return null
  const [start = null, stop = null, step = null] = isList(value) ? value : [value]
  const end = (bound: BackendArgument<Tensor>): number | null => (bound === null ? null : toNumber(method, bound))
  return step === null ? [end(start), end(stop)] : [end(start), end(stop), toNumber(method, step)]
}

const slice = (tensor: Tensor, args: Args): Tensor =>
  tensor.slice(...(typeof args[0] === 'number' ? [toRange('slice', args)] : args.map((range) => toRange('slice', range))))

const rows = (tensor: Tensor, args: Args): Tensor => {
  const [first = null] = args
  return isList(first) ? tensor.rows(toNumbers('rows', first)) : tensor.slice(toRange('rows', args))
}

const concat = (tensor: Tensor, [others = null, axis = null]: Args): Tensor => {
  const list = isList(others) ? others : [others]
  const tensors = list.filter((other) => other instanceof Tensor)
  if (tensors.length === list.length) return tensor.concat(tensors, axis === null ? 0 : toNumber('concat', axis))
  throw new AppError('input.tensor-value', 'concat: the first argument must be a tensor or a list of tensors')
}

const asTensor = (tensor: Tensor): BackendResult<Tensor> => ({ kind: 'tensor', tensor })
const asValue = (value: number | readonly number[]): BackendResult<Tensor> => ({ kind: 'value', value })

const methods: Record<TensorMethod, (tensor: Tensor, args: Args) => BackendResult<Tensor>> = {
  add: (tensor, args) => asTensor(tensor.add(toOperand('add', args))),
  sub: (tensor, args) => asTensor(tensor.sub(toOperand('sub', args))),
  mul: (tensor, args) => asTensor(tensor.mul(toOperand('mul', args))),
  div: (tensor, args) => asTensor(tensor.div(toOperand('div', args))),
  neg: (tensor) => asTensor(tensor.neg()),
  get: (tensor, args) => asTensor(tensor.get(...toNumbers('get', args))),
  slice: (tensor, args) => asTensor(slice(tensor, args)),
  rows: (tensor, args) => asTensor(rows(tensor, args)),
  col: (tensor, [column = null]) => asTensor(tensor.col(toColumn('col', column))),
  cols: (tensor, args) => asTensor(tensor.cols(...spread(args).map((column) => toColumn('cols', column)))),
  transpose: (tensor, args) => asTensor(tensor.transpose(...toNumbers('transpose', spread(args)))),
  reshape: (tensor, args) => asTensor(tensor.reshape(toNumbers('reshape', spread(args)))),
  concat: (tensor, args) => asTensor(concat(tensor, args)),
  sum: (tensor, args) => asTensor(tensor.sum(toAxes('sum', args))),
  mean: (tensor, args) => asTensor(tensor.mean(toAxes('mean', args))),
  dot: (tensor, args) => asTensor(tensor.dot(toOperand('dot', args))),
  matmul: (tensor, args) => asTensor(tensor.matmul(toOperand('matmul', args))),
  shape: ({ shape }) => asValue(shape),
  size: ({ size }) => asValue(size),
  dim: (tensor) => asValue(tensor.dim()),
}

/** The lazy graph over a dataset's ciphertexts as a script's backend: a run computes nothing, it builds the answer's graph. */
export const createGraphBackend = (data: Tensor): TensorBackend<Tensor> => ({
  data,
  sizeOf: ({ size }) => size,
  call: (method, tensor, args) => methods[method](tensor, args),
})
