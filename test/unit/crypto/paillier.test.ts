import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plaintextLimit } from '../../../src/crypto/encoding.ts'
import { preparePrivateKey, type PreparedPrivateKey } from '../../../src/crypto/keys.ts'
import { centredResidue, modularInverse, powerByBigInt, residue, type ModularPower } from '../../../src/crypto/modular.ts'
import { toPaillierBigintPrivateKey, toPaillierBigintPublicKey } from '../../../src/crypto/paillier-bigint.ts'
import {
  add, addPlain, assertCiphertexts, assertPlaintexts, decrypt, encrypt, encryptAsOwner, encryptWith, evaluateLinearForms,
  findInvalidCiphertext, nthPowerFromHalves, parseCiphertexts, rerandomise, scale, subtract,
} from '../../../src/crypto/paillier.ts'
import { createCheckedRandom } from '../../../src/crypto/random.ts'
import { gcd } from '../../../src/crypto/rational.ts'
import type { LinearForm } from '../../../src/crypto/types.ts'
import { createNodeCryptoPower } from '../../../src/engine/node-crypto-power.ts'
import { expectCryptoError, fromHex, key, keyPair, keyPairOf, random, vectors } from './fixtures.ts'

const power = createNodeCryptoPower()
const { n, nSquared } = key
const limit = plaintextLimit(n)

const decryptOne = (c: bigint, with_: PreparedPrivateKey = key): bigint | undefined => decrypt(with_, [c], random, power)[0]
const encryptOne = (m: bigint): bigint => encryptAsOwner(key, m, random, power)

/** Plaintexts of every size, with the ends of the range and zero among them. */
const plaintext = fc.oneof(
  fc.constantFrom(0n, 1n, -1n, limit, -limit, limit - 1n),
  fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }),
  fc.bigInt({ min: -limit, max: limit }),
)
const centred = (value: bigint): bigint => centredResidue(value, n)

describe.each(vectors.keys.map((vector) => ({ name: `${vector.bits} bits`, vector })))('known answers of $name', ({ vector }) => {
  const own = preparePrivateKey(keyPairOf(vector))

  it('for encryption with a given r, by BigInt and by node:crypto, with the public key and by the owner\'s halves', () => {
    const { p: { prime: p }, q: { prime: q } } = own
    vector.rawEncrypt.forEach(({ m, r, c }, i) => {
      const [message, randomiser, expected] = [fromHex(m), fromHex(r), fromHex(c)]
      expect(encryptWith(own, message, randomiser, power)).toBe(expected)
      if (i < 3) expect(encryptWith(own, message, randomiser, powerByBigInt)).toBe(expected)
      const [s, t] = [power(randomiser % p, q, p), power(randomiser % q, p, q)]
      expect(addPlain(own, nthPowerFromHalves(own, s, t, power), message)).toBe(expected)
    })
  })

  it('for decryption', () => {
    const plaintexts = decrypt(own, vector.rawEncrypt.map(({ c }) => fromHex(c)), random, power)
    expect(plaintexts.map((m) => residue(m, own.n))).toEqual(vector.rawEncrypt.map(({ m }) => fromHex(m)))
  })

  it('for sums', () => {
    for (const { ca, cb, sumC, sumM } of vector.add) {
      const sum = add(own, fromHex(ca), fromHex(cb))
      expect(sum).toBe(fromHex(sumC))
      expect(residue(decryptOne(sum, own) ?? -1n, own.n)).toBe(fromHex(sumM))
    }
  })

  it('for products with a plain number, negative ones included', () => {
    for (const { ca, w, productM } of vector.multiply) {
      const product = scale(own, fromHex(ca), centredResidue(fromHex(w), own.n), power)
      expect(residue(decryptOne(product, own) ?? -1n, own.n)).toBe(fromHex(productM))
    }
  })

  it('for dot products', () => {
    for (const { c, wDecimal, resultDecimal } of vector.dot) {
      const form = { runs: wDecimal.map((w, start) => ({ start, count: 1, weight: BigInt(w) })), constant: 0n }
      const result = evaluateLinearForms(own, c.map(fromHex), [form], power)
      expect(decrypt(own, result, random, power)).toEqual([BigInt(resultDecimal)])
    }
  })
})

