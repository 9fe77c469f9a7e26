import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { rehearse } from '../../src/host/buyer/rehearse.ts'
import type { PurchaseService } from '../../src/host/buyer/purchase-service.ts'
import type { OpenListing } from '../../src/host/buyer/open-listing.ts'
import type { Market } from '../../src/host/chain/market.ts'
import type { Host } from '../../src/host/index.ts'
import type { ErrorCode } from '../../src/shared/error-codes.ts'
import type { AppError } from '../../src/shared/errors.ts'
import { readProfile } from './support/profile.ts'
import { refusalOf } from './support/refusal.ts'
import { openRelay, rpcMethodOf, type Relay } from './support/relay.ts'
import { expectedAnswer, prepareDataset, publishListing, script, tableCsv, valueWei } from './support/shop.ts'
import { openStage, serve, type Party, type Stage } from './support/stage.ts'

describe('bad input', () => {
  let stage: Stage
  let seller: Party
  let buyer: Party
  let shop: Host
  let host: Host
  let purchases: PurchaseService
  let market: Market
  let openListing: OpenListing
  /** Between buyer and seller, and between the buyer and the chain. */
  let relay: Relay
  let chainRelay: Relay
  let listing: { readonly id: string; readonly url: string }
  let serverPort: number

  beforeAll(async () => {
    stage = await openStage()
    seller = await stage.createParty('seller')
    chainRelay = await openRelay(Number(new URL(stage.chain.rpcUrl).port))
    buyer = await stage.createParty('buyer', { rpcUrl: chainRelay.url })
    shop = await seller.open()
    await prepareDataset(shop)
    relay = await openRelay()
    serverPort = (await serve(shop, { publicUrl: relay.url })).port
    relay.forwardTo(serverPort)
    const { id, details } = await publishListing(shop, relay.url)
    listing = { id, url: relay.url + details.meta_link }
    host = await buyer.open();
    ({ purchases, market, openListing } = await host.trade())
  })

  /** All but which chain answered: that is noted at the first look at it, whatever comes of it (docs/adr/0705). */
  const readRecords = (home: string): Readonly<Record<string, unknown>> => ({ ...readProfile(home), chain_genesis: null })

  /** The act is refused with `code`; the profile's records and the wallet's count of transactions stay as they were. */
  const expectRefused = async (of: Party, code: ErrorCode, act: () => Promise<unknown>): Promise<AppError> => {
    const before = { profile: readRecords(of.home), nonce: await market.readNonce(of.address) }
    const error = await refusalOf(act)
    expect(error.code).toBe(code)
    expect({ profile: readRecords(of.home), nonce: await market.readNonce(of.address) }).toEqual(before)
    return error
  }

  /** A purchase with its data downloaded and its result computed. */
  const buyAndCompute = async (): Promise<bigint> => {
    const { number } = await purchases.buy(listing.url)
    await purchases.compute(number, script)
    return number
  }

  describe('in a table', () => {
    const broken: readonly (readonly [why: string, code: ErrorCode, csv: string, details: Record<string, unknown>])[] = [
      ['text where numbers belong', 'input.csv-not-a-number', tableCsv.replace('10,38.25,4', '10,many,4'), { row: 3, column: 2, name: 'hours' }],
      ['a row with a cell too few', 'input.csv-ragged', tableCsv.replace('10,38.25,4', '10,38.25'), { row: 3, found: 2, expected: 3 }],
      ['a row with a cell too many', 'input.csv-ragged', tableCsv.replace('10,38.25,4', '10,38.25,4,4'), { row: 3, found: 4, expected: 3 }],
      ['two columns of one name', 'input.csv-header-duplicate', tableCsv.replace('wage,hours', 'wage,wage'), { name: 'wage', first: 1, second: 2 }],
      ['a column without a name', 'input.csv-header-empty', tableCsv.replace('wage,hours', 'wage,'), { column: 2 }],
      ['no header', 'input.csv-header-missing', tableCsv.split('\n').slice(1).join('\n'), {}],
      ['no rows', 'input.csv-no-rows', 'wage,hours,score\n', {}],
      ['nothing at all', 'input.csv-no-rows', '', {}],
      ['infinity', 'input.csv-number-out-of-range', tableCsv.replace('38.25', 'Infinity'), { row: 3, column: 2, name: 'hours' }],
      ['not-a-number', 'input.csv-number-out-of-range', tableCsv.replace('38.25', 'NaN'), { row: 3, column: 2, name: 'hours' }],
      ['1e308', 'input.csv-number-out-of-range', tableCsv.replace('38.25', '1e308'), { row: 3, column: 2, name: 'hours' }],
      ['more digits than float64 has range', 'input.csv-number-out-of-range', tableCsv.replace('38.25', '1e400'), { row: 3, column: 2, name: 'hours' }],
      ['a value missing', 'input.csv-missing-values', tableCsv.replace('38.25', ''), { row: 3, column: 2, name: 'hours' }],
      ['a quotation mark without its pair', 'input.csv-malformed', tableCsv.replace('38.25', '"38.25'), {}],
    ]

    it.each(broken)('refuses %s with %s, says where, and imports nothing', async (_why, code, csv, details) => {
      const path = join(stage.folder, 'broken.csv')
      writeFileSync(path, csv)
      const error = await expectRefused(seller, code, () => shop.datasets.importTable({ name: 'broken', path }))
      expect(error.details).toMatchObject(details)
    })

    it('refuses a file that is not there', async () => {
      await expectRefused(seller, 'input.csv-unreadable', () => shop.datasets.importTable({ name: 'broken', path: join(stage.folder, 'nothing.csv') }))
    })

    it('keeps the dataset that has the name already', async () => {
      await expectRefused(seller, 'input.dataset-exists', () => shop.datasets.importTable({ name: 'wages', text: tableCsv }))
    })
  })

  describe('in a network or a wallet', () => {
    type Change = Partial<Record<'rpcUrl' | 'contract', string>> & { readonly chainId?: number }

    const onNetwork = async (name: string, change: Change): Promise<{ party: Party; host: Host }> => {
      const party = await stage.createParty(name)
      const opened = await party.open()
      opened.networks.add({ name: 'other', kind: 'custom', rpcUrl: stage.chain.rpcUrl, chainId: 31_337, contract: stage.contract, ...change })
      opened.networks.use('other')
      return { party, host: opened }
    }

    it('refuses a network whose RPC URL leads to another chain', async () => {
      const { party, host: opened } = await onNetwork('wrong-chain', { chainId: 1 })
      const { details } = await expectRefused(party, 'chain.wrong-chain', () => opened.trade())
      expect(details).toMatchObject({ expected: 1, found: 31_337 })
    })

    it('refuses a network where no market stands at the address, or something else', async () => {
      const { party, host: opened } = await onNetwork('wrong-contract', { contract: '0x000000000000000000000000000000000000dEaD' })
      await expectRefused(party, 'chain.wrong-contract', () => opened.trade())
    })

    it('refuses a network that nobody answers for', async () => {
      const { party, host: opened } = await onNetwork('unreachable', { rpcUrl: 'http://127.0.0.1:1' })
      await expectRefused(party, 'chain.unreachable', () => opened.trade())
    })

    const tooLittle: readonly (readonly [what: string, balanceWei: bigint])[] = [['none', 0n], ['enough without the fee', valueWei + (valueWei + 1n) / 2n]]

    it.each(tooLittle)('buys nothing with too little money: %s', async (_what, balanceWei) => {
      const party = await stage.createParty(`poor-${balanceWei}`, { balanceWei })
      const opened = await party.open()
      const trade = await opened.trade()
      await expectRefused(party, 'chain.insufficient-funds', () => trade.purchases.buy(listing.url))
      expect(await trade.purchases.list()).toEqual([])
    })

    it('does not trade without a wallet', async () => {
      const party = await stage.createParty('no-wallet')
      const opened = await party.open()
      opened.wallet.remove(party.address)
      await expectRefused(party, 'access.wallet-missing', () => opened.trade())
    })
  })

  describe('in a listing', () => {
    it('does not sell from a closed listing, and does again once it is open', async () => {
      const { listings } = await shop.trade()
      const { id, details } = await publishListing(shop, relay.url)
      await listings.close(id)
      await expectRefused(buyer, 'escrow.listing-closed', () => purchases.buy(relay.url + details.meta_link))
      await listings.open(id)
      expect((await purchases.buy(relay.url + details.meta_link)).number).toBeGreaterThan(0n)
    })

    it('pays no more than was agreed to when the price has risen', async () => {
      const { listings } = await shop.trade()
      const { id, details } = await publishListing(shop, relay.url)
      await listings.reprice(id, { valueWei: valueWei * 2n })
      const maxTotalWei = valueWei + (valueWei + 1n) / 2n
      const { details: said } = await expectRefused(buyer, 'escrow.costs-more', () => purchases.buy(relay.url + details.meta_link, { maxTotalWei }))
      expect(said).toMatchObject({ maxTotalWei: maxTotalWei.toString() })
    })

    it.each(['eth_estimateGas', 'eth_sendRawTransaction'])('pays nothing when the price changes between looking and paying: at %s', async (moment) => {
      const { listings } = await shop.trade()
      const { id, details } = await publishListing(shop, relay.url)
      let repriced: Promise<unknown> | null = null
      chainRelay.intercept({ before: async (exchange) => {
        if (rpcMethodOf(exchange) === moment) await (repriced ??= listings.reprice(id, { valueWei: valueWei * 2n }))
      } })
      const known = await purchases.list()
      const error = await refusalOf(() => purchases.buy(relay.url + details.meta_link))
      chainRelay.intercept({})
      expect(error.code).toBe('escrow.terms-changed')
      expect(await purchases.list()).toHaveLength(known.length)
      // Asked again, it buys at the price that now stands.
      const { number } = await purchases.buy(relay.url + details.meta_link)
      expect((await market.readPurchase(number)).terms.valueWei).toBe(valueWei * 2n)
    })

    it('opens no document that is not the one on the contract', async () => {
      const alter = (change: (text: string) => string): void => {
        relay.intercept({ after: (_, reply) => ({ ...reply, body: Buffer.from(change(reply.body.toString())) }) })
      }
      try {
        alter((text) => text.replace('"title": "wages"', '"title": "Wages"'))
        await expectRefused(buyer, 'escrow.not-listed', () => purchases.buy(listing.url))
        alter((text) => text.replace(stage.contract, '0x000000000000000000000000000000000000dEaD'))
        await expectRefused(buyer, 'chain.wrong-contract', () => purchases.buy(listing.url))
        alter((text) => text.replace('"chain_id": 31337', '"chain_id": 1'))
        await expectRefused(buyer, 'chain.wrong-chain', () => purchases.buy(listing.url))
        alter((text) => text.slice(0, -10))
        await expectRefused(buyer, 'input.details-invalid', () => purchases.buy(listing.url))
      } finally {
        relay.intercept({})
      }
      for (const url of ['ftp://127.0.0.1/', 'listing', '/etc/passwd']) await expectRefused(buyer, 'input.url-invalid', () => purchases.buy(url))
      await expectRefused(buyer, 'input.not-found', () => purchases.buy(`${relay.url}/v1/listings/nothing`))
    })
  })

  describe('in a script', () => {
    const mistakes: readonly { why: string; code: ErrorCode; source: string; place: readonly [line: number, column: number] }[] = [
      { why: 'throws', code: 'input.script-threw', source: 'const mean = data.mean()\nthrow new Error(\'no\')\nexport default mean\n', place: [2, 11] },
      { why: 'does not parse', code: 'input.script-syntax', source: 'const x: = 3\nexport default x\n', place: [1, 10] },
      { why: 'imports', code: 'input.script-import', source: 'import fs from \'node:fs\'\nexport default 1\n', place: [1, 1] },
      { why: 'names a column that is not there', code: 'input.tensor-index', source: 'const a = 1\nexport default data.col(\'salary\').mean()\n', place: [2, 21] },
      { why: 'exports nothing', code: 'input.script-no-answer', source: 'const mean = data.mean()\n', place: [1, 1] },
      { why: 'gives an answer of the wrong kind', code: 'input.answer-invalid', source: 'export default () => 1\n', place: [1, 1] },
      { why: 'multiplies what cannot be multiplied', code: 'input.tensor-not-additive', source: 'export default data.mul(data).mean()\n', place: [1, 21] },
    ]

    it.each(mistakes)('that $why is refused with $code, and where', async ({ code, source, place }) => {
      const number = (await purchases.buy(listing.url)).number
      await purchases.download(number)
      const { details } = await expectRefused(buyer, code, () => purchases.compute(number, { fileName: 'mine.ts', source }))
      expect([details['line'], details['column']]).toEqual(place)
      expect((await market.readPurchase(number)).state).toBe('Paid')
    })
  })

  describe('while the seller is away', () => {
    it('fails cleanly at each step, and goes on once the seller is back', async () => {
      const opened = await openListing(listing.url)
      const engine = await host.engine()
      const computed = await buyAndCompute()
      const { number: bought } = await purchases.buy(listing.url)
      relay.forwardTo(1)
      try {
        await expectRefused(buyer, 'runtime.seller-unreachable', () => openListing(listing.url))
        await expectRefused(buyer, 'runtime.seller-unreachable', () => rehearse(script, opened.details, opened.seller, engine))
        await expectRefused(buyer, 'runtime.seller-unreachable', () => purchases.buy(listing.url))
        await expectRefused(buyer, 'runtime.seller-unreachable', () => purchases.compute(bought, script))
        await expectRefused(buyer, 'runtime.seller-unreachable', () => purchases.request(computed))
      } finally {
        relay.forwardTo(serverPort)
      }
      await purchases.compute(bought, script)
      for (const number of [bought, computed]) {
        expect(JSON.parse((await purchases.request(number)).answer ?? '')).toEqual(expectedAnswer)
        relay.forwardTo(1)
        expect((await purchases.confirm(number)).state).toBe('Settled')
        const { receipts } = await host.trade()
        const { receipt, missingHalf } = await receipts.export(number)
        expect([receipt.signatures.seller, missingHalf]).toEqual([null, expect.stringContaining('runtime.seller-unreachable')])
        relay.forwardTo(serverPort)
      }
    })
  })
})
