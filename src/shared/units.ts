import { AppError } from './errors.ts'

const secondsPerUnit: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

const durationParts = /(\d{1,9})\s*(seconds?|minutes?|hours?|days?|weeks?|[smhdw])(?![a-z])/g

/** Whole seconds of "90", "90s", "10m", "1h30m", "7d", "1 day", "2 weeks". Throws `input.invalid`. */
export const parseDurationSeconds = (text: string): number => {
  const written = text.trim().toLowerCase()
  if (/^\d{1,9}$/.test(written)) return Number(written)
  if (written === '' || written.replaceAll(durationParts, '').trim() !== '') {
    throw new AppError('input.invalid', `"${text}" is not a length of time; write 90s, 10m, 1h, 7d.`, { details: { value: text } })
  }
  return [...written.matchAll(durationParts)].reduce((sum, [, count, unit = '']) => sum + Number(count) * (secondsPerUnit[unit.slice(0, 1)] ?? 1), 0)
}

/** As it is typed, in the largest unit up to days that it is whole in: "90s", "1h", "7d". */
export const formatDuration = (seconds: number): string => {
  const [unit, size] = Object.entries(secondsPerUnit).findLast(([name, length]) => name !== 'w' && seconds % length === 0) ?? ['s', 1]
  return `${seconds / size}${unit}`
}

const decimalsPerUnit: Readonly<Record<string, number>> = { wei: 0, gwei: 9, ether: 18, eth: 18 }

/** The most wei that the market's contract keeps of an amount: its fields are `uint128`. */
export const mostWei = (1n << 128n) - 1n

/**
 * Wei of "0.02ether", "5 gwei", "100wei"; a bare number is ether. Exact: finer than a wei is refused, and more than a contract holds.
 * Throws `input.invalid`.
 */
export const parseAmountWei = (text: string): bigint => {
  // Whether 1,500 is one and a half or fifteen hundred is not for us to guess, with money.
  if (/^\d[\d.]*,[\d,.]*\s*[a-z]*$/i.test(text.trim())) {
    throw new AppError('input.invalid', `"${text}" has a comma: write decimals with a point, such as 0.02, and no mark between thousands.`, { details: { value: text } })
  }
  const match = /^(\d{1,39})(?:\.(\d{1,30}))?\s*([a-z]*)$/i.exec(text.trim())
  const decimals = match === null ? undefined : decimalsPerUnit[(match[3] ?? '').toLowerCase() || 'ether']
  if (match === null || decimals === undefined) throw new AppError('input.invalid', `"${text}" is not an amount; write 0.02ether, 5gwei or 100wei.`, { details: { value: text } })
  const fraction = (match[2] ?? '').replace(/0+$/, '')
  if (fraction.length > decimals) throw new AppError('input.invalid', `"${text}" is finer than one wei.`, { details: { value: text } })
  const wei = BigInt((match[1] ?? '') + fraction.padEnd(decimals, '0'))
  if (wei > mostWei) throw new AppError('input.invalid', `"${text}" is more than a contract can hold, and than there is.`, { details: { value: text } })
  return wei
}

/** Ether, exact, without trailing zeros: "0.02". */
export const formatEther = (valueWei: bigint): string => {
  const negative = valueWei < 0n
  const digits = (negative ? -valueWei : valueWei).toString().padStart(19, '0')
  const fraction = digits.slice(-18).replace(/0+$/, '')
  return `${negative ? '-' : ''}${digits.slice(0, -18)}${fraction === '' ? '' : `.${fraction}`}`
}
