import { noArbiter, hashTerms, type ListingTerms } from '../../../src/host/chain/terms.ts'
import type { Chance } from './chance.ts'
import type { Action, Call, PurchaseMove } from './market-calls.ts'
import { findDeadline, type MarketModel, type ModelPurchase } from './market-model.ts'

export interface Cast {
  /** Everybody plays every part. */
  readonly actors: readonly string[]
  /** An account of nobody's that can be paid. */
  readonly sink: string
  readonly minimumSeconds: number
}

const drawTerms = (chance: Chance, { actors, minimumSeconds }: Cast): ListingTerms => {
  const valueWei = 1n + chance.belowWei(chance.once(2) ? 10n : 10n ** 18n)
  const arbiter = chance.once(3) ? noArbiter : chance.pick(actors)
  const least = arbiter === noArbiter ? (valueWei + 1n) / 2n : 0n
  const drawSeconds = (): number => minimumSeconds + chance.below(chance.once(2) ? 3600 : 300_000)
  const terms: ListingTerms = {
    valueWei,
    guaranteeWei: least + (chance.once(2) ? 0n : chance.belowWei(10n ** 18n)),
    interactionFeeWei: chance.belowWei(valueWei + 1n),
    deliverySeconds: drawSeconds(),
    expirationSeconds: drawSeconds(),
    disputeSeconds: drawSeconds(),
    arbiter,
    detailsHash: chance.hash(),
  }
  if (!chance.once(6)) return terms
  return {
    ...terms,
    ...chance.pick<Partial<ListingTerms>>([
      { valueWei: 0n }, { interactionFeeWei: valueWei + 1n }, { guaranteeWei: 0n }, { deliverySeconds: minimumSeconds - 1 },
      { expirationSeconds: 365 * 86_400 + 1 }, { disputeSeconds: 0 }, { detailsHash: `0x${'00'.repeat(32)}` },
    ]),
  }
}

const drawUrl = (chance: Chance): string =>
  chance.pick(['https://seller.example/v1/listings/a', 'http://127.0.0.1:8000', `https://${'a'.repeat(248)}`, `https://${'a'.repeat(249)}`, ''])

const near = (chance: Chance, amountWei: bigint): bigint =>
  chance.once(10) ? amountWei + (chance.once(2) || amountWei === 0n ? 1n : -1n) : amountWei

type Draft = Pick<Call, 'caller' | 'payWei' | 'action'>

/** Now and then one that is not there. */
const drawListing = (chance: Chance, { listings }: MarketModel): number =>
  chance.once(20) || listings.length === 0 ? listings.length + 1 : 1 + chance.below(listings.length)

const drawListingCall = (chance: Chance, model: MarketModel, cast: Cast): Draft => {
  const listing = drawListing(chance, model)
  const seller = model.listings[listing - 1]?.seller ?? chance.pick(cast.actors)
  const caller = chance.once(6) ? chance.pick(cast.actors) : seller
  const create = (): Action => ({ kind: 'createListing', terms: drawTerms(chance, cast), url: drawUrl(chance) })
  if (model.listings.length === 0) return { caller, payWei: 0n, action: create() }
  const action = chance.pick<() => Action>([
    create,
    () => ({ kind: 'reprice', listing, terms: drawTerms(chance, cast) }),
    () => ({ kind: 'relocate', listing, url: drawUrl(chance) }),
    () => ({ kind: model.listings.length > 1 ? 'closeListing' : 'reopenListing', listing }),
    // More often than it is closed, or nothing is on sale.
    () => ({ kind: 'reopenListing', listing }),
    () => ({ kind: 'reopenListing', listing }),
    () => ({ kind: 'reopenListing', listing }),
  ])()
  return { caller, payWei: 0n, action }
}

const drawBuy = (chance: Chance, model: MarketModel, cast: Cast, at: number): Draft => {
  const listing = drawListing(chance, model)
  const found = model.listings[listing - 1]
  const totalWei = found === undefined ? 1n : found.terms.valueWei + found.terms.guaranteeWei
  const termsHash = found === undefined || chance.once(10) ? chance.hash() : hashTerms(found.seller, found.terms)
  return {
    caller: chance.pick(cast.actors),
    payWei: near(chance, totalWei),
    action: { kind: 'buy', listing, termsHash, maxTotalWei: near(chance, totalWei), deadline: at + (chance.once(12) ? -1 : chance.below(3)) },
  }
}

