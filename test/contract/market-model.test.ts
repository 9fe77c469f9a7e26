import { FunctionFragment, getAddress, ZeroHash } from 'ethers'
import { describe, expect, it } from 'vitest'
import { marketInterface } from '../../src/host/chain/artifact.ts'
import { startPracticeChain, type PracticeChain } from '../../src/host/chain/practice-chain.ts'
import { hashTerms } from '../../src/host/chain/terms.ts'
import { createChance, createSeed } from './support/chance.ts'
import type { Call, Outcome } from './support/market-calls.ts'
import { deployMarket, type MarketDriver, type Scope } from './support/market-driver.ts'
import { findDeadline, MarketModel, type ModelPurchase } from './support/market-model.ts'
import { drawCall, type Cast } from './support/random-call.ts'
import { createRpc } from './support/rpc.ts'

// HESYSTEM_MARKET_CALLS=20000 for the long run; HESYSTEM_MARKET_SEED repeats a run.
const calls = Number(process.env['HESYSTEM_MARKET_CALLS'] ?? 2_000)
const seed = process.env['HESYSTEM_MARKET_SEED'] ?? createSeed()
/** How much longer than on a quiet machine a run may take: the long campaign gives way to everything else. */
const patience = Number(process.env['HESYSTEM_PATIENCE'] ?? 1)
const callsInARun = 200
const minimumSeconds = 3_600
const sink = getAddress(`0x${'51'.repeat(20)}`)
/** Runtime code that reverts on whatever comes: PUSH0 PUSH0 REVERT. */
const refusingCode = '0x5f5ffd'
const forcedWei = 12_345n

interface Stage {
  readonly chain: PracticeChain
  readonly market: MarketDriver
  readonly model: MarketModel
  readonly cast: Cast
  readonly startedAt: number
}

/** A chain of its own for each run (a node slows down with its history), a new market, five actors of whom one refuses ether. */
const openStage = async (): Promise<Stage> => {
  const chain = await startPracticeChain()
  const rpc = createRpc(chain.rpcUrl)
  const actors = chain.accounts.slice(0, 5).map(({ address }) => address)
  for (const actor of actors) await chain.setBalance(actor, 10n ** 24n)
  const refuser = actors[4] ?? ''
  await rpc.send('anvil_setCode', [refuser, refusingCode])
  await rpc.send('anvil_impersonateAccount', [refuser])
  const market = await deployMarket(rpc, actors[0] ?? '', minimumSeconds)
  await chain.setBalance(market.address, forcedWei)
  const block = await rpc.send('eth_getBlockByNumber', ['latest', false])
  return {
    chain,
    market,
    model: new MarketModel(minimumSeconds, new Set([refuser])),
    cast: { actors, sink, minimumSeconds },
    startedAt: Number((block as { readonly timestamp: string }).timestamp),
  }
}

const describeBooks = (model: MarketModel, { accounts, purchases, listings }: Scope) => ({
  heldWei: model.heldWei,
  creditedWei: model.creditedWei,
  burnedWei: model.burnedWei,
  balanceWei: model.heldWei + model.creditedWei + model.burnedWei + forcedWei,
  credits: accounts.map((account) => model.creditOf(account)),
  purchases: model.purchases.filter(({ id }) => purchases.includes(id)).map((purchase) => ({
    state: purchase.state,
    seller: purchase.seller,
    buyer: purchase.buyer,
    interactionOpened: purchase.interactionOpened,
    heldWei: purchase.heldWei,
    deadline: findDeadline(purchase) ?? 0,
    requestHash: purchase.requestHash ?? ZeroHash,
    termsHash: hashTerms(purchase.seller, purchase.terms),
  })),
  listings: model.listings.filter((_, index) => listings.includes(index + 1)).map(({ seller, open, url, terms }) => (
    { seller, open, url, termsHash: hashTerms(seller, terms) }
  )),
})

/** What the call may have changed; everything, without a call. */
const createScope = ({ model, cast }: Stage, call: Call | null): Scope => {
  const { action } = call ?? { action: null }
  const touches = (kind: 'purchase' | 'listing', id: number): boolean =>
    action === null || (kind in action && (action as { readonly [name: string]: unknown })[kind] === id)
  const newest = action?.kind === 'buy' ? model.purchases.length : action?.kind === 'createListing' ? model.listings.length : 0
  return {
    accounts: cast.actors,
    purchases: model.purchases.map(({ id }) => id).filter((id) => touches('purchase', id) || (action?.kind === 'buy' && id === newest)),
    listings: model.listings.map((_, index) => index + 1)
      .filter((id) => touches('listing', id) || (action?.kind === 'createListing' && id === newest)),
  }
}

