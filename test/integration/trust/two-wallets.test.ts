import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Engine, Host, Trade } from '../../../src/host/index.ts'
import { judgeHere, judgesHere } from '../../../src/host/judging/judges.ts'
import { createLedger } from '../../../src/host/ledger/ledger.ts'
import { createVault } from '../../../src/host/secrets/vault.ts'
import { createDeliveries } from '../../../src/host/seller/deliveries.ts'
import { createForgotten } from '../../../src/host/seller/forgotten.ts'
import { createListingStore } from '../../../src/host/seller/listing-store.ts'
import { createSaleStore } from '../../../src/host/seller/sale-store.ts'
import { openProfileDatabase } from '../../../src/host/storage/database.ts'
import { AppError } from '../../../src/shared/errors.ts'
import { queryProfile } from '../../e2e/support/profile.ts'
import { refusalOf } from '../../e2e/support/refusal.ts'
import { openRelay, type Relay } from '../../e2e/support/relay.ts'
import { prepareDataset, publishListing, tableRows } from '../../e2e/support/shop.ts'
import { openStage, serve, type Party, type Stage } from '../../e2e/support/stage.ts'

const sumOfFirst = (rows: number) => ({ fileName: 'sum.ts', source: `export default data.col('wage').slice(0, ${rows}).sum()\n` })
const expectedSum = (rows: number): number => tableRows.slice(0, rows).reduce((sum, [wage]) => sum + wage, 0)

