import { createHash } from 'node:crypto'
import rateLimit, { type RateLimitOptions } from '@fastify/rate-limit'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { AppError } from '../../../shared/errors.ts'
import { parseAs } from '../../../shared/parse.ts'
import { failpoint, failpointsAreActive } from '../../failpoint.ts'
import { createBodyBudget, type BodyBudget } from './body-budget.ts'
import { withOpenApi } from './openapi.ts'
import { sendProblem, toProblem } from './problems.ts'
import type { Route } from './route.ts'
import type { Sessions } from './sessions.ts'
import type { ServeObserver } from '../../operations/observe.ts'

export interface ServerOptions {
  readonly routes: readonly Route[]
  readonly sessions: Sessions
  /** Host headers the server answers to, e.g. `127.0.0.1:7373`; asked anew for each request, as the port is known late. */
  readonly allowedHosts: () => ReadonlySet<string>
  /** `https` behind a TLS proxy. */
  readonly scheme: 'http' | 'https'
  /** Addresses or networks (CIDR) of proxies whose X-Forwarded-For is believed; rate limits then go by the client behind them. */
  readonly trustedProxies?: readonly string[]
  readonly onRequest?: ServeObserver['onRequest']
  /** PEM, where the server speaks TLS itself; 1.3 only, since only our own program calls it. */
  readonly tls?: { readonly certificate: string, readonly key: string }
  readonly onBug: (error: AppError, request: { method: string; url: string }) => void
}

const securityHeaders = {
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const

/** Exact Host, no foreign Origin, JSON only (S22): what stops DNS rebinding, form posts and other sites' scripts. */
const assertCaller = (request: FastifyRequest, { allowedHosts, scheme }: ServerOptions): void => {
  const host = request.headers.host ?? ''
  if (!allowedHosts().has(host.toLowerCase())) throw new AppError('access.wrong-host', 'This server does not answer under that host name.', { details: { host: host.slice(0, 200) } })
  const { origin } = request.headers
  if (origin !== undefined && origin !== `${scheme}://${host}`) throw new AppError('access.foreign-origin', 'Requests from other web pages are refused.')
  if (request.method === 'POST' && !/^application\/json(?:;\s*charset=utf-8)?$/i.test(request.headers['content-type'] ?? '')) {
    throw new AppError('input.not-json', 'The body must be JSON, sent as application/json.')
  }
}

/** JSON is parsed for most routes, as Fastify does by itself; some take it as it is. */
const readJson = (app: FastifyInstance): void => {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    const { takesText } = request.routeOptions.config as { readonly takesText?: boolean }
    if (takesText === true) done(null, body)
    else void parse(request, body, done)
  })
}

/** Failpoints before a reply leaves and after it has left. */
const watchReplies = (app: FastifyInstance): void => {
  const nameOf = ({ method, routeOptions }: FastifyRequest): string => `${method} ${routeOptions.url ?? 'unknown'}`
  app.addHook('onSend', async (request) => { failpoint(`reply.before:${nameOf(request)}`) })
  app.addHook('onResponse', async (request) => { failpoint(`reply.after:${nameOf(request)}`) })
}

/** Past as many, the longest known goes: it is known again by its next answer. */
const mostBuyers = 10_000
/** What an address may ask of a purchase before it is seen whose it is: each time the chain is asked. */
const strangersPerMinute = 120

/** The wallets that were answered something of a purchase of theirs, and so paid for it. */
interface KnownBuyers {
  /** The wallet, where it asks of a purchase of its own; else null. */
  find(request: FastifyRequest): string | null
  add(request: FastifyRequest, account: string): void
}

const createKnownBuyers = ({ sessions }: ServerOptions): KnownBuyers => {
  const known = new Set<string>()
  const nameOf = ({ params }: FastifyRequest, account: string): string => `${account}/${(params as Readonly<Record<string, string>>)['id'] ?? ''}`
  return {
    find: (request) => {
      const account = sessions.find(request.headers.authorization)
      return account !== null && known.has(nameOf(request, account)) ? account : null
    },
    add: (request, account) => {
      const name = nameOf(request, account)
      if (known.has(name)) return
      const [oldest] = known
      if (known.size >= mostBuyers && oldest !== undefined) known.delete(oldest)
      known.add(name)
    },
  }
}

/**
 * Whom a limit counts: on a buyer's routes the wallet that paid, wherever it comes from, once it has been seen to have. All else goes by
 * address, for wallets and their sessions cost nothing.
 */
const limitOf = ({ audience, requestsPerMinute }: Route, buyers: KnownBuyers): RateLimitOptions => ({
  timeWindow: '1 minute',
  ...(audience === 'anyone' ? { max: requestsPerMinute } : {
    max: (request) => (buyers.find(request) === null ? Math.min(requestsPerMinute, strangersPerMinute) : requestsPerMinute),
    keyGenerator: (request) => buyers.find(request) ?? request.ip,
  }),
})

const routeConfig = (route: Route, buyers: KnownBuyers): { readonly rateLimit: RateLimitOptions; readonly takesText: boolean } =>
  ({ takesText: route.takesText === true, rateLimit: limitOf(route, buyers) })

/** A page's bytes by their hash: who has them already is told so, and is sent nothing. */
const sendPage = (request: FastifyRequest, reply: FastifyReply, bytes: Uint8Array | string): FastifyReply => {
  const tag = `"${createHash('sha256').update(bytes).digest('base64url')}"`
  reply.header('cache-control', 'no-cache').header('etag', tag)
  // A proxy that packs what it passes on marks the tag as a weak one.
  const known = (request.headers['if-none-match'] ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''))
  return known.includes(tag) || known.includes('*') ? reply.status(304).send() : reply.send(bytes)
}

