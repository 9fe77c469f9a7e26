import { toQuantity } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ChainConnection } from '../../../src/host/chain/connect.ts'
import { createMarket, type Market } from '../../../src/host/chain/market.ts'
import { createPaymentNumbers } from '../../../src/host/buyer/payment-numbers.ts'
import { createPurchaseStore, type Purchase } from '../../../src/host/buyer/purchase-store.ts'
import { createDeliveries, type DeliveryDependencies } from '../../../src/host/seller/deliveries.ts'
import { createSaleStore, type SaleStore } from '../../../src/host/seller/sale-store.ts'
import { noteFigure } from '../../campaigns/support/figures.ts'
import { refusalOf } from '../../e2e/support/refusal.ts'
import { createWalletOutbox, now, openStage, terms, type Party, type Stage } from './support.ts'

const confirmations = 3
const requestHash = `0x${'ad'.repeat(32)}`

let stage: Stage
beforeAll(async () => { stage = await openStage() })
afterAll(() => stage.close())

const rpc = (method: string, ...args: unknown[]): Promise<unknown> => stage.connection.provider.send(method, args) as Promise<unknown>
const mine = (blocks: number): Promise<unknown> => rpc('anvil_mine', toQuantity(blocks))

/** Blocks are counted, and may be taken back, as on a public network. */
const asPublic = (): ChainConnection => {
  stage.connection.provider.pollingInterval = 20
  return { ...stage.connection, isDevelopment: false }
}
const marketOf = ({ wallet, database }: Party): Market => {
  const connection = asPublic()
  return createMarket({ connection, outbox: createWalletOutbox(wallet, connection, database, { confirmations }) })
}
/** What is awaited, with a block now and then until it is there. */
const mining = async <T>(work: Promise<T>): Promise<T> => {
  let over = false
  const mark = (): void => { over = true }
  work.then(mark, mark)
  while (!over) {
    await mine(1)
    await new Promise((wake) => { setTimeout(wake, 20) })
  }
  return work
}
const salesOf = (seller: Party, market: Market, buyer: Party): SaleStore => {
  seller.database.pragma('foreign_keys = OFF')
  const sales = createSaleStore(seller.database, market)
  sales.receive({
    purchase: 1n, listing: 'listing', buyer: buyer.wallet.address, requestHash, request: '{}', signature: '0x', bodyHash: '0x', program: '{}',
    ciphertexts: new Uint8Array(1), receivedAt: now().toISOString(),
  })
  sales.answer({ purchase: 1n, requestHash }, Uint8Array.of(1, 2, 3))
  return sales
}

