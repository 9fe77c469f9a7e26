import { setTimeout as sleep } from 'node:timers/promises'
import type { Topic } from '../../shared/window-contract/app.ts'
import { createBroadcast } from './broadcast.ts'

/** What changed, for windows that show it. */
export interface Changes {
  announce(...topics: readonly Topic[]): void
  /** Batches of topics as they change, from now on, until the signal aborts. */
  watch(signal?: AbortSignal): AsyncGenerator<{ topics: Topic[], at: string }, void, void>
}

/** Changes come in bursts; the window need not ask again for each. */
const burstMilliseconds = 50

export const createChanges = (now: () => Date): Changes => {
  const broadcast = createBroadcast()
  const lastChanged = new Map<Topic, number>()
  return {
    announce: (...topics) => {
      for (const topic of topics) lastChanged.set(topic, broadcast.revision() + 1)
      broadcast.announce()
    },
    async* watch(signal) {
      let seen = broadcast.revision()
      for (;;) {
        await broadcast.after(seen, signal)
        if (signal?.aborted === true) return
        await sleep(burstMilliseconds)
        const since = seen
        seen = broadcast.revision()
        yield { topics: [...lastChanged].filter(([, revision]) => revision > since).map(([topic]) => topic), at: now().toISOString() }
      }
    },
  }
}
