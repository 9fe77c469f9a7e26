import { CryptoError } from './errors.ts'

/** An exact rational in lowest terms, denominator > 0. */
export interface Rational {
  readonly numerator: bigint
  readonly denominator: bigint
}

const abs = (a: bigint): bigint => (a < 0n ? -a : a)

export const gcd = (a: bigint, b: bigint): bigint => {
  let x = abs(a)
  let y = abs(b)
  while (y !== 0n) [x, y] = [y, x % y]
  return x
}

/** numerator / denominator in lowest terms. Throws `invalid-argument` for a denominator of 0. */
export const createRational = (numerator: bigint, denominator = 1n): Rational => {
  if (denominator === 0n) throw new CryptoError('invalid-argument', 'a rational needs a denominator other than 0')
  const sign = denominator < 0n ? -1n : 1n
  const divisor = gcd(numerator, denominator)
  return { numerator: (sign * numerator) / divisor, denominator: (sign * denominator) / divisor }
}

export const one: Rational = { numerator: 1n, denominator: 1n }

export const multiplyRational = (a: Rational, b: Rational): Rational =>
  createRational(a.numerator * b.numerator, a.denominator * b.denominator)

export const divideRational = (a: Rational, b: Rational): Rational =>
  createRational(a.numerator * b.denominator, a.denominator * b.numerator)

export const addRational = (a: Rational, b: Rational): Rational =>
  createRational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator)

/**
 * The exact value of a number's shortest decimal form: 0.1 is 1/10, not the binary fraction next to it (compute.md,
 * "Encoding"). Throws `invalid-argument` for NaN and the infinities.
 */
export const rationalFromNumber = (value: number): Rational => {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value))
  if (match === null) throw new CryptoError('invalid-argument', `${value} is not a finite number`)
  const [, sign = '', whole = '0', fraction = '', exponent = '0'] = match
  const digits = BigInt(sign + whole + fraction)
  const power = Number(exponent) - fraction.length
  return power >= 0 ? createRational(digits * 10n ** BigInt(power)) : createRational(digits, 10n ** BigInt(-power))
}

/** The double nearest to the rational, ties to even; ±Infinity where it is too large for a double. */
export const rationalToNumber = ({ numerator, denominator }: Rational): number => {
  if (numerator === 0n) return 0
  const negative = numerator < 0n
  const magnitude = abs(numerator)
  // Keep 66 significant bits of the quotient and a sticky bit for the rest: one correct rounding to 53 bits follows.
  const shift = 66 - (magnitude.toString(2).length - denominator.toString(2).length)
  const scaled = shift >= 0 ? (magnitude << BigInt(shift)) / denominator : magnitude / (denominator << BigInt(-shift))
  const exact = shift >= 0 ? scaled * denominator === magnitude << BigInt(shift) : scaled * (denominator << BigInt(-shift)) === magnitude
  const sticky = exact ? scaled : scaled | 1n
  // 2^-shift is applied in two halves so that no intermediate factor under- or overflows; subnormals round once more only there.
  const half = Math.trunc(-shift / 2)
  const result = Number(sticky) * 2 ** half * 2 ** (-shift - half)
  return negative ? -result : result
}
