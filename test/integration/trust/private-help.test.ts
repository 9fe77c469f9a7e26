import { beforeAll, describe, expect, it } from 'vitest'
import { checkScript, rehearse } from '../../../src/host/buyer/rehearse.ts'
import { failpointVariable } from '../../../src/host/failpoint.ts'
import type { Host, Trade } from '../../../src/host/index.ts'
import { evaluateOnPlainTable } from '../../../src/host/index.ts'
import { verifyReceipt } from '../../../src/host/protocol/verify-receipt.ts'
import type { Serving } from '../../../src/host/seller/serve.ts'
import type { Environment } from '../../e2e/support/command-line.ts'
import { queryProfile } from '../../e2e/support/profile.ts'
import { refusalOf } from '../../e2e/support/refusal.ts'
import { openRelay, type Relay } from '../../e2e/support/relay.ts'
import { serveBehind } from '../../e2e/support/serve-behind.ts'
import { publishListing, valueWei } from '../../e2e/support/shop.ts'
import { openStage, serve, type Party, type Stage } from '../../e2e/support/stage.ts'

const csv = 'pay,age\n10.5,20\n-2.25,30\n9,41\n10.5,25\n0.3,60\n'
const file = (source: string) => ({ fileName: 'script.ts', source })

/** The table of product.md as typed there, over the real ciphertexts; `m` is an encrypted matrix of its own. */
const table = `const m = data.rows([4, 3, 2, 1, 0])
const decrypted = [[1, 2], [3, 4], [5, 6], [7, 8], [9, 10]]
export default {
  numbers: [data + 3, data - 3, data * 3, data / 3],
  encrypted: [data + m, data - m],
  plain: [data + decrypted, data * decrypted, data - decrypted, data / decrypted],
  products: data * m,
  masks: [data > 20, data < 20, data >= 30, data <= 30, data == 30, data != 30, data > decrypted, data > m],
  parts: [data[1], data[1][0], data.dim(), data.t(), data.transpose()],
  all: [data.mean(), data.max(), data.min()],
  byRow: [data.mean(1), data.max(1), data.min(1)],
  byColumn: [data.mean(0), data.max(0), data.min(0)],
}
`
const products = file('const pay = data.col("pay")\nconst age = data.col("age")\nexport default { dot: (pay * age).sum(), oldest: age.max() }\n')

/** Any two answers of one shape, number by number. */
const expectClose = (found: unknown, expected: unknown, where = 'answer'): void => {
  if (typeof expected === 'number') {
    expect(found, where).toBeCloseTo(expected, 9)
    return
  }
  if (typeof expected !== 'object' || expected === null) {
    expect(found, where).toEqual(expected)
    return
  }
  expect(Object.keys(found as object), where).toEqual(Object.keys(expected))
  for (const [name, value] of Object.entries(expected)) expectClose((found as Record<string, unknown>)[name], value, `${where}.${name}`)
}

