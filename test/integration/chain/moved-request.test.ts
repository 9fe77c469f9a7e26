import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findFreePort } from '../../../src/cli/demo/free-port.ts'
import { openTable, type Host, type Trade } from '../../../src/host/index.ts'
import { resultRequestSchema } from '../../../src/shared/schemas/result-request.ts'
import { hashResultRequest } from '../../../src/host/protocol/result-request.ts'
import type { Serving } from '../../../src/host/seller/serve.ts'
import { noteFigure } from '../../campaigns/support/figures.ts'
import { assertDone, assertLanded, launchProgram, type Target } from '../../campaigns/kills/victim.ts'
import { homeOf } from '../../campaigns/kills/setting.ts'
import { createFolder, onCleanup } from '../../e2e/support/cleanup.ts'
import { queryProfile } from '../../e2e/support/profile.ts'
import { refusalOf } from '../../e2e/support/refusal.ts'
import { openPublicStage, requestProgram, type PublicStage } from './public-stage.ts'

const valueWei = 10n ** 15n
const wages = [12, 15, 9.5, 22, 18, 30, 11, 14]
const total = wages.reduce((sum, wage) => sum + wage, 0)

describe('a purchase that a reorganisation gives another number after its result was asked for', { timeout: 240_000 }, () => {
  const base = createFolder('moved-request')
  let stage: PublicStage
  let seller: Host
  let serving: Serving
  /** While it is so, the seller sends nothing to the chain. */
  let isSilent = false

  const folderOf = (name: string): string => {
    const folder = join(base, name)
    mkdirSync(folder, { recursive: true })
    return folder
  }
  const openBuyer = async (name: string): Promise<Host> => {
    const host = await stage.openParty(folderOf(name), 'buyer')
    onCleanup(() => host.close())
    return host
  }
  const listingUrl = (): string => `${serving.localUrl}/v1/listings/answers`
  const buy = async ({ purchases }: Trade): Promise<bigint> => (await purchases.buy(listingUrl(), { deadlineSeconds: 86_400 })).number
  const compute = async ({ purchases }: Trade, number: bigint, column = 'wage'): Promise<void> => {
    const { details } = purchases.get(number)
    await purchases.computeAnswer(number, openTable(details, details.dataset).data.col(column).sum())
  }
  const salesUnder = (number: bigint): unknown[] =>
    queryProfile(seller.home, 'SELECT state, set_aside AS aside FROM sales WHERE purchase = ? ORDER BY received_at', number.toString())

  beforeAll(async () => {
    stage = await openPublicStage()
    seller = await stage.openParty(folderOf('seller'), 'seller')
    await seller.datasets.importTable({ name: 'wages', text: ['wage,hours', ...wages.map((wage, row) => `${wage},${30 + row}`)].join('\n') })
    seller.datasets.createTestData('wages', { rows: 6 })
    await seller.datasets.encrypt('wages', { keyBits: 2048 })
    await seller.datasets.encryptTestData('wages', { keyBits: 2048 })
    const { listings, serve } = await seller.trade()
    const port = await findFreePort()
    await listings.create({ id: 'answers', dataset: 'wages', valueWei, serverUrl: `http://127.0.0.1:${port}`, minRows: 1, condition: 1, comparisons: 100, confirmations: 3 })
    await listings.publish('answers')
    serving = await serve({
      host: '127.0.0.1', port, watchIntervalMilliseconds: 200, autoReclaim: false, onEvent: () => undefined,
      guard: (_, act) => (isSilent ? Promise.reject(new Error('the seller is silent')) : act()),
    })
  }, 120_000)
  afterAll(async () => {
    await serving.stop()
    await seller.close()
    await stage.close()
  })

  it('is asked for under the new one by a buyer who was killed again and again on the way: paid once, asked once, answered once', async () => {
    const buyer = await openBuyer('killed')
    const first = await openBuyer('first')
    const before = await stage.height()
    const trade = await buyer.trade()
    const number = await buy(trade)
    await compute(trade, number)
    const other = await first.trade()
    const moved = await buy(other)
    expect(moved).toBe(number + 1n)
    const { account } = trade.market
    await buyer.close()
    const folder = folderOf('killed')
    const killAt = async (point: string): Promise<void> => {
      const target: Target = { point, passing: 1 }
      assertLanded(await launchProgram(requestProgram, [folder], { target }).ended, target)
      noteFigure('kills of a buyer whose purchase was moved')
    }
    const read = () => queryProfile<{ number: string; request: string; requestHash: string; answer: string | null }>(
      homeOf(folder, 'buyer'), 'SELECT number, request, request_hash AS requestHash, answer FROM purchases')

    // The request stands on the contract, and the seller has not heard of it.
    await killAt('ask.before:POST /v1/purchases/N/result')
    const [asked] = read()
    expect(asked).toMatchObject({ number: number.toString(), request: expect.stringContaining(`"purchase":"${number}"`) as string, answer: null })

    await stage.reorganise(before, first)
    noteFigure('reorganisations, to depth 12')
    // The program was not running for longer than any reorganisation reaches back.
    await stage.rpc('anvil_mine', '0x64')
    // In turn: in the midst of noting the number, with the new request written down, with it signed for the chain.
    for (const point of ['store.within:update-purchases', 'store.after:update-purchases', 'chain.signed']) await killAt(point)
    assertDone(await launchProgram(requestProgram, [folder], {}).ended)

    const [answered, ...more] = read()
    expect([answered?.number, more]).toEqual([moved.toString(), []])
    expect(JSON.parse(answered?.answer ?? 'null')).toBeCloseTo(total, 9)
    const { market } = other
    const onChain = await market.readPurchase(moved)
    const request = resultRequestSchema.parse(JSON.parse(answered?.request ?? ''))
    expect(request.purchase).toBe(moved.toString())
    expect([onChain.buyer, onChain.state, onChain.requestHash]).toEqual([account, 'Delivered', hashResultRequest(request)])
    expect((await market.readHistory(moved)).moves.map(({ name }) => name)).toEqual(['Purchased', 'ResultRequested', 'Delivered'])
    expect(await market.findPurchases({ buyer: account })).toEqual([moved])
    // The payment and the old request with their old bytes, of which the second came to nothing; and the new request.
    expect(queryProfile(homeOf(folder, 'buyer'), 'SELECT key, attempt, status FROM transactions ORDER BY id')).toEqual([
      { key: 'buy:1', attempt: 1, status: 'confirmed' },
      { key: `purchase:${number}:request:${asked?.requestHash}`, attempt: 1, status: 'failed' },
      { key: `purchase:${moved}:request:${answered?.requestHash}`, attempt: 1, status: 'confirmed' },
    ])
    expect(Number(await stage.rpc('eth_getTransactionCount', account, 'latest'))).toBe(3)
    expect([salesUnder(number), salesUnder(moved)]).toEqual([[], [{ state: 'delivered', aside: 0 }]])
    // Whoever has the old number has not been asked for anything.
    expect((await market.readPurchase(number)).state).toBe('Paid')
    await market.litigate('over', number)
  })

  it('is followed by a buyer who waits meanwhile; and the one who has the old number by then gets an answer too', async () => {
    const second = await openBuyer('second')
    const [waiting, first] = [await (await openBuyer('waiting')).trade(), await second.trade()]
    const before = await stage.height()
    const number = await buy(waiting)
    await compute(waiting, number)
    const moved = await buy(first)
    await compute(first, moved)
    isSilent = true
    const reached = Promise.withResolvers<undefined>()
    const answer = waiting.purchases.request(number, { onStep: (step) => { if (step === 'waiting') reached.resolve(undefined) } })
    await Promise.race([reached.promise, answer])
    expect((await waiting.market.readPurchase(number)).state).toBe('Requested')

    await stage.reorganise(before, second)
    noteFigure('reorganisations, to depth 12')
    isSilent = false
    // They have changed places, and neither was told.
    const answered = await Promise.all([answer, first.purchases.request(moved)])
    expect(answered.map((purchase) => [purchase.number, JSON.parse(purchase.answer ?? 'null') as unknown])).toEqual([[moved, expect.closeTo(total, 9)], [number, expect.closeTo(total, 9)]])
    for (const id of [number, moved]) {
      expect((await waiting.market.readHistory(id)).moves.map(({ name }) => name)).toEqual(['Purchased', 'ResultRequested', 'Delivered'])
    }
    // The seller had the first request, which was never answered, beside the one that took its number.
    expect([salesUnder(number), salesUnder(moved)]).toEqual([
      [{ state: expect.stringMatching(/^(?:received|answered|missed)$/) as string, aside: 1 }, { state: 'delivered', aside: 0 }], [{ state: 'delivered', aside: 0 }],
    ])
    await waiting.purchases.confirm(moved)
    await first.purchases.confirm(number)
    for (const id of [number, moved]) expect((await waiting.market.readPurchase(id)).state).toBe('Settled')
    const receipt = await waiting.receipts.export(moved)
    expect([receipt.missingHalf, receipt.receipt.request?.request.purchase]).toEqual([null, moved.toString()])
  })

  it('asks its comparisons under the new one before it asks for the answer, once the help is paid for there', async () => {
    const third = await openBuyer('third')
    const asking = await (await openBuyer('asking')).trade()
    const before = await stage.height()
    const number = await buy(asking)
    const moved = await buy(await third.trade())
    await asking.purchases.openInteraction(number)
    await asking.purchases.compute(number, { fileName: 'above.ts', source: "const wage = data.col('wage')\nexport default ((wage > 14) * wage).sum()\n" })
    const asked = (): unknown => queryProfile(seller.home, 'SELECT count(*) AS count FROM ledger_comparisons')
    const counted = asked()

    await stage.reorganise(before, third)
    noteFigure('reorganisations, to depth 12')
    const refusal = await refusalOf(() => asking.purchases.request(number))
    expect(refusal.code).toBe('escrow.interaction-not-open')
    await asking.purchases.openInteraction(moved)
    const { answer } = await asking.purchases.request(moved)
    expect(JSON.parse(answer ?? 'null')).toBeCloseTo(15 + 22 + 18 + 30, 9)
    // The table has told nothing new.
    expect(asked()).toEqual(counted)
  })

  it('gets the money back where it is left with the request of another purchase of its wallet, which gets its answer', async () => {
    const fourth = await openBuyer('fourth')
    const swapped = await openBuyer('swapped')
    const trade = await swapped.trade()
    const before = await stage.height()
    // The other buyer's payment is lost, so that both of this wallet move one number down.
    await buy(await fourth.trade())
    const asked = await buy(trade)
    const unasked = await buy(trade)
    expect(unasked).toBe(asked + 1n)
    await compute(trade, asked)
    // Another result: for the same one the old request would be the right one.
    await compute(trade, unasked, 'hours')
    // The request stands on the contract, and the seller has not heard of it.
    const stop = new Error('the program is stopped')
    await expect(trade.purchases.request(asked, { onStep: (step) => { if (step === 'sending') throw stop } })).rejects.toThrow(stop.message)
    const signed = await trade.market.readPurchase(asked)
    expect(signed.state).toBe('Requested')

    await stage.reorganise(before, swapped)
    noteFigure('reorganisations, to depth 12')
    const answered = await trade.purchases.request(asked)
    expect([answered.number, JSON.parse(answered.answer ?? 'null')]).toEqual([asked - 1n, expect.closeTo(total, 9)])
    // Mined again by itself, the old request lies on the number that is the second purchase's by now, as its profile says.
    const displaced = await refusalOf(() => trade.purchases.request(asked))
    expect(displaced).toMatchObject({ code: 'escrow.request-displaced', details: { purchase: asked.toString() } })
    const { buyer, state, requestHash } = await trade.market.readPurchase(asked)
    expect([buyer, state, requestHash]).toEqual([trade.market.account, 'Requested', signed.requestHash])

    // The way out that the error names.
    await stage.rpc('evm_increaseTime', 3601)
    await stage.rpc('anvil_mine', '0x1')
    await trade.purchases.litigate(asked)
    expect((await trade.market.readPurchase(asked)).state).toBe('Refunded')
    const again = await buy(trade)
    await compute(trade, again)
    expect(JSON.parse((await trade.purchases.request(again)).answer ?? 'null')).toBeCloseTo(total, 9)
  })
})
