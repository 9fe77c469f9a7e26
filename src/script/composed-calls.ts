import { AppError, isAppError } from '../shared/errors.ts'
import { ofOperands } from './values.ts'
import { isList, type Arguments } from './arguments.ts'
import type { BackendArgument, BackendResult, TensorBackend } from './backend.ts'
import type { ScriptMethod } from './truths.ts'

/** Methods that take tensors, or whose operands are such; those of all others are places, axes, lengths and counts: plain numbers. */
const takingTensors: readonly string[] = [
  ...ofOperands, 'concat', 'cov', 'corr', 'leastSquares',
  // Not there: the backend says what is instead.
  'groupBy', 'unique',
]

const isTensor = <T extends object>(value: BackendArgument<T>): value is T => typeof value === 'object' && value !== null && !isList(value)

const tensorOf = <T extends object>(result: BackendResult<T>): T => {
  if (result.kind === 'tensor') return result.tensor
  throw new AppError('input.tensor-value', 'a number stands where a tensor is needed')
}

const shapeOf = <T extends object>(backend: TensorBackend<T>, tensor: T): readonly number[] => {
  const result = backend.call('shape', tensor, [])
  return result.kind === 'value' && typeof result.value !== 'number' ? result.value : []
}

const readNumbers = <T extends object>(method: ScriptMethod, backend: TensorBackend<T>, tensor: T): BackendArgument<T> => {
  const [length, ...inner] = shapeOf(backend, tensor)
  if (inner.length > 0) throw new AppError('input.tensor-value', `${method}: numbers are needed here, one or a list of them, not a table`)
  const numberAt = (...place: number[]): number => {
    const result = backend.call('item', place.length === 0 ? tensor : tensorOf(backend.call('get', tensor, place)), [])
    return result.kind === 'value' && typeof result.value === 'number' ? result.value : Number.NaN
  }
  try {
    return length === undefined ? numberAt() : Array.from({ length }, (_, index) => numberAt(index))
  } catch (error) {
    if (!isAppError(error, 'input.tensor-unknown')) throw error
    if (length !== undefined && length > 1) {
      throw new AppError('input.tensor-unknown', `${method}: rows are picked by numbers that are known while the script runs, and these are encrypted: `
        + 'of a column y, y.where(g == 1, 0) keeps the cells where a column g is 1, where the listing sells comparisons, and (g * y).sum() / g.sum() is their mean, where it sells that '
        + 'product; of what is decrypted y.decrypted().where(g.decrypted() == 1, 0) needs neither', { cause: error })
    }
    throw new AppError('input.tensor-unknown', `${method}: a number is needed while the script runs, and this one is known after decryption only: x.argmax() of encrypted `
      + 'cells is known where the listing sells comparisons, and x.max() is the value itself; after decryption, y.decrypted().where(x.decrypted() == x.decrypted().max(), 0).sum() is '
      + 'a column y where a column x is largest', { cause: error })
  }
}

/**
 * What stands for a plain number, a tensor that is known while the script runs, as that number; a vector as a list. Throws
 * `input.tensor-unknown` for one that is not known yet, `input.tensor-condition` for a condition where rows are picked.
 */
export const readKnownArguments = <T extends object>(
  method: ScriptMethod, backend: TensorBackend<T>, args: Arguments<T>, isTruth: (tensor: T) => boolean,
): Arguments<T> => {
  if (takingTensors.includes(method)) return args
  const [first] = args
  // One number is where a range begins; a number that was computed was meant for a row.
  if ((method === 'rows' || method === 'slice') && args.length === 1 && first !== undefined && isTensor(first) && shapeOf(backend, first).length === 0) {
    throw new AppError('input.tensor-value', `${method}: x.rows([n]) takes row n, x.get(n) its cell where x is a column, and x.rows(n, n + 5) five rows from there on`)
  }
  const read = (value: BackendArgument<T>): BackendArgument<T> => {
    if (!isTensor(value)) return value
    if (isTruth(value)) {
      throw new AppError('input.tensor-condition', `${method}: rows are picked by their numbers, not by a condition: x.where(condition, other) keeps some cells, `
        + '(condition * x).sum() / condition.sum() is the mean of those where it holds')
    }
    return readNumbers(method, backend, value)
  }
  return args.map((value) => (isList(value) ? value.map(read) : read(value)))
}

/** A quantile for each of several fractions: the first axis runs over them, as in NumPy. */
const quantiles = <T extends object>(backend: TensorBackend<T>, receiver: T, fractions: Arguments<T>,
  axes: Arguments<T>): BackendResult<T> => {
  if (fractions.length === 0) throw new AppError('input.tensor-value', 'quantile: the list of fractions is empty')
  const rows = fractions.map((fraction): T => {
    const row = tensorOf(backend.call('quantile', receiver, [fraction, ...axes]))
    return tensorOf(backend.call('reshape', row, [1, ...shapeOf(backend, row)]))
  })
  const [first, ...others] = rows as [T, ...T[]]
  return backend.call('concat', first, [others, 0])
}

/** What stands behind a tensor of so many axes: tensors, and plain lists as NumPy's arrays. Throws `input.tensor-value`. */
const partsOf = <T extends object>(others: BackendArgument<T>, rank: number, isFlat: boolean): Arguments<T> => {
  const depthOf = (value: BackendArgument<T> | undefined): number => (isList(value) ? 1 + depthOf(value[0]) : 0)
  const isSeveral = isList(others) && (others.length === 0 || others.some((one) => typeof one === 'object' && one !== null && !isList(one))
    || (isFlat ? others.some(isList) : depthOf(others) > Math.max(rank, 1)))
  return (isSeveral ? others : [others]).map((part) => {
    if (isFlat && typeof part === 'number') return [part]
    if (typeof part === 'object' && part !== null) return part
    throw new AppError('input.tensor-value', typeof part === 'number'
      ? `concat: one number is no vector: x.concat([${part}]) puts it behind a vector x, x.concat([${part}], null) behind all cells`
      : `concat: tensors are joined, and lists of numbers, not ${part === null ? 'null' : `the text ${JSON.stringify(part.slice(0, 40))}`}`)
  })
}

/** What the backend computes for a method: its own, or what is made of several of its own. */
export const callBackend = <T extends object>(
  backend: TensorBackend<T>, method: ScriptMethod, receiver: T, args: Arguments<T>,
): BackendResult<T> => {
  switch (method) {
    case 'and': return backend.call('mul', receiver, args)
    case 'or': return backend.call('gt', tensorOf(backend.call('add', receiver, args)), [0])
    case 'xor': return backend.call('ne', receiver, args)
    case 'not': return backend.call('eq', receiver, [0])
    case 'pos': return { kind: 'tensor', tensor: receiver }
    case 'concat': {
      const [others = null, axis = 0] = args
      return backend.call('concat', receiver, [partsOf(others, shapeOf(backend, receiver).length, axis === null), axis])
    }
    case 'quantile': {
      const [fraction, ...axes] = args
      return isList(fraction) ? quantiles(backend, receiver, fraction, axes) : backend.call('quantile', receiver, args)
    }
    default: return backend.call(method, receiver, args)
  }
}