describe('the key holder\'s help in private mode (S5)', () => {
  let stage: Stage
  let shop: Host
  let seller: Party
  let relay: Relay
  let serving: Serving
  let alice: Trade
  let aliceParty: Party
  const sent: { path: string; body: string }[] = []
  const watch = { before: ({ path, body }: { path: string; body: Buffer }): void => { sent.push({ path, body: body.toString() }) } }

  const offer = async (name: string, shift: number, draft: Parameters<typeof publishListing>[2]): Promise<string> => {
    const text = csv.replace(/^(-?[\d.]+),(\d+)$/gm, (_, pay: string, age: string) => `${Number(pay) + shift},${Number(age) + shift}`)
    await shop.datasets.importTable({ name, text })
    shop.datasets.createTestData(name, { rows: 5 })
    await shop.datasets.encrypt(name, { keyBits: 2048 })
    await shop.datasets.encryptTestData(name, { keyBits: 2048 })
    const { listings } = await shop.trade()
    const { id } = await listings.create({ dataset: name, valueWei, serverUrl: relay.url, mode: 'private', condition: 0.25, maxAnswerBits: 192, ...draft })
    await listings.publish(id)
    return `${relay.url}/v1/listings/${id}`
  }
  const counted = (kind: 'comparisons' | 'products'): number =>
    queryProfile<{ kind: string; count: number }>(seller.home, 'SELECT * FROM ledger_asks')
      .reduce((sum, ask) => (ask.kind === kind ? sum + ask.count : sum), 0)

  beforeAll(async () => {
    stage = await openStage()
    seller = await stage.createParty('seller')
    shop = await seller.open()
    relay = await openRelay()
    serving = await serve(shop, { publicUrl: relay.url })
    relay.forwardTo(serving.port)
    relay.intercept(watch)
    aliceParty = await stage.createParty('alice')
    alice = await (await aliceParty.open()).trade()
  }, 180_000)

  it('computes every line of the old documentation on the real ciphertexts, and the seller sees none of it', async () => {
    const url = await offer('table', 0, { comparisons: 500, products: 20, maxAnswerCells: 220, maxTotalCells: 220, interactionFeeWei: valueWei / 10n })
    const { details, seller: client } = await alice.openListing(url)
    const rehearsed = await rehearse(file(table), details, client, await shop.engine())
    expect(rehearsed).toMatchObject({ largestDifference: 0, verdict: { allowed: true } })
    const { number } = await alice.purchases.buy(url)
    expect(await refusalOf(() => alice.purchases.compute(number, file(table)))).toMatchObject({ code: 'escrow.interaction-not-open' })
    expect(counted('comparisons') + counted('products')).toBe(0)
    await alice.purchases.openInteraction(number)
    await alice.purchases.compute(number, file(table))
    // The same two cells either way round are one product.
    expect(counted('products')).toBe(6)
    const { answer, proofVerified } = await alice.purchases.request(number)
    expect(proofVerified).toBe(true)
    const { answer: expected } = await evaluateOnPlainTable(shop.datasets, 'table', file(table))
    expectClose(JSON.parse(answer ?? ''), expected)

    const everything = sent.map(({ body }) => body).join('\n')
    for (const secret of ['"comparisons":[', '"terms"', 'numbers', 'byColumn']) expect(everything).not.toContain(secret)
    await alice.purchases.confirm(number)
    const { unprovedReplies } = await alice.purchases.show(number)
    expect(unprovedReplies).toBe(counted('comparisons') + counted('products'))
    const { receipt, missingHalf } = await alice.receipts.export(number)
    expect([missingHalf, receipt.trade.unprovedReplies]).toEqual([null, unprovedReplies])
    expect(verifyReceipt(JSON.parse(JSON.stringify(receipt)))).toMatchObject({ ok: true, decryptionProved: true })
  }, 240_000)

  it('sends the same bytes again after a cut and is counted once, for comparisons and products', async () => {
    const url = await offer('cut', 100, { comparisons: 20, products: 5, maxTotalCells: 40 })
    const { details, seller: client } = await alice.openListing(url)
    const engine = await shop.engine()
    expect(await checkScript(products, details, client)).toMatchObject({ allowed: true })
    const rehearsed = await rehearse(products, details, client, engine)
    expect(rehearsed.largestDifference).toBeLessThan(1e-9)
    expect(rehearsed.gauge.interaction).toMatchObject({ products: 5, comparisons: 4 })
    const before = { comparisons: counted('comparisons'), products: counted('products') }

    const { number } = await alice.purchases.buy(url)
    await alice.purchases.openInteraction(number)
    const askedOf = (kind: string): string | undefined => sent.find(({ path }) => path === `/v1/purchases/${number}/${kind}`)?.body
    /** Computes while the seller's answers of this kind, counted already, never arrive. */
    const computeCut = async (kind: string): Promise<void> => {
      sent.length = 0
      relay.intercept({ ...watch, after: ({ path }) => { if (path.endsWith(`/${kind}`)) throw new Error('the wire is cut') } })
      await refusalOf(() => alice.purchases.compute(number, products))
      relay.intercept(watch)
    }
    await computeCut('products')
    const factors = askedOf('products')
    await computeCut('comparisons')
    expect([factors !== undefined, askedOf('products')]).toEqual([true, factors])
    const questions = askedOf('comparisons')
    sent.length = 0
    await alice.purchases.compute(number, products)
    expect([questions !== undefined, askedOf('products'), askedOf('comparisons')]).toEqual([true, undefined, questions])
    expect({ comparisons: counted('comparisons') - before.comparisons, products: counted('products') - before.products }).toEqual({ comparisons: 4, products: 5 })
    // Computed once more, all is known: nothing is asked, and the receipt's number is what the seller counted.
    sent.length = 0
    await alice.purchases.compute(number, products)
    expect(sent.filter(({ path }) => /comparisons|products/.test(path))).toEqual([])
    const answer = JSON.parse((await alice.purchases.request(number)).answer ?? '') as unknown
    const { answer: expected } = await evaluateOnPlainTable(shop.datasets, 'cut', products)
    expectClose(answer, expected)
    expect((await alice.receipts.export(number)).missingHalf).toBeNull()
  }, 240_000)

  it('gives the same and costs nothing more when the seller is killed between counting and answering (S4, S5)', async () => {
    const url = await offer('killed', 900, { comparisons: 4, products: 5, maxTotalCells: 40 })
    const before = { comparisons: counted('comparisons'), products: counted('products') }
    const countedSince = () => ({ comparisons: counted('comparisons') - before.comparisons, products: counted('products') - before.products })
    const { number } = await alice.purchases.buy(url)
    await alice.purchases.openInteraction(number)
    await serving.stop()
    const startProcess = (environment: Environment) => serveBehind(relay, seller.home, { ...stage.environment, ...environment })
    const bodiesOf = (kind: string): string[] => sent.filter(({ path }) => path === `/v1/purchases/${number}/${kind}`).map(({ body }) => body)
    sent.length = 0
    // At the second passing: the products are answered then, and two of five ages are compared in pairs.
    for (const [passing, expected] of [[1, { comparisons: 0, products: 5 }], [2, { comparisons: 2, products: 5 }]] as const) {
      const killed = await startProcess({ [failpointVariable]: `help.counted@${passing}` })
      const refused = refusalOf(() => alice.purchases.compute(number, products))
      expect((await killed.ended).signal).toBe('SIGKILL')
      expect((await refused).code).toBe('runtime.seller-unreachable')
      expect(countedSince()).toEqual(expected)
    }
    const again = await startProcess({})
    await alice.purchases.compute(number, products)
    expect(countedSince()).toEqual({ comparisons: 4, products: 5 })
    // Each was asked until it was answered, in the very bytes that were counted: five products at once, four comparisons in three rounds.
    expect(bodiesOf('products').length).toBeGreaterThan(1)
    expect(new Set(bodiesOf('products')).size).toBe(1)
    expect(bodiesOf('comparisons').length).toBeGreaterThan(3)
    expect(new Set(bodiesOf('comparisons')).size).toBe(3)
    const { answer, proofVerified } = await alice.purchases.request(number)
    const { answer: expected } = await evaluateOnPlainTable(shop.datasets, 'killed', products)
    expectClose(JSON.parse(answer ?? ''), expected)
    expect(proofVerified).toBe(true)
    await again.kill('SIGTERM')
    serving = await serve(shop, { publicUrl: relay.url })
    relay.forwardTo(serving.port)
  }, 240_000)

  it('ends with the table\'s budgets, whoever asks, and where nothing is sold says so', async () => {
    const url = await offer('spent', 300, { comparisons: 4, products: 5, maxTotalCells: 40 })
    const first = (await alice.purchases.buy(url)).number
    await alice.purchases.openInteraction(first)
    await alice.purchases.compute(first, products)
    const bob = await (await (await stage.createParty('bob')).open()).trade()
    const second = (await bob.purchases.buy(url)).number
    await bob.purchases.openInteraction(second)
    const before = counted('products')
    expect(await refusalOf(() => bob.purchases.compute(second, products))).toMatchObject({ code: 'policy.budget-spent' })
    expect(counted('products')).toBe(before)

    const bare = await offer('bare', 600, { maxTotalCells: 40 })
    const third = (await bob.purchases.buy(bare)).number
    const asked = { ...products, source: 'export default (data.col("pay") * data.col("age")).sum()\n' }
    expect(await refusalOf(() => bob.purchases.compute(third, asked))).toMatchObject({ code: 'input.tensor-not-additive' })
    const compared = await refusalOf(() => bob.purchases.compute(third, file('export default data.col("age") > 30\n')))
    expect(compared).toMatchObject({ code: 'policy.comparisons-not-sold' })
    const disclosed = await refusalOf(() => publishListing(shop, relay.url, { dataset: 'bare', products: 3 }))
    expect(disclosed).toMatchObject({ code: 'escrow.wrong-terms' })
  }, 240_000)
})
