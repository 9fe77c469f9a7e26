import { InvalidArgumentError } from 'commander'
import { AppError } from '../shared/errors.ts'
import { parseAmountWei, parseDurationSeconds } from '../shared/units.ts'

/** Parsers for commander's options: what they refuse is a usage error (exit code 2). */
const asUsage = <T>(parse: (text: string) => T) => (text: string): T => {
  try {
    return parse(text)
  } catch (error) {
    if (error instanceof AppError) throw new InvalidArgumentError(error.message)
    throw error
  }
}

export const parseWhole = (least: number, most: number) => (text: string): number => {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= least && value <= most)) throw new InvalidArgumentError(`a whole number from ${least} to ${most}`)
  return value
}

export const parseAmount = asUsage(parseAmountWei)
export const parseDuration = asUsage(parseDurationSeconds)
export const parsePort = parseWhole(0, 65_535)
export const parseCount = parseWhole(1, 1_000_000_000)
export const parsePositive = (text: string): number => {
  const value = Number(text)
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('a number above 0')
  return value
}
export const parseShare = (text: string): number => {
  const value = Number(text)
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError('a number above 0 and up to 1')
  return value
}
export const parseNames = (text: string): string[] => text.split(',').map((name) => name.trim()).filter((name) => name !== '')
export const parseKeyBits = (text: string): 2048 | 3072 | 4096 => {
  if (text === '2048' || text === '3072' || text === '4096') return Number(text) as 2048 | 3072 | 4096
  throw new InvalidArgumentError('2048, 3072 or 4096')
}
export const parseNumber = (text: string): bigint => {
  if (!/^[1-9][0-9]{0,77}$/.test(text)) throw new InvalidArgumentError('the number of a purchase or listing on the contract')
  return BigInt(text)
}
export const parseChoice = <T extends string>(...choices: readonly T[]) => (text: string): T => {
  const found = choices.find((choice) => choice === text)
  if (found === undefined) throw new InvalidArgumentError(choices.join(' or '))
  return found
}
