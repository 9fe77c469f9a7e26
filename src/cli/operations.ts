import manifest from '../../package.json' with { type: 'json' }
import type { Host } from '../host/index.ts'
import { createLog } from '../host/operations/log.ts'
import type { MetricsServer } from '../host/operations/metrics-server.ts'
import { joinObservers, type ServeObserver } from '../host/operations/observe.ts'
import type { Configuration } from './configuration.ts'
import type { Terminal } from './terminal.ts'

/** What the operator of a running command sees of it: log lines and metrics. */
export interface Operations {
  /** For the host that will be watched. */
  readonly observer: ServeObserver
  note(text: string): void
  error(error: unknown): void
  /** Starts metrics on this loopback port, where one is given. */
  startMetrics(host: Host, port: number | null): Promise<MetricsServer | null>
  close(): Promise<void>
}

const readBalance = async (host: Host): Promise<number | null> => {
  const trade = await host.findOpenTrade()
  if (trade === null) return null
  return Number(await trade.market.readAccountBalance(trade.market.account)) / 1e18
}

/** `words` tells of events in text logs; JSON logs have a line of their own for each. */
export const createOperations = ({ log: { format, level } }: Configuration, terminal: Terminal, words: ServeObserver = {}): Operations => {
  const log = format === 'json' ? createLog({ level, write: (line) => { process.stderr.write(line) } }) : null
  const observers: ServeObserver[] = [log?.observer ?? words]
  let server: MetricsServer | null = null
  return {
    observer: joinObservers(observers),
    note: (text) => {
      if (log === null) terminal.note(text)
      else log.info('note', { message: text })
    },
    error: (error) => {
      if (log === null) terminal.error(error)
      else log.error('bug', error)
    },
    startMetrics: async (host, port) => {
      if (port === null) return null
      const { createMetrics } = await import('../host/operations/metrics.ts')
      const { startMetricsServer } = await import('../host/operations/metrics-server.ts')
      const metrics = createMetrics({ version: manifest.version, counts: host.countTrade, readBalanceEther: () => readBalance(host) })
      observers.push(metrics.observer)
      server = await startMetricsServer(metrics, port)
      return server
    },
    close: async () => { await server?.close() },
  }
}
