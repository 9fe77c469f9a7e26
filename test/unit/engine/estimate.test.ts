import { describe, expect, it } from 'vitest'
import type { LinearForm } from '../../../src/crypto/types.ts'
import { estimateEvaluation } from '../../../src/engine/estimate.ts'

const sums = (columns: number, rows: number): LinearForm[] =>
  Array.from({ length: columns }, (_, i) => ({ runs: [{ start: i * rows, count: rows, weight: 1n }], constant: 0n }))

// The speed of this computer is measured once for each length of key: within a length, estimates are as their plans.
for (const bits of [2048, 3072] as const) {
  describe(`the estimate under keys of ${bits} bits`, () => {
    it('grows with the cells, and is shared by workers where the plan shares the work', () => {
      const [small, large] = [estimateEvaluation(sums(4, 1000), bits, 1), estimateEvaluation(sums(4, 10_000), bits, 1)]
      expect(large / small).toBeGreaterThan(5)
      expect(large / small).toBeLessThan(11)
      const shared = estimateEvaluation(sums(4, 10_000), bits, 4)
      expect(large / shared).toBeGreaterThan(3)
      expect(large / shared).toBeLessThan(4.2)
    })

    it('is no shorter for more workers where a sum is too short to be cut', () => {
      const products = (workers: number) => estimateEvaluation(sums(1, 200), bits, workers)
      // Only reading and writing, a small part, counts as shared.
      expect(products(8) / products(1)).toBeGreaterThan(0.7)
    })

    it('counts what forms share once', () => {
      const twice = [...sums(1, 8000), ...sums(1, 8000)].map((form, i) => ({ ...form, constant: BigInt(i) }))
      expect(estimateEvaluation(twice, bits, 1) / estimateEvaluation(sums(1, 8000), bits, 1)).toBeLessThan(1.2)
    })
  })
}
