import { beforeAll, describe, expect, it } from 'vitest'
import type { MarketViews } from '../../src/host/chain/market-views.ts'
import type { Host } from '../../src/host/index.ts'
import type { Serving } from '../../src/host/seller/serve.ts'
import { casesOf } from '../campaigns/support/figures.ts'
import { waitFor } from './support/command-line.ts'
import { queryProfile } from './support/profile.ts'
import { refusalOf } from './support/refusal.ts'
import { openRelay, type Relay } from './support/relay.ts'
import { prepareDataset, publishListing, refusedScript, script, valueWei } from './support/shop.ts'
import { openStage, serve, type Party, type Stage } from './support/stage.ts'

const deliverySeconds = 600
const expirationSeconds = 3600
const disputeSeconds = 300
/** Without an arbiter: half the price. */
const guaranteeWei = (valueWei + 1n) / 2n
/** With an arbiter: a tenth. */
const tenthWei = valueWei / 10n

describe('the moves of the escrow, from the command line', { timeout: 240_000 }, () => {
  let stage: Stage
  let seller: Party
  let buyer: Party
  let arbiter: Party
  let shop: Host
  let serving: Serving
  let relay: Relay
  let chain: MarketViews
  let plainUrl: string
  let arbitratedUrl: string

  /** The buyer's profile in this process, to bring a purchase quickly to where a command takes over. */
  const withBuyer = async <T>(act: (host: Host) => Promise<T>): Promise<T> => {
    const host = await buyer.open()
    try {
      return await act(host)
    } finally {
      await host.close()
    }
  }
  const buy = async (host: Host, url: string): Promise<bigint> => (await (await host.trade()).purchases.buy(url)).number
  const buyDelivered = async (host: Host, url: string): Promise<bigint> => {
    const { purchases } = await host.trade()
    const number = await buy(host, url)
    await purchases.compute(number, script)
    await purchases.request(number)
    return number
  }
  /** On the contract the result is requested, and the seller never hears of it. */
  const buyRequested = async (host: Host, url: string): Promise<bigint> => {
    const { purchases } = await host.trade()
    const number = await buy(host, url)
    await purchases.compute(number, script)
    relay.intercept({ before: ({ path }) => { if (path.endsWith('/result')) throw new Error('the wire is cut') } })
    expect((await refusalOf(() => purchases.request(number))).code).toBe('runtime.seller-unreachable')
    relay.intercept({})
    return number
  }

  const stateOf = async (number: bigint): Promise<string> => (await chain.readPurchase(number)).state
  /** What each is credited by an act. */
  const creditsBy = async (act: () => Promise<unknown>): Promise<Record<'seller' | 'buyer' | 'arbiter', bigint>> => {
    const read = (): Promise<bigint[]> => Promise.all([seller, buyer, arbiter].map(({ address }) => chain.readBalance(address)))
    const before = await read()
    await act()
    const [s = 0n, b = 0n, a = 0n] = (await read()).map((credit, index) => credit - (before[index] ?? 0n))
    return { seller: s, buyer: b, arbiter: a }
  }
  /** What a party would have if its transactions cost no fees. */
  const holdingsOf = async ({ home, address }: Party): Promise<bigint> => {
    const outcomes = queryProfile<{ outcome: string }>(home, 'SELECT outcome FROM transactions WHERE outcome IS NOT NULL')
      .map(({ outcome }) => JSON.parse(outcome) as { gasUsed: string; effectiveGasPriceWei: string })
    const fees = outcomes.reduce((sum, { gasUsed, effectiveGasPriceWei }) => sum + BigInt(gasUsed) * BigInt(effectiveGasPriceWei), 0n)
    return await chain.readAccountBalance(address) + fees
  }

  beforeAll(async () => {
    stage = await openStage()
    chain = stage.readMarket()
    seller = await stage.createParty('seller')
    buyer = await stage.createParty('buyer')
    arbiter = await stage.createParty('arbiter')
    shop = await seller.open()
    await prepareDataset(shop)
    relay = await openRelay()
    serving = await serve(shop, { publicUrl: relay.url })
    relay.forwardTo(serving.port)
    const times = { deliverySeconds, expirationSeconds, disputeSeconds }
    plainUrl = (await publishListing(shop, relay.url, times)).url
    arbitratedUrl = (await publishListing(shop, relay.url, { ...times, arbiter: arbiter.address })).url
  })

  it('litigation of a paid purchase refunds price and guarantee, to the wei', async () => {
    const before = await holdingsOf(buyer)
    const number = await withBuyer((host) => buy(host, plainUrl))
    expect(before - await holdingsOf(buyer)).toBe(valueWei + guaranteeWei)
    expect(await buyer.cli.run('litigate', `${number}`)).toEqual({ purchase: `${number}`, state: 'Refunded' })
    expect(await buyer.cli.run('wallet', 'withdraw')).toMatchObject({ amountWei: `${valueWei + guaranteeWei}` })
    expect(await holdingsOf(buyer)).toBe(before)
    // Said again it is done already, and nothing is sent.
    expect(await buyer.cli.run('litigate', `${number}`)).toEqual({ purchase: `${number}`, state: 'Refunded' })
    expect([await holdingsOf(buyer), await chain.readBalance(buyer.address)]).toEqual([before, 0n])
  })

  it('a result the policy refuses is refused before the request goes on chain, and the purchase stays paid', async () => {
    await withBuyer(async (host) => {
      const { purchases, market } = await host.trade()
      const number = await buy(host, plainUrl)
      await purchases.compute(number, refusedScript)
      const nonce = await market.readNonce(buyer.address)
      const { code, details } = await refusalOf(() => purchases.request(number))
      expect([code, details['rule']]).toEqual(['policy.refused', 'policy.min-rows'])
      expect([await stateOf(number), await market.readNonce(buyer.address)]).toEqual(['Paid', nonce])
      // Another script may still be answered.
      await purchases.compute(number, script)
      expect((await purchases.request(number)).answer).not.toBeNull()
      await purchases.confirm(number)
    })
  })

  it('the seller can decline a request, and the buyer is told and refunded', async () => {
    const number = await withBuyer((host) => buyRequested(host, plainUrl))
    const credits = await creditsBy(() => seller.cli.run('sales', 'decline', `${number}`))
    expect(credits).toEqual({ seller: 0n, buyer: valueWei + guaranteeWei, arbiter: 0n })
    expect(await buyer.cli.refuse('request', `${number}`)).toMatchObject({ code: 'escrow.refunded' })
  })

  it('a dispute without an arbiter halves the price and burns both deposits', async () => {
    const number = await withBuyer((host) => buyDelivered(host, plainUrl))
    expect(await buyer.cli.run('dispute', `${number}`)).toEqual({ purchase: `${number}`, state: 'Disputed' })
    expect(await arbiter.cli.run('disputes', 'list')).toMatchObject({ disputes: [{ id: `${number}`, state: 'Disputed' }] })
    const credits = await creditsBy(() => buyer.cli.run('disputes', 'close', `${number}`))
    expect(credits).toEqual({ seller: valueWei - valueWei / 2n, buyer: valueWei / 2n, arbiter: 0n })
    expect(await stateOf(number)).toBe('Settled')
  })

  it.each(casesOf(1, ['buyer', 'seller'] as const))('an arbiter rules for the %s, and earns the loser\'s deposit', async (winner) => {
    const number = await withBuyer((host) => buyDelivered(host, arbitratedUrl))
    await buyer.cli.run('dispute', `${number}`)
    const credits = await creditsBy(() => arbiter.cli.run('disputes', 'rule', `${number}`, '--for', winner))
    expect(credits).toEqual({ seller: 0n, buyer: 0n, arbiter: tenthWei, [winner]: valueWei + tenthWei })
    expect(await stateOf(number)).toBe(winner === 'buyer' ? 'Refunded' : 'Settled')
  })

  it('a dispute whose arbiter stays silent can be closed once the arbiter\'s time is over', async () => {
    const number = await withBuyer((host) => buyDelivered(host, arbitratedUrl))
    await buyer.cli.run('dispute', `${number}`)
    expect(await seller.cli.refuse('disputes', 'close', `${number}`)).toMatchObject({ code: 'escrow.wrong-time' })
    await stage.chain.advanceTime(disputeSeconds + 1)
    const credits = await creditsBy(() => seller.cli.run('disputes', 'close', `${number}`))
    expect(credits).toEqual({ seller: valueWei - valueWei / 2n, buyer: valueWei / 2n, arbiter: 0n })
  })

  it('a seller who misses the delivery deadline is litigated, and not a second before', async () => {
    const number = await withBuyer((host) => buyRequested(host, plainUrl))
    await serving.stop()
    relay.forwardTo(1)
    expect(await buyer.cli.refuse('litigate', `${number}`)).toMatchObject({ code: 'escrow.wrong-time', details: { revert: 'NotYet' } })
    await stage.chain.advanceTime(deliverySeconds + 1)
    expect(await buyer.cli.refuse('request', `${number}`)).toMatchObject({ code: 'escrow.delivery-missed' })
    const credits = await creditsBy(() => buyer.cli.run('litigate', `${number}`))
    expect(credits).toEqual({ seller: 0n, buyer: valueWei + guaranteeWei, arbiter: 0n })
  })

  it('a silent buyer\'s payment is reclaimed after the expiration: by command, or by the seller\'s running server', async () => {
    const again = await serve(shop, { publicUrl: relay.url })
    relay.forwardTo(again.port)
    const deliver = (): Promise<bigint> => withBuyer((host) => buyDelivered(host, plainUrl))
    const [first, second] = [await deliver(), await deliver()]
    await again.stop()
    await shop.close()
    expect(await seller.cli.refuse('sales', 'reclaim', `${first}`)).toMatchObject({ code: 'escrow.wrong-time' })
    await stage.chain.advanceTime(expirationSeconds + 1)
    // Price and bond to the seller, the guarantee to the buyer: nothing is kept (the 2020 contract kept it for ever).
    const settled = { seller: valueWei + guaranteeWei, buyer: guaranteeWei, arbiter: 0n }
    expect(await creditsBy(() => seller.cli.run('sales', 'reclaim', `${first}`))).toEqual(settled)

    expect(await creditsBy(async () => {
      const { running } = await seller.cli.start('serve', '--port', '0')
      await waitFor(running, () => running.stderr().includes(`purchase ${second}: reclaimed`), 'it reclaimed')
      expect(await running.kill('SIGINT')).toMatchObject({ exitCode: 0 })
    })).toEqual(settled)
  })
})