const megabyte = 1024 * 1024
const smallBodyBytes = 64 * 1024

/** Bodies under way: buyers who are known have a budget of their own, which nobody else can use up. */
interface BodyBudgets {
  readonly buyers: BodyBudget
  readonly others: BodyBudget
}

const createBodyBudgets = (): BodyBudgets =>
  ({ buyers: createBodyBudget(16 * megabyte, 256 * megabyte), others: createBodyBudget(32 * megabyte, 128 * megabyte) })

/** Before a byte of the body is kept: that its sender may call at all, and has not too much on its way already (S23). */
const admitBody = (request: FastifyRequest, reply: FastifyReply, limitBytes: number, buyers: KnownBuyers, budgets: BodyBudgets): void => {
  const buyer = buyers.find(request)
  const announced = Number(request.headers['content-length'] ?? limitBytes)
  const release = (buyer === null ? budgets.others : budgets.buyers).take(buyer ?? request.ip, Math.min(announced, limitBytes))
  if (release === null) {
    reply.header('retry-after', '10')
    throw new AppError('access.too-many-requests', 'Too much is on its way from here already.', { retryable: true })
  }
  reply.raw.once('close', release)
}

const register = (app: FastifyInstance, route: Route, options: ServerOptions, buyers: KnownBuyers, budgets: BodyBudgets): void => {
  const { bodyLimitBytes = smallBodyBytes } = route
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const account = route.audience === 'buyer' ? options.sessions.authenticate(request.headers.authorization) : ''
    const host = (request.headers.host ?? '').toLowerCase()
    const result = await route.handle({
      parameters: request.params as Record<string, string>,
      body: route.body === undefined || route.takesText === true ? undefined : parseAs(route.body, request.body, 'the request body'),
      text: route.takesText === true ? String(request.body) : '',
      origin: `${options.scheme}://${host}`,
      domain: host,
      account,
    })
    if (route.audience === 'buyer') buyers.add(request, account)
    reply.status(result.status ?? 200)
    if ('json' in result) return reply.type('application/json').send(JSON.stringify(result.json))
    reply.type(result.type)
    if (route.isPage === true) return sendPage(request, reply, result.bytes)
    return reply.send(typeof result.bytes === 'string' ? result.bytes : Buffer.from(result.bytes.buffer, result.bytes.byteOffset, result.bytes.byteLength))
  }
  app.route({
    method: route.method,
    url: route.path,
    bodyLimit: bodyLimitBytes,
    // After the limits of requests, which count whoever is turned away here too.
    preParsing: async (request, reply) => {
      if (route.audience === 'buyer') options.sessions.authenticate(request.headers.authorization)
      if (route.method === 'POST') admitBody(request, reply, bodyLimitBytes, buyers, budgets)
    },
    config: routeConfig(route, buyers),
    exposeHeadRoute: route.isPage === true,
    handler,
  })
}

/**
 * The seller's public HTTP server over a table of routes: guards before anything is read, every body parsed by its schema,
 * every failure a problem document. Timeouts are explicit, since Fastify turns Node's request timeout off (S23).
 */
export const createServer = async (options: ServerOptions): Promise<FastifyInstance> => {
  const app = Fastify({
    logger: false,
    bodyLimit: smallBodyBytes,
    requestTimeout: 60_000,
    connectionTimeout: 120_000,
    keepAliveTimeout: 10_000,
    routerOptions: { maxParamLength: 100 },
    trustProxy: options.trustedProxies === undefined || options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    // Answers under way are finished; closeGracefully ends what takes too long.
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    // An address that cannot be decoded never reaches the hooks: it is refused here, in the same words as all else.
    frameworkErrors: (error, _request, reply) => { sendProblem(reply.headers(securityHeaders), toProblem(error)) },
    ...(options.tls === undefined ? {} : { https: { cert: options.tls.certificate, key: options.tls.key, minVersion: 'TLSv1.3' as const } }),
  }) as unknown as FastifyInstance
  app.server.headersTimeout = 15_000
  app.removeContentTypeParser('text/plain')
  readJson(app)
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders)
    assertCaller(request, options)
  })
  app.addHook('onResponse', async (request, reply) => {
    const { onRequest } = options
    onRequest?.({ method: request.method, route: request.routeOptions.url ?? 'unknown', status: reply.statusCode, seconds: reply.elapsedTime / 1000 })
  })
  app.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error)
    if (problem.code === 'bug.unexpected') options.onBug(problem, { method: request.method, url: request.url })
    return sendProblem(reply, problem)
  })
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, new AppError('input.not-found', 'There is nothing at this address.')))
  await app.register(rateLimit, {
    global: true,
    max: 600,
    timeWindow: '1 minute',
    errorResponseBuilder: () => new AppError('access.too-many-requests', 'Too many requests from here for now.', { retryable: true }),
  })
  if (failpointsAreActive) watchReplies(app)
  const buyers = createKnownBuyers(options)
  const budgets = createBodyBudgets()
  for (const route of withOpenApi(options.routes)) register(app, route, options, buyers, budgets)
  return app
}


const sweepMilliseconds = 100

/** Takes no new connections and finishes what is being answered, for as long as `milliseconds`; what is left then is cut. */
export const closeGracefully = async (app: FastifyInstance, milliseconds: number): Promise<void> => {
  const cut = setTimeout(() => { app.server.closeAllConnections() }, milliseconds)
  // Node closes connections that are idle now; those that become so when their answer ends would be kept for another request.
  const sweep = setInterval(() => { app.server.closeIdleConnections() }, sweepMilliseconds)
  try {
    await app.close()
  } finally {
    clearTimeout(cut)
    clearInterval(sweep)
  }
}
