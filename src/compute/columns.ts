import { createRational, divideRational, gcd, multiplyRational, rationalFromNumber, type Rational } from '../crypto/rational.ts'
import type { KeyBits } from '../crypto/types.ts'
import type { Column } from '../shared/schemas/details.ts'

/** What is publicly known of an encrypted table: all that computing on it, and judging a program over it, needs. */
export interface DatasetDescription {
  readonly rows: number
  readonly columns: readonly Column[]
  readonly keyBits: KeyBits
  /** The Merkle root of the ciphertexts: the identity of table and key. */
  readonly datasetRoot: string
  /** Groups of columns that the table has packed as well (docs/adr/0302). */
  readonly packed?: readonly (readonly number[])[]
  /** What the key holder has multiplied for this script, in order: cells numbered behind the table's own. */
  readonly products?: readonly IntegerRange[]
}

/** The integers that ciphertexts can hold, both ends included. */
export interface IntegerRange {
  readonly lower: bigint
  readonly upper: bigint
}

export const absolute = (value: bigint): bigint => (value < 0n ? -value : value)

/** ⌊a / b⌋. */
export const floorDivide = (a: bigint, b: bigint): bigint => {
  const quotient = a / b
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient
}

export const columnScale = ({ scale }: Column): Rational => createRational(BigInt(scale.numerator), BigInt(scale.denominator))

/** The declared bounds of a column's values as bounds of its integers, rounded outwards. */
export const columnRange = (column: Column): IntegerRange => {
  const scale = columnScale(column)
  const ends = [column.lower, column.upper].map((value) => divideRational(rationalFromNumber(value), scale))
  const floors = ends.map(({ numerator, denominator }) => floorDivide(numerator, denominator))
  const ceilings = ends.map(({ numerator, denominator }) => -floorDivide(-numerator, denominator))
  return {
    lower: floors.reduce((a, b) => (a < b ? a : b)),
    upper: ceilings.reduce((a, b) => (a > b ? a : b)),
  }
}

/** The largest magnitude every key of this length can hold: n ≥ 2^(bits − 1), plaintexts lie in (−n/3, n/3). */
export const largestPlaintext = (keyBits: KeyBits): bigint => ((1n << BigInt(keyBits - 1)) - 1n) / 3n

/** Every integer of so many bits (without sign) fits every key of this length: 2^(keyBits − 3) < 2^(keyBits − 1) / 3. */
export const plaintextBits = (keyBits: KeyBits): number => keyBits - 3

/** The largest rational of which all `values` are whole multiples; null where every one of them is 0. */
export const findCommonScale = (values: Iterable<Rational>): Rational | null => {
  let numerator = 0n
  let denominator = 1n
  for (const value of values) {
    if (value.numerator === 0n) continue
    const common = denominator % value.denominator === 0n
      ? denominator
      : denominator * (value.denominator / gcd(denominator, value.denominator))
    numerator = gcd(numerator * (common / denominator), value.numerator * (common / value.denominator))
    denominator = common
  }
  return numerator === 0n ? null : createRational(numerator, denominator)
}

/** value / scale, where that is known to be whole. */
export const wholeMultiple = (value: Rational, scale: Rational): bigint =>
  (value.numerator * scale.denominator) / (value.denominator * scale.numerator)

export const absoluteRational = ({ numerator, denominator }: Rational): Rational => ({ numerator: absolute(numerator), denominator })

export const timesInteger = (value: Rational, factor: bigint): Rational => multiplyRational(value, createRational(factor))
