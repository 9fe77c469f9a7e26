import { bytesToBigInt, bitLength } from './bytes.ts'
import { CryptoError } from './errors.ts'
import { gcd } from './rational.ts'

/** Returns `count` unpredictable bytes: the operating system's CSPRNG, passed in because this room knows no platform. */
export type RandomBytes = (count: number) => Uint8Array

// A sound generator fails this many draws in a row with a probability below 2^-128.
const maximumDraws = 128

/**
 * Wraps a generator so that a broken one throws instead of weakening anything (S14): an exception, a wrong length, a constant
 * block, or the block before once more (the continuous test of FIPS 140-2, section 4.9.2) is `randomness-failed`.
 * Draws under 16 bytes are only checked for their length, since short blocks repeat by chance.
 */
export const createCheckedRandom = (source: RandomBytes): RandomBytes => {
  let previous = new Uint8Array(0)
  const fail = (what: string): never => {
    throw new CryptoError('randomness-failed', `the random generator ${what}`)
  }
  const draw = (count: number): Uint8Array => {
    try {
      return source(count)
    } catch {
      return fail('threw an error')
    }
  }
  return (count) => {
    const bytes = draw(count)
    if (bytes.length !== count) fail(`returned ${bytes.length} bytes where ${count} were asked for`)
    if (count < 16) return bytes
    if (bytes.every((byte) => byte === bytes[0])) fail('returned a constant block')
    if (previous.length === count && bytes.every((byte, i) => byte === previous[i])) fail('returned the same block twice')
    previous = Uint8Array.from(bytes)
    return bytes
  }
}

/** Uniform in [0, bound), by rejection. Throws `randomness-failed` where the generator never yields one. */
export const randomBelow = (bound: bigint, randomBytes: RandomBytes): bigint => {
  const bits = bitLength(bound - 1n)
  const count = Math.ceil(bits / 8)
  for (let draw = 0; draw < maximumDraws; draw += 1) {
    const candidate = BigInt.asUintN(bits, bytesToBigInt(randomBytes(count)))
    if (candidate < bound) return candidate
  }
  throw new CryptoError('randomness-failed', 'the random generator does not yield a number in range')
}

/** Uniform in Z*ₘ (units below `modulus`), by rejection. Its time depends on how many draws were rejected, not on the one kept. */
export const randomUnit = (modulus: bigint, randomBytes: RandomBytes): bigint => {
  for (let draw = 0; draw < maximumDraws; draw += 1) {
    const candidate = randomBelow(modulus, randomBytes)
    if (gcd(candidate, modulus) === 1n) return candidate
  }
  throw new CryptoError('randomness-failed', 'the random generator does not yield a unit')
}
