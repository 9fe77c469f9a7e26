import { parseEther, ZeroAddress, ZeroHash } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPracticeChain, type PracticeChain } from '../../src/host/chain/practice-chain.ts'
import { hashTerms, type ListingTerms } from '../../src/host/chain/terms.ts'
import type { Action, Outcome } from './support/market-calls.ts'
import { deployMarket, type MarketDriver } from './support/market-driver.ts'
import { createRpc, type Rpc } from './support/rpc.ts'

const V = parseEther('2')
const F = parseEther('0.5')
const requestHash = `0x${'ab'.repeat(32)}`
const times = { deliverySeconds: 3_600, expirationSeconds: 7_200, disputeSeconds: 10_800 } as const

type Who = 'seller' | 'buyer' | 'arbiter'
type Step =
  | 'openInteraction' | 'litigate' | 'requestResult' | 'decline' | 'deliverResult' | 'confirmResult' | 'reclaim' | 'dispute' | 'rule for buyer' | 'rule for seller' | 'closeDispute'
  | 'past delivery' | 'past expiration' | 'past dispute'

const clockSteps: Readonly<Partial<Record<Step, number>>> = {
  'past delivery': times.deliverySeconds + 1, 'past expiration': times.expirationSeconds + 1, 'past dispute': times.disputeSeconds + 1,
}
const callers: Readonly<Partial<Record<Step, Who>>> = {
  decline: 'seller', deliverResult: 'seller', reclaim: 'seller', 'rule for buyer': 'arbiter', 'rule for seller': 'arbiter',
}

/** What each won or lost once all is withdrawn, in wei, gas left out; the good answer itself is not counted. */
type Purses = Readonly<Record<Who | 'burned', bigint>>

interface Terms {
  readonly guaranteeWei: bigint
  readonly withArbiter: boolean
}

const alone: Terms = { guaranteeWei: V / 2n, withArbiter: false }
const ruled: Terms = { guaranteeWei: V / 10n, withArbiter: true }

