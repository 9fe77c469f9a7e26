import type { InteractionCount } from '../compute/interaction.ts'

/**
 * What a script can do with a tensor, and the port behind which the tensors live. The sandbox holds handles only; a
 * backend decides what the tensors are: plain numbers (reference-backend.ts) or a lazy graph over ciphertexts
 * (graph-backend.ts). The meaning of every method is NumPy's on float64; axes and indices below zero count from the end.
 */

/** Every method a backend must answer. Anything else a script asks for is refused before it reaches a backend. */
export const tensorMethods = [
  // Elementwise with broadcasting; the argument is a number, a tensor, or a nested array of numbers.
  // pow is **; rsub, rdiv and rpow have the tensor on the right, as in 1 - data. Comparisons give 1 and 0.
  'add', 'sub', 'mul', 'div', 'neg', 'pow', 'rsub', 'rdiv', 'rpow', 'gt', 'lt', 'ge', 'le', 'eq', 'ne',
  // Number by number, after decryption; round goes to the even one at a half. where(condition, other) is this where the condition
  // is not 0. decrypted() makes of each cell a number of the answer, on which any arithmetic is possible.
  'sqrt', 'exp', 'log', 'abs', 'round', 'sigmoid', 'where', 'decrypted',
  // get(i, j, …) drops the leading axes. slice(start, stop?) is a[start:stop]; slice([start, stop, step], …) has a range for each
  // leading axis, null for the whole of one, and behind the first a number for one entry, which drops the axis.
  'get', 'slice',
  // rows(start, stop) as slice, or rows([i, …]). cols(nameOrNumber, …) keeps the axis of columns, col(nameOrNumber) drops it.
  'rows', 'col', 'cols',
  // transpose(…axes) reverses the axes where none are named; reshape(…lengths) fills in one -1; both also take one list.
  // concat(partOrParts, axis = 0), each a tensor or nested lists of numbers, flattened for the axis null.
  'transpose', 'reshape', 'concat',
  // Over all cells (giving shape []), or over the axis or list of axes named, which are dropped.
  'sum', 'mean', 'max', 'min', 'argmax', 'argmin', 'median',
  // quantile(q, axis?), var(axis?, ddof = 0), std(axis?, ddof = 0); sort(axis = -1), flattened for null.
  'quantile', 'var', 'std', 'sort',
  // One column per variable: cov(other?, ddof = 1), corr(other?). leastSquares(target) gives the intercept, then a weight per column.
  'cov', 'corr', 'leastSquares',
  // Not possible, and why.
  'groupBy', 'unique',
  // Over this tensor's last axis and the first of a vector or matrix; dot also takes a single number.
  'dot', 'matmul',
  // shape answers an array of numbers, size and dim a number; item the one number of a tensor that is known, as do truth, where a condition
  // asks for it, and text, where a text or an index does.
  'shape', 'size', 'dim', 'item', 'truth', 'text',
] as const

/** Those of tensorMethods that stand for syntax, an operator with the tensor on its right, a condition or a text: not offered by name. */
export const reflectedMethods: readonly string[] = ['rsub', 'rdiv', 'rpow', 'truth', 'text']

export type TensorMethod = (typeof tensorMethods)[number]

/** Those of tensorMethods that a script reads without parentheses, as in NumPy. */
export const tensorProperties = ['shape', 'size'] as const satisfies readonly TensorMethod[]

/** Other names a script may use for a method: NumPy's and torch's habits. */
export const tensorMethodAliases = { at: 'get', index: 'get', t: 'transpose' } as const satisfies Record<string, TensorMethod>

/** An argument as the script wrote it, true and false as 1 and 0: numbers are finite but for operands, `null` stands for one left out. */
export type BackendArgument<T extends object> = T | number | string | null | readonly BackendArgument<T>[]

export type BackendResult<T extends object> =
  | { readonly kind: 'tensor'; readonly tensor: T }
  | { readonly kind: 'value'; readonly value: number | readonly number[] }

/**
 * Where a run's tensors live. `T` is the backend's own tensor class. `call` is synchronous and throws an AppError for
 * arguments it cannot take; runScript adds the script's line and column to it.
 */
export interface TensorBackend<T extends object> {
  readonly data: T
  /** Number of cells, for the run's limit on work. */
  sizeOf(tensor: T): number
  call(method: TensorMethod, receiver: T, args: readonly BackendArgument<T>[]): BackendResult<T>
  /** What has been asked of the key holder so far; absent where there is none. */
  readCount?(): InteractionCount
}

/** What a script may export: numbers, words, tensors, and arrays or plain objects of those. */
export type AnswerValue<T extends object> =
  | T
  | number
  | string
  | boolean
  | null
  | readonly AnswerValue<T>[]
  | { readonly [key: string]: AnswerValue<T> }
