import type { FastifyInstance } from 'fastify'
import { isIP } from 'node:net'
import { AppError } from '../../shared/errors.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Market, PurchaseOnChain } from '../chain/market.ts'
import type { DatasetService } from '../datasets/dataset-service.ts'
import type { Judges } from '../judging/judges.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { joinObservers, type ServeObserver } from '../operations/observe.ts'
import type { Deliveries } from './deliveries.ts'
import { createHealthMonitor } from './health.ts'
import type { ListingStore, StoredListing } from './listing-store.ts'
import type { SaleStore } from './sale-store.ts'
import type { SalesService } from './sales-service.ts'
import { createBuyerRoutes, type BuyerRouteDependencies } from './server/buyer-routes.ts'
import type { FindExplorer } from './server/public-page.ts'
import { createPublicRoutes } from './server/public-routes.ts'
import { closeGracefully, createServer } from './server/create-server.ts'
import { createSessions } from './server/sessions.ts'
import { createAdvance, tellStatesOnce, type ServeEvent } from './serve-event.ts'
import { startWatch } from './watch.ts'
import type { TlsIdentity } from './tls-identity.ts'

export interface ServeOptions {
  /** Address to listen on; anything but loopback needs `publicUrl` or `tls`. */
  readonly host: string
  /** 0 takes a free port. */
  readonly port: number
  /** How buyers reach the server through a proxy that speaks TLS for it. */
  readonly publicUrl?: string
  /** Speaks TLS itself, with this certificate: for a network whose addresses no authority signs for. */
  readonly tls?: TlsIdentity
  readonly watchIntervalMilliseconds: number
  readonly autoReclaim: boolean
  /** Addresses or networks (CIDR) of proxies in front, whose X-Forwarded-For names the client. */
  readonly trustedProxies?: readonly string[]
  /** How long `stop` lets answers under way go on; 10 s by default. */
  readonly shutdownSeconds?: number
  readonly onEvent: (event: ServeEvent) => void
}

export interface Serving {
  /** Where this computer reaches it. */
  readonly localUrl: string
  readonly port: number
  stop(): Promise<void>
}

export interface ServeDependencies {
  readonly listings: ListingStore
  readonly sales: SaleStore
  readonly salesService: SalesService
  readonly datasets: DatasetService
  readonly ledger: Ledger
  readonly judges: Pick<Judges, 'run'>
  readonly deliveries: Deliveries
  readonly engine: () => Promise<Engine>
  readonly market: Market
  readonly assertHelpKnown: BuyerRouteDependencies['assertHelpKnown']
  readonly now: () => Date
  readonly findExplorer: FindExplorer
  readonly createReceipt: (purchase: PurchaseOnChain, listing: StoredListing) => Promise<unknown>
  readonly observer?: ServeObserver
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)

/** Plain HTTP leaves this computer only when somebody has said that a TLS proxy stands in front (S24). */
const assertReach = ({ host, publicUrl, tls }: ServeOptions): void => {
  if (publicUrl !== undefined && !(URL.canParse(publicUrl) && /^https?:$/.test(new URL(publicUrl).protocol))) {
    throw new AppError('input.url-invalid', `${publicUrl} is not an http(s) URL.`, { details: { url: publicUrl } })
  }
  const behindTls = publicUrl !== undefined && new URL(publicUrl).protocol === 'https:'
  if (!isLoopback(host) && !behindTls && tls === undefined) {
    throw new AppError('access.insecure-address', `Listening on ${host} would serve plain HTTP to other computers.`, { details: { host } })
  }
}

const defaultShutdownSeconds = 10

/** What buyers' requests come over: a public address says so itself. */
const schemeOf = ({ publicUrl, tls }: ServeOptions): 'http' | 'https' => {
  if (publicUrl !== undefined) return new URL(publicUrl).protocol === 'http:' ? 'http' : 'https'
  return tls === undefined ? 'http' : 'https'
}

const listen = async (app: FastifyInstance, host: string, port: number): Promise<number> => {
  try {
    await app.listen({ host, port })
  } catch (error) {
    await app.close()
    throw new AppError('runtime.port-unavailable', `Cannot listen on ${host}:${port}: ${error instanceof Error ? error.message : String(error)}`, { details: { host, port }, cause: error })
  }
  const address = app.server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}

/** Starts the seller's public server and the watch over what is the seller's turn; `stop` ends both, letting current work finish. */
export const startServing = async (options: ServeOptions, dependencies: ServeDependencies): Promise<Serving> => {
  assertReach(options)
  const { market, now, observer = {} } = dependencies
  const { watchIntervalMilliseconds, autoReclaim, trustedProxies = [], shutdownSeconds = defaultShutdownSeconds } = options
  const health = createHealthMonitor({ market, watchIntervalMilliseconds, clock: () => performance.now() })
  const { onEvent: tell, onLook, onRequest } = joinObservers([{ onEvent: options.onEvent, onLook: health.onLook }, observer])
  const onEvent = tellStatesOnce(tell)
  const advance = createAdvance(dependencies.deliveries, onEvent)
  const sessions = createSessions(market.chainId, now)
  const hosts = new Set<string>()
  const app = await createServer({
    routes: [
      ...createPublicRoutes({ ...dependencies, sessions, health: health.check }),
      ...createBuyerRoutes({ ...dependencies, advance }),
    ],
    sessions,
    allowedHosts: () => hosts,
    trustedProxies,
    onRequest,
    scheme: schemeOf(options),
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    onBug: (error, { method, url }) => { onEvent({ kind: 'bug', error, request: `${method} ${url}` }) },
  })
  const port = await listen(app, options.host, options.port)
  const shown = isIP(options.host) === 6 ? `[${options.host}]` : options.host
  for (const name of isLoopback(options.host) ? [shown, 'localhost', '127.0.0.1'] : [shown]) hosts.add(`${name}:${port}`)
  if (options.publicUrl !== undefined) hosts.add(new URL(options.publicUrl).host)
  const watch = startWatch({ ...dependencies, advance, autoReclaim, onEvent, onLook }, watchIntervalMilliseconds)
  return {
    localUrl: `${options.tls === undefined ? 'http' : 'https'}://${shown}:${port}`,
    port,
    stop: async () => {
      await closeGracefully(app, shutdownSeconds * 1000)
      await watch.stop()
    },
  }
}
