import { keccak256 } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createListingIndex } from '../../../src/host/chain/listing-index.ts'
import { createMarket, hashTerms, type ListingFilter, type Market, type PurchaseOnChain } from '../../../src/host/chain/market.ts'
import { openStage, terms, type Party, type Stage } from './support.ts'

let stage: Stage
let seller: Party
let buyer: Party
beforeAll(async () => {
  stage = await openStage()
  seller = await stage.createParty()
  buyer = await stage.createParty()
})
afterAll(() => stage.close())

const requestHash = `0x${'77'.repeat(32)}`
const sealed = `0x${'5e'.repeat(200)}`
const far = 10_000_000_000
const url = 'http://seller.example/v1/listings/wages'
let count = 0
const fresh = (name: string): string => `${name}:${count += 1}`

const buyListing = async (market: Market, listing: bigint): Promise<bigint> => {
  const { termsHash } = await market.readListing(listing)
  return (await market.buy(fresh('buy'), { listing, termsHash, maxTotalWei: 1_500_000n, deadlineSeconds: far })).number
}
const sell = async (changes: Parameters<typeof terms>[0] = {}): Promise<bigint> => (await seller.market.createListing(fresh('create'), terms(changes), url)).number
const reachRequested = async (changes: Parameters<typeof terms>[0] = {}): Promise<bigint> => {
  const purchase = await buyListing(buyer.market, await sell(changes))
  await buyer.market.requestResult(fresh('request'), purchase, requestHash)
  return purchase
}
const reachDelivered = async (changes: Parameters<typeof terms>[0] = {}): Promise<bigint> => {
  const purchase = await reachRequested(changes)
  await seller.market.deliverResult(fresh('deliver'), purchase, requestHash, sealed, 500_000n)
  return purchase
}
const stateOf = async (purchase: bigint): Promise<PurchaseOnChain['state']> => (await buyer.market.readPurchase(purchase)).state

describe('listings', () => {
  it('are read back as they were made, with the contract\'s own hash of their terms', async () => {
    const { number, transaction } = await seller.market.createListing(fresh('create'), terms(), url)
    expect(transaction.gasUsed).toBeLessThan(500_000n)
    const listing = await buyer.market.readListing(number)
    const termsHash = hashTerms(seller.wallet.address, terms())
    expect(listing).toEqual({ id: number, seller: seller.wallet.address, open: true, terms: terms(), termsHash, url })
  })

  it('are found by seller and details, the newest first, and no longer after a re-price onto other details', async () => {
    const detailsHash = `0x${'c1'.repeat(32)}`
    const filter = { seller: seller.wallet.address, detailsHash }
    expect(await buyer.market.findListing(filter)).toBeNull()
    await sell({ detailsHash })
    const second = await sell({ detailsHash })
    expect(await buyer.market.findListing(filter)).toBe(second)
    expect(await buyer.market.findListing({ ...filter, seller: buyer.wallet.address })).toBeNull()
    const other = `0x${'c2'.repeat(32)}`
    await seller.market.reprice(fresh('reprice'), second, terms({ detailsHash: other, valueWei: 7n, interactionFeeWei: 0n }))
    expect(await buyer.market.findListing(filter)).toBeNull()
    expect(await buyer.market.findListing({ ...filter, detailsHash: other })).toBe(second)
  })

  it('can be closed, opened again and moved', async () => {
    const number = await sell()
    await seller.market.closeListing(fresh('close'), number)
    await seller.market.relocate(fresh('relocate'), number, 'http://new.example/')
    expect(await buyer.market.readListing(number)).toMatchObject({ open: false, url: 'http://new.example/' })
    await expect(buyListing(buyer.market, number)).rejects.toMatchObject({ code: 'escrow.listing-closed' })
    await seller.market.reopenListing(fresh('open'), number)
    expect(await buyListing(buyer.market, number)).toBeGreaterThan(0n)
  })

  it('are all found, and those of one seller, and remembered by the profile once they are settled', async () => {
    const other = await stage.createParty()
    const { number } = await other.market.createListing(fresh('create'), terms(), url)
    const find = async (market: Market, filter: ListingFilter = {}): Promise<bigint[]> =>
      (await market.findListings(filter)).listings.map(({ id }) => id)
    expect(await find(buyer.market, { seller: other.wallet.address })).toEqual([number])
    const all = await find(buyer.market)
    expect(all.length).toBeGreaterThan(1)

    const { connection, outbox, contract } = { ...stage, outbox: buyer.outbox, contract: buyer.market.contract }
    const listingIndex = createListingIndex(buyer.database, connection.chainId, contract)
    const reopen = () => createMarket({ connection, outbox, listingIndex })
    expect(await find(reopen())).toEqual(all)
    expect(listingIndex.list()).toEqual([])
    await connection.provider.send('anvil_mine', ['0x50'])
    expect(await find(reopen())).toEqual(all)
    expect(listingIndex.list().map(({ id }) => id)).toEqual([...all].reverse())
    const { number: newest } = await other.market.createListing(fresh('create'), terms(), url)
    expect(await find(reopen(), { seller: other.wallet.address })).toEqual([newest, number])

    // Page by page, and each page reads no more listings than it shows.
    const pages: bigint[] = []
    for (let left = 1, before: bigint | undefined; left > 0; before = pages.at(-1)) {
      const page = await reopen().findListings({ most: 2, ...(before === undefined ? {} : { before }) })
      expect(page.listings.length).toBe(left === 1 && pages.length > 0 ? 1 : 2)
      pages.push(...page.listings.map(({ id }) => id))
      expect(page.left).toBe(all.length + 1 - pages.length)
      ;({ left } = page)
    }
    expect(pages).toEqual([newest, ...all])
  })

  it('with terms the contract does not allow are refused in words', async () => {
    await expect(sell({ guaranteeWei: 499_999n })).rejects.toMatchObject({ code: 'escrow.wrong-terms', details: { revert: 'GuaranteeTooLow', minimum: '500000' } })
    await expect(sell({ deliverySeconds: 0 })).rejects.toMatchObject({ code: 'escrow.wrong-terms', message: 'deliverySeconds must be 1 to 31536000, not 0.' })
    await expect(sell({ valueWei: 0n, interactionFeeWei: 0n })).rejects.toMatchObject({ code: 'escrow.wrong-terms' })
  })
})

