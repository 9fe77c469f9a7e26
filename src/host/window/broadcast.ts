/** Tells any number of listeners that something has become different; each looks for itself at what. */
export interface Broadcast {
  /** Grows with each announcement. */
  readonly revision: () => number
  announce(): void
  /** Resolves once the revision is above `since`, at once where it is already, or when the signal aborts. */
  after(since: number, signal?: AbortSignal): Promise<void>
}

export const createBroadcast = (): Broadcast => {
  let revision = 0
  const waiting = new Set<() => void>()
  return {
    revision: () => revision,
    announce: () => {
      revision += 1
      for (const wake of [...waiting]) wake()
    },
    after: (since, signal) => {
      if (revision > since || signal?.aborted === true) return Promise.resolve()
      return new Promise((resolve) => {
        const wake = (): void => {
          waiting.delete(wake)
          signal?.removeEventListener('abort', wake)
          resolve()
        }
        waiting.add(wake)
        signal?.addEventListener('abort', wake, { once: true })
      })
    },
  }
}
