import { AppError } from '../../shared/errors.ts'
import { noArbiter, type Market, type PurchaseOnChain } from '../chain/market.ts'
import { describeNewPurchase, unansweredStates } from './forgotten-purchase.ts'
import type { OpenListing } from './open-listing.ts'
import type { Purchase, PurchaseStore } from './purchase-store.ts'
import type { NumberedPurchase } from './request-result.ts'

/** A purchase of this wallet that this profile did not make. */
export interface PurchaseElsewhere {
  readonly onChain: PurchaseOnChain
  /** Whether this profile can go on with it: nobody asked for its answer yet, or what asked was this profile before it was restored. */
  readonly canTakeUp: boolean
}

/** Whether the buyer's wallet alone may take the money back now. */
export const mayBeLitigated = ({ state, deadlineSeconds }: PurchaseOnChain, nowSeconds: number): boolean =>
  state === 'Paid' || (state === 'Requested' && nowSeconds > deadlineSeconds)

/** Whether anybody may end the dispute now: nobody rules on it, or not any more. */
export const mayBeClosed = ({ state, terms, deadlineSeconds }: PurchaseOnChain, nowSeconds: number): boolean =>
  state === 'Disputed' && (terms.arbiter === noArbiter || nowSeconds > deadlineSeconds)

/** What the contract knows of a wallet, and the profile it was brought into does not. All throw as the chain does. */
export interface BoughtElsewhere {
  /** Newest first. */
  list(): Promise<readonly PurchaseElsewhere[]>
  /** Throws `input.not-found` unless this wallet bought it. */
  readMine(number: bigint): Promise<PurchaseOnChain>
  /**
   * Into this profile, to compute, ask and confirm here. Throws `escrow.wrong-state`, `escrow.terms-changed`, and as opening its listing
   * does.
   */
  takeUp(number: bigint): Promise<NumberedPurchase>
}

export interface ElsewhereDependencies {
  readonly store: PurchaseStore
  readonly market: Market
  readonly openListing: OpenListing
  readonly now: () => Date
  /** This profile's purchases, with the numbers that their payments have by now. */
  readonly listKnown: () => readonly Purchase[]
}

export const createBoughtElsewhere = ({ store, market, openListing, now, listKnown }: ElsewhereDependencies): BoughtElsewhere => {
  // The one-time key of a request follows from the data key of the profile that made it (docs/adr/0704).
  const canTakeUp = ({ state }: PurchaseOnChain): boolean => state === 'Paid' || (store.mayBeBehind() && unansweredStates.includes(state))
  const readMine = async (number: bigint): Promise<PurchaseOnChain> => {
    const onChain = await market.findPurchase(number)
    if (onChain?.buyer === market.account) return onChain
    throw new AppError('input.not-found', `There is no purchase ${number} of this wallet on this contract.`, { details: { purchase: number.toString() } })
  }
  return {
    readMine,
    list: async () => {
      const known = listKnown()
      const numbers = (await market.findPurchases({ buyer: market.account })).filter((number) =>
        !known.some((purchase) => purchase.number === number))
      const found = await Promise.all(numbers.map((number) => market.readPurchase(number)))
      // A payment that is under way here may be mined before this profile knows its number.
      const underWay = new Set(known.filter(({ number }) => number === null).map(({ listing }) => listing))
      return found.filter(({ listing }) => !underWay.has(listing)).reverse().map((onChain) => ({ onChain, canTakeUp: canTakeUp(onChain) }))
    },
    takeUp: async (number) => {
      const known = listKnown().find((purchase) => purchase.number === number)
      if (known !== undefined) return { ...known, number }
      const onChain = await readMine(number)
      const details = { purchase: number.toString(), state: onChain.state }
      if (!canTakeUp(onChain)) {
        throw new AppError('escrow.wrong-state', `Purchase ${number} is ${onChain.state}, and was not asked for by this profile: only the one that did can open its answer.`, { details })
      }
      const { url } = await market.readListing(onChain.listing)
      const listing = await openListing(url)
      if (listing.number !== onChain.listing || listing.detailsHash !== onChain.terms.detailsHash) {
        throw new AppError('escrow.terms-changed', `The listing is no longer the one that purchase ${number} was paid for; its money can be taken back.`, { details })
      }
      const { terms, termsHash } = onChain
      const deadlineSeconds = await market.readTime()
      const paid = { buyer: market.account, maxTotalWei: terms.valueWei + terms.guaranteeWei, deadlineSeconds, now }
      return { ...store.adopt({ ...describeNewPurchase(listing, paid), termsHash }, number), number }
    },
  }
}
