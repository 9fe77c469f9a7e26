import { hexlify } from 'ethers'
import { beforeAll, describe, expect, it } from 'vitest'
import type { PurchaseService } from '../../src/host/buyer/purchase-service.ts'
import { createSellerClient } from '../../src/host/buyer/seller-client.ts'
import type { OpenListing } from '../../src/host/buyer/open-listing.ts'
import type { Market } from '../../src/host/chain/market.ts'
import type { Host } from '../../src/host/index.ts'
import { hashResultRequest, signResultRequest } from '../../src/host/protocol/result-request.ts'
import { generateSealingKey } from '../../src/host/protocol/sealing.ts'
import { sha256Hex } from '../../src/host/trade/hash.ts'
import { isAppError } from '../../src/shared/errors.ts'
import { resultAcceptedSchema, testResultsSchema, type ResultSubmission } from '../../src/shared/schemas/http.ts'
import { programSchema } from '../../src/shared/schemas/program.ts'
import { queryProfile } from './support/profile.ts'
import { refusalOf } from './support/refusal.ts'
import { openRelay, type Relay } from './support/relay.ts'
import { expectedAnswer, prepareDataset, publishListing, script } from './support/shop.ts'
import { openStage, serve } from './support/stage.ts'

describe('the one result of a purchase', () => {
  let shop: Host
  let host: Host
  let purchases: PurchaseService
  let market: Market
  let openListing: OpenListing
  let relay: Relay
  let url: string

  beforeAll(async () => {
    const stage = await openStage()
    shop = await (await stage.createParty('seller')).open()
    await prepareDataset(shop)
    relay = await openRelay()
    relay.forwardTo((await serve(shop, { publicUrl: relay.url })).port)
    const { details } = await publishListing(shop, relay.url)
    url = relay.url + details.meta_link
    host = await (await stage.createParty('buyer')).open();
    ({ purchases, market, openListing } = await host.trade())
  })

  /** A purchase with its data downloaded and its result computed. */
  const buyAndCompute = async (): Promise<bigint> => {
    const { number } = await purchases.buy(url)
    await purchases.compute(number, script)
    return number
  }

  const submissionOf = (number: bigint): ResultSubmission => {
    const { request, signature } = purchases.get(number)
    const result = purchases.findResult(number)
    return {
      request: JSON.parse(request ?? '') as ResultSubmission['request'],
      signature: signature ?? '',
      program: programSchema.parse(JSON.parse(result?.program ?? '')),
      ciphertexts: Buffer.from(result?.ciphertexts ?? []).toString('base64'),
    }
  }

  const post = async (number: bigint, body: unknown): Promise<unknown> => {
    const client = createSellerClient(relay.url)
    return client.withSession(await host.wallet.unlock(), market.chainId, (token) =>
      client.fetchJson(`/v1/purchases/${number}/result`, resultAcceptedSchema, { token, body }))
  }

  it('answers one request: its very body again is accepted again, any other is a second request', async () => {
    const number = await buyAndCompute()
    await purchases.request(number)
    const body = submissionOf(number)
    expect(await post(number, body)).toEqual({ requestHash: purchases.get(number).requestHash })
    const other = Buffer.from(body.ciphertexts, 'base64')
    other[100] = (other[100] ?? 0) ^ 1
    for (const changed of [{ ...body, ciphertexts: other.toString('base64') }, { ...body, signature: `0x${'11'.repeat(64)}1b` }]) {
      expect((await refusalOf(() => post(number, changed))).code).toBe('escrow.second-request')
    }
    expect((await refusalOf(() => purchases.compute(number, script))).code).toBe('escrow.second-request')
    const { sales } = await shop.trade()
    expect((await sales.list()).find(({ onChain }) => onChain.id === number)?.sale?.state).toBe('delivered')
  })

  it('takes no request before it stands on the contract, nor one whose parts were exchanged', async () => {
    const number = await buyAndCompute()
    relay.intercept({ before: ({ path }) => { if (path.endsWith('/result')) throw new Error('the wire is cut') } })
    expect((await refusalOf(() => purchases.request(number))).code).toBe('runtime.seller-unreachable')
    relay.intercept({})
    const body = submissionOf(number)
    const unasked = (await purchases.buy(url)).number
    expect((await refusalOf(() => post(unasked, body))).code).toBe('escrow.not-confirmed')

    const changed = Buffer.from(body.ciphertexts, 'base64')
    changed[0] = (changed[0] ?? 0) ^ 1
    expect((await refusalOf(() => post(number, { ...body, ciphertexts: changed.toString('base64') }))).code).toBe('access.request-mismatch')
    if (body.program === null) throw new Error('the program is not sent')
    const program = { ...body.program, cells: body.program.cells.slice(1) }
    expect((await refusalOf(() => post(number, { ...body, program }))).code).toBe('access.request-mismatch')
    const request = { ...body.request, purchase: '1' }
    expect((await refusalOf(() => post(number, { ...body, request }))).code).toBe('access.request-mismatch')
    const foreign = await signResultRequest(body.request, await shop.wallet.unlock())
    expect((await refusalOf(() => post(number, { ...body, signature: foreign }))).code).toBe('access.forbidden')

    // None of these consumed the one request.
    expect(JSON.parse((await purchases.request(number)).answer ?? '')).toEqual(expectedAnswer)
  })

  /** Requests, by hand and duly signed, an answer to these bytes as the result of the honest program. */
  const requestFor = async (number: bigint, ciphertexts: Uint8Array): Promise<void> => {
    const result = purchases.findResult(number)
    const { details } = purchases.get(number)
    const request = {
      chainId: market.chainId, contract: market.contract, purchase: number.toString(), datasetRoot: details.dataset.root,
      resultHash: sha256Hex(ciphertexts), programHash: result?.programHash ?? '', x25519PublicKey: hexlify(generateSealingKey().publicKey),
    }
    const signature = await signResultRequest(request, await host.wallet.unlock())
    await market.requestResult(`by-hand:${number}`, number, hashResultRequest(request))
    await post(number, {
      request, signature, program: programSchema.parse(JSON.parse(result?.program ?? '')), ciphertexts: Buffer.from(ciphertexts).toString('base64'),
    })
  }

  const n = (): bigint => BigInt(`0x${purchases.get(1n).details.dataset.key.n}`)
  const testN = (): bigint => BigInt(`0x${purchases.get(1n).details.test.key.n}`)
  const toBytes = (value: bigint): Uint8Array => Buffer.from(value.toString(16).padStart(1024, '0'), 'hex')
  const withFirst = (value: bigint) => (honest: Uint8Array): Uint8Array => Buffer.concat([toBytes(value), honest.subarray(512)])

  const wrong: readonly (readonly [what: string, change: (honest: Uint8Array) => Uint8Array])[] = [
    ['0', (honest) => withFirst(0n)(honest)],
    ['n', (honest) => withFirst(n())(honest)],
    ['n²', (honest) => withFirst(n() ** 2n)(honest)],
    ['1, the ciphertext of 0', (honest) => withFirst(1n)(honest)],
    ['one under another key', (honest) => withFirst(testN() + 1n)(honest)],
    ['one too few', (honest) => honest.subarray(512)],
    ['one too many', (honest) => Buffer.concat([honest, honest.subarray(0, 512)])],
    ['half a ciphertext', (honest) => honest.subarray(0, 256)],
  ]

  it.each(wrong)('declines, refunds and decrypts nothing where a ciphertext is wrong: %s', async (_what, change) => {
    const number = await buyAndCompute()
    const honest = purchases.findResult(number)?.ciphertexts ?? new Uint8Array()
    await requestFor(number, change(honest))
    const { sales } = await shop.trade()
    await expect.poll(async () => (await market.readPurchase(number)).state, { timeout: 20_000, interval: 20 }).toBe('Refunded')
    await expect.poll(async () => (await sales.list()).find(({ onChain }) => onChain.id === number)?.sale?.state).toBe('declined')
    const sale = (await sales.list()).find(({ onChain }) => onChain.id === number)?.sale
    expect(JSON.parse(sale?.refusal ?? '')).toMatchObject({ code: 'policy.result-mismatch' })
    // Nothing was answered, and nothing of what was sent is kept.
    expect(queryProfile(shop.home, 'SELECT sealed, length(ciphertexts) AS bytes FROM sales WHERE purchase = ?', number.toString())).toEqual([{ sealed: null, bytes: 0 }])
  })

  it('decrypts of test results only what are ciphertexts under the test key', async () => {
    const { details, seller: client } = await openListing(url)
    const decrypt = (bytes: Uint8Array): Promise<{ integers: string[] }> =>
      client.fetchJson(details.test_result_link, testResultsSchema, { body: { ciphertexts: Buffer.from(bytes).toString('base64') } })
    // (1 + n)^5 is a ciphertext of 5.
    expect(await decrypt(toBytes(1n + 5n * testN()))).toEqual({ integers: ['5'] })
    for (const value of [0n, testN(), testN() ** 2n, testN() ** 2n + 1n]) {
      expect((await refusalOf(() => decrypt(toBytes(value)))).code).toBe('crypto.invalid-ciphertext')
    }
    for (const length of [0, 1, 511, 513]) expect((await refusalOf(() => decrypt(new Uint8Array(length)))).code).toBe('input.invalid')
    // Under the test key the ciphertext of 5 under the real one is noise, or no ciphertext at all.
    const foreign = await decrypt(toBytes(1n + 5n * n())).catch((error: unknown) => error)
    if (isAppError(foreign)) expect(foreign.code).toBe('crypto.invalid-ciphertext')
    else expect(foreign).not.toEqual({ integers: ['5'] })
  })
})
