import { startWindowServer } from '../../../../src/headless/window-server.ts'
import { openWindowPair, type PairOptions, type WindowPair } from '../../../unit/window/window-pair.ts'

/** A profile that a test drives by messages, and that a browser can look into as well. */
export interface PairWithPage extends WindowPair {
  /** Good for one browser. */
  readonly address: () => string
}

export const openPairWithPage = async (root: string, options: PairOptions = {}): Promise<PairWithPage> => {
  const pair = await openWindowPair(options)
  const server = await startWindowServer({
    window: pair.window, root, host: '127.0.0.1', port: 0, onAddress: () => undefined, onBug: (error) => { pair.bugs.push(error) },
  })
  return {
    ...pair,
    address: server.address,
    close: async () => {
      await server.close()
      await pair.close()
    },
  }
}
