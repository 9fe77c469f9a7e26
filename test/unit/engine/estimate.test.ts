import { describe, expect, it } from 'vitest'
import type { LinearForm } from '../../../src/crypto/types.ts'
import { estimateEvaluation, measureSpeed } from '../../../src/engine/estimate.ts'

const sums = (columns: number, rows: number): LinearForm[] =>
  Array.from({ length: columns }, (_, i) => ({ runs: [{ start: i * rows, count: rows, weight: 1n }], constant: 0n }))

// With one measured speed estimates are as their plans.
for (const bits of [2048, 3072] as const) {
  const speed = measureSpeed(bits)
  const estimate = (forms: readonly LinearForm[], workers: number): number => estimateEvaluation(forms, bits, workers, speed)

  describe(`the estimate under keys of ${bits} bits`, () => {
    it('rests on times that are there', () => {
      expect(speed.product).toBeGreaterThan(speed.read)
      expect(speed.read).toBeGreaterThan(0)
    })

    it('grows with the cells, and is shared by workers where the plan shares the work', () => {
      const [small, large] = [estimate(sums(4, 1000), 1), estimate(sums(4, 10_000), 1)]
      expect(large / small).toBeGreaterThan(5)
      expect(large / small).toBeLessThan(11)
      const shared = estimate(sums(4, 10_000), 4)
      expect(large / shared).toBeGreaterThan(3)
      expect(large / shared).toBeLessThan(4.2)
    })

    it('is no shorter for more workers where a sum is too short to be cut', () => {
      const products = (workers: number) => estimate(sums(1, 200), workers)
      // Only reading and writing, a small part, counts as shared.
      expect(products(8) / products(1)).toBeGreaterThan(0.7)
    })

    it('counts what forms share once', () => {
      const twice = [...sums(1, 8000), ...sums(1, 8000)].map((form, i) => ({ ...form, constant: BigInt(i) }))
      expect(estimate(twice, 1) / estimate(sums(1, 8000), 1)).toBeLessThan(1.2)
    })
  })
}
