import { AppError } from '../../shared/errors.ts'
import type { PurchaseReader } from '../chain/market-elsewhere.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { createPlacesSold, mayBeOfSource, type PlacesSoldDependencies, type PlaceSold } from './places-sold.ts'

export interface ForgottenAnswersDependencies extends PlacesSoldDependencies {
  readonly ledger: PlacesSoldDependencies['ledger'] & Pick<Ledger, 'knows'>
}

/**
 * A profile that was restored from a backup, or put back as a copy of its folder or of the whole machine, does not know what it answered
 * since: the chain does. From the same source nothing more is answered then, for together the answers might tell a single row (S4, S32).
 * A copy leaves no trace in the profile, so it is always looked. Throws `policy.ledger-behind`.
 */
export const createForgottenAnswers = (dependencies: ForgottenAnswersDependencies): ((dataset: string) => Promise<void>) => {
  const { ledger } = dependencies
  const forEachPlace = createPlacesSold(dependencies)
  /** Closed without an answer, or of another table: each is read once. */
  const harmless = new Set<string>()

  const look = async (place: PlaceSold, market: PurchaseReader, dataset: string): Promise<void> => {
    const { chainId, contract, seller } = place
    for (const purchase of await market.findPurchases({ seller })) {
      const name = JSON.stringify([dataset, chainId, contract, purchase.toString()])
      if (harmless.has(name) || ledger.knows({ chainId, contract, purchase })) continue
      const { answerHash, requestHash, listing, closedAtSeconds } = await market.readPurchase(purchase)
      const isAnswered = BigInt(answerHash) !== 0n
      const isKnown = ledger.knows({ chainId, contract, purchase }, requestHash)
      if (isAnswered && !isKnown && mayBeOfSource(dependencies, place, listing, dataset)) {
        const message = `Purchase ${purchase} on chain ${chainId} was answered, and this profile, restored from a backup or put back as a copy, does not know what.`
        throw new AppError('policy.ledger-behind', message, { details: { purchase: purchase.toString(), chainId } })
      }
      if (isAnswered || closedAtSeconds !== 0) harmless.add(name)
    }
  }

  return (dataset) => forEachPlace(dataset, (place, market) => look(place, market, dataset))
}
