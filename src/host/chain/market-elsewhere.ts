import { AppError, isAppError } from '../../shared/errors.ts'
import type { Network } from '../settings/network-schema.ts'
import type { ProfileDatabase } from '../storage/database.ts'
import { createChainIdentity } from './chain-identity.ts'
import { connectChain } from './connect.ts'
import { createListingIndex } from './listing-index.ts'
import { createMarketEvents, type MarketEvents } from './market-events.ts'
import { createMarketViews, type MarketViews } from './market-views.ts'

/** What can be asked of a market without a wallet. */
export type PurchaseReader = Pick<MarketEvents, 'findPurchases'> & Pick<MarketViews, 'readPurchase'>

/**
 * Asks a market that is not the one in use, through whichever network of the profile leads to its chain. Gives null where that was a
 * practice chain of this computer that has been begun anew: what it told is gone. Throws `chain.network-missing`, `chain.*`.
 */
export type AskElsewhere = <T>(
  place: { readonly chainId: number, readonly contract: string }, ask: (market: PurchaseReader) => Promise<T>,
) => Promise<T | null>

export interface ElsewhereDependencies {
  readonly database: ProfileDatabase
  readonly listNetworks: () => readonly Network[]
  readonly now: () => Date
}

/** It is asked beside the work of another network, which waits for it. */
const answerMilliseconds = 10_000

export const createAskElsewhere = ({ database, listNetworks, now }: ElsewhereDependencies): AskElsewhere => async (place, ask) => {
  const { chainId, contract } = place
  let failure = new AppError('chain.network-missing', `No network of this profile leads to chain ${chainId}.`, { details: { chainId } })
  // What trades speaks HTTP alone.
  for (const network of listNetworks().filter((one) => one.chainId === chainId && one.rpcUrl.startsWith('http'))) {
    const connection = connectChain({ ...network, contract }, { identity: createChainIdentity(database, chainId, now), answerMilliseconds })
    try {
      await connection.assertReady()
      const { findPurchases } = createMarketEvents(connection, contract, 0, createListingIndex(database, chainId, contract))
      return await ask({ findPurchases, readPurchase: createMarketViews(connection, contract).readPurchase })
    } catch (error) {
      if (isAppError(error, 'chain.begun-anew') && connection.isDevelopment) return null
      if (!isAppError(error) || !error.code.startsWith('chain.')) throw error
      failure = error
    } finally {
      connection.close()
    }
  }
  throw failure
}