describe('a purchase', () => {
  it('goes from payment to confirmation, and both are paid what is theirs', async () => {
    const purchase = await buyListing(buyer.market, await sell())
    expect(await buyer.market.readPurchase(purchase)).toMatchObject({
      id: purchase, state: 'Paid', buyer: buyer.wallet.address, seller: seller.wallet.address, heldWei: 1_500_000n, terms: terms(), deadlineSeconds: 0,
      requestHash: `0x${'0'.repeat(64)}`, interactionOpened: false,
    })
    await buyer.market.openInteraction(fresh('open'), purchase)
    await buyer.market.requestResult(fresh('request'), purchase, requestHash)
    expect(await stateOf(purchase)).toBe('Requested')
    expect(await buyer.market.findDelivery(purchase)).toBeNull()
    const delivered = await seller.market.deliverResult(fresh('deliver'), purchase, requestHash, sealed, 500_000n)
    const answerHash = keccak256(sealed)
    const delivery = { requestHash, sealedAnswer: sealed, answerHash, transactionHash: delivered.hash }
    expect(await buyer.market.findDelivery(purchase)).toEqual(delivery)
    const sellerBefore = await buyer.market.readBalance(seller.wallet.address)
    const buyerBefore = await buyer.market.readBalance(buyer.wallet.address)
    await buyer.market.confirmResult(fresh('confirm'), purchase)
    const settled = await buyer.market.readPurchase(purchase)
    expect(settled).toMatchObject({ state: 'Settled', heldWei: 0n, interactionOpened: true, requestHash, answerHash })
    expect(settled.closedAtSeconds).toBeGreaterThanOrEqual(settled.deliveredAtSeconds)
    expect(await buyer.market.readBalance(seller.wallet.address) - sellerBefore).toBe(1_000_000n - 1000n + 500_000n)
    expect(await buyer.market.readBalance(buyer.wallet.address) - buyerBefore).toBe(500_000n)
  })

  it('tells its history: moves with their transactions and times, and who was credited what', async () => {
    const purchase = await reachDelivered()
    await buyer.market.confirmResult(fresh('confirm'), purchase)
    const history = await seller.market.readHistory(purchase)
    expect(history.moves.map(({ name }) => name)).toEqual(['Purchased', 'ResultRequested', 'Delivered', 'Confirmed'])
    expect(history.credits).toEqual([
      { account: buyer.wallet.address, amountWei: 500_000n },
      { account: seller.wallet.address, amountWei: 1_500_000n },
    ])
    expect(history.burnedWei).toBe(0n)
    const { paidAtSeconds, closedAtSeconds } = await buyer.market.readPurchase(purchase)
    expect([history.moves[0]?.timeSeconds, history.moves[3]?.timeSeconds]).toEqual([paidAtSeconds, closedAtSeconds])
  })

  it('is refunded by litigation before a request, and after a missed delivery deadline, not before', async () => {
    const early = await buyListing(buyer.market, await sell())
    await buyer.market.litigate(fresh('litigate'), early)
    expect(await stateOf(early)).toBe('Refunded')
    const late = await reachRequested()
    await expect(buyer.market.litigate(fresh('litigate'), late)).rejects.toMatchObject({ code: 'escrow.wrong-time', details: { revert: 'NotYet' } })
    await stage.chain.advanceTime(3601)
    await buyer.market.litigate(fresh('litigate'), late)
    expect(await stateOf(late)).toBe('Refunded')
    await expect(seller.market.deliverResult(fresh('deliver'), late, requestHash, sealed, 500_000n)).rejects.toMatchObject({ code: 'escrow.wrong-state', message: `Purchase ${late} is Refunded; this move needs it to be Requested.` })
  })

  it('sees a deadline pass on the practice chain by the clock alone, with no block mined', async () => {
    const purchase = await reachRequested({ deliverySeconds: 1 })
    const { deadlineSeconds } = await buyer.market.readPurchase(purchase)
    const block = await stage.connection.provider.getBlockNumber()
    while (await buyer.market.readTime() <= deadlineSeconds + 1) await new Promise((wake) => { setTimeout(wake, 100) })
    expect(await stage.connection.provider.getBlockNumber()).toBe(block)
    await buyer.market.litigate(fresh('litigate'), purchase)
    expect(await stateOf(purchase)).toBe('Refunded')
  })

  it('is declined by its seller', async () => {
    const purchase = await reachRequested()
    await expect(buyer.market.decline(fresh('decline'), purchase)).rejects.toMatchObject({ code: 'escrow.not-permitted' })
    await seller.market.decline(fresh('decline'), purchase)
    expect(await stateOf(purchase)).toBe('Refunded')
  })

  it('is reclaimed by its seller after the expiration, not before', async () => {
    const purchase = await reachDelivered()
    await expect(seller.market.reclaim(fresh('reclaim'), purchase)).rejects.toMatchObject({ code: 'escrow.wrong-time' })
    await stage.chain.advanceTime(3601)
    await seller.market.reclaim(fresh('reclaim'), purchase)
    expect(await stateOf(purchase)).toBe('Settled')
  })

  it('is disputed without an arbiter: halves, and both deposits burned', async () => {
    const purchase = await reachDelivered()
    await buyer.market.dispute(fresh('dispute'), purchase)
    expect(await seller.market.findDisputed()).toEqual([purchase])
    await seller.market.closeDispute(fresh('close'), purchase)
    expect(await buyer.market.readHistory(purchase)).toMatchObject({ burnedWei: 1_000_000n, moves: [{ name: 'Purchased' }, { name: 'ResultRequested' }, { name: 'Delivered' }, { name: 'DisputeOpened' }, { name: 'DisputeClosed' }] })
  })

  it('is ruled on by its arbiter', async () => {
    const arbiter = await stage.createParty()
    const purchase = await reachDelivered({ arbiter: arbiter.wallet.address, guaranteeWei: 500_000n })
    await buyer.market.dispute(fresh('dispute'), purchase)
    await expect(seller.market.rule(fresh('rule'), purchase, false)).rejects.toMatchObject({ code: 'escrow.not-permitted' })
    expect(await arbiter.market.findDisputed()).toEqual([purchase])
    await arbiter.market.rule(fresh('rule'), purchase, true)
    expect(await arbiter.market.findDisputed()).toEqual([])
    expect(await stateOf(purchase)).toBe('Refunded')
    expect(await arbiter.market.readBalance(arbiter.wallet.address)).toBe(500_000n)
  })

  it('is found by its seller and its buyer, and unknown ones are not', async () => {
    const [other, listing] = [await stage.createParty(), await sell()]
    const number = await buyListing(other.market, listing)
    expect(await seller.market.findPurchases({ buyer: other.wallet.address })).toEqual([number])
    expect(await seller.market.findPurchases({ seller: seller.wallet.address })).toContain(number)
    expect(await seller.market.findPurchases({ seller: other.wallet.address })).toEqual([])
    expect(await seller.market.findPurchase(99_999n)).toBeNull()
    await expect(seller.market.readPurchase(99_999n)).rejects.toMatchObject({ code: 'escrow.not-found' })
  })
})