describe('the incentives of the escrow, strategy by strategy on a real chain', () => {
  let chain: PracticeChain
  let rpc: Rpc
  let market: MarketDriver
  let people: Readonly<Record<Who, string>>
  let now: number
  let listings = 0
  let purchases = 0

  beforeAll(async () => {
    chain = await startPracticeChain()
    rpc = createRpc(chain.rpcUrl)
    const [deployer = '', seller = '', buyer = '', arbiter = ''] = chain.accounts.map(({ address }) => address)
    people = { seller, buyer, arbiter }
    for (const account of [deployer, seller, buyer, arbiter]) await chain.setBalance(account, parseEther('1000'))
    market = await deployMarket(rpc, deployer, 3_600)
    // A second that no step of the chain's own clock reaches.
    now = Math.floor(Date.now() / 1000) + 100_000
  })
  afterAll(async () => { await chain.stop() })

  const send = (caller: string, action: Action, payWei = 0n): Promise<Outcome> => {
    now += 1
    return market.send({ caller, payWei, at: now, action })
  }
  const expectMoved = async (outcome: Promise<Outcome>, what: string): Promise<void> => {
    expect(await outcome, what).not.toHaveProperty('refusal')
  }

  /** Buys, and plays the steps; each must be allowed. Gives what withdrawing everything then leaves in the purses. */
  const play = async ({ guaranteeWei, withArbiter }: Terms, steps: readonly Step[]): Promise<Purses> => {
    const before = await market.read({ accounts: Object.values(people), purchases: [], listings: [] })
    const terms: ListingTerms = {
      valueWei: V, guaranteeWei, interactionFeeWei: F, ...times, arbiter: withArbiter ? people.arbiter : ZeroAddress, detailsHash: ZeroHash.replace(/0$/, '1'),
    }
    const won: Record<Who, bigint> = { seller: 0n, buyer: 0n, arbiter: 0n }
    await expectMoved(send(people.seller, { kind: 'createListing', terms, url: 'http://127.0.0.1/' }), 'createListing')
    listings += 1
    const buy: Action = { kind: 'buy', listing: listings, termsHash: hashTerms(people.seller, terms), maxTotalWei: V + guaranteeWei, deadline: now + 1_000 }
    await expectMoved(send(people.buyer, buy, V + guaranteeWei), 'buy')
    won.buyer -= V + guaranteeWei
    purchases += 1
    const purchase = purchases
    const toAction = (step: Step): Action => {
      switch (step) {
        case 'requestResult': return { kind: step, purchase, requestHash }
        case 'deliverResult': return { kind: step, purchase, requestHash, answerBytes: 100 }
        case 'rule for buyer':
        case 'rule for seller': return { kind: 'rule', purchase, forBuyer: step === 'rule for buyer' }
        case 'past delivery':
        case 'past expiration':
        case 'past dispute': throw new Error(`${step} is the clock's`)
        default: return { kind: step, purchase }
      }
    }
    for (const step of steps) {
      const seconds = clockSteps[step]
      if (seconds !== undefined) {
        now += seconds
        continue
      }
      const payWei = step === 'deliverResult' ? guaranteeWei : 0n
      await expectMoved(send(people[callers[step] ?? 'buyer'], toAction(step), payWei), step)
      won.seller -= payWei
    }
    const after = await market.read({ accounts: Object.values(people), purchases: [purchase], listings: [] })
    expect(after.purchases[0]?.heldWei).toBe(0n)
    // Each takes out what is theirs: what counts is money, not what the books promise.
    for (const [index, who] of (['seller', 'buyer', 'arbiter'] as const).entries()) {
      if ((after.credits[index] ?? 0n) === 0n) continue
      const outcome = await send(people[who], { kind: 'withdraw' })
      if ('refusal' in outcome) throw new Error(`withdraw: ${outcome.refusal}`)
      won[who] += outcome.moved.reduce((sum, movement) => sum + (movement.event === 'Withdrawn' ? movement.amountWei : 0n), 0n)
    }
    const purses = { ...won, burned: after.burnedWei - before.burnedWei }
    // Nothing is made and nothing disappears.
    expect(purses.seller + purses.buyer + purses.arbiter + purses.burned).toBe(0n)
    return purses
  }

  const delivered: readonly Step[] = ['requestResult', 'deliverResult']
  const honest: readonly Step[] = [...delivered, 'confirmResult']

  it('an honest trade costs the buyer the price and nothing else, with an arbiter or without', async () => {
    for (const terms of [alone, ruled]) expect(await play(terms, honest)).toEqual({ seller: V, buyer: -V, arbiter: 0n, burned: 0n })
  })

  it('a buyer who goes silent after a good answer loses the seller nothing, and gains nothing', async () => {
    for (const terms of [alone, ruled]) {
      expect(await play(terms, [...delivered, 'past expiration', 'reclaim'])).toEqual(await play(terms, honest))
    }
  })

  it('a lazy seller, who never delivers, earns nothing and costs the buyer nothing', async () => {
    expect(await play(alone, ['requestResult', 'past delivery', 'litigate'])).toEqual({ seller: 0n, buyer: 0n, arbiter: 0n, burned: 0n })
  })

  it('a seller who declines pays nothing and holds back nothing', async () => {
    expect(await play(alone, ['requestResult', 'decline'])).toEqual({ seller: 0n, buyer: 0n, arbiter: 0n, burned: 0n })
  })

  it('a lying seller without an arbiter earns half the price and burns the bond: nothing at best, where honesty earns the price', async () => {
    const lie = await play(alone, [...delivered, 'dispute', 'closeDispute'])
    const { guaranteeWei } = alone
    expect(lie).toEqual({ seller: V / 2n - guaranteeWei, buyer: -V / 2n - guaranteeWei, arbiter: 0n, burned: 2n * guaranteeWei })
    expect(lie.seller).toBeLessThanOrEqual(0n)
    expect(lie.seller).toBeLessThan((await play(alone, honest)).seller)
  })

  it('a griefing buyer without an arbiter pays no less for disputing a good answer than for confirming it, from half the price up', async () => {
    for (const guaranteeWei of [V / 2n, V]) {
      const grief = await play({ ...alone, guaranteeWei }, [...delivered, 'dispute', 'closeDispute'])
      const confirmed = await play({ ...alone, guaranteeWei }, honest)
      expect(grief.buyer).toBeLessThanOrEqual(confirmed.buyer)
      // The guarantee of V/2 is where the two meet; every wei more makes griefing dearer.
      expect(confirmed.buyer - grief.buyer).toBe(guaranteeWei - V / 2n)
    }
  })

  it('a guarantee under half the price is refused where nobody rules: disputing a good answer would pay', async () => {
    const terms: ListingTerms = {
      valueWei: V, guaranteeWei: V / 2n - 1n, interactionFeeWei: 0n, ...times, arbiter: ZeroAddress, detailsHash: requestHash,
    }
    expect(await send(people.seller, { kind: 'createListing', terms, url: 'http://127.0.0.1/' })).toEqual({ refusal: 'GuaranteeTooLow' })
  })

  it('a lying seller whom the arbiter convicts loses the bond, and the buyer is made whole', async () => {
    const convicted = await play(ruled, [...delivered, 'dispute', 'rule for buyer'])
    expect(convicted).toEqual({ seller: -ruled.guaranteeWei, buyer: 0n, arbiter: ruled.guaranteeWei, burned: 0n })
  })

  it('a griefing buyer whom the arbiter finds against pays the guarantee besides the price', async () => {
    const found = await play(ruled, [...delivered, 'dispute', 'rule for seller'])
    expect(found).toEqual({ seller: V, buyer: -V - ruled.guaranteeWei, arbiter: ruled.guaranteeWei, burned: 0n })
  })

  it('an arbiter earns the same whoever wins, and nothing by silence', async () => {
    const [forBuyer, forSeller, silent] = [
      await play(ruled, [...delivered, 'dispute', 'rule for buyer']),
      await play(ruled, [...delivered, 'dispute', 'rule for seller']),
      await play(ruled, [...delivered, 'dispute', 'past dispute', 'closeDispute']),
    ]
    expect(forBuyer.arbiter).toBe(forSeller.arbiter)
    expect(silent.arbiter).toBe(0n)
    expect(forBuyer.arbiter).toBeGreaterThan(silent.arbiter)
  })

  it('a silent arbiter makes disputing a good answer pay where the guarantee is under half the price: what the window warns of', async () => {
    const grief = await play(ruled, [...delivered, 'dispute', 'past dispute', 'closeDispute'])
    expect(grief.buyer - (await play(ruled, honest)).buyer).toBe(V / 2n - ruled.guaranteeWei)
    expect(grief.buyer).toBeGreaterThan((await play(ruled, honest)).buyer)
    const half = { ...ruled, guaranteeWei: V / 2n }
    const deterred = await play(half, [...delivered, 'dispute', 'past dispute', 'closeDispute'])
    expect(deterred.buyer).toBeLessThanOrEqual((await play(half, honest)).buyer)
  })

  it('a buyer who uses interaction up and litigates pays its fee each time, also from a new address', async () => {
    for (const ending of [['litigate'], ['requestResult', 'past delivery', 'litigate'], ['requestResult', 'decline']] as const) {
      expect(await play(alone, ['openInteraction', ...ending])).toEqual({ seller: F, buyer: -F, arbiter: 0n, burned: 0n })
    }
  })

  it('a buyer who reads the sealed answer in the mempool can no longer litigate in front of it', async () => {
    const terms: ListingTerms = {
      valueWei: V, guaranteeWei: V / 2n, interactionFeeWei: F, ...times, arbiter: ZeroAddress, detailsHash: requestHash,
    }
    await expectMoved(send(people.seller, { kind: 'createListing', terms, url: 'http://127.0.0.1/' }), 'createListing')
    listings += 1
    const total = V + terms.guaranteeWei
    const buy: Action = { kind: 'buy', listing: listings, termsHash: hashTerms(people.seller, terms), maxTotalWei: total, deadline: now + 1_000 }
    await expectMoved(send(people.buyer, buy, total), 'buy')
    purchases += 1
    await expectMoved(send(people.buyer, { kind: 'requestResult', purchase: purchases, requestHash }), 'requestResult')
    expect(await send(people.buyer, { kind: 'litigate', purchase: purchases })).toEqual({ refusal: 'NotYet' })
    await expectMoved(send(people.seller, { kind: 'deliverResult', purchase: purchases, requestHash, answerBytes: 100 }, terms.guaranteeWei), 'deliverResult')
    expect(await send(people.buyer, { kind: 'litigate', purchase: purchases })).toEqual({ refusal: 'WrongState' })
  })
})