describe('against paillier-bigint', () => {
  const [publicKey, privateKey] = [toPaillierBigintPublicKey(keyPair.publicKey), toPaillierBigintPrivateKey(keyPair)]
  const unit = fc.bigInt({ min: 1n, max: n - 1n })

  it('the same r gives the same ciphertext, and either decrypts the other\'s', () => {
    fc.assert(fc.property(plaintext, unit, (m, r) => {
      const c = encryptWith(key, m, r, power)
      expect(c).toBe(publicKey.encrypt(residue(m, n), r))
      expect(privateKey.decrypt(encryptOne(m))).toBe(residue(m, n))
      expect(decryptOne(c)).toBe(m)
    }), { numRuns: 10 })
  })

  it('sums and products come out the same', () => {
    fc.assert(fc.property(unit, unit, plaintext, (a, b, k) => {
      expect(add(key, a, b)).toBe(publicKey.addition(a, b))
      expect(addPlain(key, a, k)).toBe(publicKey.plaintextAddition(a, residue(k, n)))
      expect(scale(key, a, k, power)).toBe(publicKey.multiply(a, k))
    }), { numRuns: 10 })
  })
})

describe('the homomorphic laws', () => {
  const check = (name: string, law: (a: bigint, b: bigint) => readonly [ciphertext: bigint, plaintext: bigint], numRuns = 25) => {
    it(name, () => {
      fc.assert(fc.property(plaintext, plaintext, (a, b) => {
        const [c, expected] = law(a, b)
        expect(decryptOne(c)).toBe(centred(expected))
      }), { numRuns })
    })
  }
  check('Enc(a) decrypts to a', (a) => [encryptOne(a), a])
  check('Enc(a), by the public key, decrypts to a', (a) => [encrypt(key, a, random, power), a], 10)
  check('Enc(a)·Enc(b) decrypts to a + b', (a, b) => [add(key, encryptOne(a), encryptOne(b)), a + b])
  check('Enc(a)·Enc(b)⁻¹ decrypts to a − b', (a, b) => [subtract(key, encryptOne(a), encryptOne(b)), a - b])
  check('Enc(a)^b decrypts to a·b', (a, b) => [scale(key, encryptOne(a), b, power), a * b])
  check('Enc(a)·(1 + n)^b decrypts to a + b', (a, b) => [addPlain(key, encryptOne(a), b), a + b])
  check('a rerandomised Enc(a) decrypts to a', (a) => [rerandomise(key, encryptOne(a), random, power), a], 10)

  it('encryption and rerandomisation never give the same ciphertext twice', () => {
    const first = encryptOne(5n)
    expect(new Set([first, encryptOne(5n), encrypt(key, 5n, random, power), rerandomise(key, first, random, power)]).size).toBe(4)
  })
})

describe('linear forms', () => {
  const plaintexts = Array.from({ length: 24 }, (_, i) => BigInt(i * i - 100) * 10n ** BigInt(i % 5))
  const ciphertexts = plaintexts.map(encryptOne)
  const weight = fc.oneof(fc.constantFrom(1n, -1n), fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n })).filter((w) => w !== 0n)
  const formOf = fc.tuple(
    fc.array(fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 5 }), weight), { maxLength: 6 }),
    fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }),
  ).map(([steps, constant]): LinearForm => {
    let end = 0
    const runs = steps.flatMap(([gap, count, w]) => {
      const start = end + gap
      if (start + count > ciphertexts.length) return []
      end = start + count
      return [{ start, count, weight: w }]
    })
    return { runs, constant }
  })
  const valueOf = ({ runs, constant }: LinearForm): bigint => runs.reduce(
    (sum, { start, count, weight: w }) => sum + w * plaintexts.slice(start, start + count).reduce((a, b) => a + b),
    constant,
  )

  it('decrypt to the weighted sum', () => {
    fc.assert(fc.property(fc.array(formOf, { minLength: 1, maxLength: 4 }), (forms) => {
      const results = evaluateLinearForms(key, ciphertexts, forms, power)
      expect(decrypt(key, results, random, power)).toEqual(forms.map(valueOf))
    }), { numRuns: 25 })
  })

  it('give one ciphertext whatever the backend, and the one that single steps give', () => {
    fc.assert(fc.property(formOf, (form) => {
      const stepwise = form.runs.reduce((product, { start, count, weight: w }) => ciphertexts.slice(start, start + count)
        .reduce((partial, c) => add(key, partial, scale(key, c, w, powerByBigInt)), product), addPlain(key, 1n, form.constant))
      expect(evaluateLinearForms(key, ciphertexts, [form], power)).toEqual([stepwise])
      expect(evaluateLinearForms(key, ciphertexts, [form], powerByBigInt)).toEqual([stepwise])
    }), { numRuns: 10 })
  })

  it('refuse ciphertexts out of range or without inverse, and runs outside', () => {
    const all = { runs: [{ start: 0, count: 2, weight: 1n }], constant: 0n }
    for (const bad of [0n, n, nSquared, nSquared + 5n, key.p.prime * 7n]) {
      expectCryptoError('invalid-ciphertext', () => evaluateLinearForms(key, [encryptOne(1n), bad], [all], power))
      const negative = { runs: [{ start: 1, count: 1, weight: -3n }], constant: 0n }
      expectCryptoError('invalid-ciphertext', () => evaluateLinearForms(key, [encryptOne(1n), bad], [negative], power))
    }
    expectCryptoError('invalid-argument', () => evaluateLinearForms(key, [encryptOne(1n)], [all], power))
  })
})