describe('two wallets that work together against one table (S4)', () => {
  let stage: Stage
  let seller: Party
  let shop: Host
  let relay: Relay
  let urls: string[]
  let alice: Trade
  let bob: Trade

  const buyAndCompute = async ({ purchases }: Trade, url: string, rows: number): Promise<bigint> => {
    const { number } = await purchases.buy(url)
    await purchases.compute(number, sumOfFirst(rows))
    return number
  }
  const ask = async (trade: Trade, url: string, rows: number): Promise<unknown> =>
    JSON.parse((await trade.purchases.request(await buyAndCompute(trade, url, rows))).answer ?? '') as unknown
  const ledgerLength = (): number => queryProfile(seller.home, 'SELECT * FROM ledger').length

  beforeAll(async () => {
    stage = await openStage()
    seller = await stage.createParty('seller')
    shop = await seller.open()
    await prepareDataset(shop)
    relay = await openRelay()
    relay.forwardTo((await serve(shop, { publicUrl: relay.url })).port)
    const listings = [await publishListing(shop, relay.url), await publishListing(shop, relay.url, { title: 'the same again' })]
    urls = listings.map(({ id }) => `${relay.url}/v1/listings/${id}`)
    alice = await (await (await stage.createParty('alice')).open()).trade()
    bob = await (await (await stage.createParty('bob')).open()).trade()
  })

  it('get S from one listing, and S∖{i} from neither', async () => {
    const [first = '', second = ''] = urls
    expect(await ask(alice, first, 6)).toBeCloseTo(expectedSum(6), 9)
    for (const url of [first, second]) {
      const number = await buyAndCompute(bob, url, 5)
      const refusal = await refusalOf(() => bob.purchases.request(number))
      expect(refusal).toMatchObject({ code: 'policy.refused', details: { rule: 'policy.min-rows' } })
      // Asking was free: the purchase still has its one answer.
      expect((await bob.market.readPurchase(number)).state).toBe('Paid')
    }
    expect(ledgerLength()).toBe(1)
  })

  it('are declined and refunded where they do not ask first, and nothing is counted', async () => {
    const number = await buyAndCompute(bob, urls[1] ?? '', 5)
    relay.intercept({
      after: ({ path }, { status }) => (path.endsWith('/check') ? { status, body: Buffer.from('{"allowed":true}') } : undefined),
    })
    const refusal = await refusalOf(() => bob.purchases.request(number))
    relay.intercept({})
    expect(refusal).toMatchObject({ code: 'policy.refused' })
    expect((await bob.market.readPurchase(number)).state).toBe('Refunded')
    expect(ledgerLength()).toBe(1)
  })

  it('both get S itself: one answer again tells nothing new', async () => {
    expect(await ask(bob, urls[1] ?? '', 6)).toBeCloseTo(expectedSum(6), 9)
    expect(ledgerLength()).toBe(2)
  })

  it('gain nothing by a seller that ends between debit and reply: it debits once, and answers once', async () => {
    const number = await buyAndCompute(bob, urls[0] ?? '', 6)
    let submission: unknown
    relay.intercept({ before: ({ path, body }) => {
      if (!path.endsWith('/result')) return
      submission = JSON.parse(body.toString())
      throw new Error('the wire is cut')
    } })
    await refusalOf(() => bob.purchases.request(number))
    relay.intercept({})

    // The seller's own parts over the same profile, as a process that starts would put them together.
    const { market } = await shop.trade()
    const engine = await shop.engine()
    const start = (decrypt: typeof engine.decrypt) => {
      const database = openProfileDatabase(join(seller.home, 'profile.sqlite'))
      const [listings, sales] = [createListingStore(database), createSaleStore(database, market)]
      const { datasets } = shop
      const now = (): Date => new Date()
      const ledger = createLedger({ database, vault: createVault(randomBytes(32)), datasets, judges: judgesHere, now })
      const { assertAnswersKnown } = createForgotten({ market, askElsewhere: () => Promise.resolve(null), listings, ledger })
      const failing = (): Promise<Engine> => Promise.resolve({ ...engine, decrypt })
      const deliveries = createDeliveries({ listings, sales, datasets, ledger, engine: failing, market, assertAnswersKnown, now })
      return { database, listings, sales, deliveries }
    }
    const before = ledgerLength()
    const died = new AppError('runtime.worker-died', 'The power failed.')
    const first = start(() => Promise.reject(died))
    const onChain = await market.readPurchase(number)
    const listing = first.listings.findByNumber(market, onChain.listing)
    if (listing === null) throw new Error('the listing is not there')
    first.deliveries.receive(onChain, listing, judgeHere({ kind: 'submission', text: JSON.stringify(submission) }))
    await expect(first.deliveries.advance(number)).rejects.toBe(died)
    expect(first.sales.find(number)).toMatchObject({ state: 'received', sealed: null })
    first.database.close()
    expect(ledgerLength()).toBe(before + 1)

    let decryptions = 0
    const second = start((...args) => {
      decryptions += 1
      return engine.decrypt(...args)
    })
    await Promise.all([second.deliveries.advance(number), second.deliveries.advance(number)])
    await second.deliveries.advance(number)
    expect(decryptions).toBe(1)
    expect(second.sales.find(number)?.state).toBe('delivered')
    second.database.close()
    expect(ledgerLength()).toBe(before + 1)
    expect(JSON.parse((await bob.purchases.request(number)).answer ?? '')).toBeCloseTo(expectedSum(6), 9)
  })

  it('get no second ledger from an owner who lists the same rows sorted, cut or as a version without one of them', async () => {
    const header = 'wage,hours,score'
    // Encrypted before its rows were on sale anywhere, by an owner who thought of it in time.
    const other = await (await stage.createParty('other')).open()
    const sorted = [...tableRows].sort(([one], [next]) => one - next)
    const importRows = (host: Host, name: string, rows: readonly (readonly number[])[]): Promise<unknown> =>
      host.datasets.importTable({ name, text: [header, ...rows.map((row) => row.join(','))].join('\n'), newVersion: true })
    await importRows(other, 'sorted', sorted)
    other.datasets.createTestData('sorted', { rows: 8 })
    await other.datasets.encrypt('sorted', { keyBits: 2048 })
    await other.datasets.encryptTestData('sorted', { keyBits: 2048 })
    await prepareDataset(other)
    await publishListing(other, relay.url)
    const late = await refusalOf(() => publishListing(other, relay.url, { dataset: 'sorted', title: 'other people, surely' }))
    expect(late).toMatchObject({ code: 'policy.source-rows', details: { other: 'wages' } })

    const { listings, market } = await shop.trade()
    const [known, before] = [listings.list().length, ledgerLength()]
    const copies = { sorted, cut: tableRows.slice(1), wages: tableRows.filter((_, row) => row !== 5) }
    for (const [name, rows] of Object.entries(copies)) {
      await importRows(shop, name, rows)
      const refusal = await refusalOf(() => shop.datasets.encrypt(name, { keyBits: 2048 }))
      expect(refusal, name).toMatchObject({ code: 'policy.source-rows' })
      expect(shop.datasets.show(name).data, name).toBeNull()
    }
    expect([listings.list().length, ledgerLength()]).toEqual([known, before])
    // Two of the shop's, one of the other owner's.
    await expect(market.readListing(4n)).rejects.toThrow()
  })
})
