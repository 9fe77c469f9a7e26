import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeAnswer, encodeAnswer, sealedLength, sealedLimit } from '../../../src/host/protocol/answer-codec.ts'
import { generateSealingKey, sealAnswer } from '../../../src/host/protocol/sealing.ts'

const refused = expect.objectContaining({ code: 'crypto.invalid-answer' }) as Error
const invalid = expect.objectContaining({ code: 'input.invalid' }) as Error

const payloads = fc.integer({ min: 1, max: 300 }).chain((maxAnswerBits) => {
  const bound = 1n << BigInt(maxAnswerBits)
  return fc.record({
    maxAnswerBits: fc.constant(maxAnswerBits),
    integers: fc.array(fc.oneof(fc.bigInt({ min: -bound, max: bound }), fc.constantFrom(-bound, bound, 0n, -1n)), { maxLength: 40 }),
    proof: fc.option(fc.uint8Array({ minLength: 1, maxLength: 300 })),
    notes: fc.string({ unit: 'grapheme', maxLength: 50 }),
  })
})

describe('the answer\'s encoding', () => {
  it('gives back every payload within its bound', () => {
    fc.assert(fc.property(payloads, (payload) => {
      const proof = payload.proof === null ? null : new Uint8Array(payload.proof)
      expect(decodeAnswer(encodeAnswer(payload))).toEqual({ ...payload, proof })
    }), { numRuns: 200 })
  })

  it('is the only one of its payload: whatever decodes encodes to the same bytes', () => {
    fc.assert(fc.property(payloads, fc.nat(), fc.integer({ min: 1, max: 255 }), (payload, at, flip) => {
      const bytes = encodeAnswer(payload)
      bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ flip
      let decoded: ReturnType<typeof decodeAnswer>
      try {
        decoded = decodeAnswer(bytes)
      } catch (error) {
        expect(error).toEqual(refused)
        return
      }
      expect(encodeAnswer(decoded)).toEqual(bytes)
    }), { numRuns: 300 })
  })

  it('refuses to write an integer beyond the bound, an empty proof, and a bound of no bits', () => {
    expect(() => encodeAnswer({ maxAnswerBits: 8, integers: [1n, 257n], proof: null })).toThrow(invalid)
    expect(() => encodeAnswer({ maxAnswerBits: 8, integers: [-257n], proof: null })).toThrow(invalid)
    expect(() => encodeAnswer({ maxAnswerBits: 8, integers: [1n], proof: new Uint8Array() })).toThrow(invalid)
    expect(() => encodeAnswer({ maxAnswerBits: 0, integers: [], proof: null })).toThrow(invalid)
  })

  it('refuses truncated, lengthened and unknown bytes, and a count that promises more than there is', () => {
    const bytes = encodeAnswer({ maxAnswerBits: 128, integers: [5n, -5n], proof: Uint8Array.of(1, 2, 3), notes: 'ok' })
    for (let length = 0; length < bytes.length; length += 1) expect(() => decodeAnswer(bytes.subarray(0, length))).toThrow(refused)
    expect(() => decodeAnswer(Uint8Array.of(...bytes, 0))).toThrow(refused)
    expect(() => decodeAnswer(Uint8Array.of(2, ...bytes.subarray(1)))).toThrow(refused)
    const boastful = Uint8Array.from(bytes)
    boastful.fill(0xff, 3, 7)
    expect(() => decodeAnswer(boastful)).toThrow(refused)
  })

  it('refuses an integer that claims more than the payload\'s own bound', () => {
    const bytes = encodeAnswer({ maxAnswerBits: 9, integers: [512n], proof: null })
    bytes[8] = 1
    expect(() => decodeAnswer(bytes)).toThrow(refused)
  })

  it('tells beforehand how long the sealed answer will be', () => {
    const { publicKey } = generateSealingKey()
    for (const [cells, bits] of [[1, 1], [256, 192], [470, 128], [3, 65]] as const) {
      const integers = Array.from({ length: cells }, () => -(1n << BigInt(bits)))
      const payload = encodeAnswer({ maxAnswerBits: bits, integers, proof: null })
      expect(sealAnswer(payload, publicKey, `0x${'00'.repeat(32)}`).length).toBe(sealedLength(cells, bits))
    }
    expect(sealedLength(1000, 128)).toBeGreaterThan(sealedLimit)
  })
})
