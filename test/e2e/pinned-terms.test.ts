import { beforeAll, describe, expect, it } from 'vitest'
import type { MarketViews } from '../../src/host/chain/market-views.ts'
import type { Host, Trade } from '../../src/host/index.ts'
import { verifyReceipt } from '../../src/host/protocol/verify-receipt.ts'
import { encodeDetails, hashDetails } from '../../src/host/trade/details-document.ts'
import type { Details } from '../../src/shared/schemas/details.ts'
import { queryProfile, updateProfile } from './support/profile.ts'
import { refusalOf } from './support/refusal.ts'
import { openRelay, type Relay } from './support/relay.ts'
import { expectedAnswer, prepareDataset, publishListing, refusedScript, script, tableRows, valueWei } from './support/shop.ts'
import { openStage, serve, type Party, type Stage } from './support/stage.ts'

const guaranteeWei = (valueWei + 1n) / 2n

describe('what a purchase was bought under, pinned by the contract', { timeout: 240_000 }, () => {
  let stage: Stage
  let chain: MarketViews
  let seller: Party
  let shop: Host
  let relay: Relay
  let alice: Trade
  let bob: Trade

  beforeAll(async () => {
    stage = await openStage()
    chain = stage.readMarket()
    seller = await stage.createParty('seller')
    shop = await seller.open()
    await prepareDataset(shop)
    await prepareDataset(shop, 'others', { text: ['pay,age,rank', ...tableRows.map((_, row) => `${700 + 31 * row},${20 + (row * 17) % 40},${row % 5}`)].join('\n') })
    relay = await openRelay()
    const open = async (name: string): Promise<Trade> => (await (await stage.createParty(name)).open()).trade()
    alice = await open('alice')
    bob = await open('bob')
  })

  const creditsOf = async (trade: Trade, number: bigint): Promise<Readonly<Record<string, bigint>>> =>
    Object.fromEntries((await trade.market.readHistory(number)).credits.map(({ account, amountWei }) => [account, amountWei]))
  /** The document as its seller would rather have it. */
  const change = ({ policy, budgets, ...details }: Details): Details => ({
    ...details, title: 'something else', policy: { ...policy, ...(policy.mode === 'disclosed' ? { minRows: 1 } : {}), maxAnswerBits: 64 }, budgets: { ...budgets, totalCells: 1000 },
  })

  it('holds for buyer and seller while the price is trebled, the listing closed and moved, and another document shown', async () => {
    const serving = await serve(shop, { publicUrl: relay.url })
    relay.forwardTo(serving.port)
    const { id, url, terms: pinned } = await publishListing(shop, relay.url)
    const { number } = await alice.purchases.buy(url)
    const { details } = alice.purchases.get(number)

    const { listings } = await shop.trade()
    const moved = await openRelay()
    await listings.reprice(id, { valueWei: valueWei * 3n })
    await listings.relocate(id, moved.url)
    await listings.close(id)
    await serving.stop()
    relay.forwardTo(1)
    const again = await serve(shop, { publicUrl: moved.url })
    moved.forwardTo(again.port)
    const shown = encodeDetails(change(details))
    moved.intercept({ after: ({ path }, reply) => (path === `/v1/listings/${id}` ? { status: 200, body: Buffer.from(shown) } : reply) })
    const movedUrl = (await chain.readListing(1n)).url
    expect(new URL(movedUrl).origin).toBe(moved.url)

    // Nobody can buy what is shown, and what was bought goes on at the new place as if nothing had happened.
    expect((await refusalOf(() => bob.openListing(movedUrl))).code).toBe('escrow.not-listed')
    await alice.purchases.compute(number, script)
    expect(moved.seen).toContain(`GET /v1/purchases/${number}/data/manifest`)
    expect(alice.purchases.get(number).details).toEqual(details)
    const { answer, proofVerified } = await alice.purchases.request(number)
    expect([JSON.parse(answer ?? ''), proofVerified]).toEqual([expectedAnswer, true])
    await alice.purchases.confirm(number)
    expect((await chain.readPurchase(number)).terms).toEqual(pinned)
    expect(await creditsOf(alice, number)).toEqual({ [seller.address]: valueWei + guaranteeWei, [alice.market.account]: guaranteeWei })
    const { receipt } = await alice.receipts.export(number)
    expect(verifyReceipt(receipt)).toMatchObject({ ok: true, decryptionProved: true })
    expect(receipt.trade.terms).toMatchObject({ detailsHash: pinned.detailsHash, valueWei: String(valueWei) })

    // The right document again: the price is another one, and there is none.
    moved.intercept({})
    const { onChain } = await bob.openListing(movedUrl)
    expect([onChain.terms.valueWei, onChain.open]).toEqual([valueWei * 3n, false])
    expect((await refusalOf(() => bob.purchases.buy(movedUrl))).code).toBe('escrow.listing-closed')
    await listings.open(id)
    expect((await refusalOf(() => bob.purchases.buy(movedUrl, { termsHash: receipt.trade.termsHash }))).code).toBe('escrow.terms-changed')
    await again.stop()
  })

  it('is another table than the one that is served then: not a chunk of it is kept', async () => {
    const serving = await serve(shop, { publicUrl: relay.url })
    relay.forwardTo(serving.port)
    const { url } = await publishListing(shop, relay.url)
    const { url: other } = await publishListing(shop, relay.url, { dataset: 'others' })
    const [{ number }, { number: foreign }] = [await alice.purchases.buy(url), await bob.purchases.buy(other)]
    // Bob's table, for the asking under alice's number.
    const bodies = new Map<string, Buffer>()
    relay.intercept({ after: ({ path }, reply) => { if (reply.status === 200) bodies.set(path, reply.body) } })
    await bob.purchases.download(foreign)
    const swap = (what: (path: string) => boolean): void => {
      relay.intercept({ after: ({ path }, reply) => (what(path) ? { status: 200, body: bodies.get(path.replace(`/${number}/`, `/${foreign}/`)) ?? reply.body } : reply) })
    }
    swap((path) => path.includes(`/v1/purchases/${number}/data/`))
    expect((await refusalOf(() => alice.purchases.download(number))).code).toBe('input.manifest-invalid')
    swap((path) => path === `/v1/purchases/${number}/data/0`)
    expect((await refusalOf(() => alice.purchases.download(number))).code).toBe('input.tensor-chunk-invalid')
    relay.intercept({})
    await alice.purchases.download(number)
    expect((await alice.purchases.litigate(number)).state).toBe('Refunded')
    await serving.stop()
  })

  it('is what a seller answers under, or not at all: one who has another document by then gives the price back', async () => {
    const serving = await serve(shop, { publicUrl: relay.url })
    relay.forwardTo(serving.port)
    const { id, url, number: listing, terms, details } = await publishListing(shop, relay.url)
    const buy = async ({ purchases }: Trade): Promise<bigint> => (await purchases.buy(url)).number
    const [early, late, waiting] = [await buy(bob), await buy(bob), await buy(alice)]
    for (const [trade, number] of [[bob, early], [alice, waiting]] as const) await trade.purchases.compute(number, script)
    // Her request has come, and waits for the seller to have ether for its bond.
    await stage.chain.setBalance(seller.address, guaranteeWei - 1n)
    const requested = alice.purchases.request(waiting).then(() => 'answered', (error: unknown) => error)
    await expect.poll(() => queryProfile(seller.home, 'SELECT state FROM sales WHERE purchase = ?', String(waiting)), { timeout: 30_000 }).toEqual([{ state: 'received' }])

    // Single rows instead of groups of four: on the contract, and in the seller's own profile.
    const text = encodeDetails(change(details))
    const { market } = await shop.trade()
    // Before the ether is there: with it the request would be answered as it should, under the document that it was bought under.
    await serving.stop()
    await stage.chain.setBalance(seller.address, 10n ** 20n)
    await market.reprice('pinned:reprice', listing ?? 0n, { ...terms, detailsHash: hashDetails(text) })
    updateProfile(seller.home, `UPDATE listings SET details = '${text.replaceAll("'", "''")}', details_hash = '${hashDetails(text)}' WHERE id = '${id}'`)
    const again = await serve(shop, { publicUrl: relay.url })
    relay.forwardTo(again.port)

    // Who buys now is answered about single rows; whoever bought before is neither served nor answered, by that document or any other.
    const { number: now } = await bob.purchases.buy(url)
    await bob.purchases.compute(now, refusedScript)
    expect(JSON.parse((await bob.purchases.request(now)).answer ?? '')).toBe(tableRows[3]?.[0])
    const cells = queryProfile(seller.home, 'SELECT * FROM ledger_cells')
    expect(await requested).toMatchObject({ code: 'policy.refused', details: { rule: 'policy.other-details' } })
    expect((await refusalOf(() => bob.purchases.download(late))).code).toBe('policy.other-details')
    expect((await refusalOf(() => bob.purchases.request(early))).code).toBe('policy.other-details')
    expect(queryProfile(seller.home, 'SELECT purchase FROM sales WHERE purchase = ?', String(early))).toEqual([])
    expect(queryProfile(seller.home, 'SELECT * FROM ledger_cells')).toEqual(cells)
    await bob.purchases.litigate(late)
    // What was requested and cannot be served is declined at half time, unseen.
    await stage.chain.advanceTime(terms.deliverySeconds * 0.6)
    await expect.poll(async () => (await chain.readPurchase(early)).state, { timeout: 30_000 }).toBe('Refunded')
    for (const [trade, number] of [[bob, early], [bob, late], [alice, waiting]] as const) {
      expect([number, (await chain.readPurchase(number)).state, await creditsOf(trade, number)])
        .toEqual([number, 'Refunded', { [trade.market.account]: valueWei + guaranteeWei }])
    }
    await again.stop()
  })
})
