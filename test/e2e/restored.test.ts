import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { afterEach, beforeAll, afterAll, describe, expect, it } from 'vitest'
import { openTable } from '../../src/host/index.ts'
import { mainLine } from '../campaigns/kills/cases.ts'
import { openCompany, type Company, type Step } from '../campaigns/kills/company.ts'
import type { OperationName } from '../campaigns/kills/operations.ts'
import { compareOutcomes } from '../campaigns/kills/outcome.ts'
import { openRound, type Round } from '../campaigns/kills/round.ts'
import { homeOf, openHost, type Role } from '../campaigns/kills/setting.ts'
import { createFolder } from './support/cleanup.ts'
import { queryProfile } from './support/profile.ts'
import { refusalOf } from './support/refusal.ts'

const seed = process.env['HESYSTEM_SEED'] ?? randomBytes(6).toString('hex')

describe(`a profile that is lost and restored from a backup made before the trade went on (S32, seed ${seed})`, { timeout: 300_000 }, () => {
  let round: Round
  let company: Company
  beforeAll(async () => { round = await openRound(seed, join(createFolder('restored'), 'round')) }, 300_000)
  afterAll(async () => { await round.close(false) })
  afterEach(async () => { await company.close() })

  const step = (role: Role, operation: OperationName): Step => ({ role, operation })
  const indexOf = (role: Role, operation: string): number => mainLine.findIndex((one) => one.role === role && one.operation === operation)
  const beginBefore = async (role: Role, operation: string): Promise<void> => {
    await round.restore(indexOf(role, operation))
    company = openCompany(round.folder, round.setting)
  }
  const run = async (...steps: readonly Step[]): Promise<void> => { for (const one of steps) await company.run(one) }
  const from = (role: Role, operation: string): readonly Step[] => mainLine.slice(indexOf(role, operation))
  /** Money, states and moves as the chain tells them, which a lost profile must not change. */
  const expectSameChain = async (): Promise<void> => {
    expect(compareOutcomes(round.outcome['chain'], (await round.readOutcome())['chain'])).toEqual([])
  }

  // The latest beginning first: a chain that has gone back knows no later step any more.
  it('the buyer\'s, of before the request, computes the same again and opens the answer to the request it has forgotten', async () => {
    await beginBefore('buyer', 'request')
    await run(step('buyer', 'backup'), step('buyer', 'request'), step('buyer', 'restore'))
    expect(queryProfile(homeOf(round.folder, 'buyer'), 'SELECT request FROM purchases')).toEqual([{ request: null }])
    await run(...from('buyer', 'request'))
    expect(compareOutcomes(round.outcome['buyer'], (await round.readOutcome())['buyer']).filter((line) => !/transactions|signed/.test(line))).toEqual([])
    await expectSameChain()
  })

  it('the seller\'s, of before the request, decrypts nothing a second time, is paid, and answers for that table no more', async () => {
    await beginBefore('buyer', 'request')
    await run(step('seller', 'backup'), step('buyer', 'request'), step('seller', 'restore'), step('buyer', 'confirm'), step('seller', 'withdraw'), step('buyer', 'withdraw'))
    expect(queryProfile(homeOf(round.folder, 'seller'), 'SELECT purchase FROM ledger')).toEqual([])
    expect(queryProfile(homeOf(round.folder, 'seller'), 'SELECT state FROM sales')).toEqual([])
    await expectSameChain()
    // Another purchase's answer, with the one forgotten, might tell a row.
    await company.serve()
    const host = await openHost(round.folder, 'buyer')
    try {
      const { purchases } = await host.trade()
      const { number } = await purchases.buy(`http://127.0.0.1:${round.setting.port}/v1/listings/answers`)
      const { details } = purchases.get(number)
      await purchases.computeAnswer(number, openTable(details, details.dataset).data.col('wage').mean())
      const refusal = await refusalOf(() => purchases.request(number))
      expect([refusal.code, refusal.message]).toEqual(['policy.refused', expect.stringContaining('restored from a backup')])
      expect(queryProfile(homeOf(round.folder, 'seller'), "SELECT refusal ->> 'code' AS code FROM sales")).toEqual([{ code: 'policy.ledger-behind' }])
      expect(queryProfile(homeOf(round.folder, 'seller'), 'SELECT purchase FROM ledger')).toEqual([])
      expect((await purchases.show(number)).onChain?.state).toBe('Refunded')
    } finally {
      await host.close()
    }
  })

  it('the buyer\'s, of before the computation, is told what to compute where it computed something else, and writes no fault down', async () => {
    await beginBefore('buyer', 'compute')
    await run(step('buyer', 'backup'), step('buyer', 'compute'), step('buyer', 'request'), step('buyer', 'restore'))
    const host = await openHost(round.folder, 'buyer')
    try {
      const { purchases } = await host.trade()
      const { details } = purchases.get(1n)
      await purchases.computeAnswer(1n, openTable(details, details.dataset).data.col('hours').mean())
      expect((await refusalOf(() => purchases.request(1n))).code).toBe('escrow.request-forgotten')
      expect(purchases.get(1n)).toMatchObject({ request: null, answerFault: null })
    } finally {
      await host.close()
    }
    await run(...from('buyer', 'compute'))
    await expectSameChain()
  })

  it('the buyer\'s, of before the payment, takes it up on its own terms where the listing has another price by now', async () => {
    await beginBefore('buyer', 'buy')
    await run(step('buyer', 'backup'), step('buyer', 'buy'), step('buyer', 'restore'))
    const seller = await openHost(round.folder, 'seller')
    await (await seller.trade()).listings.reprice('answers', { valueWei: 3n * BigInt(round.setting.valueWei) })
    await seller.close()
    await company.serve()
    const host = await openHost(round.folder, 'buyer')
    try {
      const { purchases, market } = await host.trade()
      const { number, termsHash } = await purchases.buy(`http://127.0.0.1:${round.setting.port}/v1/listings/answers`)
      const paid = await market.readPurchase(number)
      expect([number, termsHash, paid.terms.valueWei]).toEqual([1n, paid.termsHash, BigInt(round.setting.valueWei)])
      expect(await market.findPurchases({ buyer: market.account })).toEqual([1n])
      const { details } = purchases.get(number)
      await purchases.computeAnswer(number, openTable(details, details.dataset).data.col('wage').mean())
      await purchases.request(number)
      expect((await purchases.confirm(number)).state).toBe('Settled')
    } finally {
      await host.close()
    }
  })

  it('the buyer\'s, of before the payment, takes the purchase up that it paid, and pays for no second one', async () => {
    await beginBefore('buyer', 'buy')
    await run(step('buyer', 'backup'), step('buyer', 'buy'), step('buyer', 'restore'))
    expect(queryProfile(homeOf(round.folder, 'buyer'), 'SELECT number FROM purchases')).toEqual([])
    await run(...from('buyer', 'buy'))
    await expectSameChain()
  })
})