const simpleMoves: readonly PurchaseMove[] = ['openInteraction', 'litigate', 'decline', 'confirmResult', 'reclaim', 'dispute', 'closeDispute']
const movesOf = {
  Paid: ['openInteraction', 'requestResult', 'requestResult', 'requestResult', 'litigate'],
  Requested: ['deliverResult', 'deliverResult', 'deliverResult', 'litigate', 'decline'],
  Delivered: ['confirmResult', 'dispute', 'dispute', 'reclaim', 'reclaim'],
  Disputed: ['rule', 'rule', 'closeDispute'],
  Refunded: simpleMoves,
  Settled: simpleMoves,
} as const
const anyMove = [...simpleMoves, 'requestResult', 'deliverResult', 'rule'] as const

const drawMove = (chance: Chance, model: MarketModel, cast: Cast, purchase: ModelPurchase): Draft => {
  const kind = chance.once(5) ? chance.pick(anyMove) : chance.pick<(typeof anyMove)[number]>(movesOf[purchase.state])
  const { seller, buyer, terms, id } = purchase
  const sellers = kind === 'decline' || kind === 'deliverResult' || kind === 'reclaim'
  const anyone = chance.once(8) || kind === 'closeDispute' || (kind === 'rule' && terms.arbiter === noArbiter)
  const caller = anyone ? chance.pick(cast.actors) : kind === 'rule' ? terms.arbiter : sellers ? seller : buyer
  switch (kind) {
    case 'requestResult':
      return { caller, payWei: 0n, action: { kind, purchase: id, requestHash: chance.hash() } }
    case 'deliverResult': {
      const asked = chance.once(10) ? chance.pick(model.purchases).requestHash : purchase.requestHash
      const answerBytes = chance.once(20) ? chance.pick([0, 8192, 8193]) : 1 + chance.below(100)
      const action = { kind, purchase: id, requestHash: asked ?? chance.hash(), answerBytes } as const
      return { caller, payWei: near(chance, terms.guaranteeWei), action }
    }
    case 'rule':
      return { caller, payWei: 0n, action: { kind, purchase: id, forBuyer: chance.once(2) } }
    default:
      return { caller, payWei: 0n, action: { kind, purchase: chance.once(50) ? model.purchases.length + 1 : id } }
  }
}

/** A second after `now`: mostly soon, often one second around the purchase's deadline. */
const drawTime = (chance: Chance, now: number, purchase: ModelPurchase | null): number => {
  const deadline = purchase === null ? null : findDeadline(purchase)
  const close = deadline === null ? now : deadline - 1 + chance.below(3)
  if (close > now && chance.once(8)) return close
  return now + 1 + (chance.once(60) ? chance.below(3600) : chance.below(5))
}

/** One call by anyone, mostly one that could be legal, at a second after `now`. */
export const drawCall = (chance: Chance, model: MarketModel, cast: Cast, now: number): Call => {
  const live = model.purchases.filter(({ state }) => state !== 'Refunded' && state !== 'Settled')
  const all = model.purchases
  const purchase = all.length === 0 ? null : chance.pick(live.length === 0 || chance.once(10) ? all : live)
  const at = drawTime(chance, now, purchase)
  const kind = chance.below(20)
  if (kind < 3 || model.listings.length === 0) return { at, ...drawListingCall(chance, model, cast) }
  // Few at a time, so that many see their end.
  if (purchase === null || live.length === 0 || (kind < 6 && live.length < 8)) return { at, ...drawBuy(chance, model, cast, at) }
  if (kind < 18) return { at, ...drawMove(chance, model, cast, purchase) }
  const action: Action = chance.once(2)
    ? { kind: 'withdraw' }
    : { kind: 'withdrawTo', to: chance.once(4) ? chance.pick(cast.actors) : cast.sink }
  return { at, caller: chance.pick(cast.actors), payWei: 0n, action }
}
