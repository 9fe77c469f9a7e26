import { AppError, isAppError } from '../../shared/errors.ts'
import type { AskElsewhere, PurchaseReader } from '../chain/market-elsewhere.ts'
import type { Market } from '../chain/market.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { ListingStore, MarketPlace } from './listing-store.ts'

/** A wallet at a market: the contract tells whose purchases are whose. */
export interface PlaceSold extends MarketPlace {
  readonly seller: string
}

export interface PlacesSoldDependencies {
  readonly market: PurchaseReader & Pick<Market, 'chainId' | 'contract' | 'account'>
  readonly askElsewhere: AskElsewhere
  readonly listings: Pick<ListingStore, 'findByNumber' | 'list'>
  readonly ledger: Pick<Ledger, 'areOfOneSource' | 'mayBeBehind'>
}

type Look = (place: PlaceSold, market: PurchaseReader) => Promise<void>

/**
 * Has `look` asked of every market and wallet under which the dataset's source was listed, and of those in use: what they sold counts
 * together. After a restoration each must be asked anew, or the whole throws `policy.ledger-behind`. Without one, nothing says that the
 * ledger has forgotten anything: another network is asked once, if it answers, and does not hold up this one's sales.
 */
export const createPlacesSold = (
  { market, askElsewhere, listings, ledger }: PlacesSoldDependencies,
): ((dataset: string, look: Look) => Promise<void>) => {
  const asked = new Set<string>()

  const listPlaces = (dataset: string): readonly PlaceSold[] => {
    const { chainId, contract, account } = market
    const listed = listings.list().filter((listing) => listing.dataset === dataset || ledger.areOfOneSource(listing.dataset, dataset))
      .map(({ details }) => ({ chainId: details.chain_id, contract: details.contract_address, seller: details.seller }))
    return [...new Map([{ chainId, contract, seller: account }, ...listed].map((place) => [JSON.stringify(place), place])).values()]
  }

  const lookElsewhere = async (place: PlaceSold, dataset: string, look: Look): Promise<void> => {
    const isNeeded = ledger.mayBeBehind()
    const name = JSON.stringify([dataset, place])
    if (!isNeeded && asked.has(name)) return
    try {
      await askElsewhere(place, (there) => look(place, there))
      asked.add(name)
    } catch (error) {
      if (!isAppError(error) || !error.code.startsWith('chain.')) throw error
      if (!isNeeded) {
        asked.add(name)
        return
      }
      const { chainId, contract } = place
      const message = `This table was also listed on chain ${chainId} (contract ${contract}), and this profile, restored from a backup, cannot ask there `
        + `what was answered: ${error.message} The seller makes a network reachable that leads to chain ${chainId}.`
      throw new AppError('policy.ledger-behind', message, { details: { chainId, contract }, cause: error })
    }
  }

  return async (dataset, look) => {
    for (const place of listPlaces(dataset)) {
      if (place.chainId === market.chainId && place.contract === market.contract) await look(place, market)
      else await lookElsewhere(place, dataset, look)
    }
  }
}

/** Whether a purchase of this number may be of the dataset's source; of a listing that the profile does not know, after a restoration. */
export const mayBeOfSource = (
  { listings, ledger }: Pick<PlacesSoldDependencies, 'listings' | 'ledger'>, place: MarketPlace, listing: bigint, dataset: string,
): boolean => {
  const known = listings.findByNumber(place, listing)
  return known === null ? ledger.mayBeBehind() : ledger.areOfOneSource(known.dataset, dataset)
}
