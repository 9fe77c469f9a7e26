import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { toErrorDocument } from '../../shared/errors.ts'
import type { ServeObserver } from './observe.ts'

/** What a scrape reads fresh. */
export interface MetricSources {
  readonly version: string
  /** How many listings, and how many sales, are in which state. */
  readonly counts: () => TradeCounts
  /** null while no network is open. Asked at most once in `balanceSeconds`. */
  readonly readBalanceEther: () => Promise<number | null>
}

export interface TradeCounts {
  readonly listings: Readonly<Record<string, number>>
  readonly sales: Readonly<Record<string, number>>
}

export interface Metrics {
  readonly observer: ServeObserver
  readonly contentType: string
  /** The page that Prometheus scrapes, in its text format 0.0.4. */
  render(): Promise<string>
}

const prefix = 'hesystem_'
const balanceMilliseconds = 15_000

const fill = (gauge: Gauge<'state'>, counts: Readonly<Record<string, number>>): void => {
  gauge.reset()
  for (const [state, count] of Object.entries(counts)) gauge.set({ state }, count)
}

const addGauges = (registry: Registry, { version, counts, readBalanceEther }: MetricSources): void => {
  const registers = [registry]
  new Gauge({ name: `${prefix}build_info`, help: 'The running version; always 1.', labelNames: ['version'], registers }).set({ version }, 1)
  const listings: Gauge<'state'> = new Gauge({
    name: `${prefix}listings`, help: 'Listings of this profile by state.', labelNames: ['state'], registers, collect: () => { fill(listings, counts().listings) },
  })
  const sales: Gauge<'state'> = new Gauge({
    name: `${prefix}sales`, help: 'Requests that arrived, by how far they were handled.', labelNames: ['state'], registers, collect: () => { fill(sales, counts().sales) },
  })
  let askedAt = -Infinity
  const balance = new Gauge({
    name: `${prefix}wallet_balance_ether`, help: 'What the wallet holds; delivering posts a bond from it. NaN where it cannot be read.', registers,
    collect: async () => {
      if (performance.now() - askedAt < balanceMilliseconds) return
      askedAt = performance.now()
      balance.set(await readBalanceEther().catch(() => null) ?? Number.NaN)
    },
  })
}

/** Prometheus metrics of one serving process. Labels are routes, states and codes, never buyers, wallets or addresses. */
export const createMetrics = (sources: MetricSources): Metrics => {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  addGauges(registry, sources)
  const requests = new Counter({ name: `${prefix}http_requests_total`, help: 'Requests answered.', labelNames: ['method', 'route', 'status'], registers })
  const durations = new Histogram({
    name: `${prefix}http_request_duration_seconds`, help: 'From the first byte of a request to the last of its answer.', labelNames: ['route'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60], registers,
  })
  const events = new Counter({ name: `${prefix}sale_events_total`, help: 'Steps of sales: received, delivered, declined, reclaimed …', labelNames: ['event'], registers })
  const failures = new Counter({ name: `${prefix}failures_total`, help: 'Steps that failed and will be tried again, and bugs, by code.', labelNames: ['code'], registers })
  const looked = new Gauge({ name: `${prefix}watch_last_look_timestamp_seconds`, help: 'When what is the seller\'s turn was last looked at, whole.', registers })
  return {
    observer: {
      onRequest: ({ method, route, status, seconds }) => {
        requests.inc({ method, route, status })
        durations.observe({ route }, seconds)
      },
      onEvent: (event) => {
        if (event.kind === 'bug' || event.kind === 'failed') failures.inc({ code: toErrorDocument(event.error).code })
        else events.inc({ event: event.kind === 'sale-advanced' ? event.state : event.kind })
      },
      onLook: () => { looked.setToCurrentTime() },
    },
    contentType: registry.contentType,
    render: () => registry.metrics(),
  }
}
