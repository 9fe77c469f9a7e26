import { describe, expect, it } from 'vitest'
import { comparisonLeakage, createBlinding, createMask, longestFactor, maskBits, mostLeakage, randomFactor } from '../../../src/crypto/blinding.ts'
import { bitLength } from '../../../src/crypto/bytes.ts'
import { random } from './fixtures.ts'

/** log₂ of a large integer, past what doubles hold. */
const log2 = (value: bigint): number => {
  const shift = Math.max(0, bitLength(value) - 60)
  return Math.log2(Number(value >> BigInt(shift))) + shift
}

const fraction = (value: number): number => value - Math.floor(value)

/** Largest gap between the share of values below x and x: Kolmogorov's distance from the uniform distribution on [0, 1). */
const distanceFromUniform = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const gapAt = (value: number, index: number): number => Math.abs(value - index / sorted.length)
  return sorted.reduce((most, value, index) => Math.max(most, gapAt(value, index), gapAt(value, index + 1)), 0)
}

describe('the blinding of comparisons', () => {
  it.each([0n, 1n, -1n, 5n, -6n, 2n ** 40n - 1n, -(2n ** 40n) + 1n])('keeps the side of %s, or turns it, and fits the key', (d) => {
    for (let run = 0; run < 40; run++) {
      const { factor, offset, isFlipped } = createBlinding(2048, 40, random)
      const blinded = d * factor + offset
      expect(blinded >= 0n).toBe(d >= 0n !== isFlipped)
      expect(bitLength(blinded)).toBeLessThan(2047)
    }
  })

  it('uses factors of every length from 80 bits to the longest, and turns half of the signs', () => {
    const lengths = Array.from({ length: 3000 }, () => bitLength(randomFactor(120, random)))
    expect([Math.min(...lengths), Math.max(...lengths)]).toEqual([maskBits, 120])
    const flips = Array.from({ length: 3000 }, () => createBlinding(2048, 40, random).isFlipped).filter(Boolean).length
    expect(Math.abs(flips - 1500)).toBeLessThan(6 * Math.sqrt(750))
  })

  it('leaves no trace of a difference\'s leading digits: log₂ of what the seller sees is as uniform for 3 as for 2 and 1000', () => {
    // 1.95/√n is passed by chance once in a thousand; a factor uniform among numbers of its length would be off by 0.08.
    const most = 2.5 / Math.sqrt(4000)
    for (const d of [2n, 3n, 1000n, 1414n]) {
      const seen = Array.from({ length: 4000 }, () => {
        const { factor, offset } = createBlinding(2048, 40, random)
        return fraction(log2((d * factor + offset) < 0n ? -(d * factor + offset) : d * factor + offset))
      })
      expect(distanceFromUniform(seen), String(d)).toBeLessThan(most)
    }
  })

  it('lets out about one per cent at 3072 bits, and is not used where it would let out much', () => {
    expect(comparisonLeakage(3072, 30)).toBeCloseTo(0.0109, 3)
    expect(comparisonLeakage(2048, 80)).toBeLessThan(mostLeakage)
    expect(comparisonLeakage(2048, 120)).toBeGreaterThan(mostLeakage)
    expect(comparisonLeakage(2048, 2000)).toBe(1)
    expect(longestFactor(2048, 40)).toBe(2005)
  })

  it('masks factors of a product with 80 bits more than they have, of either sign', () => {
    const masks = Array.from({ length: 300 }, () => createMask(20, random))
    expect(masks.every((mask) => mask < 2n ** 100n && mask >= -(2n ** 100n))).toBe(true)
    expect(masks.some((mask) => mask > 2n ** 98n) && masks.some((mask) => mask < -(2n ** 98n))).toBe(true)
  })
})
