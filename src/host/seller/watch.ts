import type { Market } from '../chain/market.ts'
import type { Reorganised } from '../chain/outbox.ts'
import { failpoint } from '../failpoint.ts'
import type { SalesService } from './sales-service.ts'
import type { SaleState, SaleStore } from './sale-store.ts'

export interface WatchDependencies {
  readonly market: Market
  readonly sales: SaleStore
  readonly salesService: SalesService
  /** Carries a sale on and tells how it went. */
  readonly advance: (purchase: bigint) => Promise<void>
  /** Reclaim by itself what can be reclaimed, as the 2020 server did. */
  readonly autoReclaim: boolean
  readonly onEvent: (event: WatchEvent) => void
  /** Told after each look that saw everything. */
  readonly onLook?: () => void
}

export type WatchEvent =
  | { readonly kind: 'sale-advanced'; readonly purchase: bigint; readonly state: SaleState }
  | { readonly kind: 'declined-unseen' | 'reclaimed'; readonly purchase: bigint }
  | ({ readonly kind: 'reorganised' } & Reorganised)
  | { readonly kind: 'failed'; readonly purchase: bigint | null; readonly error: unknown }

/**
 * One look at everything that is the seller's turn: sales that an interruption left half-way, requests on the contract
 * whose content never arrived (declined at half time rather than left silent), deliveries whose buyer's time is over.
 * A failure of one is reported and leaves the others to go on; the next look tries it again.
 */
export const watchOnce = async ({ market, sales, salesService, advance, autoReclaim, onEvent }: WatchDependencies): Promise<void> => {
  const attempt = async (purchase: bigint, act: () => Promise<WatchEvent>): Promise<void> => {
    try {
      onEvent(await act())
    } catch (error) {
      onEvent({ kind: 'failed', purchase, error })
    }
  }
  await market.assertReady()
  const moved = await market.outbox.recheck()
  for (const reorganised of moved) onEvent({ kind: 'reorganised', ...reorganised })
  if (moved.length > 0) market.outbox.resume().catch((error: unknown) => { onEvent({ kind: 'failed', purchase: null, error }) })
  for (const purchase of sales.listUnfinished()) {
    failpoint('recovery.sale')
    await advance(purchase)
  }
  const now = await market.readTime()
  for (const { onChain, sale, reclaimable, listing } of await salesService.listOpen()) {
    const halfTime = onChain.deadlineSeconds - Math.floor(onChain.terms.deliverySeconds / 2)
    if (listing !== null && onChain.state === 'Requested' && sale === null && now > halfTime) {
      await attempt(onChain.id, async () => ({ kind: 'declined-unseen', purchase: (await salesService.decline(onChain.id)).id }))
    }
    if (reclaimable && autoReclaim) {
      await attempt(onChain.id, async () => ({ kind: 'reclaimed', purchase: (await salesService.reclaim(onChain.id)).id }))
    }
  }
}

/** Looks again and again until stopped; resolves once the last look has ended. */
export const startWatch = (dependencies: WatchDependencies, intervalMilliseconds: number): { stop(): Promise<void> } => {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let current: Promise<void> = Promise.resolve()
  const look = (): void => {
    current = watchOnce(dependencies)
      .then(() => { dependencies.onLook?.() })
      .catch((error: unknown) => { dependencies.onEvent({ kind: 'failed', purchase: null, error }) })
      .finally(() => { if (!stopped) timer = setTimeout(look, intervalMilliseconds) })
  }
  look()
  return {
    stop: () => {
      stopped = true
      clearTimeout(timer)
      return current
    },
  }
}
