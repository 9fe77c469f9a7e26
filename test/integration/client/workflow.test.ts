import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  initialize, litigation, requestData, requestResult, requestTest, retrieveTestResult,
  type Client, type DataRequest, type Tensor, type TestRequest,
} from '../../../src/client/index.ts'
import { createFolder, deliverySeconds, mean, openMarketplace, openShop, passphrase, table, type Marketplace, type Shop } from './support.ts'

/** One question, asked of the test data first and of the real data then. */
const ask = (data: Tensor) => ({
  meanWage: data.col('wage').mean(),
  unionShare: data.col('union').mean(),
  doubledHours: data.col('hours').mul(2).add(1).mean(),
})

const answerOf = (rows: readonly (readonly number[])[]) => ({
  meanWage: mean(rows.map((row) => row[1] ?? Number.NaN)),
  unionShare: mean(rows.map((row) => row[2] ?? Number.NaN)),
  doubledHours: mean(rows.map((row) => 2 * (row[0] ?? Number.NaN) + 1)),
})

const close = (answer: ReturnType<typeof answerOf>) =>
  Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, expect.closeTo(value, 9) as number]))

/** The next request to such a path finds nobody. */
const cutWire = (isCut: (path: string) => boolean): void => {
  const { fetch } = globalThis
  const wire = vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
    if (!isCut(new URL(input instanceof Request ? input.url : input).pathname)) return fetch(input, init)
    wire.mockRestore()
    return Promise.reject(new TypeError('the wire is cut'))
  })
}