describe('what is no ciphertext (S12)', () => {
  const good = encryptOne(7n)
  const bad = {
    '0': 0n,
    'n': n,
    'n²': nSquared,
    'n² + 1': nSquared + 1n,
    'n² − n': nSquared - n,
    'a multiple of p': key.p.prime * 12_345n,
    'a multiple of q²': key.q.square * 3n,
    'a negative number': -good,
  }
  for (const [what, c] of Object.entries(bad)) {
    it(`such as ${what}, is refused, naming the first`, () => {
      expect(expectCryptoError('invalid-ciphertext', () => assertCiphertexts(key, [good, c, good, c])).index).toBe(1)
      expect(expectCryptoError('invalid-ciphertext', () => assertCiphertexts(key, [good, c], 40)).message).toContain('41')
    })
  }

  it('is told from what is: 1 and n² − 1 are', () => {
    expect(findInvalidCiphertext(key, [1n, nSquared - 1n, good])).toBeNull()
    expect(findInvalidCiphertext(key, [])).toBeNull()
  })

  it('is found first by position, not by kind', () => {
    expect(findInvalidCiphertext(key, [good, n, 0n])).toBe(1)
    expect(findInvalidCiphertext(key, [good, 0n, n])).toBe(1)
  })

  it('is found among 100,000 inputs made at random, wherever it stands, and nothing else is', () => {
    const { p, q } = key
    const chance = fc.sample(fc.record({
      at: fc.integer({ min: 0, max: 199 }), kind: fc.integer({ min: 0, max: 6 }),
      unit: fc.bigInt({ min: 1n, max: nSquared - 1n }), times: fc.bigInt({ min: 1n, max: n }),
    }), 500)
    let c = good
    for (const [index, { at, kind, unit, times }] of chance.entries()) {
      const start = gcd(unit, n) === 1n ? unit : good
      const batch = Array.from({ length: 200 }, () => (c = (c * start) % nSquared))
      if (index % 10 === 0) expect(findInvalidCiphertext(key, batch)).toBeNull()
      const multiples = [nSquared - n * (times % n), (p.prime * times) % nSquared, (q.square * times) % nSquared, n * times]
      const wrong = [0n, -c, c + nSquared, ...multiples][kind] ?? 0n
      expect(findInvalidCiphertext(key, batch.with(at, wrong)), `kind ${kind}, ${times}`).toBe(at)
    }
  }, 300_000)

  it('is refused as bytes of another length', () => {
    expectCryptoError('invalid-ciphertext', () => parseCiphertexts(key, new Uint8Array(key.ciphertextBytes + 1)))
  })
})

describe('plaintexts', () => {
  it('up to a third of the modulus are taken, and none beyond', () => {
    expect(() => assertPlaintexts(key, [limit, -limit, 0n])).not.toThrow()
    expect(expectCryptoError('plaintext-out-of-range', () => assertPlaintexts(key, [0n, limit + 1n])).index).toBe(1)
    expect(expectCryptoError('plaintext-out-of-range', () => assertPlaintexts(key, [0n, 0n, -limit - 1n])).index).toBe(2)
  })
})

