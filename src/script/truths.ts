import { AppError } from '../shared/errors.ts'
import type { AnswerValue, BackendResult, TensorMethod } from './backend.ts'

/**
 * Which tensors are truths, as NumPy's arrays of bool are, and what it refuses of them or computes otherwise than of 1 and 0. Backends hold
 * 1 and 0 for both, so that this is the one place that knows: comparisons make truths, columns of 1 and 0 are numbers.
 */

/** `& | ^ ~` and unary `+`: of truths alone, but for the last. */
export const truthMethods = ['and', 'or', 'xor', 'not', 'pos'] as const
export type TruthMethod = (typeof truthMethods)[number]

export type ScriptMethod = TensorMethod | TruthMethod

const comparisons: readonly ScriptMethod[] = ['gt', 'lt', 'ge', 'le', 'eq', 'ne']
const bits: readonly ScriptMethod[] = ['and', 'or', 'xor', 'not']
/** What of a truth is one too. */
const keeping: readonly ScriptMethod[] = [
  'pos', 'decrypted', 'get', 'slice', 'rows', 'col', 'cols', 'transpose', 'reshape', 'max', 'min', 'sort', 'abs',
]
/** What of two truths, or more, is one too. */
const joining: readonly ScriptMethod[] = ['mul', 'concat']

const dotInstead = (method: string): string => `${method}: of two conditions NumPy's is a truth, whether both hold anywhere: `
  + `(1 * a).${method}(b) counts where both hold, (a & b).max() asks whether they do`
const differenceInstead = 'sub: NumPy does not subtract conditions: a ^ b is where they differ, a & ~b where the first alone holds, 1 * a - 1 * b their difference as numbers'

/** What NumPy makes a truth of where numbers are counted here, or refuses, of two truths. */
const refusedOfTwo: Partial<Readonly<Record<ScriptMethod, string>>> = {
  add: 'add: of two conditions NumPy\'s + is *or*: a | b is where either holds, 1 * a + 1 * b counts how many do',
  sub: differenceInstead, rsub: differenceInstead, dot: dotInstead('dot'), matmul: dotInstead('matmul'),
}

const refusedOfOne: Partial<Readonly<Record<ScriptMethod, string>>> = {
  neg: 'neg: NumPy takes no - of a condition: ~a is where it does not hold, -1 * a is -1 where it does',
  quantile: 'quantile: NumPy takes none of a condition: (1 * a).quantile(q) is that of its numbers, a.mean() the share that holds',
}

const signs: Partial<Readonly<Record<ScriptMethod, string>>> = { and: 'a & b', or: 'a | b', xor: 'a ^ b', not: '~a' }

const refuse = (message: string): never => {
  throw new AppError('input.tensor-condition', message)
}

export interface Truths<T extends object> {
  isTruth(tensor: T): boolean
  /** Throws `input.tensor-condition` where NumPy refuses it of truths, or makes a truth of what are numbers here. */
  assertPossible(method: ScriptMethod, receiver: T, args: readonly AnswerValue<T>[]): void
  /** Remembers whether the result is a truth. */
  note(method: ScriptMethod, receiver: T, args: readonly AnswerValue<T>[], result: BackendResult<T>): void
}

/** Of one run. `args` are as the script wrote them, where true and false are truths too, and so are lists of them. */
export const createTruths = <T extends object>(): Truths<T> => {
  const truths = new WeakSet<object>()
  const isTruth = (value: AnswerValue<T> | undefined): boolean => {
    if (typeof value === 'boolean') return true
    if (typeof value !== 'object' || value === null) return false
    return Array.isArray(value) ? value.length > 0 && value.every((item: AnswerValue<T>) => isTruth(item)) : truths.has(value)
  }
  const isResultTruth = (method: ScriptMethod, receiver: T, args: readonly AnswerValue<T>[]): boolean => {
    if (comparisons.includes(method) || bits.includes(method)) return true
    if (!isTruth(receiver)) return false
    if (method === 'where') return isTruth(args[1])
    return keeping.includes(method) || (joining.includes(method) && isTruth(args[0]))
  }
  return {
    isTruth: (tensor) => truths.has(tensor),
    assertPossible: (method, receiver, args) => {
      const [ofReceiver, ofOther] = [isTruth(receiver), isTruth(args[0])]
      const isBits = bits.includes(method)
      if (isBits && !(ofReceiver && (method === 'not' || ofOther))) {
        refuse(method === 'xor'
          ? 'a ^ b is no power, but where one of two conditions holds, (x > 0) ^ (y > 0): a power is a ** b'
          : `${signs[method] ?? method} is of conditions, as (x > 0) & (y > 0), or of plain whole numbers: x == 1 makes a condition of a column of 1 and 0, [true, false] is one of plain values`)
      }
      const [first = null] = args
      const isTurned = method === 'where' && ofReceiver && typeof first === 'object' && first !== null && !Array.isArray(first) && !ofOther
      if (isTurned) refuse('where: the condition stands in the brackets, a.where(condition, 0) as np.where(condition, a, 0); to choose by numbers that are not 0, condition.where(a != 0, 0)')
      const message = ofReceiver ? refusedOfOne[method] ?? (ofOther ? refusedOfTwo[method] : undefined) : undefined
      if (message !== undefined) refuse(message)
    },
    note: (method, receiver, args, result) => {
      if (result.kind === 'tensor' && isResultTruth(method, receiver, args)) truths.add(result.tensor)
    },
  }
}