describe('the client, in the order of use of the 2020 library', () => {
  const home = createFolder()
  let marketplace: Marketplace
  let shop: Shop
  let client: Client
  let test: TestRequest
  let bought: DataRequest

  const stateOf = async ({ purchase: { number } }: DataRequest): Promise<string> => {
    const sales = await (await shop.seller.trade()).sales.list()
    return sales.find(({ onChain }) => onChain.id === number)?.onChain.state ?? 'None'
  }

  beforeAll(async () => {
    marketplace = await openMarketplace()
    shop = await openShop(marketplace)
  })

  afterAll(async () => {
    await client.close()
    await shop.close()
    await marketplace.stage.close()
    rmSync(home, { recursive: true, force: true })
  })

  it('refuses every call before initialize', async () => {
    const notInitialized = { code: 'runtime.not-initialized' }
    await expect(requestTest(shop.url)).rejects.toMatchObject(notInitialized)
    await expect(requestData(shop.url)).rejects.toMatchObject(notInitialized)
    await expect(requestResult({ number: 1n }, 1)).rejects.toMatchObject(notInitialized)
    await expect(litigation({ number: 1n })).rejects.toMatchObject(notInitialized)
  })

  it('initializes with a private key and a network', async () => {
    const { address, privateKey } = marketplace.takeAccount()
    client = await initialize({ address, privateKey, network: marketplace.network, home, passphrase })
    expect(client.address).toBe(address)
  })

  it('requests the test data, plain and encrypted, with the listing\'s terms', async () => {
    test = await requestTest(shop.url)
    expect(test.data.shape).toEqual([50, 3])
    expect(test.data.columnNames).toEqual(['hours', 'wage', 'union'])
    expect(test.rows).toHaveLength(50)
    expect(test.listing.terms).toMatchObject({ valueWei: 1_000_000n, guaranteeWei: 500_000n })
  })

  it('retrieves the test result by the ciphertexts and by the plain rows', async () => {
    const { encrypted, plain, largestDifference } = await retrieveTestResult(test, ask(test.data))
    expect(plain).toEqual(close(answerOf(test.rows)))
    expect(encrypted).toEqual(plain)
    expect(largestDifference).toBe(0)
  })

  it('does not pay more than it was told to', async () => {
    await expect(requestData(shop.url, { maxTotalWei: 1_499_999n })).rejects.toMatchObject({ code: 'escrow.costs-more' })
  })

  it('buys and downloads the data', async () => {
    bought = await requestData(shop.url, { maxTotalWei: 1_500_000n })
    expect(bought.data.shape).toEqual([40, 3])
    expect(bought.listing.details.title).toBe('wages')
    expect(await stateOf(bought)).toBe('Paid')
  })

  it('takes a paid purchase up again instead of paying twice, unless told to', async () => {
    expect((await requestData(shop.url)).purchase).toEqual(bought.purchase)
    cutWire((path) => path.endsWith('/manifest'))
    await expect(requestData(shop.url, { again: true })).rejects.toMatchObject({ code: 'runtime.seller-unreachable' })
    const sales = await (await shop.seller.trade()).sales.list()
    expect(sales).toHaveLength(2)
    const newest = sales.map(({ onChain }) => onChain.id).find((number) => number !== bought.purchase.number)
    expect(await litigation({ number: newest ?? 0n })).toMatchObject({ state: 'Refunded' })
    expect(await client.withdraw()).toMatchObject({ amountWei: 1_500_000n, to: client.address })
  })

  it('refuses an answer made of another table\'s tensors', async () => {
    await expect(requestResult(bought.purchase, ask(test.data))).rejects.toMatchObject({ code: 'input.tensor-mixed' })
    await expect(retrieveTestResult(test, ask(bought.data))).rejects.toMatchObject({ code: 'input.tensor-mixed' })
  })

  it('uses nothing up where the listing would not answer', async () => {
    await expect(requestResult(bought.purchase, bought.data.get(0, 1))).rejects.toMatchObject({ code: 'policy.refused' })
    expect(await stateOf(bought)).toBe('Paid')
  })

  it('requests the result once, opens it and confirms by itself', async () => {
    expect(await requestResult(bought.purchase, ask(bought.data))).toEqual(close(answerOf(table)))
    expect(await stateOf(bought)).toBe('Settled')
  })

  it('gives the same answer again, and no other', async () => {
    expect(await requestResult(bought.purchase, ask(bought.data))).toEqual(close(answerOf(table)))
    await expect(requestResult(bought.purchase, bought.data.sum())).rejects.toMatchObject({ code: 'escrow.second-request' })
  })

  it('refuses to litigate what is settled, and what was never bought', async () => {
    await expect(litigation(bought.purchase)).rejects.toMatchObject({ code: 'escrow.wrong-state' })
    await expect(litigation({ number: 1_000_000n })).rejects.toMatchObject({ code: 'input.not-found' })
  })

  it('litigates before a result was requested, and withdraws the refund', async () => {
    const another = await requestData(shop.url)
    expect(another.purchase).not.toEqual(bought.purchase)
    // The guarantee of the first purchase is owed, too.
    expect(await litigation(another.purchase)).toEqual({ number: another.purchase.number, state: 'Refunded', creditWei: 2_000_000n })
    expect(await client.withdraw()).toMatchObject({ amountWei: 2_000_000n, to: client.address })
    await expect(requestResult(another.purchase, ask(another.data))).rejects.toMatchObject({ code: 'escrow.refunded' })
  })

  it('leaves the confirmation to the buyer where told so', async () => {
    const another = await requestData(shop.url)
    await requestResult(another.purchase, another.data.col('wage').mean(), { confirm: false })
    expect(await stateOf(another)).toBe('Delivered')
    expect(await client.confirm(another.purchase)).toMatchObject({ state: 'Settled', creditWei: 500_000n })
  })

  it('goes on with a purchase of an earlier session, which the profile alone opens', async () => {
    const { purchase } = await requestData(shop.url)
    await client.close()
    await expect(requestTest(shop.url)).rejects.toMatchObject({ code: 'runtime.not-initialized' })
    client = await initialize({ home, passphrase })
    const again = await client.openPurchase(purchase)
    expect(await client.requestResult(purchase, ask(again.data))).toEqual(close(answerOf(table)))
  })

  it('litigates by itself when the seller misses its deadline', async () => {
    const { data, purchase } = await requestData(shop.url)
    cutWire((path) => path.endsWith('/result'))
    await expect(requestResult(purchase, ask(data))).rejects.toMatchObject({ code: 'runtime.seller-unreachable' })
    // Still there, it would decline a request that stands on the contract and never arrived.
    await shop.shut()
    await expect(litigation(purchase)).rejects.toMatchObject({ code: 'escrow.wrong-time' })
    await marketplace.stage.chain.advanceTime(deliverySeconds + 1)
    await expect(requestResult(purchase, ask(data), { litigate: false })).rejects.toMatchObject({ code: 'escrow.delivery-missed' })
    await expect(requestResult(purchase, ask(data))).rejects.toMatchObject({ code: 'escrow.refunded' })
    expect(await client.withdraw()).toMatchObject({ amountWei: 2_500_000n })
  })
})
