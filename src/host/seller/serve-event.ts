import type { AppError } from '../../shared/errors.ts'
import type { Deliveries } from './deliveries.ts'
import type { SaleState } from './sale-store.ts'
import type { WatchEvent } from './watch.ts'

/** What happens while a seller serves; a `bug` is ours, met by somebody's request. */
export type ServeEvent = WatchEvent | { readonly kind: 'bug'; readonly error: AppError; readonly request: string }

/**
 * Carries a sale on and tells how that went, once for each try: a request's own call and the watch wait for the same one, and a failure
 * that both met is one failure. Never fails itself.
 */
export const createAdvance = ({ advance }: Pick<Deliveries, 'advance'>, onEvent: (event: WatchEvent) => void): ((purchase: bigint) => Promise<void>) => {
  const told = new WeakSet<Promise<unknown>>()
  return async (purchase) => {
    const run = advance(purchase)
    const isFirst = !told.has(run)
    told.add(run)
    const event = await run.then<WatchEvent, WatchEvent>(
      ({ state }) => ({ kind: 'sale-advanced', purchase, state }), (error: unknown) => ({ kind: 'failed', purchase, error }),
    )
    if (isFirst) onEvent(event)
  }
}

/** Tells each state of a sale once: a buyer may send the same body again, but what is counted and logged is the step. */
export const tellStatesOnce = (onEvent: (event: ServeEvent) => void): ((event: ServeEvent) => void) => {
  const told = new Map<bigint, SaleState>()
  return (event) => {
    if (event.kind === 'sale-advanced') {
      if (told.get(event.purchase) === event.state) return
      told.set(event.purchase, event.state)
    }
    onEvent(event)
  }
}
