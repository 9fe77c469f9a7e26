import { createSeededNumbers } from '../../unit/engine/kernel/fixtures.ts'
import { countHandles, readLogSize, readMemory } from '../support/processes.ts'
import { openShop, openTradeStage, valueWei } from '../support/trade-stage.ts'
import { endings, tradeOnce, type Ending } from './trades.ts'

/** What the two parties' processes hold at one moment. */
export interface Sample {
  readonly seconds: number
  readonly trades: number
  readonly sellerMebibytes: number
  readonly buyerMebibytes: number
  readonly sellerHandles: number
  readonly buyerHandles: number
  readonly sellerLogMebibytes: number
}

export interface SoakResult {
  readonly trades: Readonly<Record<Ending, number>>
  readonly samples: readonly Sample[]
}

export interface SoakOptions {
  readonly seed: string
  readonly seconds: number
  /** Between two samples; one is taken at the start and one at the end besides. */
  readonly sampleSeconds: number
  readonly onSample?: (sample: Sample) => void
}

/** However little time there is: one of each ending, and a few to see whether they leave anything behind. */
const leastTrades = endings.length + 3

/** Most trades go well; every ending comes up. The first ones are one of each. */
const drawEnding = (numbers: ReturnType<typeof createSeededNumbers>, trade: number): Ending =>
  endings[trade < endings.length ? trade : Math.max(0, Number(numbers.below(12n)) - 7)] ?? 'confirmed'

/**
 * Trades one after the other against a seller's process, for a time, from a buyer in this one. Every answer and every wei of the books
 * is checked after every trade; at the end both withdraw, and the contract holds only what was burned. Throws at the first fault.
 */
export const soak = async ({ seed, seconds, sampleSeconds, onSample }: SoakOptions): Promise<SoakResult> => {
  const numbers = createSeededNumbers(seed)
  const stage = await openTradeStage()
  try {
    const shop = await openShop(stage, undefined, { deliverySeconds: 3600, expirationSeconds: 3600 })
    const { host: buyer } = await stage.createParty('buyer')
    const startedAt = performance.now()
    const elapsed = (): number => (performance.now() - startedAt) / 1000
    const trades: Record<Ending, number> = { confirmed: 0, litigated: 0, refused: 0, disputed: 0, reclaimed: 0 }
    const samples: Sample[] = []
    let made = 0
    const sample = (): void => {
      globalThis.gc?.()
      const taken: Sample = {
        seconds: elapsed(), trades: made,
        sellerMebibytes: readMemory(shop.serving.pid), buyerMebibytes: readMemory(process.pid),
        sellerHandles: countHandles(shop.serving.pid), buyerHandles: countHandles(process.pid),
        sellerLogMebibytes: readLogSize(shop.home),
      }
      samples.push(taken)
      onSample?.(taken)
    }
    let next = 0
    while (elapsed() < seconds || made < leastTrades) {
      const ending = drawEnding(numbers, made)
      await tradeOnce(ending, { stage, buyer, url: shop.url, seller: shop.address, valueWei })
      trades[ending] += 1
      made += 1
      if (elapsed() < next || made < endings.length) continue
      sample()
      next = elapsed() + sampleSeconds
    }
    sample()
    await shop.serving.stop()
    const seller = await stage.open(shop.home)
    for (const host of [buyer, seller]) {
      await (await host.trade()).withdraw()
      await host.close()
    }
    const { heldWei, creditedWei, burnedWei, balanceWei } = await stage.readBooks()
    if (heldWei !== 0n || creditedWei !== 0n || balanceWei !== burnedWei) {
      throw new Error(`at the end the contract holds ${heldWei}, owes ${creditedWei} and has ${balanceWei} wei, of which ${burnedWei} are burned`)
    }
    return { trades, samples }
  } finally {
    await stage.close()
  }
}

const medianOf = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

export interface Growth {
  readonly what: string
  /** Medians of the second and of the last quarter of the samples: the first quarter is warming up. */
  readonly before: number
  readonly after: number
  readonly flat: boolean
}

/** Whether memory and handles stayed where they were once warm. Memory may breathe by a tenth and 20 MiB; handles by four. */
export const judgeGrowth = (samples: readonly Sample[]): readonly Growth[] => {
  const quarter = Math.floor(samples.length / 4)
  const judge = (what: string, read: (sample: Sample) => number, allowed: (before: number) => number): Growth => {
    const values = samples.map(read)
    const before = medianOf(values.slice(quarter, 2 * quarter))
    const after = medianOf(values.slice(-quarter))
    return { what, before, after, flat: after <= allowed(before) }
  }
  const breathing = (before: number): number => before * 1.1 + 20
  const few = (before: number): number => before + 4
  return [
    judge('memory of the seller, MiB', ({ sellerMebibytes }) => sellerMebibytes, breathing),
    judge('memory of the buyer, MiB', ({ buyerMebibytes }) => buyerMebibytes, breathing),
    judge('handles of the seller', ({ sellerHandles }) => sellerHandles, few),
    judge('handles of the buyer', ({ buyerHandles }) => buyerHandles, few),
  ]
}