describe('the owner\'s encryption', () => {
  /** A key small enough to go through all of Z*ₙ; no real operation accepts such a length. */
  const tiny = ((): PreparedPrivateKey => {
    const [p, q] = [7n, 11n]
    const half = (prime: bigint, other: bigint) => ({ prime, square: prime * prime, h: modularInverse(-other, prime) })
    return {
      n: p * q, nSquared: (p * q) ** 2n, bits: 2048, ciphertextBytes: 2, p: half(p, q), q: half(q, p),
      pInverse: modularInverse(p, q), pSquareInverse: modularInverse(p * p, q * q),
    }
  })()

  it('reaches exactly the n-th powers that r^n reaches, each as often', () => {
    const below = (bound: bigint): bigint[] => Array.from({ length: Number(bound) - 1 }, (_, i) => BigInt(i + 1))
    const byOwner = below(7n).flatMap((s) => below(11n).map((t) => nthPowerFromHalves(tiny, s, t, powerByBigInt)))
    const byPublicKey = below(77n).filter((r) => gcd(r, 77n) === 1n).map((r) => powerByBigInt(r, 77n, 77n ** 2n))
    const sorted = (values: bigint[]): bigint[] => values.sort((a, b) => Number(a - b))
    expect(sorted(byOwner)).toEqual(sorted(byPublicKey))
  })
})

describe('a fault in a decryption (S14)', () => {
  const plaintexts = [123_456_789n, -5n, 0n]
  const ciphertexts = plaintexts.map(encryptOne)
  const faults: Record<string, (base: bigint, exponent: bigint, modulus: bigint) => bigint> = {
    'a flipped bit of the result': (base, exponent, modulus) => power(base, exponent, modulus) ^ 4n,
    'a changed base': (base, exponent, modulus) => power(base + 1n, exponent, modulus),
    'a changed exponent': (base, exponent, modulus) => power(base, exponent + 2n, modulus),
    'a result of zero': () => 0n,
    'a result of one': () => 1n,
  }

  /** Two powers make the blinding, two decrypt each cell, two check. */
  const calls = 2 + 2 * plaintexts.length + 2
  for (const [what, fault] of Object.entries(faults)) {
    it(`such as ${what} in any one power never gives a wrong answer`, () => {
      for (let faulty = 0; faulty < calls; faulty += 1) {
        let call = -1
        const faultyPower: ModularPower = (base, exponent, modulus) => {
          call += 1
          return (call === faulty ? fault : power)(base, exponent, modulus)
        }
        // Another blinding (a changed base there, or 1) is as good as the one drawn; all else is noticed.
        const harmless = faulty < 2 && (what === 'a changed base' || what === 'a result of one')
        if (harmless) expect(decrypt(key, ciphertexts, random, faultyPower)).toEqual(plaintexts)
        else expectCryptoError('decryption-check-failed', () => decrypt(key, ciphertexts, random, faultyPower))
      }
    })
  }

  const damaged: Record<string, PreparedPrivateKey> = {
    'h of p': { ...key, p: { ...key.p, h: key.p.h + 1n } },
    'h of q': { ...key, q: { ...key.q, h: key.q.h + 1n } },
    'p²': { ...key, p: { ...key.p, square: key.p.square + 2n } },
    'the inverse of p': { ...key, pInverse: key.pInverse ^ 1n },
    'n²': { ...key, nSquared: key.nSquared + 2n },
  }
  for (const [what, wrong] of Object.entries(damaged)) {
    it(`through a damaged ${what} is noticed`, () => {
      expectCryptoError('decryption-check-failed', () => decrypt(wrong, ciphertexts, random, power))
    })
  }
})

describe('a broken random generator', () => {
  const broken = createCheckedRandom(() => {
    throw new Error('no entropy')
  })
  it('stops encryption, rerandomisation and decryption', () => {
    const c = encryptOne(1n)
    for (const action of [
      () => encrypt(key, 1n, broken, power),
      () => encryptAsOwner(key, 1n, broken, power),
      () => rerandomise(key, c, broken, power),
      () => decrypt(key, [c], broken, power),
    ]) expectCryptoError('randomness-failed', action)
  })
})
