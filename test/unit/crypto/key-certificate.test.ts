import { generatePrimeSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { assertKeyCertificate, createKeyCertificate } from '../../../src/crypto/key-certificate.ts'
import { preparePrivateKey } from '../../../src/crypto/keys.ts'
import type { PaillierPublicKey } from '../../../src/crypto/types.ts'
import { createNodeCryptoPower } from '../../../src/engine/node-crypto-power.ts'
import { expectCryptoError, key, keyPair, vectors, keyPairOf } from './fixtures.ts'
import { challengesOf, createModulus, drawPrime, forgeCertificate as forge, sha256 } from './proof-fixtures.ts'

const power = createNodeCryptoPower()
const certificate = createKeyCertificate(key, sha256, power)

describe('a key certificate (S11)', () => {
  it('of a sound key is accepted, for every length there is', () => {
    expect(certificate).toHaveLength(8)
    assertKeyCertificate(keyPair.publicKey, certificate, sha256, power)
    for (const vector of vectors.keys.filter(({ bits }) => bits > 2048)) {
      const pair = keyPairOf(vector)
      assertKeyCertificate(pair.publicKey, createKeyCertificate(preparePrivateKey(pair), sha256, power), sha256, power)
    }
  })

  it('holds eight n-th roots of numbers that follow from n alone', () => {
    const { n } = keyPair.publicKey
    expect(certificate.map((root) => power(root, n, n))).toEqual(challengesOf(keyPair.publicKey))
  })

  it('is refused with a root changed, missing, added, exchanged, or spelled otherwise', () => {
    const { n } = keyPair.publicKey
    const [first = 0n, second = 0n, ...rest] = certificate
    const replaced = [first + 1n, second, first + n, -first, 0n].map((root) => [root, second, ...rest])
    for (const changed of [...replaced, [second, first, ...rest], certificate.slice(1), [...certificate, first], []]) {
      expectCryptoError('invalid-certificate', () => { assertKeyCertificate(keyPair.publicKey, changed, sha256, power) })
    }
  })

  it('says nothing about another key', () => {
    const other = createModulus([drawPrime(1024), drawPrime(1024)])
    expectCryptoError('invalid-certificate', () => { assertKeyCertificate(other, certificate, sha256, power) })
  })

  it('cannot be forged where q − 1 is a multiple of p, though every root that exists is given', () => {
    const p = drawPrime(900)
    let q = 0n
    for (let factor = 1n << 247n; ; factor += 1n) {
      q = 2n * factor * p + 1n
      if (power(2n, q - 1n, q) === 1n && (p * q).toString(2).length === 2048) break
    }
    const publicKey = { n: p * q, bits: 2048 as const }
    const { roots, missing } = forge(publicKey, [{ modulus: p, order: p - 1n }, { modulus: q, order: q - 1n }])
    expect(missing).toBe(8)
    expectCryptoError('invalid-certificate', () => { assertKeyCertificate(publicKey, roots, sha256, power) })
  })

  it('cannot be forged for p²·q', () => {
    const p = drawPrime(683)
    const publicKey = createModulus([p, p, drawPrime(682)])
    const q = publicKey.n / (p * p)
    const { roots, missing } = forge(publicKey, [{ modulus: p * p, order: p * (p - 1n) }, { modulus: q, order: q - 1n }])
    expect(missing).toBe(8)
    expectCryptoError('invalid-certificate', () => { assertKeyCertificate(publicKey, roots, sha256, power) })
  })

  it('saves no modulus that is even, prime, a square, of another length, or has a factor up to 65,537', () => {
    const half = drawPrime(1024)
    const prime = generatePrimeSync(2048, { bigint: true })
    const malformed: readonly (readonly [PaillierPublicKey, string])[] = [
      [{ n: keyPair.publicKey.n + 1n, bits: 2048 }, 'even'],
      [{ n: prime, bits: 2048 }, 'prime'],
      [{ n: half * half, bits: 2048 }, 'square'],
      [{ n: keyPair.publicKey.n, bits: 3072 }, '2048 bits'],
      [createModulus([65_537n, drawPrime(1015), drawPrime(1017)]), 'divisible by 65537'],
    ]
    for (const [publicKey, words] of malformed) {
      const roots = challengesOf(publicKey)
      expect(expectCryptoError('invalid-key', () => { assertKeyCertificate(publicKey, roots, sha256, power) }).message).toContain(words)
    }
  })

  it('does exist for a modulus with a 17-bit factor: what the range check of a proof is there for', () => {
    const primes = [65_539n, drawPrime(1015), drawPrime(1017)]
    const publicKey = createModulus(primes)
    const { roots, missing } = forge(publicKey, primes.map((prime) => ({ modulus: prime, order: prime - 1n })))
    expect(missing).toBe(0)
    assertKeyCertificate(publicKey, roots, sha256, power)
  })

  it('does not leave a machine that computed a root wrongly', () => {
    const faulty = { ...key, pInverse: key.pInverse + 1n }
    expectCryptoError('decryption-check-failed', () => createKeyCertificate(faulty, sha256, power))
  })
})
