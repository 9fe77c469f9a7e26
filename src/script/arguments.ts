import { AppError } from '../shared/errors.ts'
import type { BackendArgument } from './backend.ts'

/** The arguments of one call, as a script wrote them. */
export type Arguments<T extends object> = readonly BackendArgument<T>[]

export const isList = <T extends object>(value: BackendArgument<T> | undefined): value is Arguments<T> => Array.isArray(value)

const instead: Readonly<Record<string, string>> = {
  get: ': x.rows([0, 1]) takes rows 0 and 1, x.get(0, 1) one cell', slice: ': a range is [start, stop, step], of numbers and null',
  rows: ': x.rows([0, 1]) takes rows 0 and 1, x.rows(0, 10) the first ten', sort: ': an axis is a number',
}

/** Throws `input.tensor-value`. */
export const toNumber = <T extends object>(method: string, value: BackendArgument<T>): number => {
  if (typeof value === 'number') return value
  const what = isList(value) ? 'a list' : value === null ? 'null' : typeof value === 'string' ? `the text ${JSON.stringify(value.slice(0, 40))}` : 'a tensor'
  throw new AppError('input.tensor-value', `${method}: a number is needed here, not ${what}${instead[method] ?? ''}`)
}

/** slice(start, stop) is of the first axis; where there is a list too, each argument is of an axis of its own, as in a[-1, 0:2]. */
export const isOneRange = <T extends object>(args: Arguments<T>): boolean => typeof args[0] === 'number' && !args.some((range) => isList(range))

/** f(1, 2) and f([1, 2]) are the same. */
export const spread = <T extends object>(args: Arguments<T>): Arguments<T> => (isList(args[0]) ? args[0] : args)

/** A column is named, or numbered. Throws `input.tensor-value`. */
export const toColumn = <T extends object>(method: string, value: BackendArgument<T>): string | number =>
  typeof value === 'string' ? value : toNumber(method, value)

/** Powers of ten that doubles hold exactly. Throws `input.tensor-value`. */
export const assertDecimals = (decimals: number): void => {
  if (Number.isInteger(decimals) && Math.abs(decimals) <= 22) return
  throw new AppError('input.tensor-value', `round: decimals are a whole number from -22 to 22, not ${decimals}`)
}
