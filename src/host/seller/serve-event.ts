import type { AppError } from '../../shared/errors.ts'
import type { SaleState } from './sale-store.ts'
import type { WatchEvent } from './watch.ts'

/** What happens while a seller serves; a `bug` is ours, met by somebody's request. */
export type ServeEvent = WatchEvent | { readonly kind: 'bug'; readonly error: AppError; readonly request: string }

/**
 * Tells each state of a sale once: a request's own call and the watch wait for the same step, and a buyer may send the same body again, but
 * what is counted and logged is the step.
 */
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
