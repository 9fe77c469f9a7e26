import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  centredResidue, integerSquareRoot, inverseModuloSquare, isUnit, modularInverse, multiPower, powerByBigInt, residue,
} from '../../../src/crypto/modular.ts'
import { gcd } from '../../../src/crypto/rational.ts'
import { expectCryptoError } from './fixtures.ts'

const natural = (bits: bigint) => fc.bigInt({ min: 0n, max: 2n ** bits })
const modulus = fc.bigInt({ min: 2n, max: 2n ** 130n })

/** One bit at a time: what a power means. */
const slowPower = (base: bigint, exponent: bigint, m: bigint): bigint =>
  [...exponent.toString(2)].reduce((result, bit) => (result * result * (bit === '1' ? base : 1n)) % m, 1n % m)

describe('powers', () => {
  it('agree with the definition for every size of exponent', () => {
    fc.assert(fc.property(natural(200n), fc.oneof(natural(8n), natural(60n), natural(900n)), modulus, (base, exponent, m) => {
      expect(powerByBigInt(base, exponent, m)).toBe(slowPower(base, exponent, m))
    }))
  })

  it('refuse a negative exponent and a modulus below 2', () => {
    expectCryptoError('invalid-argument', () => powerByBigInt(2n, -1n, 7n))
    expectCryptoError('invalid-argument', () => powerByBigInt(2n, 1n, 1n))
  })

  it('of several bases at once are the product of the single ones', () => {
    const term = fc.tuple(natural(130n), fc.oneof(natural(1n), natural(20n), natural(300n)))
    fc.assert(fc.property(fc.array(term, { maxLength: 8 }), modulus, (terms, m) => {
      const expected = terms.reduce((product, [base, exponent]) => (product * slowPower(base, exponent, m)) % m, 1n)
      expect(multiPower(terms.map(([base]) => base), terms.map(([, exponent]) => exponent), m) % m).toBe(expected % m)
    }))
  })
})

describe('inverses', () => {
  it('times the number are 1', () => {
    fc.assert(fc.property(fc.bigInt({ min: -(2n ** 130n), max: 2n ** 130n }), modulus, (value, m) => {
      fc.pre(gcd(value, m) === 1n)
      expect(residue(value * modularInverse(value, m), m)).toBe(1n % m)
    }))
  })

  it('exist exactly where there is no common factor', () => {
    fc.assert(fc.property(natural(700n), fc.bigInt({ min: 2n, max: 2n ** 600n }), natural(70n), (value, m, factor) => {
      expect(isUnit(value, m)).toBe(gcd(value, m) === 1n)
      expect(isUnit(value * factor, m * factor + m)).toBe(gcd(value * factor, m * factor + m) === 1n)
    }))
  })

  it('are refused where there is a common factor', () => {
    expectCryptoError('invalid-argument', () => modularInverse(6n, 9n))
    expectCryptoError('invalid-argument', () => modularInverse(0n, 9n))
  })

  it('modulo a square follow from those modulo its root', () => {
    fc.assert(fc.property(natural(260n), modulus, (value, n) => {
      fc.pre(gcd(value, n) === 1n)
      expect(inverseModuloSquare(value, n, n * n)).toBe(modularInverse(value, n * n))
    }))
  })
})

describe('residues', () => {
  it('are centred in (−m/2, m/2]', () => {
    expect([0n, 1n, 3n, 4n, 5n, 7n, -1n].map((value) => centredResidue(value, 8n))).toEqual([0n, 1n, 3n, 4n, -3n, -1n, -1n])
    expect([3n, 4n, -3n, -4n].map((value) => centredResidue(value, 7n))).toEqual([3n, -3n, -3n, 3n])
  })
})

describe('the integer square root', () => {
  it('is the largest integer whose square is not above', () => {
    fc.assert(fc.property(natural(300n), (value) => {
      const root = integerSquareRoot(value)
      expect(root * root <= value && (root + 1n) ** 2n > value).toBe(true)
    }))
  })
})
