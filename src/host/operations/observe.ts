import type { ServeEvent } from '../seller/serve-event.ts'

/** One request to the seller's server, as its operator counts it: never who asked, nor for what. */
export interface ServedRequest {
  readonly method: string
  /** The route's pattern, `/v1/listings/:id`; `unknown` where nothing answers. */
  readonly route: string
  readonly status: number
  readonly seconds: number
}

/** Who watches a serving host from outside: metrics, logs. What they do must not fail. */
export interface ServeObserver {
  onRequest?(request: ServedRequest): void
  onEvent?(event: ServeEvent): void
  /** Whenever the watch over what is the seller's turn has looked at everything once. */
  onLook?(): void
}

/** Tells several observers. */
export const joinObservers = (observers: readonly ServeObserver[]): Required<ServeObserver> => ({
  onRequest: (request) => { for (const observer of observers) observer.onRequest?.(request) },
  onEvent: (event) => { for (const observer of observers) observer.onEvent?.(event) },
  onLook: () => { for (const observer of observers) observer.onLook?.() },
})
