import { Wallet } from 'ethers'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { SiweMessage } from 'siwe'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Market, PurchaseOnChain } from '../../../src/host/chain/market.ts'
import { createBuyerRoutes, type BuyerRouteDependencies } from '../../../src/host/seller/server/buyer-routes.ts'
import { createServer } from '../../../src/host/seller/server/create-server.ts'
import { createPublicRoutes, type PublicRouteDependencies } from '../../../src/host/seller/server/public-routes.ts'
import { createSessions } from '../../../src/host/seller/server/sessions.ts'
import { hashDetails } from '../../../src/host/trade/details-document.ts'
import { listRoutes } from '../../unit/seller/list-routes.ts'

const chainId = 31_337
const host = 'seller.example'
const bytes32 = `0x${'1'.repeat(64)}`
const buyer = Wallet.createRandom()
const stranger = Wallet.createRandom()

const unreached = (): never => { throw new Error('a guard let something through') }
const unreachedAll = <T extends object>(): T => new Proxy({}, { get: () => unreached }) as T

const text = '{}'
const termsOf = (detailsHash: string): PurchaseOnChain['terms'] => ({ detailsHash } as PurchaseOnChain['terms'])
const paid = { id: 1n, listing: 1n, buyer: buyer.address, state: 'Paid', terms: termsOf(hashDetails(text)) } as PurchaseOnChain
/** Purchases as the chain tells them: refunded, of a listing that is not sold here, one that is too fresh, and one of another document. */
const onChain: readonly PurchaseOnChain[] = [
  paid, { ...paid, id: 2n, state: 'Refunded' }, { ...paid, id: 3n, listing: 9n }, { ...paid, id: 4n }, { ...paid, id: 5n, terms: termsOf(bytes32) },
]

const market = {
  ...unreachedAll<Market>(),
  chainId,
  findPurchase: (number: bigint, depth?: { confirmations?: number }) =>
    Promise.resolve(number === 4n && depth !== undefined ? null : onChain.find(({ id }) => id === number) ?? null),
} as Market

const listing = { id: 'wages-1', dataset: 'wages', text, details: { confirmations: 3 } }
const dependencies = {
  market,
  listings: { findByNumber: (_: unknown, number: bigint) => (number === 1n ? listing : null) },
  sales: { summarise: () => null },
  datasets: unreachedAll(),
  deliveries: unreachedAll(),
  ledger: unreachedAll(),
  engine: unreached,
  createReceipt: unreached,
  onError: unreached,
} as unknown as BuyerRouteDependencies

/** Bodies that the schemas take: what is refused is refused for who asks, not for how. */
const bodies: Readonly<Record<string, object>> = {
  '/v1/purchases/:id/comparisons': { comparisons: [{ constant: '0', terms: [[0, 1, '1']] }] },
  '/v1/purchases/:id/products': { left: '', right: '' },
  '/v1/purchases/:id/result': {
    request: {
      chainId, contract: `0x${'5f'.repeat(20)}`, purchase: '1', datasetRoot: bytes32, resultHash: bytes32, programHash: bytes32, x25519PublicKey: bytes32,
    },
    signature: `0x${'0'.repeat(128)}1b`,
    program: {
      version: 1, datasetRoot: bytes32, rows: 1, columns: 1, cells: [{ scale: { numerator: '1', denominator: '1' }, constant: '1', terms: [] }],
      answer: { kind: 'tensor', shape: [], cells: [0] },
    },
    ciphertexts: '',
  },
}

const routes = createBuyerRoutes(dependencies)

/** What anyone may ask, and what is told while the only listing is a draft: of that one nothing, whoever asks. */
const publicRoutes: Readonly<Record<string, { readonly status: number; readonly body?: object }>> = {
  'GET /': { status: 200 },
  'GET /sitemap.xml': { status: 200 },
  'GET /robots.txt': { status: 200 },
  'GET /healthz': { status: 200 },
  'GET /openapi.json': { status: 200 },
  'GET /v1/listings': { status: 200 },
  'GET /listings/{id}': { status: 404 },
  'GET /v1/listings/{id}': { status: 404 },
  'GET /v1/listings/{id}/test': { status: 404 },
  'POST /v1/listings/{id}/test/results': { status: 404, body: { ciphertexts: '' } },
  'POST /v1/listings/{id}/test/comparisons': { status: 404, body: { ciphertexts: '' } },
  'POST /v1/listings/{id}/test/products': { status: 404, body: { left: '', right: '' } },
  'POST /v1/listings/{id}/check': { status: 404, body: { cells: 1 } },
  'POST /v1/sessions': { status: 200, body: { address: buyer.address } },
}

