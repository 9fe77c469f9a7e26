/** Exact fractions, written for these tests alone: nothing of the program computes here. */
export interface Fraction {
  readonly numerator: bigint
  /** Above 0. */
  readonly denominator: bigint
}

const absolute = (value: bigint): bigint => (value < 0n ? -value : value)

const commonDivisor = (left: bigint, right: bigint): bigint => {
  let [a, b] = [absolute(left), absolute(right)]
  while (b !== 0n) [a, b] = [b, a % b]
  return a
}

/** In lowest terms. */
export const reduce = ({ numerator, denominator }: Fraction): Fraction => {
  const divisor = commonDivisor(numerator, denominator)
  return { numerator: numerator / divisor, denominator: denominator / divisor }
}

const longDenominator = 1n << 256n

const create = (numerator: bigint, denominator: bigint): Fraction => {
  const signed = denominator < 0n ? { numerator: -numerator, denominator: -denominator } : { numerator, denominator }
  return signed.denominator > longDenominator ? reduce(signed) : signed
}

export const whole = (value: bigint): Fraction => ({ numerator: value, denominator: 1n })
export const zero = whole(0n)

/** What a number means: its shortest decimal. */
export const fromNumber = (value: number): Fraction => {
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e')
  const [digits = '', decimals = ''] = mantissa.split('.')
  const power = Number(exponent) - decimals.length
  const integer = BigInt(digits + decimals)
  return power >= 0 ? whole(integer * 10n ** BigInt(power)) : { numerator: integer, denominator: 10n ** BigInt(-power) }
}

export const plus = (a: Fraction, b: Fraction): Fraction => {
  if (a.denominator === b.denominator) return { numerator: a.numerator + b.numerator, denominator: a.denominator }
  if (a.denominator % b.denominator === 0n) {
    return { numerator: a.numerator + b.numerator * (a.denominator / b.denominator), denominator: a.denominator }
  }
  if (b.denominator % a.denominator === 0n) return plus(b, a)
  return create(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator)
}
export const negative = ({ numerator, denominator }: Fraction): Fraction => ({ numerator: -numerator, denominator })
export const minus = (a: Fraction, b: Fraction): Fraction => plus(a, negative(b))
export const times = (a: Fraction, b: Fraction): Fraction => create(a.numerator * b.numerator, a.denominator * b.denominator)
/** Throws for a divisor of 0. */
export const over = (a: Fraction, b: Fraction): Fraction => {
  if (b.numerator === 0n) throw new RangeError('division by zero')
  return create(a.numerator * b.denominator, a.denominator * b.numerator)
}
export const power = (a: Fraction, exponent: number): Fraction => create(a.numerator ** BigInt(exponent), a.denominator ** BigInt(exponent))

/** < 0, 0 or > 0. */
export const compare = (a: Fraction, b: Fraction): number => {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator
  return difference === 0n ? 0 : difference > 0n ? 1 : -1
}

const lengthOf = (value: bigint): number => value.toString(2).length

/** The nearest double, ties to even; of what doubles hold in full precision. */
export const toNumber = ({ numerator, denominator }: Fraction): number => {
  if (numerator === 0n) return 0
  const magnitude = absolute(numerator)
  // A quotient of 55 or 56 bits, its last one set where anything is left over: a double rounds it as it would the fraction.
  const shift = 55 - lengthOf(magnitude) + lengthOf(denominator)
  const [dividend, divisor] = shift >= 0 ? [magnitude << BigInt(shift), denominator] : [magnitude, denominator << BigInt(-shift)]
  const quotient = dividend / divisor
  const sticky = quotient * divisor === dividend ? quotient : quotient | 1n
  // Number() of more than 53 bits rounds to nearest, ties to even; what follows is a power of 2, in two steps where one is too small.
  const half = Math.trunc(-shift / 2)
  const number = Number(sticky) * 2 ** half * 2 ** (-shift - half)
  return numerator < 0n ? -number : number
}

/** Bits of the longer part, in lowest terms. */
export const bitsOf = (value: Fraction): number => {
  const { numerator, denominator } = reduce(value)
  return Math.max(lengthOf(absolute(numerator)), lengthOf(denominator))
}
