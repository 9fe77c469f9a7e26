import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bigIntToBytes, bitLength, bytesToBigInt, ciphertextLength, joinIntegers, splitIntegers,
} from '../../../src/crypto/bytes.ts'
import { expectCryptoError } from './fixtures.ts'

describe('integers as bytes', () => {
  it('come back as they went', () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 2n ** 520n }), fc.nat(3), (value, padding) => {
      const length = Math.max(1, Math.ceil(bitLength(value) / 8)) + padding
      expect(bytesToBigInt(bigIntToBytes(value, length))).toBe(value)
    }))
  })

  it('are big-endian and of the asked length', () => {
    expect([...bigIntToBytes(0x0abcn, 4)]).toEqual([0, 0, 0x0a, 0xbc])
  })

  it('are refused where they are negative or too long', () => {
    expectCryptoError('invalid-argument', () => bigIntToBytes(-1n, 4))
    expectCryptoError('invalid-argument', () => bigIntToBytes(256n, 1))
    expectCryptoError('invalid-argument', () => bigIntToBytes(1n, 0))
  })

  it('are joined and split end to end', () => {
    fc.assert(fc.property(fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })), (values) => {
      expect(splitIntegers(joinIntegers(values, 8), 8)).toEqual(values)
    }))
  })

  it('are not split where the bytes are no whole number of them', () => {
    expectCryptoError('invalid-argument', () => splitIntegers(new Uint8Array(9), 8))
  })
})

describe('lengths', () => {
  it('of an integer are those of its binary digits', () => {
    fc.assert(fc.property(fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }), (value) => {
      const magnitude = value < 0n ? -value : value
      expect(bitLength(value)).toBe(magnitude === 0n ? 0 : magnitude.toString(2).length)
    }))
  })

  it('of a ciphertext are those of n squared', () => {
    expect([2048, 3072, 4096].map(ciphertextLength)).toEqual([512, 768, 1024])
  })
})
