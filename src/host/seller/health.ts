import { setTimeout as sleep } from 'node:timers/promises'
import type { Health } from '../../shared/schemas/http.ts'
import type { Market } from '../chain/market.ts'

export interface HealthOptions {
  readonly market: Pick<Market, 'readTime'>
  readonly watchIntervalMilliseconds: number
  /** Milliseconds since some fixed moment. */
  readonly clock: () => number
}

export interface HealthMonitor {
  /** Whenever the watch has looked at everything once. */
  onLook(): void
  check(): Promise<Health>
}

/** One question to the chain answers everybody who asks meanwhile. */
const keepMilliseconds = 5_000
const patienceMilliseconds = 3_000
/** A look waits for transactions; only one that takes far longer than any block is stalled. */
const leastStallMilliseconds = 300_000

/** Whether buyers are served: the chain answers, and the watch goes on looking. */
export const createHealthMonitor = ({ market, watchIntervalMilliseconds, clock }: HealthOptions): HealthMonitor => {
  let lookedAt = clock()
  let asked: { readonly at: number; readonly reachable: Promise<boolean> } | null = null
  const ask = async (): Promise<boolean> => {
    const patience = new AbortController()
    try {
      return await Promise.race([
        market.readTime().then(() => true, () => false),
        sleep(patienceMilliseconds, false, { signal: patience.signal, ref: false }),
      ])
    } finally {
      patience.abort()
    }
  }
  const isReachable = (): Promise<boolean> => {
    if (asked === null || clock() - asked.at > keepMilliseconds) asked = { at: clock(), reachable: ask() }
    return asked.reachable
  }
  return {
    onLook: () => { lookedAt = clock() },
    check: async () => {
      const chain = await isReachable() ? 'reachable' : 'unreachable'
      const watch = clock() - lookedAt > Math.max(leastStallMilliseconds, 10 * watchIntervalMilliseconds) ? 'stalled' : 'looking'
      return { ok: chain === 'reachable' && watch === 'looking', chain, watch }
    },
  }
}
