import { AppError } from '../../shared/errors.ts'
import type { Market, PurchaseOnChain } from '../chain/market.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Restoration } from '../ledger/restorations.ts'
import type { ListingStore } from './listing-store.ts'

export interface ForgottenHelpDependencies {
  readonly market: Pick<Market, 'chainId' | 'contract' | 'account' | 'findPurchases' | 'readPurchase'>
  readonly listings: Pick<ListingStore, 'findByNumber'>
  readonly ledger: Pick<Ledger, 'readRestorations' | 'areOfOneSource'>
}

/** The chain's clock and this machine's may differ by as much. */
const slackSeconds = 60

/** A purchase asks from when it is paid until it requests its result, or is closed. */
const couldAsk = ({ paidAtSeconds, requestedAtSeconds, closedAtSeconds }: PurchaseOnChain, spans: readonly Restoration[]): boolean => {
  const until = requestedAtSeconds !== 0 ? requestedAtSeconds : closedAtSeconds !== 0 ? closedAtSeconds : Infinity
  return spans.some(({ backedUpAtSeconds, restoredAtSeconds }) =>
    until >= backedUpAtSeconds - slackSeconds && paidAtSeconds <= restoredAtSeconds + slackSeconds)
}

/**
 * After a restoration the ledger does not know what the key holder helped with since the backup, and no answer on the chain shows it.
 * Budgets of a table are for its lifetime (S5): where a purchase of its source may have asked in between, nobody is helped any more.
 * Throws `policy.ledger-behind`.
 */
export const createForgottenHelp = ({ market, listings, ledger }: ForgottenHelpDependencies): ((dataset: string) => Promise<void>) => {
  /** What has ended is looked at once. */
  const harmless = new Set<bigint>()
  return async (dataset) => {
    const spans = ledger.readRestorations()
    if (spans.length === 0) return
    const { chainId, contract } = market
    for (const id of await market.findPurchases({ seller: market.account })) {
      if (harmless.has(id)) continue
      const purchase = await market.readPurchase(id)
      if (!couldAsk(purchase, spans)) {
        harmless.add(id)
        continue
      }
      if (!purchase.interactionOpened) continue
      const known = listings.findByNumber({ chainId, contract }, purchase.listing)
      if (known !== null && !ledger.areOfOneSource(known.dataset, dataset)) continue
      const message = `Purchase ${id} may have been helped after the backup that this profile was restored from; with what, it does not know.`
      throw new AppError('policy.ledger-behind', message, { details: { purchase: id.toString() } })
    }
  }
}
