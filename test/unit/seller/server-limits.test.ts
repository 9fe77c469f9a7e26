import { connect, type AddressInfo, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { AppError } from '../../../src/shared/errors.ts'
import { createServer, type ServerOptions } from '../../../src/host/seller/server/create-server.ts'
import { defineRoute } from '../../../src/host/seller/server/route.ts'
import type { Sessions } from '../../../src/host/seller/server/sessions.ts'

const host = 'seller.example'
const proxy = '10.0.0.1'

/** Bearer tokens that are the names of wallets. */
const sessions = {
  find: (header: string | undefined) => (header === undefined ? null : header.replace('Bearer ', '')),
  authenticate: (header: string | undefined) => {
    if (header === undefined) throw new AppError('access.unauthenticated', 'Nobody is signed in.')
    return header.replace('Bearer ', '')
  },
} as unknown as Sessions

/** Who made the seller look a purchase up. Each purchase is named like the wallet that bought it. */
const looks: string[] = []

const open = async (options: Partial<ServerOptions> = {}): Promise<FastifyInstance> => createServer({
  routes: [
    defineRoute({ method: 'GET', path: '/twice', summary: '', audience: 'anyone', response: z.unknown(), requestsPerMinute: 2, handle: () => ({ json: {} }) }),
    defineRoute({
      method: 'GET', path: '/bought/:id', summary: '', audience: 'buyer', response: z.unknown(), requestsPerMinute: 2,
      handle: ({ account, parameters }) => {
        looks.push(account)
        if (account === parameters['id']) return { json: {} }
        throw new AppError('access.forbidden', 'Another wallet bought this purchase.')
      },
    }),
    defineRoute({
      method: 'POST', path: '/given/:id', summary: '', audience: 'buyer', response: z.unknown(), requestsPerMinute: 1000, bodyLimitBytes: 4 * 1024 * 1024,
      body: z.array(z.string()), handle: () => ({ json: {} }),
    }),
    defineRoute({ method: 'GET', path: '/broken', summary: '', audience: 'anyone', response: z.unknown(), requestsPerMinute: 9, handle: () => { throw new Error('the well-kept secret') } }),
  ],
  sessions, scheme: 'https', allowedHosts: () => new Set([host]), onBug: () => undefined, ...options,
})

describe('the limits of the seller\'s server (S23)', () => {
  let app: FastifyInstance
  afterEach(async () => { await app.close() })

  const ask = async (remoteAddress: string, headers: Readonly<Record<string, string>> = {}): Promise<number> =>
    (await app.inject({ url: '/twice', remoteAddress, headers: { host, ...headers } })).statusCode
  const via = (client: string): Record<string, string> => ({ 'x-forwarded-for': client })

  it('count each address by itself, and say when to come back', async () => {
    app = await open()
    expect([await ask('10.1.1.1'), await ask('10.1.1.1'), await ask('10.1.1.1'), await ask('10.1.1.2')]).toEqual([200, 200, 429, 200])
    const refused = await app.inject({ url: '/twice', remoteAddress: '10.1.1.1', headers: { host } })
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  })

  it('believe nobody about the caller\'s address unless told to', async () => {
    app = await open()
    expect([await ask(proxy, via('1.1.1.1')), await ask(proxy, via('2.2.2.2')), await ask(proxy, via('3.3.3.3'))]).toEqual([200, 200, 429])
  })

  it('believe the trusted proxy, and only it: a buyer too many does not lock the others out', async () => {
    app = await open({ trustedProxies: [proxy] })
    expect([await ask(proxy, via('1.1.1.1')), await ask(proxy, via('1.1.1.1')), await ask(proxy, via('1.1.1.1'))]).toEqual([200, 200, 429])
    expect(await ask(proxy, via('2.2.2.2'))).toBe(200)
    expect([await ask('10.9.9.9', via('4.4.4.4')), await ask('10.9.9.9', via('5.5.5.5')), await ask('10.9.9.9', via('6.6.6.6'))]).toEqual([200, 200, 429])
  })

  it('take the address the trusted proxy saw, not one that the caller put before it', async () => {
    app = await open({ trustedProxies: [proxy] })
    const forge = (n: number): Promise<number> => ask(proxy, via(`9.9.9.${n}, 7.7.7.7`))
    expect([await forge(1), await forge(2), await forge(3)]).toEqual([200, 200, 429])
  })

  const askFor = async (purchase: string, wallet: string, remoteAddress: string): Promise<number> =>
    (await app.inject({ url: `/bought/${purchase}`, remoteAddress, headers: { host, authorization: `Bearer ${wallet}` } })).statusCode

  it('know a buyer by the wallet that paid, from whatever address, once it was seen to have paid', async () => {
    app = await open()
    const own = (wallet: string, address: string): Promise<number> => askFor(wallet, wallet, address)
    // The first request of each counts for its address.
    expect([await own('a', '10.1.1.9'), await own('b', '10.1.1.9'), await own('c', '10.1.1.9'), await own('c', '10.1.1.8')]).toEqual([200, 200, 429, 200])
    expect([await own('a', '10.1.1.9'), await own('a', '10.1.1.7'), await own('a', '10.1.1.6'), await own('b', '10.1.1.9')]).toEqual([200, 200, 429, 200])
  })

  it('count wallets that bought nothing by their address, as many as they are, and what a buyer asks of others\' purchases', async () => {
    app = await open()
    looks.length = 0
    expect(await askFor('a', 'a', '10.1.1.5')).toBe(200)
    const strangers = Array.from({ length: 8 }, (_, index) => `stranger-${index}`)
    const asked = []
    for (const wallet of [...strangers, 'a']) asked.push(await askFor('b', wallet, '10.1.1.9'))
    expect(asked).toEqual([403, 403, 429, 429, 429, 429, 429, 429, 429])
    expect(looks).toHaveLength(3)
    expect(await askFor('a', 'a', '10.1.1.9')).toBe(200)
  })

  it('count what anyone may ask by address, whatever wallets sign in there', async () => {
    app = await open()
    const as = (wallet: string): Promise<number> => ask('10.1.1.9', { authorization: `Bearer ${wallet}` })
    expect([await as('a'), await as('b'), await as('c'), await ask('10.1.1.9')]).toEqual([200, 200, 429, 429])
  })

  it('give what nobody foresaw a number, the same for the caller and the log, and the caller nothing else', async () => {
    const bugs: AppError[] = []
    app = await open({ onBug: (error) => { bugs.push(error) } })
    const answered = await app.inject({ url: '/broken', headers: { host } })
    const { code, details } = answered.json<{ code: string; details: { bug: string } }>()
    expect({ status: answered.statusCode, code }).toEqual({ status: 500, code: 'bug.unexpected' })
    expect(details.bug).toMatch(/^[0-9a-f]{12}$/)
    expect(answered.body).not.toContain('secret')
    expect(bugs.map((bug) => [bug.details['bug'], (bug.cause as Error).message])).toEqual([[details.bug, 'the well-kept secret']])
  })

  it('have no bug for an address longer than any: there is nothing at it', async () => {
    const bugs: AppError[] = []
    app = await open({ onBug: (error) => { bugs.push(error) } })
    const answered = await app.inject({ url: `/bought/${'a'.repeat(101)}`, headers: { host } })
    expect([answered.statusCode, answered.json<{ code: string }>().code]).toEqual([404, 'input.not-found'])
    expect(bugs).toEqual([])
  })

  describe('for bodies', () => {
    const megabyte = 1024 * 1024
    const sockets: Socket[] = []
    afterEach(() => { for (const socket of sockets.splice(0)) socket.destroy() })

    /** The first line of what is answered while the body is held back; null if that is nothing, because the rest is waited for. */
    const holdBack = async (port: number, wallet: string | null): Promise<string | null> => {
      const authorization = wallet === null ? '' : `Authorization: Bearer ${wallet}\r\n`
      const socket = connect({ host: '127.0.0.1', port })
      sockets.push(socket)
      socket.write(`POST /given/a HTTP/1.1\r\nHost: ${host}\r\n${authorization}Content-Type: application/json\r\nContent-Length: ${4 * megabyte}\r\n\r\n["`)
      return new Promise((resolve, reject) => {
        socket.once('data', (bytes) => { resolve(bytes.toString('latin1').split('\r\n')[0] ?? '') }).once('error', reject)
        // Another request, which is answered at once, has come after this one.
        void fetch(`http://127.0.0.1:${port}/v1`).then(async (reply) => reply.text()).then(() => setTimeout(() => { resolve(null) }, 200), reject)
      })
    }
    const listen = async (): Promise<number> => {
      app = await open()
      await app.listen({ host: '127.0.0.1', port: 0 })
      return (app.server.address() as AddressInfo).port
    }

    it('turn away who is not signed in before the body is there', async () => {
      expect(await holdBack(await listen(), null)).toBe('HTTP/1.1 401 Unauthorized')
    })

    it('keep from one address no more than 32 MB that do not end, whatever wallets sign in there', async () => {
      const port = await listen()
      const held = []
      for (let index = 0; index < 10; index += 1) held.push(await holdBack(port, `stranger-${index}`))
      expect(held).toEqual([...Array.from({ length: 8 }, () => null), 'HTTP/1.1 429 Too Many Requests', 'HTTP/1.1 429 Too Many Requests'])
      for (const socket of sockets.splice(0)) socket.destroy()
      await expect.poll(async () => holdBack(port, 'late')).toBeNull()
    })
  })

  it('have no bug for a method that no route can have', async () => {
    const bugs: AppError[] = []
    app = await open({ onBug: (error) => { bugs.push(error) } })
    await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.server.address() as AddressInfo
    const answered = await new Promise<string>((resolve, reject) => {
      let heard = ''
      const socket = connect({ host: '127.0.0.1', port }, () => { socket.end(`PRI *\r\nHost: ${host}\r\n\r\n`) })
      socket.on('data', (bytes) => { heard += bytes.toString('latin1') }).on('close', () => { resolve(heard) }).on('error', reject)
    })
    expect(answered).toContain('HTTP/1.1 404')
    expect(answered).toContain('input.not-found')
    expect(bugs).toEqual([])
  })
})
