import { bitLength } from './bytes.ts'
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

/**
 * The double nearest to the rational, ties to even, subnormals included; ±Infinity where it is too large for a double. The quotient is
 * taken with exactly the bits that the double can hold, so that it is rounded once.
 */
export const rationalToNumber = ({ numerator, denominator }: Rational): number => {
  if (numerator === 0n) return 0
  const magnitude = abs(numerator)
  const quotientAt = (shift: number): readonly [bigint, bigint, bigint] => {
    const dividend = shift > 0 ? magnitude << BigInt(shift) : magnitude
    const divisor = shift < 0 ? denominator << BigInt(-shift) : denominator
    return [dividend / divisor, dividend % divisor, divisor]
  }
  // The quotient has 53 or 54 bits at the first try; 2^-1074 is the least double.
  const wanted = Math.min(53 - bitLength(magnitude) + bitLength(denominator), 1074)
  const first = quotientAt(wanted)
  const shift = first[0] >= 2n ** 53n ? wanted - 1 : wanted
  const [quotient, rest, divisor] = shift === wanted ? first : quotientAt(shift)
  const up = 2n * rest > divisor || (2n * rest === divisor && quotient % 2n === 1n)
  const result = Number(up ? quotient + 1n : quotient) * 2 ** -shift
  // 0 − x, since what underflows is 0, never −0.
  return numerator < 0n ? 0 - result : result
}
