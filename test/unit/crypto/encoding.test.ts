import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bitsOf, chooseColumnScale, decodeInteger, encodeValue, maximumEncodedBits, plaintextLimit } from '../../../src/crypto/encoding.ts'
import { createRational, rationalFromNumber, rationalToNumber } from '../../../src/crypto/rational.ts'
import { expectCryptoError } from './fixtures.ts'

const moderate = fc.double({ min: -1e20, max: 1e20, noNaN: true }).filter((value) => value === 0 || Math.abs(value) > 1e-30)

describe('a column\'s scale', () => {
  it('makes every value an integer that decodes to the same double', () => {
    fc.assert(fc.property(fc.array(moderate, { minLength: 1, maxLength: 20 }), (values) => {
      const scale = chooseColumnScale(values)
      for (const value of values) {
        const m = encodeValue(value, scale)
        expect(bitsOf(m)).toBeLessThanOrEqual(maximumEncodedBits)
        expect(decodeInteger(m, scale)).toBe(value + 0)
      }
    }))
  })

  it('is the coarsest power of ten that does', () => {
    expect(chooseColumnScale([1, 2.5, 0.125])).toEqual(createRational(1n, 1000n))
    expect(chooseColumnScale([0.1, 0.2, 0.1 + 0.2])).toEqual(createRational(1n, 10n ** 17n))
    expect(chooseColumnScale([1e-7, 3])).toEqual(createRational(1n, 10n ** 7n))
    expect(chooseColumnScale([1200, 1e21])).toEqual(createRational(1n))
    expect(chooseColumnScale([])).toEqual(createRational(1n))
  })

  it('takes numbers to mean their shortest decimal', () => {
    expect(encodeValue(0.1, createRational(1n, 10n))).toBe(1n)
    expect(encodeValue(-5.1, createRational(1n, 100n))).toBe(-510n)
    expect(encodeValue(-0, createRational(1n, 10n))).toBe(0n)
  })

  for (const bad of [Number.NaN, Infinity, -Infinity]) {
    it(`is refused for a column with ${bad}, naming the row`, () => {
      expect(expectCryptoError('value-out-of-range', () => chooseColumnScale([1, 2, bad])).index).toBe(2)
    })
  }

  it('is refused for 1e308 and for −1e308, naming the row', () => {
    expect(expectCryptoError('value-out-of-range', () => chooseColumnScale([1, 1e308, 3])).index).toBe(1)
    expect(expectCryptoError('value-out-of-range', () => chooseColumnScale([1, 2, -1e308])).index).toBe(2)
  })

  it('is refused where one tiny value would stretch all others, naming that value\'s row', () => {
    const error = expectCryptoError('value-out-of-range', () => chooseColumnScale([7, 1e-300, 2]))
    expect(error.index).toBe(1)
    expect(error.message).toContain('row 0')
  })

  it('is refused just above 256 bits and taken just below', () => {
    const most = Number(2n ** 255n)
    expect(bitsOf(encodeValue(most, chooseColumnScale([most])))).toBe(256)
    expectCryptoError('value-out-of-range', () => chooseColumnScale([most * 2]))
  })
})

describe('encoding', () => {
  it('never rounds', () => {
    expectCryptoError('invalid-argument', () => encodeValue(0.05, createRational(1n, 10n)))
    expectCryptoError('value-out-of-range', () => encodeValue(Number.NaN, createRational(1n)))
  })

  it('has a third of the modulus as its limit', () => {
    expect(plaintextLimit(35n)).toBe(11n)
  })
})

describe('decoding', () => {
  it('gives back every double, subnormals included', () => {
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(rationalToNumber(rationalFromNumber(value))).toBe(value + 0)
    }), { numRuns: 1000 })
    for (const value of [5e-324, 2.2250738585072014e-308, 2.225073858507201e-308, Number.MAX_VALUE]) {
      expect(rationalToNumber(rationalFromNumber(value))).toBe(value)
    }
  })

  it('rounds to the nearest double as JavaScript reads decimals', () => {
    const digits = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n })
    fc.assert(fc.property(digits, fc.integer({ min: 0, max: 365 }), (m, places) => {
      expect(decodeInteger(m, createRational(1n, 10n ** BigInt(places)))).toBe(Number(`${m}e-${places}`) + 0)
    }), { numRuns: 1000 })
  })

  it('breaks ties to even and overflows to infinity', () => {
    expect(decodeInteger(2n ** 53n + 1n, createRational(1n))).toBe(2 ** 53)
    expect(decodeInteger(2n ** 53n + 3n, createRational(1n))).toBe(2 ** 53 + 4)
    expect(decodeInteger(10n ** 309n, createRational(-1n))).toBe(-Infinity)
    expect(decodeInteger(1n, createRational(1n, 2n ** 1075n))).toBe(0)
    expect(decodeInteger(3n, createRational(1n, 2n ** 1075n))).toBe(2 * 5e-324)
  })
})
