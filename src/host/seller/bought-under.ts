import { AppError } from '../../shared/errors.ts'
import type { PurchaseOnChain } from '../chain/market.ts'
import { hashDetails } from '../trade/details-document.ts'
import type { StoredListing } from './listing-store.ts'

/**
 * A purchase is served and answered under the document it was bought under, whose hash the contract keeps, or not at all: policy, budgets,
 * table and key stand in it. Throws `policy.other-details`.
 */
export const assertBoughtUnder = ({ text }: Pick<StoredListing, 'text'>, { id, terms }: Pick<PurchaseOnChain, 'id' | 'terms'>): void => {
  const found = hashDetails(text)
  if (found === terms.detailsHash) return
  throw new AppError('policy.other-details', 'The listing has another details document now than the one this purchase was bought under.', {
    details: { purchase: id.toString(), expected: terms.detailsHash, found },
  })
}
