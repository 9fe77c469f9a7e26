import { randomBelow, type RandomBytes } from './random.ts'

/**
 * How a buyer hides from the holder of the key what is to be compared or multiplied (compute.md, "Interaction with the key holder").
 * docs/adr/0503 argues the distributions.
 */

/** Masks are at least this much longer than what they hide: a statistical distance of 2^−80. */
export const maskBits = 80

/** Longest factor under which a difference of `bits` bits keeps its sign in (−n/2, n/2]: (2^bits + 1)·2^ℓ < 2^(keyBits − 2) ≤ n/2. */
export const longestFactor = (keyBits: number, bits: number): number => keyBits - 3 - bits

/**
 * The most by which one comparison can shift what the key holder believes of the difference, its sign included, as a statistical
 * distance: log₂ of what it decrypts is uniform over a stretch of ℓmax − 79 bits, moved by log₂(d′ + u) for a uniform u in [0, 1), which
 * differs between two d′ by less than bits + 2 on average. 1 where no factor is long enough.
 */
export const comparisonLeakage = (keyBits: number, bits: number): number => {
  const stretch = longestFactor(keyBits, bits) - maskBits + 1
  return stretch <= 0 ? 1 : Math.min(1, (bits + 2) / stretch)
}

/** More than this is refused. */
export const mostLeakage = 0.05

/**
 * r with log₂ r uniform over [79, ℓmax), but for rounding to whole numbers: ℓ uniform in [80, ℓmax], r uniform among numbers of ℓ bits
 * and kept with probability 2^(ℓ−1)/r. A plain uniform r would leave steps in the density of d·r that tell d's leading digits.
 */
export const randomFactor = (longest: number, randomBytes: RandomBytes): bigint => {
  const length = maskBits + Number(randomBelow(BigInt(longest - maskBits + 1), randomBytes))
  const least = 1n << BigInt(length - 1)
  for (;;) {
    const candidate = least + randomBelow(least, randomBytes)
    if (randomBelow(candidate, randomBytes) < least) return candidate
  }
}

/** d ↦ factor·d + offset, which is ≥ 0 exactly where d is, or where it is not. */
export interface Blinding {
  readonly factor: bigint
  readonly offset: bigint
  /** Whether d ≥ 0 comes out below 0. */
  readonly isFlipped: boolean
}

/**
 * For d of at most `bits` bits: d′·r₁ + r₂ with d′ = d or, at random, −d − 1, r₁ fresh for each d, r₂ uniform in [0, r₁). Never
 * to be used twice. Precondition: `comparisonLeakage(keyBits, bits)` ≤ `mostLeakage`.
 */
export const createBlinding = (keyBits: number, bits: number, randomBytes: RandomBytes): Blinding => {
  const isFlipped = randomBelow(2n, randomBytes) === 1n
  const r1 = randomFactor(longestFactor(keyBits, bits), randomBytes)
  const r2 = randomBelow(r1, randomBytes)
  return isFlipped ? { factor: -r1, offset: r2 - r1, isFlipped } : { factor: r1, offset: r2, isFlipped }
}

/** Whether x + r times y + s, masked for values of so many bits, stays within (−n/2, n/2]. */
export const fitsMasked = (keyBits: number, leftBits: number, rightBits: number): boolean =>
  leftBits + rightBits + 2 * (maskBits + 2) <= keyBits - 2

/** Whether a value of so many bits, masked, stays below 2^answerBits, with the mask at least 80 bits longer than the value. */
export const fitsAnswerMask = (answerBits: number, bits: number): boolean => bits + maskBits <= answerBits

/**
 * Uniform in [−2^(B − 1), 2^(B − 1)) for B = `answerBits`, whatever it hides, so that the mask's own length tells nothing: a value v
 * of `fitsAnswerMask` bits moves it by a statistical distance of |v|/2^B ≤ 2^−80 and keeps below 2^B.
 */
export const createAnswerMask = (answerBits: number, randomBytes: RandomBytes): bigint => {
  const most = 1n << BigInt(answerBits - 1)
  return randomBelow(2n * most, randomBytes) - most
}

/** Uniform in [−2^(bits + 80), 2^(bits + 80)): added to a value of `bits` bits it hides it. */
export const createMask = (bits: number, randomBytes: RandomBytes): bigint => {
  const most = 1n << BigInt(bits + maskBits)
  return randomBelow(2n * most, randomBytes) - most
}