describe('a payment that a reorganisation takes back before the answer', () => {
  it('gets no answer, is made again with the same bytes under whatever number it gets, and is paid once', async () => {
    const [seller, buyer, other] = [await stage.createParty(), await stage.createParty(), await stage.createParty()]
    const [sellerMarket, market, otherMarket] = [marketOf(seller), marketOf(buyer), marketOf(other)]
    const listed = await mining(sellerMarket.createListing('listing', terms(), 'http://127.0.0.1:1/v1/listings/listing'))
    await mine(10)

    const { termsHash } = await market.readListing(listed.number)
    const totalWei = 1_500_000n
    const deadlineSeconds = await market.readTime() + 3600
    buyer.database.prepare(`INSERT INTO purchases
      (id, chain_id, contract, url, contract_url, details, details_hash, listing, terms_hash, buyer, max_total_wei, deadline_seconds, created_at)
      VALUES (7, ?, ?, '', '', '{}', '', ?, ?, ?, ?, ?, '')`)
      .run(market.chainId, market.contract, listed.number.toString(), termsHash, buyer.wallet.address, totalWei.toString(), deadlineSeconds)
    const { moveNumbers } = createPurchaseStore(buyer.database, market)
    const numberOf = (): string | null => buyer.database.prepare<[], { number: string | null }>('SELECT number FROM purchases').get()?.number ?? null
    const list = (): readonly Purchase[] => [{ id: 7, number: numberOf() === null ? null : BigInt(numberOf() ?? 0) } as Purchase]
    const notices: string[] = []
    const numbers = createPaymentNumbers({ list, moveNumbers }, market, (notice) => { notices.push(notice) })
    const buy = { listing: listed.number, termsHash, maxTotalWei: totalWei, deadlineSeconds }
    const { number } = await mining(market.buy('buy:7', buy))
    moveNumbers(new Map([[7, number]]))
    numbers.follow()
    expect([numberOf(), notices]).toEqual(['1', []])
    await mining(market.requestResult('request', number, requestHash))
    expect(await market.readPurchase(number)).toMatchObject({ id: 1n, state: 'Requested', buyer: buyer.wallet.address })

    const sales = salesOf(seller, sellerMarket, buyer)
    const deliveries = createDeliveries({ sales, market: sellerMarket, now } as Partial<DeliveryDependencies> as DeliveryDependencies)
    const lost = buyer.database.prepare<[], { raw: string }>('SELECT raw FROM signed_transactions ORDER BY nonce').all()
    await rpc('anvil_reorg', 12, [])
    noteFigure('reorganisations, to depth 12')
    await rpc('anvil_dropAllTransactions')
    // Nothing is released for a payment that is not there, and the answer stays as it was decided.
    expect((await refusalOf(() => deliveries.advance(1n))).code).toBe('escrow.not-found')
    expect([sales.find(1n)?.state, seller.database.prepare('SELECT count(*) AS n FROM transactions').get()]).toEqual(['answered', { n: 1 }])

    // Somebody else's purchase is the first now.
    const first = await mining(otherMarket.buy('buy:1', buy))
    expect(first.number).toBe(1n)
    const takenBack = await market.outbox.recheck()
    expect(takenBack.map(({ key, toBlock }) => [key, toBlock])).toEqual([['buy:7', null], ['request', null]])
    numbers.follow()
    expect([numberOf(), notices]).toEqual([null, [expect.stringContaining('Purchase 1 is not on the chain any more')]])

    const resumed = await mining(market.outbox.resume())
    expect(resumed.map(({ key, result, error }) => [key, result, error?.code ?? null])).toEqual([
      ['buy:7', 'confirmed', null],
      // It names the first purchase, which is not this buyer's any more: the contract refuses, and nothing of it happens.
      ['request', 'failed', 'escrow.not-permitted'],
    ])
    const again = buyer.database.prepare<[], { raw: string }>('SELECT raw FROM signed_transactions ORDER BY nonce').all()
    expect(again).toEqual(lost)
    expect(numbers.withNumber({ id: 7, number: null } as Purchase).number).toBe(2n)
    expect(await market.readPurchase(2n)).toMatchObject({ state: 'Paid', buyer: buyer.wallet.address })
    expect(await stage.connection.provider.getBalance(market.contract)).toBe(2n * totalWei)
    // The seller's answer was made for another's request: it is not delivered to the purchase that bears its number now.
    expect((await deliveries.advance(1n)).state).toBe('missed')
    expect((await market.readPurchase(1n)).state).toBe('Paid')
  })

  it('is refused where the other chain refuses it, is not called paid any more, and takes no money', async () => {
    const [seller, buyer] = [await stage.createParty(), await stage.createParty()]
    const [sellerMarket, market] = [marketOf(seller), marketOf(buyer)]
    const listed = await mining(sellerMarket.createListing('listing', terms(), 'http://127.0.0.1:1/v1/listings/listing'))
    await mine(10)
    const { termsHash } = await market.readListing(listed.number)
    const heldBefore = await stage.connection.provider.getBalance(market.contract)
    const buy = { listing: listed.number, termsHash, maxTotalWei: 1_500_000n, deadlineSeconds: await market.readTime() + 3600 }
    await mining(market.buy('buy:1', buy))
    const raw = buyer.database.prepare<[], { raw: string }>('SELECT raw FROM signed_transactions').get()?.raw

    await rpc('anvil_reorg', 6, [])
    noteFigure('reorganisations, to depth 12')
    await rpc('anvil_dropAllTransactions')
    await mining(sellerMarket.closeListing('close', listed.number))
    // As a node does with what it knew from the other chain.
    await rpc('eth_sendRawTransaction', raw)
    await mine(3)
    expect((await market.outbox.recheck()).map(({ key, toBlock }) => [key, toBlock === null])).toEqual([['buy:1', false]])
    const [resumed] = await mining(market.outbox.resume())
    expect([resumed?.key, resumed?.result, resumed?.error?.code]).toEqual(['buy:1', 'failed', 'escrow.listing-closed'])
    const numbers = createPaymentNumbers({ list: () => [], moveNumbers: () => undefined }, market, () => undefined)
    expect(numbers.withNumber({ id: 1, number: null } as Purchase).number).toBeNull()
    expect(await stage.connection.provider.getBalance(market.contract)).toBe(heldBefore)
  })
})
