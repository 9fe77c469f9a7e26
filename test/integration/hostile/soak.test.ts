import { describe, expect, it } from 'vitest'
import { createSeed } from '../../contract/support/chance.ts'
import { soak } from '../../campaigns/soak/soak.ts'
import { endings } from '../../campaigns/soak/trades.ts'

// The long form is `npm run campaign:soak`.
const seed = process.env['HESYSTEM_SEED'] ?? createSeed()

describe('trades in a loop', () => {
  it(`end in every way with the books right to the wei, and leave no handles behind (seed ${seed})`, async () => {
    const { trades, samples } = await soak({ seed, seconds: 10, sampleSeconds: 1 })
    for (const ending of endings) expect(trades[ending], ending).toBeGreaterThan(0)
    const first = samples[0]
    const last = samples.at(-1)
    expect(last?.trades).toBeGreaterThan(first?.trades ?? Infinity)
    // A leaked connection or file for each trade would show; a few kept connections do not.
    expect((last?.sellerHandles ?? Infinity) - (first?.sellerHandles ?? 0)).toBeLessThan(20)
  }, 180_000)
})
