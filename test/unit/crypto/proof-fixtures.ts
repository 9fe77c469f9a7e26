import { createHash, generatePrimeSync } from 'node:crypto'
import type { PaillierPublicKey } from '../../../src/crypto/types.ts'

export const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest())

/** A prime of exactly so many bits, near the upper end, so that products have the sum of their lengths. */
export const drawPrime = (bits: number): bigint => {
  for (;;) {
    const prime = generatePrimeSync(bits, { bigint: true })
    if (prime >> BigInt(bits - 3) === 7n) return prime
  }
}

/** A 2048-bit modulus of these factors; where the product is short or long, that is the test's mistake. */
export const createModulus = (factors: readonly bigint[]): PaillierPublicKey => {
  const n = factors.reduce((product, factor) => product * factor, 1n)
  if (n.toString(2).length !== 2048) throw new Error(`the modulus has ${n.toString(2).length} bits`)
  return { n, bits: 2048 }
}
