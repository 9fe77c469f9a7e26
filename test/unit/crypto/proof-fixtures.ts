import { createHash, generatePrimeSync } from 'node:crypto'
import { bytesToBigInt } from '../../../src/crypto/bytes.ts'
import { certificateRoots } from '../../../src/crypto/key-certificate.ts'
import { publicKeyToBytes } from '../../../src/crypto/keys.ts'
import { modularInverse } from '../../../src/crypto/modular.ts'
import { gcd } from '../../../src/crypto/rational.ts'
import { asciiBytes, encodeFields, expandSeed, uint32Bytes } from '../../../src/crypto/transcript.ts'
import type { PaillierPublicKey } from '../../../src/crypto/types.ts'
import { createNodeCryptoPower } from '../../../src/engine/node-crypto-power.ts'

const power = createNodeCryptoPower()

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

/** The numbers whose roots a certificate holds, computed here a second time. */
export const challengesOf = (publicKey: PaillierPublicKey): bigint[] => Array.from({ length: certificateRoots }, (_, index) => {
  const seed = sha256(encodeFields([asciiBytes('HEsystem key certificate v1'), publicKeyToBytes(publicKey), uint32Bytes(8), uint32Bytes(index)]))
  return bytesToBigInt(expandSeed(sha256, seed, publicKey.bits / 8 + 16)) % publicKey.n
})

/** A power of a prime, and the order of the units modulo it. */
export interface PrimePower {
  readonly modulus: bigint
  readonly order: bigint
}

/** What somebody who knows the primes of a bad modulus can do best: the n-th root wherever one exists, found prime by prime. */
export const forgeCertificate = (
  publicKey: PaillierPublicKey, primePowers: readonly PrimePower[],
): { readonly roots: bigint[]; readonly missing: number } => {
  let missing = 0
  const { n } = publicKey
  const roots = challengesOf(publicKey).map((rho) => {
    let root = 0n
    let whole = true
    for (const { modulus, order } of primePowers) {
      const shared = gcd(n, order)
      // rho is an n-th power iff rho^(order/gcd(n, order)) = 1; then the root is found in the subgroup that n permutes.
      if (power(rho % modulus, order / shared, modulus) !== 1n) whole = false
      const local = power(rho % modulus, modularInverse(n / shared, order / shared), modulus)
      const others = n / modulus
      root = (root + local * others * modularInverse(others, modulus)) % n
    }
    if (!whole) missing += 1
    return root === 0n ? 1n : root
  })
  return { roots, missing }
}
