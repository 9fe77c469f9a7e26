import { AppError } from '../../shared/errors.ts'
import type { PurchaseReader } from '../chain/market-elsewhere.ts'
import type { PurchaseOnChain } from '../chain/market.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Restoration } from '../ledger/restorations.ts'
import { createPlacesSold, mayBeOfSource, type PlacesSoldDependencies, type PlaceSold } from './places-sold.ts'

export interface ForgottenHelpDependencies extends PlacesSoldDependencies {
  readonly ledger: PlacesSoldDependencies['ledger'] & Pick<Ledger, 'readRestorations'>
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
 * Budgets of a table are for its lifetime (S5): where a purchase of its source may have asked in between, at any market or wallet that it
 * was listed under, nobody is helped any more. Throws `policy.ledger-behind`.
 */
export const createForgottenHelp = (dependencies: ForgottenHelpDependencies): ((dataset: string) => Promise<void>) => {
  const { ledger } = dependencies
  const forEachPlace = createPlacesSold(dependencies)
  /** What has ended is looked at once. */
  const harmless = new Set<string>()

  const look = async (place: PlaceSold, market: PurchaseReader, dataset: string, spans: readonly Restoration[]): Promise<void> => {
    const { chainId, contract, seller } = place
    for (const id of await market.findPurchases({ seller })) {
      const name = JSON.stringify([chainId, contract, id.toString()])
      if (harmless.has(name)) continue
      const purchase = await market.readPurchase(id)
      if (!couldAsk(purchase, spans)) {
        harmless.add(name)
        continue
      }
      if (!purchase.interactionOpened || !mayBeOfSource(dependencies, place, purchase.listing, dataset)) continue
      const message = `Purchase ${id} on chain ${chainId} may have been helped after the backup that this profile was restored from; with what, it does not know.`
      throw new AppError('policy.ledger-behind', message, { details: { purchase: id.toString(), chainId } })
    }
  }

  return async (dataset) => {
    const spans = ledger.readRestorations()
    if (spans.length > 0) await forEachPlace(dataset, (place, market) => look(place, market, dataset, spans))
  }
}
