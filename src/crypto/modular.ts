import { bitLength } from './bytes.ts'
import { CryptoError } from './errors.ts'
import { at } from './lists.ts'

/**
 * base^exponent mod modulus, for base ≥ 0, exponent ≥ 0, modulus > 1. The port through which a faster backend is passed in;
 * `powerByBigInt` is the oracle every backend must agree with.
 */
export type ModularPower = (base: bigint, exponent: bigint, modulus: bigint) => bigint

/** The residue of `value` in [0, modulus), for values of either sign. */
export const residue = (value: bigint, modulus: bigint): bigint => {
  const rest = value % modulus
  return rest < 0n ? rest + modulus : rest
}

/** The residue nearest to zero: in (−modulus/2, modulus/2]. */
export const centredResidue = (value: bigint, modulus: bigint): bigint => {
  const rest = residue(value, modulus)
  return 2n * rest > modulus ? rest - modulus : rest
}

/** Window width that needs the fewest products for an exponent of `bits` bits (Handbook of Applied Cryptography, 14.82). */
const windowWidth = (bits: number): number => (bits < 24 ? 2 : bits < 80 ? 3 : bits < 240 ? 4 : bits < 672 ? 5 : 6)

/** The digits of `exponent` in base 2^width, most significant first. */
const windowDigits = (exponent: bigint, width: number): number[] => {
  const bits = exponent.toString(2)
  const digits = [bits.slice(0, bits.length % width)]
  for (let i = bits.length % width; i < bits.length; i += width) digits.push(bits.slice(i, i + width))
  return digits.filter((digit) => digit !== '').map((digit) => Number.parseInt(digit, 2))
}

/** base⁰, base¹, … base^(count−1) mod modulus. */
const powersBelow = (base: bigint, count: number, modulus: bigint): bigint[] => {
  let power = 1n
  const powers = [power]
  while (powers.length < count) {
    power = (power * base) % modulus
    powers.push(power)
  }
  return powers
}

/**
 * base^exponent mod modulus by fixed windows [HAC, 14.82], in BigInt: the oracle. Throws `invalid-argument` for a negative
 * exponent or a modulus below 2. Not constant-time: neither V8's BigInt nor the skipping of zero digits is.
 */
export const powerByBigInt: ModularPower = (base, exponent, modulus) => {
  if (exponent < 0n || modulus < 2n) {
    throw new CryptoError('invalid-argument', 'a modular power needs an exponent ≥ 0 and a modulus ≥ 2')
  }
  const reduced = residue(base, modulus)
  if (exponent === 0n) return 1n
  const width = windowWidth(bitLength(exponent))
  const powers = powersBelow(reduced, 2 ** width, modulus)
  let result = 1n
  for (const digit of windowDigits(exponent, width)) {
    for (let i = 0; i < width && result !== 1n; i += 1) result = (result * result) % modulus
    if (digit !== 0) result = (result * at(powers, digit)) % modulus
  }
  return result
}

/** Leading bits that a step of Lehmer's looks at: with its cofactors they stay exact in a double. */
const lehmerBits = 50

/** u' = a·u + b·v and v' = c·u + d·v. */
interface LehmerStep {
  readonly matrix: readonly [a: bigint, b: bigint, c: bigint, d: bigint]
  /** Leading bits of u', about: within one bit of its length when the bits passed over are put behind. */
  readonly leadingBits: number
}

/**
 * As many steps of Euclid's algorithm on (u, v) as their leading bits decide; null where they decide none [Knuth, 4.5.2, algorithm L; HAC,
 * 14.57].
 */
const lehmerStep = (leadingU: number, leadingV: number): LehmerStep | null => {
  let [x, y] = [leadingU, leadingV]
  let [a, b, c, d] = [1, 0, 0, 1]
  while (y + c !== 0 && y + d !== 0) {
    const quotient = Math.floor((x + a) / (y + c))
    if (quotient !== Math.floor((x + b) / (y + d))) break
    ;[a, c] = [c, a - quotient * c]
    ;[b, d] = [d, b - quotient * d]
    ;[x, y] = [y, x - quotient * y]
  }
  return b === 0 ? null : { matrix: [BigInt(a), BigInt(b), BigInt(c), BigInt(d)], leadingBits: Math.ceil(Math.log2(x + 1)) }
}

