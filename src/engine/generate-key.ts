import { generatePrime, type GeneratePrimeOptionsBigInt } from 'node:crypto'
import { promisify } from 'node:util'
import { bitLength } from '../crypto/bytes.ts'
import { createKeyPair } from '../crypto/keys.ts'
import type { ModularPower } from '../crypto/modular.ts'
import { gcd } from '../crypto/rational.ts'
import type { KeyBits, PaillierKeyPair } from '../crypto/types.ts'

const generate = promisify<number, GeneratePrimeOptionsBigInt, bigint>(generatePrime)

const threeModuloFour = { bigint: true, add: 4n, rem: 3n } as const

/**
 * A fresh key pair that keeps every condition of S11, from OpenSSL's prime generator on its own threads. Pairs whose product is a
 * bit short or whose p − 1, q − 1 share an odd factor (about three in five) are drawn anew, both primes, so that none is favoured.
 * `signal` is looked at between pairs. Throws `invalid-key` never but for a broken generator.
 */
export const generateKey = async (bits: KeyBits, power: ModularPower, signal: AbortSignal): Promise<PaillierKeyPair> => {
  for (;;) {
    signal.throwIfAborted()
    const [p, q] = await Promise.all([generate(bits / 2, threeModuloFour), generate(bits / 2, threeModuloFour)])
    if (bitLength(p * q) === bits && gcd(p - 1n, q - 1n) === 2n) return createKeyPair(p, q, power)
  }
}
