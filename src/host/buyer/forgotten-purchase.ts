import type { Market, PurchaseState } from '../chain/market.ts'
import type { OpenedListing } from './open-listing.ts'
import type { NewPurchase, PurchaseStore } from './purchase-store.ts'
import type { NumberedPurchase } from './request-result.ts'

/** A purchase may still get its answer, or the buyer's money back, in these. */
export const unansweredStates: readonly PurchaseState[] = ['Paid', 'Requested', 'Delivered']

export interface PurchaseTerms {
  readonly buyer: string
  readonly maxTotalWei: bigint
  /** Seconds since 1970, on the chain's clock. */
  readonly deadlineSeconds: number
  readonly now: () => Date
}

export const describeNewPurchase = (listing: OpenedListing, { buyer, maxTotalWei, deadlineSeconds, now }: PurchaseTerms): NewPurchase => ({
  url: listing.url,
  contractUrl: listing.onChain.url,
  text: listing.text,
  detailsHash: listing.detailsHash,
  listing: listing.number,
  termsHash: listing.onChain.termsHash,
  buyer,
  maxTotalWei,
  deadlineSeconds,
  createdAt: now().toISOString(),
})

export interface ForgottenSearch {
  readonly store: PurchaseStore
  readonly market: Market
  readonly now: () => Date
  /** Numbers of the purchases that this profile knows. */
  readonly known: readonly (bigint | null)[]
}

/**
 * A purchase of this listing by this wallet, paid after the backup that the profile was restored from; it is taken up before another is
 * paid (docs/adr/0704), also where the listing has another price or other times by now: it was bought on its own terms, which stand on the
 * contract. Only one bought under another details document is left: that is not to be had any more.
 */
export const findForgottenPurchase = async (
  listing: OpenedListing, { store, market, now, known }: ForgottenSearch,
): Promise<NumberedPurchase | null> => {
  if (!store.mayBeBehind()) return null
  for (const number of await market.findPurchases({ buyer: market.account })) {
    if (known.includes(number)) continue
    const { listing: of, state, termsHash, terms } = await market.readPurchase(number)
    if (of !== listing.number || terms.detailsHash !== listing.detailsHash || !unansweredStates.includes(state)) continue
    const paid = { buyer: market.account, maxTotalWei: terms.valueWei + terms.guaranteeWei, deadlineSeconds: await market.readTime(), now }
    return { ...store.adopt({ ...describeNewPurchase(listing, paid), termsHash }, number), number }
  }
  return null
}