describe('reading at a depth', () => {
  it('shows a purchase, its state and its delivery only from their confirmations on', async () => {
    const purchase = await buyListing(buyer.market, await sell())
    expect(await seller.market.findPurchase(purchase, { confirmations: 3 })).toBeNull()
    await expect(seller.market.readPurchase(purchase, { confirmations: 3 })).rejects.toMatchObject({ code: 'escrow.not-found', retryable: true })
    await stage.chain.mine(2)
    expect(await seller.market.findPurchase(purchase, { confirmations: 3 })).toMatchObject({ state: 'Paid' })
    await buyer.market.requestResult(fresh('request'), purchase, requestHash)
    expect(await seller.market.readPurchase(purchase)).toMatchObject({ state: 'Requested' })
    expect(await seller.market.readPurchase(purchase, { confirmations: 2 })).toMatchObject({ state: 'Paid' })
    await seller.market.deliverResult(fresh('deliver'), purchase, requestHash, sealed, 500_000n)
    expect(await buyer.market.findDelivery(purchase, { confirmations: 2 })).toBeNull()
    await stage.chain.mine()
    expect(await buyer.market.findDelivery(purchase, { confirmations: 2 })).toMatchObject({ requestHash })
  })

  it('finds nothing, rather than failing, in blocks before the contract', async () => {
    expect(await seller.market.findPurchase(1n, { confirmations: 1_000_000 })).toBeNull()
    expect(await seller.market.findDelivery(1n, { confirmations: 1_000_000 })).toBeNull()
  })
})