interface Divisor {
  readonly divisor: bigint
  /** 0 where it was not asked for. */
  readonly factor: bigint
}

/** gcd(value, modulus) and, if asked for, a factor with factor·value ≡ gcd modulo modulus, by Euclid's algorithm in Lehmer's steps. */
const extendedEuclid = (value: bigint, modulus: bigint, withFactor: boolean): Divisor => {
  let [u, v] = [modulus, residue(value, modulus)]
  let [uFactor, vFactor] = [0n, 1n]
  let bits = bitLength(u)
  while (v !== 0n) {
    const passedOver = Math.max(0, bits - lehmerBits)
    const shift = BigInt(passedOver)
    const step = lehmerStep(Number(u >> shift), Number(v >> shift))
    const [a, b, c, d] = step?.matrix ?? [0n, 1n, 1n, -(u / v)]
    ;[u, v] = [a * u + b * v, c * u + d * v]
    if (withFactor) [uFactor, vFactor] = [a * uFactor + b * vFactor, c * uFactor + d * vFactor]
    bits = step === null ? bitLength(u) : passedOver + step.leadingBits
  }
  return { divisor: u, factor: uFactor }
}

/** Whether `value` has an inverse modulo `modulus`. Not constant-time. */
export const isUnit = (value: bigint, modulus: bigint): boolean => extendedEuclid(value, modulus, false).divisor === 1n

/**
 * The inverse of `value` modulo `modulus`, in [0, modulus). Throws `invalid-argument` where there is none. Not constant-time: for
 * public values, and for keys while they are prepared.
 */
export const modularInverse = (value: bigint, modulus: bigint): bigint => {
  const { divisor, factor } = extendedEuclid(value, modulus, true)
  if (divisor !== 1n) throw new CryptoError('invalid-argument', 'the number has no inverse: it shares a factor with the modulus')
  return residue(factor, modulus)
}

/**
 * The inverse modulo n², from that modulo n by one Newton step: x ← x·(2 − v·x) doubles the correct n-adic digits.
 * Euclid then runs on numbers of half the length.
 */
export const inverseModuloSquare = (value: bigint, n: bigint, nSquared: bigint): bigint => {
  const x = modularInverse(value, n)
  return residue(x * (2n - ((value * x) % nSquared)), nSquared)
}

/** ⌊√value⌋ for value ≥ 0, by Newton's iteration from above. */
export const integerSquareRoot = (value: bigint): bigint => {
  if (value < 2n) return value
  let root = 1n << BigInt(Math.ceil(bitLength(value) / 2))
  for (;;) {
    const next = (root + value / root) / 2n
    if (next >= root) return root
    root = next
  }
}

const strausWidth = (bits: number): number => (bits < 8 ? 1 : bits < 24 ? 2 : bits < 96 ? 3 : 4)

/**
 * Π basesᵢ^exponentsᵢ mod modulus for exponents ≥ 0, all sharing one chain of squarings (Straus' interleaving [HAC, 14.88]).
 * For public exponents: its time depends on them.
 */
export const multiPower = (bases: readonly bigint[], exponents: readonly bigint[], modulus: bigint): bigint => {
  const longest = exponents.reduce((most, exponent) => Math.max(most, bitLength(exponent)), 0)
  const width = strausWidth(longest)
  const windows = Math.ceil(longest / width)
  const columns: bigint[] = Array.from({ length: windows }, () => 1n)
  bases.forEach((base, i) => {
    const powers = powersBelow(base, 2 ** width, modulus)
    const digits = windowDigits(at(exponents, i), width)
    digits.forEach((digit, j) => {
      const window = windows - digits.length + j
      if (digit !== 0) columns[window] = (at(columns, window) * at(powers, digit)) % modulus
    })
  })
  let result = 1n
  for (const column of columns) {
    for (let i = 0; i < width && result !== 1n; i += 1) result = (result * result) % modulus
    result = (result * column) % modulus
  }
  return result
}
