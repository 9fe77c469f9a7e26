import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assertSealingKey, generateSealingKey, sealAnswer, sealedLimit, sealingOverhead, unsealAnswer } from '../../../src/host/protocol/sealing.ts'

const requestHash = `0x${'5a'.repeat(32)}`
const payload = new TextEncoder().encode('an answer')
const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))

/** The points of small order on Curve25519 and their other spellings (RFC 7748, section 7). */
const lowOrderKeys = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000080',
  '0100000000000000000000000000000000000000000000000000000000000080',
]

describe('sealing an answer', () => {
  it('gives back any payload that fits, to the one-time key and under the request it was sealed for', () => {
    const { secretKey, publicKey } = generateSealingKey()
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 600 }), (bytes) => {
      const sealed = sealAnswer(bytes, publicKey, requestHash)
      expect(sealed.length).toBe(bytes.length + sealingOverhead)
      expect(Buffer.compare(unsealAnswer(sealed, secretKey, requestHash), bytes)).toBe(0)
    }), { numRuns: 25 })
  })

  it('never gives the same bytes twice', () => {
    const { publicKey } = generateSealingKey()
    expect(sealAnswer(payload, publicKey, requestHash)).not.toEqual(sealAnswer(payload, publicKey, requestHash))
  })

  it.each(lowOrderKeys)('refuses the low-order key %s', (hex) => {
    expect(() => sealAnswer(payload, fromHex(hex), requestHash)).toThrow(expect.objectContaining({ code: 'crypto.low-order-key' }))
    expect(() => { assertSealingKey(fromHex(hex)) }).toThrow(expect.objectContaining({ code: 'crypto.low-order-key' }))
  })

  it('takes an honest key', () => {
    expect(() => { assertSealingKey(generateSealingKey().publicKey) }).not.toThrow()
  })

  it('fills the contract\'s 8 KiB to the last byte and refuses one more', () => {
    const { secretKey, publicKey } = generateSealingKey()
    const largest = new Uint8Array(sealedLimit - sealingOverhead).fill(7)
    const sealed = sealAnswer(largest, publicKey, requestHash)
    expect(sealed.length).toBe(8192)
    expect(unsealAnswer(sealed, secretKey, requestHash)).toEqual(largest)
    expect(() => sealAnswer(new Uint8Array(largest.length + 1), publicKey, requestHash))
      .toThrow(expect.objectContaining({ code: 'escrow.answer-too-long', details: { bytes: 8193, limit: 8192 } }))
  })

  it('refuses an empty answer, a key of another length and a request hash that is none', () => {
    const { publicKey } = generateSealingKey()
    expect(() => sealAnswer(new Uint8Array(), publicKey, requestHash)).toThrow(expect.objectContaining({ code: 'input.invalid' }))
    expect(() => sealAnswer(payload, publicKey.subarray(1), requestHash)).toThrow(expect.objectContaining({ code: 'input.invalid' }))
    expect(() => sealAnswer(payload, publicKey, '0x12')).toThrow(expect.objectContaining({ code: 'input.invalid' }))
  })
})

describe('opening a sealed answer', () => {
  const { secretKey, publicKey } = generateSealingKey()
  const sealed = sealAnswer(payload, publicKey, requestHash)
  const refused = expect.objectContaining({ code: 'crypto.sealed-answer-invalid' }) as Error

  it('fails when any single byte is flipped', () => {
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Uint8Array.from(sealed, (byte, at) => (at === index ? byte ^ 1 : byte))
      expect(() => unsealAnswer(changed, secretKey, requestHash)).toThrow(refused)
    }
  })

  it('fails under another request, with another secret, and for shortened or lengthened bytes', () => {
    expect(() => unsealAnswer(sealed, secretKey, `0x${'5b'.repeat(32)}`)).toThrow(refused)
    expect(() => unsealAnswer(sealed, generateSealingKey().secretKey, requestHash)).toThrow(refused)
    for (const length of [0, 1, sealingOverhead, sealed.length - 1]) {
      expect(() => unsealAnswer(sealed.subarray(0, length), secretKey, requestHash)).toThrow(refused)
    }
    expect(() => unsealAnswer(Uint8Array.of(...sealed, 0), secretKey, requestHash)).toThrow(refused)
  })

  it('fails coded for a sender\'s key of low order', () => {
    const forged = Uint8Array.from(sealed)
    forged.fill(0, 1, 33)
    expect(() => unsealAnswer(forged, secretKey, requestHash)).toThrow(refused)
  })
})
