import { AppError } from '../shared/errors.ts'
import type { BackendArgument } from './backend.ts'

/** The arguments of one call, as a script wrote them. */
export type Arguments<T extends object> = readonly BackendArgument<T>[]

export const isList = <T extends object>(value: BackendArgument<T> | undefined): value is Arguments<T> => Array.isArray(value)

/** Throws `input.tensor-value`. */
export const toNumber = <T extends object>(method: string, value: BackendArgument<T>): number => {
  if (typeof value === 'number') return value
  throw new AppError('input.tensor-value', `${method}: a number is needed here`)
}

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
