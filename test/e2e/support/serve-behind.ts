import { createCommandLine, type Environment, type Running } from './command-line.ts'
import type { Relay } from './relay.ts'

/** Serves a seller's home by a process of its own, for buyers who know the relay's address: it may die and come again elsewhere. */
export const serveBehind = async (relay: Relay, home: string, environment: Environment): Promise<Running> => {
  const { running, document } = await createCommandLine(home, environment).start<{ url: string }>('serve', '--port', '0', '--public-url', relay.url)
  relay.forwardTo(Number(new URL(document.url).port))
  return running
}
