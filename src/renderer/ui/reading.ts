import { hasValidChecksum } from '../../shared/address.ts'
import { AppError } from '../../shared/errors.ts'
import { findNumber, type NumberStyle } from '../../shared/number-style.ts'
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

const readWei = (text: string): bigint => {
  if (text.trim() === '') throw new AppError('input.invalid', 'Write an amount in ether, such as 0.02.')
  return parseAmountWei(text)
}

export const readAmount = (text: string): Reading<bigint> => readField(readWei, text)

export const readAddress = (text: string): string => {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text.trim())) throw new AppError('input.invalid', 'An address has 0x and 40 hex digits.')
  if (!hasValidChecksum(text.trim())) {
    throw new AppError('input.invalid', 'The capitals and small letters do not fit this address: a digit is wrong. Copy it again.')
  }
  return text.trim()
}

/** A whole number within limits, of digits alone: whatever else is typed is told, never left out. */
export const readCount = (text: string, least: number, most = Number.MAX_SAFE_INTEGER): Reading<number> => {
  const value = /^\d+$/.test(text.trim()) ? Number(text.trim()) : Number.NaN
  return value >= least && value <= most ? { value, problem: null }
    : { value: null, problem: `Write a whole number, ${most === Number.MAX_SAFE_INTEGER ? `at least ${least}` : `${least} to ${most}`}.` }
}

const mostPositive = 1_000_000_000

/** A number above nothing, with a point before its decimals; what is beyond a thousand million is a slip. */
export const readPositive = (text: string): Reading<number> => {
  const value = /^\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text.trim()) : Number.NaN
  return value > 0 && value <= mostPositive ? { value, problem: null }
    : { value: null, problem: `Write a number above 0${value > mostPositive ? `, at most ${mostPositive}` : ', such as 1 or 2.5'}.` }
}

/** A number as a file of this decimal mark writes it: 1.000,5 where the mark is a comma. */
export const readNumber = (text: string, decimalMark: NumberStyle['decimalMark']): Reading<number> => {
  const value = findNumber(text.trim(), { decimalMark, guessed: false })?.value ?? Number.NaN
  return Number.isFinite(value) ? { value, problem: null } : { value: null, problem: `Not a number with “${decimalMark}” as its decimal mark.` }
}

/** As `readNumber` reads it back, without thousands marks. */
export const writeNumber = (value: number, decimalMark: NumberStyle['decimalMark']): string => String(value).replace('.', decimalMark)