describe('paying', () => {
  it('is refused when the terms changed, the time is over, or it costs more than agreed', async () => {
    const listing = await sell()
    const { termsHash } = await buyer.market.readListing(listing)
    const request = { listing, termsHash, maxTotalWei: 1_500_000n, deadlineSeconds: far }
    await expect(buyer.market.buy(fresh('buy'), { ...request, maxTotalWei: 1_499_999n })).rejects.toMatchObject({ code: 'escrow.terms-changed' })
    await expect(buyer.market.buy(fresh('buy'), { ...request, deadlineSeconds: 1 })).rejects.toMatchObject({ code: 'escrow.wrong-time' })
    await seller.market.reprice(fresh('reprice'), listing, terms({ valueWei: 900_000n }))
    await expect(buyer.market.buy(fresh('buy'), request)).rejects.toMatchObject({ code: 'escrow.terms-changed' })
    expect(buyer.outbox.list().filter(({ status }) => status !== 'confirmed')).toEqual([])
  })

  it('gives the same purchase for the same key, though the listing has been re-priced since', async () => {
    const listing = await sell()
    const { termsHash } = await buyer.market.readListing(listing)
    const key = fresh('buy')
    const request = { listing, termsHash, maxTotalWei: 1_500_000n, deadlineSeconds: far }
    expect(buyer.market.wasSent(key)).toBe(false)
    const { number } = await buyer.market.buy(key, request)
    await seller.market.reprice(fresh('reprice'), listing, terms({ valueWei: 5000n }))
    expect((await buyer.market.buy(key, request)).number).toBe(number)
    expect(buyer.market.wasSent(key)).toBe(true)
  })

  it('out what is credited empties the balance, also to another address, and not twice', async () => {
    const party = await stage.createParty()
    const to = (await stage.createParty(0n)).wallet.address
    const purchase = await buyListing(party.market, await sell())
    await party.market.litigate(fresh('litigate'), purchase)
    expect(await party.market.readBalance(party.wallet.address)).toBe(1_500_000n)
    await party.market.withdrawTo(fresh('withdraw'), to)
    expect(await party.market.readAccountBalance(to)).toBe(1_500_000n)
    await expect(party.market.withdraw(fresh('withdraw'))).rejects.toMatchObject({ code: 'escrow.nothing-to-withdraw' })
  })

  it('is estimated by name before anything is signed', async () => {
    const estimate = await seller.market.estimate('createListing', [Object.values(terms()), url])
    expect(estimate.maxCostWei).toBe(estimate.gasLimit * estimate.maxFeePerGasWei)
    expect(estimate.expectedFeeWei).toBeLessThan(estimate.maxFeeWei)
    expect(await seller.market.readMinimumSeconds()).toBe(1)
  })
})
