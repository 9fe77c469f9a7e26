import { bitLength } from '../crypto/bytes.ts'
import { createRational, rationalFromNumber, rationalToNumber, type Rational } from '../crypto/rational.ts'
import { AppError } from '../shared/errors.ts'
import { absolute, absoluteRational, findCommonScale, wholeMultiple } from './columns.ts'
import { assertShapeAllowed, describeShape, type Shape } from './shape.ts'

/** A number or a nested array of numbers, as deep as it has axes. */
export type Plain = number | readonly Plain[]

export interface PlainTensor {
  readonly shape: Shape
  /** Row-major. */
  readonly values: readonly number[]
}

/** Reads a number or nested arrays, finite but where any will do. Throws `input.tensor-value`; for ragged ones `input.tensor-shape`. */
export const parsePlain = (operation: string, value: Plain, isAnyNumber = false): PlainTensor => {
  const shape: number[] = []
  for (let inner: unknown = value; Array.isArray(inner); inner = (inner as readonly unknown[])[0]) shape.push(inner.length)
  assertShapeAllowed(operation, shape)
  const values: number[] = []
  const visit = (part: unknown, axis: number): void => {
    if (axis === shape.length) {
      if (typeof part !== 'number' || !(isAnyNumber || Number.isFinite(part))) {
        const what = Array.isArray(part) ? 'a nested array' : typeof part === 'number' ? String(part) : typeof part
        throw new AppError('input.tensor-value', `${operation}: expected a finite number at cell ${values.length}, found ${what}`, {
          details: { operation, cell: values.length },
        })
      }
      values.push(part)
      return
    }
    if (!Array.isArray(part) || part.length !== shape[axis]) {
      throw new AppError('input.tensor-shape', `${operation}: the nested arrays are ragged: they begin as shape ${describeShape(shape)}`, {
        details: { operation, shape },
      })
    }
    for (const item of part) visit(item, axis + 1)
  }
  visit(value, 0)
  return { shape, values }
}

const roundedBits = 53n

/** The value with 53 significant bits that is nearest to `exact` (ties away from 0). */
export const roundTo53Bits = (exact: Rational): Rational => {
  if (exact.numerator === 0n) return exact
  const { numerator, denominator } = absoluteRational(exact)
  // The quotient lies in (2^(d − 1), 2^(d + 1)) for the difference d of the lengths: which half decides the shift.
  const difference = BigInt(bitLength(numerator) - bitLength(denominator))
  const isLower = difference >= 0n ? numerator < denominator << difference : numerator << -difference < denominator
  const shift = roundedBits - difference - (isLower ? 0n : 1n)
  const [scaledUp, divisor] = shift >= 0n ? [numerator << shift, denominator] : [numerator, denominator << -shift]
  const rounded = (2n * scaledUp + divisor) / (2n * divisor)
  const signed = exact.numerator < 0n ? -rounded : rounded
  return shift >= 0n ? createRational(signed, 1n << shift) : createRational(signed << -shift)
}

/** Whole per-cell weights with their common scale, and what rounding may have cost each. */
export interface Weights {
  /** weight = integer × scale; null where every weight is 0. */
  readonly scale: Rational | null
  readonly integers: readonly bigint[]
  /** Upper bounds on |used − meant|, per cell. */
  readonly errors: readonly number[]
}

const distance = (a: Rational, b: Rational): number => {
  const numerator = absolute(a.numerator * b.denominator - b.numerator * a.denominator)
  return numerator === 0n ? 0 : rationalToNumber({ numerator, denominator: a.denominator * b.denominator }) * (1 + 2 ** -50)
}

const createWeights = (meant: readonly Rational[], used: readonly Rational[]): Weights => {
  const scale = findCommonScale(used)
  return {
    scale,
    integers: scale === null ? used.map(() => 0n) : used.map((value) => wholeMultiple(value, scale)),
    errors: used.map((value, cell) => distance(value, meant[cell] as Rational)),
  }
}

/** Significant digits of the shortest decimal. */
const significantDigits = (value: number): number => {
  const [mantissa = ''] = value.toExponential().split('e')
  return mantissa.replace(/[-.]/g, '').length
}

/** Addends keep every digit: 0.1 is 1/10. */
export const exactWeights = (values: readonly number[]): Weights => {
  const exact = values.map(rationalFromNumber)
  return createWeights(exact, exact)
}

const longestBits = ({ integers }: Weights): number => integers.reduce((most, weight) => Math.max(most, bitLength(absolute(weight))), 0)

/**
 * Factors of more than 15 significant digits are rounded to 53 bits (compute.md, "Encoding"), but where that would make the whole weights
 * longer: beside decimals, a scale that divides both 1/2^k and 1/10^k costs some 40 bits, so that all are then kept as decimals, exactly.
 */
export const factorWeights = (values: readonly number[]): Weights => {
  const meant = values.map(rationalFromNumber)
  const exact = createWeights(meant, meant)
  if (!values.some((value) => significantDigits(value) > 15)) return exact
  const used = meant.map((value, cell) => (significantDigits(values[cell] as number) > 15 ? roundTo53Bits(value) : value))
  const rounded = createWeights(meant, used)
  return longestBits(exact) <= longestBits(rounded) ? exact : rounded
}

/** Throws `input.tensor-division-by-zero`, naming the cell. */
export const assertDivisor = (operation: string, values: readonly number[]): void => {
  const cell = values.indexOf(0)
  if (cell === -1) return
  throw new AppError('input.tensor-division-by-zero', `${operation}: the divisor's cell ${cell} is 0`, { details: { operation, cell } })
}

/** 1/value, rounded to 53 bits. Throws `input.tensor-division-by-zero`, naming the cell. */
export const reciprocalWeights = (operation: string, values: readonly number[]): Weights => {
  assertDivisor(operation, values)
  const meant = values.map((value) => {
    const { numerator, denominator } = rationalFromNumber(value)
    return createRational(denominator, numerator)
  })
  return createWeights(meant, meant.map(roundTo53Bits))
}
