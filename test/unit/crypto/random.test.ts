import { describe, expect, it } from 'vitest'
import { createCheckedRandom, randomBelow, randomUnit } from '../../../src/crypto/random.ts'
import { expectCryptoError, random } from './fixtures.ts'

describe('a broken random generator (S14)', () => {
  const broken = {
    'that throws': () => {
      throw new Error('no entropy')
    },
    'that returns too few bytes': (count: number) => new Uint8Array(count - 1),
    'that returns zeros': (count: number) => new Uint8Array(count),
    'that returns one byte over and over': (count: number) => new Uint8Array(count).fill(0x55),
  }
  for (const [what, source] of Object.entries(broken)) {
    it(`${what} is noticed at the first draw`, () => {
      expectCryptoError('randomness-failed', () => createCheckedRandom(source)(32))
    })
  }

  it('that repeats a block is noticed at the second draw', () => {
    const checked = createCheckedRandom((count) => Uint8Array.from({ length: count }, (_, i) => i))
    checked(32)
    expectCryptoError('randomness-failed', () => checked(32))
  })

  it('that never yields a number in range ends in an error, not in a loop', () => {
    expectCryptoError('randomness-failed', () => randomBelow(2n ** 255n + 1n, () => new Uint8Array(32).fill(0xff)))
    expectCryptoError('randomness-failed', () => randomUnit(2n ** 255n, () => new Uint8Array(32)))
  })
})

describe('random integers', () => {
  it('reach every residue and nothing beyond', () => {
    const seen = new Set(Array.from({ length: 2000 }, () => randomBelow(11n, random)))
    expect([...seen].sort((a, b) => Number(a - b))).toEqual([0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n, 10n])
  })

  it('that are to be units share no factor with the modulus', () => {
    const seen = new Set(Array.from({ length: 500 }, () => randomUnit(15n, random)))
    expect([...seen].sort((a, b) => Number(a - b))).toEqual([1n, 2n, 4n, 7n, 8n, 11n, 13n, 14n])
  })

  it('below 1 are 0', () => {
    expect(randomBelow(1n, random)).toBe(0n)
  })
})
