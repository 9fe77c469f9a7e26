import { createHash, generatePrimeSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  assertKeyPair, assertPublicKey, computeKeyId, createKeyPair, keyPairFromBytes, keyPairToBytes, preparePrivateKey, preparePublicKey,
  publicKeyFromBytes, publicKeyToBytes,
} from '../../../src/crypto/keys.ts'
import {
  fromPaillierBigintPrivateKey, fromPaillierBigintPublicKey, toPaillierBigintPrivateKey, toPaillierBigintPublicKey,
} from '../../../src/crypto/paillier-bigint.ts'
import { gcd } from '../../../src/crypto/rational.ts'
import type { KeyBits, PaillierKeyPair } from '../../../src/crypto/types.ts'
import { createNodeCryptoPower } from '../../../src/engine/node-crypto-power.ts'
import { expectCryptoError, keyPair } from './fixtures.ts'

const power = createNodeCryptoPower()

const prime = (bits: number, remainder: bigint): bigint => generatePrimeSync(bits, { bigint: true, add: 4n, rem: remainder })

/** Draws primes until `fits`, then makes the (unchecked) key pair. */
const drawPair = (fits: (p: bigint, q: bigint) => boolean, drawSecond: (p: bigint) => bigint = () => prime(1024, 3n)): PaillierKeyPair => {
  for (;;) {
    const p = prime(1024, 3n)
    const q = drawSecond(p)
    if ((p * q).toString(2).length === 2048 && fits(p, q)) return { publicKey: { n: p * q, bits: 2048 }, p, q }
  }
}

const sound = drawPair((p, q) => gcd(p - 1n, q - 1n) === 2n)

describe('a key pair (S11)', () => {
  it('of two sound primes is created', () => {
    expect(createKeyPair(sound.p, sound.q, power)).toEqual(sound)
  })

  const refuse = (name: string, key: () => PaillierKeyPair, words: string) => {
    it(`is refused ${name}`, () => {
      expect(expectCryptoError('invalid-key', () => assertKeyPair(key(), power)).message).toContain(words)
    })
  }
  const { p, q, publicKey: { n } } = sound
  const of = (first: bigint, second: bigint, bits: KeyBits = 2048): PaillierKeyPair =>
    ({ publicKey: { n: first * second, bits }, p: first, q: second })

  refuse('where n is not p·q', () => ({ publicKey: { n: n + 2n, bits: 2048 }, p, q }), 'product')
  refuse('where the stated length is not n\'s', () => of(p, q, 3072), '2048 bits')
  refuse('where p = q', () => {
    const high = p | (1n << 1022n)
    return of(high, high)
  }, 'share a factor')
  refuse('where the primes are of different lengths', () => {
    for (;;) {
      const key = of(prime(1034, 3n), prime(1014, 3n))
      if (key.publicKey.n.toString(2).length === 2048) return key
    }
  }, 'half the key')
  refuse('where a prime is 1 modulo 4', () => drawPair(() => true, () => prime(1024, 1n)), '3 modulo 4')
  refuse('where p − 1 and q − 1 share an odd factor', () => drawPair((a, b) => gcd(a - 1n, b - 1n) > 2n), 'other than 2')
  refuse('where the primes are close', () => {
    const near = (a: bigint): bigint => {
      let candidate = a + 4n
      while (power(2n, candidate - 1n, candidate) !== 1n) candidate += 4n
      return candidate
    }
    return drawPair((a, b) => gcd(a - 1n, b - 1n) === 2n, near)
  }, 'too close')
  refuse('where a factor is not prime', () => {
    let a = p + 4n
    while (gcd(a - 1n, q - 1n) !== 2n || gcd(a * q, (a - 1n) * (q - 1n)) !== 1n || power(2n, a - 1n, a) === 1n) a += 4n
    return of(a, q)
  }, 'not prime')

  it('of a length that is not used is refused', () => {
    expectCryptoError('invalid-key', () => createKeyPair(prime(512, 3n), prime(512, 3n), power))
    expectCryptoError('invalid-key', () => createKeyPair(7n, 11n, power))
  })

  it('of foreign make, with primes that are 1 modulo 4, is refused as ours and still prepared for decryption', () => {
    expectCryptoError('invalid-key', () => assertKeyPair(keyPair, power))
    expect(preparePrivateKey(keyPair).n).toBe(keyPair.publicKey.n)
  })

  it('comes back from its bytes, and only from bytes of a key', () => {
    expect(keyPairFromBytes(keyPairToBytes(sound))).toEqual(sound)
    expect(keyPairToBytes(sound).length).toBe(256)
    expectCryptoError('invalid-key', () => keyPairFromBytes(keyPairToBytes(sound).subarray(1)))
    expectCryptoError('invalid-key', () => keyPairFromBytes(new Uint8Array(256)))
  })
})

describe('a public key (S11)', () => {
  const { p, q, publicKey } = sound
  it('of two sound primes is accepted', () => {
    expect(() => assertPublicKey(publicKey, power)).not.toThrow()
  })

  const square = (p | (1n << 1023n) | (1n << 1022n)) ** 2n
  const malformed: Record<string, bigint> = {
    'that is zero': 0n,
    'that is negative': -publicKey.n,
    'that is even': publicKey.n - 1n,
    'that is too short': p,
    'that is too long': publicKey.n * 4n + 1n,
    'that is a square': square,
    'that is prime': generatePrimeSync(2048, { bigint: true }),
    'with a small factor': 65_537n * generatePrimeSync(2032, { bigint: true }),
  }
  for (const [what, n] of Object.entries(malformed)) {
    it(`${what} is refused`, () => {
      expectCryptoError('invalid-key', () => assertPublicKey({ n, bits: 2048 }, power))
    })
  }

  it('of a length that is not used is refused', () => {
    expectCryptoError('invalid-key', () => preparePublicKey({ n: p * (q >> 512n), bits: 1536 as KeyBits }))
  })

  it('comes back from its bytes', () => {
    expect(publicKeyFromBytes(publicKeyToBytes(publicKey))).toEqual(publicKey)
    expectCryptoError('invalid-key', () => publicKeyFromBytes(new Uint8Array(256)))
    expectCryptoError('invalid-key', () => publicKeyFromBytes(publicKeyToBytes(publicKey).subarray(2)))
  })

  it('has the hash of its bytes as its id', () => {
    const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()
    expect(computeKeyId(publicKey, sha256)).toEqual(sha256(Buffer.from(publicKey.n.toString(16), 'hex')))
  })
})

describe('paillier-bigint\'s keys', () => {
  it('are made from ours and read back', () => {
    expect(fromPaillierBigintPublicKey(toPaillierBigintPublicKey(sound.publicKey))).toEqual(sound.publicKey)
    const read = fromPaillierBigintPrivateKey(toPaillierBigintPrivateKey(sound))
    expect(new Set([read.p, read.q])).toEqual(new Set([sound.p, sound.q]))
    expect(read.publicKey).toEqual(sound.publicKey)
  })
})
