import { AppError } from '../../shared/errors.ts'
import { parseAmountWei } from '../../shared/units.ts'

/** The reading of a field, or why it cannot be read. */
export interface Reading<Value> { readonly value: Value | null, readonly problem: string | null }

export const readField = <Value>(read: (text: string) => Value, text: string): Reading<Value> => {
  try {
    return { value: read(text), problem: null }
  } catch (error) {
    if (error instanceof AppError) return { value: null, problem: error.message }
    throw error
  }
}

export const readAmount = (text: string): Reading<bigint> => readField(parseAmountWei, text)
