import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Host, Trade } from '../../../src/host/index.ts'
import type { Market } from '../../../src/host/chain/market.ts'
import { isAppError } from '../../../src/shared/errors.ts'
import { rows, type TradeStage } from '../support/trade-stage.ts'

/** How one trade of the loop ends. */
export const endings = ['confirmed', 'litigated', 'refused', 'disputed', 'reclaimed'] as const
export type Ending = (typeof endings)[number]

export interface TradeSetting {
  readonly stage: TradeStage
  readonly buyer: Host
  readonly url: string
  readonly seller: string
  readonly valueWei: bigint
}

const script = { fileName: 'answer.ts', source: 'export default { mean: data.col(\'wage\').mean(), totals: data.sum(0) }\n' }
const refusedScript = { fileName: 'refused.ts', source: 'export default data.col(\'wage\').get(3)\n' }
const sumOf = (column: 0 | 1 | 2): number => rows.reduce((sum, row) => sum + row[column], 0)
const expected = { mean: sumOf(0) / rows.length, totals: [sumOf(0), sumOf(1), sumOf(2)] }

const isExpected = (found: unknown): boolean => {
  const { mean, totals } = found as { readonly mean: number, readonly totals: readonly number[] }
  return Math.abs(mean - expected.mean) < 1e-12 && isDeepStrictEqual(totals, expected.totals)
}

const refuseWrong = (what: string): never => { throw new Error(what) }

const awaitState = async (market: Market, purchase: bigint, state: string): Promise<void> => {
  while ((await market.readPurchase(purchase)).state !== state) await sleep(100)
}

/** A script's deadline goes by the clock, and a busy machine may not get to the script before it; nothing is spent by another try. */
const compute = async (trade: Trade, number: bigint, file: typeof script, tries = 10): Promise<void> => {
  try {
    await trade.purchases.compute(number, file)
  } catch (error) {
    if (!isAppError(error, 'runtime.script-timeout') || tries === 0) throw error
    await compute(trade, number, file, tries - 1)
  }
}

const answer = async (trade: Trade, number: bigint): Promise<void> => {
  await compute(trade, number, script)
  const { answer: given, proofVerified } = await trade.purchases.request(number)
  if (proofVerified !== true || given === null || !isExpected(JSON.parse(given))) refuseWrong(`purchase ${number} was answered ${given ?? 'with nothing'}, not ${JSON.stringify(expected)}`)
}

const act = async (ending: Ending, setting: TradeSetting, trade: Trade, number: bigint): Promise<void> => {
  const { purchases, market } = trade
  switch (ending) {
    case 'confirmed':
      await answer(trade, number)
      await purchases.confirm(number)
      return
    case 'litigated':
      await purchases.litigate(number)
      return
    case 'refused':
      await compute(trade, number, refusedScript)
      await purchases.request(number).then(
        () => refuseWrong(`purchase ${number} told one row`),
        (error: unknown) => { if (!isAppError(error, 'policy.refused')) throw error },
      )
      await purchases.litigate(number)
      return
    case 'disputed':
      await answer(trade, number)
      await purchases.dispute(number)
      await market.closeDispute(`soak:${number}:close`, number)
      return
    case 'reclaimed':
      await answer(trade, number)
      await setting.stage.chain.advanceTime((await market.readPurchase(number)).terms.expirationSeconds + 1)
      await awaitState(market, number, 'Settled')
  }
}

/** What each ending credits to seller and buyer, and burns. Without an arbiter the guarantee is half the value, and so is the bond. */
const moneyOf = (ending: Ending, valueWei: bigint): readonly [seller: bigint, buyer: bigint, burned: bigint] => {
  const guaranteeWei = (valueWei + 1n) / 2n
  switch (ending) {
    case 'confirmed': case 'reclaimed': return [valueWei + guaranteeWei, guaranteeWei, 0n]
    case 'litigated': case 'refused': return [0n, valueWei + guaranteeWei, 0n]
    case 'disputed': return [valueWei - valueWei / 2n, valueWei / 2n, 2n * guaranteeWei]
  }
}

interface Books {
  readonly sellerWei: bigint
  readonly buyerWei: bigint
  readonly heldWei: bigint
  readonly burnedWei: bigint
}

const readBooks = async (stage: TradeStage, { market }: Trade, seller: string): Promise<Books> => {
  const { heldWei, burnedWei } = await stage.readBooks()
  return { sellerWei: await market.readBalance(seller), buyerWei: await market.readBalance(market.account), heldWei, burnedWei }
}

/** One whole trade that ends so; throws where the answer or a wei of the books is not what it must be. */
export const tradeOnce = async (ending: Ending, setting: TradeSetting): Promise<void> => {
  const trade = await setting.buyer.trade()
  const before = await readBooks(setting.stage, trade, setting.seller)
  const { number } = await trade.purchases.buy(setting.url)
  await act(ending, setting, trade, number)
  const after = await readBooks(setting.stage, trade, setting.seller)
  const [sellerWei, buyerWei, burnedWei] = moneyOf(ending, setting.valueWei)
  const due: Books = {
    sellerWei: before.sellerWei + sellerWei, buyerWei: before.buyerWei + buyerWei, heldWei: 0n, burnedWei: before.burnedWei + burnedWei,
  }
  const show = (books: Books): string => Object.entries(books).map(([name, amount]) => `${name} ${String(amount)}`).join(', ')
  if (!isDeepStrictEqual(after, due)) refuseWrong(`purchase ${number}, ${ending}: the books say ${show(after)}, not ${show(due)}`)
}