const draft = { id: 'draft-1', dataset: 'wages', number: null }
const publicDependencies = {
  ...unreachedAll<PublicRouteDependencies>(),
  listings: { list: () => [draft], find: (id: string) => (id === draft.id ? draft : null) },
  health: () => Promise.resolve({ ok: true, chain: 'reachable', watch: 'looking' }),
  findExplorer: () => null,
  datasets: unreachedAll(),
  ledger: unreachedAll(),
  engine: unreached,
} as unknown as PublicRouteDependencies

describe('who may do what at the seller\'s server (S7)', () => {
  let app: FastifyInstance
  let now = new Date('2026-01-01T00:00:00Z')

  /** Each call from an address of its own: the rate limits have tests of their own. */
  let calls = 0
  const inject = (options: InjectOptions) => {
    calls += 1
    return app.inject({ remoteAddress: `10.0.${calls >> 8}.${calls & 255}`, ...options, headers: { host, ...options.headers } })
  }
  const postSession = (payload: object) => inject({ method: 'POST', url: '/v1/sessions', payload })

  const challenge = async (address: string): Promise<string> => {
    return (await postSession({ address })).json<{ message: string }>().message
  }
  const open = async (message: string, signature: string) =>
    (await postSession({ message, signature })).json<{ token?: string; code?: string }>()
  const signIn = async (wallet: typeof buyer): Promise<string> => {
    const message = await challenge(wallet.address)
    const { token } = await open(message, await wallet.signMessage(message))
    if (token === undefined) throw new Error('signing in failed')
    return token
  }

  beforeAll(async () => {
    const sessions = createSessions(chainId, () => now)
    app = await createServer({
      routes: [...routes, ...createPublicRoutes({ ...publicDependencies, sessions })],
      sessions,
      allowedHosts: () => new Set([host]),
      scheme: 'https',
      onBug: (error) => { throw error },
    })
  })
  beforeEach(() => { now = new Date('2026-01-01T00:00:00Z') })

  interface Case {
    readonly why: string
    readonly code: string
    readonly purchase?: string
    readonly headers?: Readonly<Record<string, string>>
    /** Who is signed in; nobody where it is left out. */
    readonly wallet?: typeof buyer
    readonly secondsLater?: number
  }
  const cases: readonly Case[] = [
    { why: 'without a token', code: 'access.unauthenticated' },
    { why: 'with a token that was never given', code: 'access.unauthenticated', headers: { authorization: `Bearer ${'A'.repeat(43)}` } },
    { why: 'with another scheme', code: 'access.unauthenticated', headers: { authorization: `Basic ${'A'.repeat(43)}` } },
    { why: 'with an address for a token', code: 'access.unauthenticated', headers: { authorization: `Bearer ${buyer.address}` } },
    { why: 'with an expired session', code: 'access.unauthenticated', wallet: buyer, secondsLater: 901 },
    { why: 'as another wallet', code: 'access.forbidden', wallet: stranger },
    { why: 'for a refunded purchase', code: 'escrow.wrong-state', wallet: buyer, purchase: '2' },
    { why: 'for a purchase of another seller\'s listing', code: 'input.not-found', wallet: buyer, purchase: '3' },
    { why: 'for a purchase that this contract does not know', code: 'input.not-found', wallet: buyer, purchase: '77' },
    { why: 'for a purchase without its confirmations', code: 'escrow.not-confirmed', wallet: buyer, purchase: '4' },
    { why: 'for a purchase under another details document', code: 'policy.other-details', wallet: buyer, purchase: '5' },
    { why: 'for what is no number', code: 'input.not-found', wallet: buyer, purchase: '1e0' },
    { why: 'under another host name', code: 'access.wrong-host', wallet: buyer, headers: { host: 'evil.example' } },
    { why: 'from another web page', code: 'access.foreign-origin', wallet: buyer, headers: { origin: 'https://evil.example' } },
  ]

  const send = (route: (typeof routes)[number], purchase: string, headers: Readonly<Record<string, string>>) => {
    const url = route.path.replace(':id', purchase).replace(':chunk', '0')
    const options: InjectOptions = { method: route.method, url, headers }
    return inject(route.method === 'POST' ? { ...options, payload: bodies[route.path] ?? {} } : options)
  }

  it('has these routes and no other: each of them is in one of the two matrices below', () => {
    const forBuyers = routes.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
    expect(listRoutes(app).sort()).toEqual([...forBuyers, ...Object.keys(publicRoutes)].sort())
    expect(routes.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v1/purchases/:id/data/manifest', 'GET /v1/purchases/:id/data/:chunk', 'POST /v1/purchases/:id/comparisons',
      'POST /v1/purchases/:id/products', 'POST /v1/purchases/:id/result', 'GET /v1/purchases/:id/answer', 'GET /v1/purchases/:id/receipt',
    ])
    expect(routes.every(({ audience }) => audience === 'buyer')).toBe(true)
  })

  describe.each(routes.map((route) => ({ name: `${route.method} ${route.path}`, route })))('$name', ({ route }) => {
    it.each(cases)('refuses $why', async ({ code, purchase = '1', headers = {}, wallet, secondsLater = 0 }) => {
      const authorization = wallet === undefined ? {} : { authorization: `Bearer ${await signIn(wallet)}` }
      now = new Date(now.getTime() + secondsLater * 1000)
      const response = await send(route, purchase, { ...authorization, ...headers })
      expect(response.json<{ code: string }>().code).toBe(code)
      expect(response.headers['content-type']).toContain('application/problem+json')
    })
  })

  describe.each(Object.entries(publicRoutes))('%s, for anyone', (name, { status, body }) => {
    const [method = '', path = ''] = name.split(' ')
    const ask = (headers: Readonly<Record<string, string>> = {}, payload: object | string | undefined = body) =>
      inject({ method: method, url: path.replace('{id}', draft.id), headers, ...(payload === undefined ? {} : { payload }) })

    it('tells everybody the same, nothing of a draft, and gives a session no more than none', async () => {
      const plain = await ask()
      expect(plain.statusCode).toBe(status)
      if (name !== 'GET /openapi.json') expect(plain.body).not.toContain('wages')
      const sessionOf = async (wallet: typeof buyer) => `Bearer ${await signIn(wallet)}`
      for (const authorization of [await sessionOf(buyer), await sessionOf(stranger), `Bearer ${'A'.repeat(43)}`, 'Basic x', `Bearer ${buyer.address}`]) {
        const reply = await ask({ authorization })
        expect(reply.statusCode).toBe(status)
        // A challenge has a nonce and a time of its own; all else is the same bytes.
        if (name !== 'POST /v1/sessions') expect(reply.body).toBe(plain.body)
      }
    })

    it('is refused under another host name, to other web pages, and as a form', async () => {
      const refusals: [Readonly<Record<string, string>>, string][] = [
        [{ host: 'evil.example' }, 'access.wrong-host'], [{ host: '' }, 'access.wrong-host'],
        [{ origin: 'https://evil.example' }, 'access.foreign-origin'], [{ origin: 'null' }, 'access.foreign-origin'],
      ]
      for (const [headers, code] of refusals) expect((await ask(headers)).json<{ code: string }>().code).toBe(code)
      if (method !== 'POST') return
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
        expect((await ask({ 'content-type': type }, 'a=b')).json<{ code: string }>().code).toBe('input.not-json')
      }
    })
  })

  describe('signing in', () => {
    const refused = async (message: string, signature: string): Promise<void> => {
      expect(await open(message, signature)).toMatchObject({ code: 'access.sign-in-failed' })
    }
    /** The challenge with something else in it, rightly signed by the buyer. */
    const signChanged = async (change: Partial<SiweMessage>): Promise<[string, string]> => {
      const message = new SiweMessage({ ...new SiweMessage(await challenge(buyer.address)), ...change }).toMessage()
      return [message, await buyer.signMessage(message)]
    }

    it('is refused for a message used before', async () => {
      const message = await challenge(buyer.address)
      const signature = await buyer.signMessage(message)
      expect((await open(message, signature)).token).toBeDefined()
      await refused(message, signature)
    })

    it('is refused after the message has expired', async () => {
      const message = await challenge(buyer.address)
      now = new Date(now.getTime() + 301_000)
      await refused(message, await buyer.signMessage(message))
    })

    it('is refused for another chain, another server, and a nonce that was never given', async () => {
      await refused(...await signChanged({ chainId: 1 }))
      await refused(...await signChanged({ domain: 'evil.example' }))
      await refused(...await signChanged({ nonce: 'f'.repeat(32) }))
    })

    it('goes by who signed, not by whose address the message names', async () => {
      const message = await challenge(buyer.address)
      await refused(message, await stranger.signMessage(message))
    })

    it('is refused where a right message is answered with a broken signature, which uses the nonce up', async () => {
      const message = await challenge(buyer.address)
      await refused(message, `0x${'0'.repeat(128)}1b`)
      await refused(message, await buyer.signMessage(message))
    })
  })
})
