import { describe, expect, it } from 'vitest'
import { measureGas } from '../../scripts/measure-gas.ts'

describe('the gas of the market (S10)', () => {
  it('stays under 500,000 for every call of an undisturbed trade, and under 2²⁴ for every other', async () => {
    const { deployGas, figures } = await measureGas()
    expect(deployGas).toBeLessThan(2n ** 24n)
    for (const { call, gas, happyPath } of figures) {
      expect(gas, call).toBeGreaterThan(21_000n)
      expect(gas, call).toBeLessThan(happyPath ? 500_000n : 2n ** 24n)
    }
  })
})
