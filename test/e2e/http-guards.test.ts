import { request } from 'node:http'
import { beforeAll, describe, expect, it } from 'vitest'
import { errorCodes, type ErrorCode } from '../../src/shared/error-codes.ts'
import { problemSchema } from '../../src/shared/schemas/http.ts'
import type { Host } from '../../src/host/index.ts'
import { createSellerClient } from '../../src/host/buyer/seller-client.ts'
import { prepareDataset, publishListing } from './support/shop.ts'
import { openStage, serve } from './support/stage.ts'

interface Answered {
  readonly status: number
  readonly type: string
  readonly body: string
}

interface Asked {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** One request as any program could send it: fetch would not let us choose Host and Origin. */
const ask = (url: string, { method = 'GET', headers = {}, body = '' }: Asked = {}): Promise<Answered> => new Promise((resolve, reject) => {
  const sent = request(url, { method, headers: { ...headers, 'content-length': Buffer.byteLength(body) }, agent: false }, (response) => {
    let text = ''
    response.setEncoding('utf8').on('data', (part: string) => { text += part })
    response.on('end', () => { resolve({ status: response.statusCode ?? 0, type: String(response.headers['content-type']), body: text }) })
  })
  sent.on('error', reject)
  sent.end(body)
})

const json = { 'content-type': 'application/json' }

/** A refusal is a problem document with the catalogue's code, status and next step. */
const expectProblem = ({ status, type, body }: Answered, code: ErrorCode): void => {
  expect(type.split(';')[0]).toBe('application/problem+json')
  const problem = problemSchema.parse(JSON.parse(body))
  expect(problem).toMatchObject({ code, status: errorCodes[code].status, title: code, next: errorCodes[code].next })
  expect(status).toBe(errorCodes[code].status)
}

describe('the seller\'s server towards strangers', () => {
  let url: string
  let host: string
  let listing: string
  let bought: bigint
  let refunded: bigint
  let buyer: Host
  let other: Host

  /** A bearer token of this host's wallet. */
  const signIn = async (of: Host): Promise<string> => {
    const { market } = await of.trade()
    return createSellerClient(url).withSession(await of.wallet.unlock(), market.chainId, async (token) => token)
  }
  const bearer = async (of: Host): Promise<Record<string, string>> => ({ authorization: `Bearer ${await signIn(of)}` })

  beforeAll(async () => {
    const stage = await openStage()
    const seller = await (await stage.createParty('seller')).open()
    await prepareDataset(seller)
    url = (await serve(seller)).localUrl
    host = new URL(url).host
    const { details } = await publishListing(seller, url)
    listing = `${url}${details.meta_link}`
    buyer = await (await stage.createParty('buyer')).open()
    other = await (await stage.createParty('other')).open()
    const { purchases } = await buyer.trade()
    bought = (await purchases.buy(listing)).number
    refunded = (await purchases.buy(listing)).number
    await purchases.litigate(refunded)
  })

  const buyerRoutes = (number: bigint): readonly (readonly ['GET' | 'POST', string])[] => [
    ['GET', `/v1/purchases/${number}/data/manifest`],
    ['GET', `/v1/purchases/${number}/data/0`],
    ['POST', `/v1/purchases/${number}/result`],
    ['GET', `/v1/purchases/${number}/answer`],
    ['GET', `/v1/purchases/${number}/receipt`],
  ]

  it.each(['none', 'made up', 'malformed', 'a password'])('gives nothing bought without a valid token: %s', async (kind) => {
    const authorization = { none: undefined, 'made up': `Bearer ${'A'.repeat(43)}`, malformed: 'Bearer ', 'a password': 'Basic YTpi' }[kind]
    const headers = { ...json, ...(authorization === undefined ? {} : { authorization }) }
    for (const [method, path] of buyerRoutes(bought)) expectProblem(await ask(url + path, { method, headers, body: method === 'POST' ? '{}' : '' }), 'access.unauthenticated')
  })

  it('gives a signed-in wallet nothing of what another wallet bought', async () => {
    const headers = await bearer(other)
    for (const [method, path] of buyerRoutes(bought).filter(([, path]) => !path.endsWith('/result'))) {
      expectProblem(await ask(url + path, { method, headers }), 'access.forbidden')
    }
  })

  it('serves the buyer, so that the refusals above are not of everybody', async () => {
    const { status } = await ask(`${url}/v1/purchases/${bought}/data/manifest`, { headers: await bearer(buyer) })
    expect(status).toBe(200)
  })

  it('serves nothing of a refunded purchase', async () => {
    const headers = await bearer(buyer)
    for (const [, path] of buyerRoutes(refunded).filter(([method]) => method === 'GET')) expectProblem(await ask(url + path, { headers }), 'escrow.wrong-state')
  })

  it('has nothing for a purchase that does not exist, or is no number', async () => {
    const headers = await bearer(buyer)
    for (const name of ['999', '0', '-1', '1e3', '01', '%2e%2e', `${2n ** 300n}`]) {
      expectProblem(await ask(`${url}/v1/purchases/${name}/data/manifest`, { headers }), 'input.not-found')
    }
  })

  it('has no chunks but the dataset\'s', async () => {
    const headers = await bearer(buyer)
    for (const chunk of ['1', '-1', '0.5', '00', 'x', '99999999999999999999']) {
      expectProblem(await ask(`${url}/v1/purchases/${bought}/data/${chunk}`, { headers }), 'input.not-found')
    }
  })

  it('is not answered for by another name, as a rebound DNS name would (S22)', async () => {
    for (const name of ['evil.example', `evil.example:${new URL(url).port}`, '127.0.0.1', '127.0.0.1:1']) {
      expectProblem(await ask(listing, { headers: { host: name } }), 'access.wrong-host')
    }
  })

  it('refuses the pages of other origins, and answers its own (S22)', async () => {
    for (const origin of ['http://evil.example', 'null', `https://${host}`]) expectProblem(await ask(listing, { headers: { origin } }), 'access.foreign-origin')
    expect((await ask(listing, { headers: { origin: url } })).status).toBe(200)
  })

  it('takes bodies as JSON only (S22)', async () => {
    const body = JSON.stringify({ address: '0x0000000000000000000000000000000000000001' })
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonx']) {
      expectProblem(await ask(`${url}/v1/sessions`, { method: 'POST', headers: { 'content-type': type }, body }), 'input.not-json')
    }
    expectProblem(await ask(`${url}/v1/sessions`, { method: 'POST', body }), 'input.not-json')
    for (const broken of ['{', '', 'null', '[]', '{"address":1}', '{"address":"0x1"}', '{"__proto__":{}}', JSON.stringify({ address: '0x1', extra: 1 })]) {
      expectProblem(await ask(`${url}/v1/sessions`, { method: 'POST', headers: json, body: broken }), 'input.invalid')
    }
  })

  it('refuses bodies larger than the route takes', async () => {
    const body = JSON.stringify({ address: 'x'.repeat(100_000) })
    expectProblem(await ask(`${url}/v1/sessions`, { method: 'POST', headers: json, body }), 'input.body-too-large')
  })

  it('has nothing at addresses it does not know, and under methods it does not serve', async () => {
    for (const path of ['/nowhere', '/v1', '/v1/listings/nothing', '/v1/../etc/passwd', '/.git/config', '/v1/listings/%00']) {
      expectProblem(await ask(url + path), 'input.not-found')
    }
    for (const method of ['PUT', 'DELETE'] as const) expectProblem(await ask(listing, { method }), 'input.not-found')
  })

  it('lets nobody sign in with a stranger\'s, an old or an altered message', async () => {
    const ours = await other.wallet.unlock()
    const post = (body: unknown): Promise<Answered> => ask(`${url}/v1/sessions`, { method: 'POST', headers: json, body: JSON.stringify(body) })
    const challenge = async (): Promise<string> => (JSON.parse((await post({ address: ours.address })).body) as { message: string }).message

    const message = await challenge()
    const signature = await ours.signMessage(message)
    expectProblem(await post({ message: message.replace(/Nonce: \w+/, 'Nonce: 0123456789abcdef'), signature }), 'access.sign-in-failed')
    expectProblem(await post({ message: await challenge(), signature }), 'access.sign-in-failed')
    expectProblem(await post({ message: 'hello', signature }), 'access.sign-in-failed')
    const foreign = (await challenge()).replaceAll(host, 'evil.example')
    expectProblem(await post({ message: foreign, signature: await ours.signMessage(foreign) }), 'access.sign-in-failed')

    expect((await post({ message, signature })).status).toBe(201)
    expectProblem(await post({ message, signature }), 'access.sign-in-failed')
  })

  it('says nothing of its inside when it refuses', async () => {
    const { body } = await ask(`${url}/v1/sessions`, { method: 'POST', headers: json, body: '{' })
    expect(body).not.toMatch(/\bat \w|node_modules|\.ts\b/)
  })
})
