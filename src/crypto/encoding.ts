import { bitLength } from './bytes.ts'
import { CryptoError } from './errors.ts'
import { at } from './lists.ts'
import { createRational, multiplyRational, rationalFromNumber, rationalToNumber, type Rational } from './rational.ts'

/** An encoded cell has at most this many bits: far more than data needs, and far from what a 2048-bit key holds. */
export const maximumEncodedBits = 256

/** The bits a magnitude needs: |m| < 2^bitsOf(m). */
export const bitsOf = (bound: bigint): number => bitLength(bound)

/** The largest magnitude of a plaintext under n: ⌊n/3⌋, so that sums that overflow fall in a gap and never wrap into a value. */
export const plaintextLimit = (n: bigint): bigint => n / 3n

/** Digits after the point in a number's shortest decimal form; negative never, since 10^k is not used as a scale. */
const fractionDigits = (value: number): number => {
  if (Number.isInteger(value)) return 0
  const [digits = '', exponent = '0'] = String(value).split('e')
  const fraction = digits.split('.')[1] ?? ''
  return Math.max(0, fraction.length - Number(exponent))
}

/** The first index of the largest of what `measure` makes of the values. */
const indexOfLargest = (values: ArrayLike<number>, measure: (value: number) => number): number => {
  let best = 0
  let most = -Infinity
  for (let i = 0; i < values.length; i += 1) {
    const measured = measure(at(values, i))
    if (measured <= most) continue
    most = measured
    best = i
  }
  return best
}

const indexOfInfinite = (values: ArrayLike<number>): number => {
  for (let i = 0; i < values.length; i += 1) if (!Number.isFinite(values[i])) return i
  return -1
}

/**
 * The one public scale of a column, 10^−d with the least d ≥ 0 for which every value's shortest decimal is an integer multiple
 * of it (compute.md, "Encoding"). Throws `value-out-of-range`, naming the row (from 0), for NaN, ±Infinity, and for a column whose
 * integers would need more than 256 bits.
 */
export const chooseColumnScale = (values: ArrayLike<number>): Rational => {
  const bad = indexOfInfinite(values)
  if (bad >= 0) throw new CryptoError('value-out-of-range', `row ${bad} holds ${values[bad]}, which is not a number that can be encoded`, bad)
  if (values.length === 0) return createRational(1n)
  const finest = indexOfLargest(values, fractionDigits)
  const largest = indexOfLargest(values, Math.abs)
  const scale = createRational(1n, 10n ** BigInt(fractionDigits(at(values, finest))))
  const bits = bitsOf(encodeValue(at(values, largest), scale))
  if (bits > maximumEncodedBits) {
    const alone = bitsOf(encodeValue(at(values, largest), createRational(1n, 10n ** BigInt(fractionDigits(at(values, largest))))))
    const row = alone > maximumEncodedBits ? largest : finest
    throw new CryptoError('value-out-of-range', `row ${row} holds ${values[row]}: with ${values[largest]} in row ${largest} the column `
      + `needs integers of ${bits} bits, and ${maximumEncodedBits} is the most`, row)
  }
  return scale
}

/**
 * The integer m with value = m·scale exactly, the value meaning its shortest decimal. Throws `value-out-of-range` where it is not
 * finite, `invalid-argument` where no integer fits: nothing is ever rounded here.
 */
export const encodeValue = (value: number, scale: Rational): bigint => {
  if (!Number.isFinite(value)) throw new CryptoError('value-out-of-range', `${value} is not a number that can be encoded`)
  const { numerator, denominator } = rationalFromNumber(value)
  const dividend = numerator * scale.denominator
  const divisor = denominator * scale.numerator
  if (dividend % divisor !== 0n) {
    throw new CryptoError('invalid-argument', `${value} is not a whole multiple of the scale ${scale.numerator}/${scale.denominator}`)
  }
  return dividend / divisor
}

/** The double nearest to m·scale, ties to even. */
export const decodeInteger = (m: bigint, scale: Rational): number => rationalToNumber(multiplyRational(createRational(m), scale))