const expectSameBooks = async (stage: Stage, call: Call | null, where: string): Promise<void> => {
  const scope = createScope(stage, call)
  expect(await stage.market.read(scope), where).toEqual(describeBooks(stage.model, scope))
}

const expectSame = async (stage: Stage, call: Call, where: string): Promise<Outcome> => {
  const told = `${where}: ${JSON.stringify(call, (_, value: unknown) => (typeof value === 'bigint' ? `${value} wei` : value))}`
  const expected = stage.model.apply(call)
  expect(await stage.market.send(call), told).toEqual(expected)
  await expectSameBooks(stage, call, told)
  return expected
}

/** One party alone, and time, ends the purchase: now its buyer, now its seller, where both could. */
const drawClosing = ({ id, state, buyer, seller }: ModelPurchase): Pick<Call, 'caller' | 'action'> | null => {
  const byBuyer = id % 2 === 0
  if (state === 'Paid') return { caller: buyer, action: { kind: 'litigate', purchase: id } }
  if (state === 'Requested') return { caller: byBuyer ? buyer : seller, action: { kind: byBuyer ? 'litigate' : 'decline', purchase: id } }
  if (state === 'Delivered') return { caller: byBuyer ? buyer : seller, action: { kind: byBuyer ? 'confirmResult' : 'reclaim', purchase: id } }
  if (state === 'Disputed') return { caller: byBuyer ? buyer : seller, action: { kind: 'closeDispute', purchase: id } }
  return null
}

const closeEverything = async (stage: Stage, now: number, where: string): Promise<void> => {
  const { market, model, cast } = stage
  let at = now + 2 * 365 * 86_400
  for (const purchase of model.purchases) {
    const closing = drawClosing(purchase)
    if (closing !== null) await expectSame(stage, { ...closing, payWei: 0n, at: at++ }, where)
  }
  for (const caller of cast.actors.filter((actor) => model.creditOf(actor) > 0n)) {
    await expectSame(stage, { caller, payWei: 0n, at: at++, action: { kind: 'withdrawTo', to: sink } }, where)
  }
  const { heldWei, creditedWei, burnedWei, balanceWei } = await market.read({ accounts: [], purchases: [], listings: [] })
  expect({ heldWei, creditedWei, leftWei: balanceWei - burnedWei }, where).toEqual({ heldWei: 0n, creditedWei: 0n, leftWei: forcedWei })
}

/** Every function that changes anything. */
const functions = marketInterface.fragments
  .filter((fragment): fragment is FunctionFragment => fragment instanceof FunctionFragment && !fragment.constant)
  .map(({ name }) => name)

/** How often each function was called with success, and each refusal given. */
type Tally = Map<string, number>

const play = async (stage: Stage, runSeed: string, length: number, tally: Tally): Promise<void> => {
  const chance = createChance(runSeed)
  const where = `seed ${seed}, run ${runSeed}`
  let now = stage.startedAt
  for (let made = 0; made < length; made += 1) {
    const call = drawCall(chance, stage.model, stage.cast, now)
    const outcome = await expectSame(stage, call, `${where}, call ${made}`)
    const name = 'refusal' in outcome ? outcome.refusal : call.action.kind
    tally.set(name, (tally.get(name) ?? 0) + 1)
    now = call.at
  }
  await expectSameBooks(stage, null, `${where}, all of it`)
  await closeEverything(stage, now, `${where}, closing`)
}

describe('the market on a real node (S8)', () => {
  it(`does what the model does, over ${calls} random calls (seed ${seed}), and owes nothing at the end`, async () => {
    const tally: Tally = new Map()
    for (let run = 0; run * callsInARun < calls; run += 1) {
      const stage = await openStage()
      try {
        await play(stage, `${seed}-${run}`, Math.min(callsInARun, calls - run * callsInARun), tally)
      } finally {
        await stage.chain.stop()
      }
    }
    if (calls >= 1_000) expect(functions.filter((name) => !tally.has(name)), 'functions that never succeeded').toEqual([])
  }, (60_000 + calls * 60) * patience)
})
