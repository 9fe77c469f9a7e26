import type { Market } from '../chain/market.ts'
import { parseListingUrl } from './open-listing.ts'
import { requireCertificate } from './pinned-fetch.ts'
import type { Purchase } from './purchase-store.ts'
import { createSellerClient, type SellerClient } from './seller-client.ts'

/**
 * The server of a purchase's seller: the one the listing was opened at, unless the seller has moved it on the contract since, which live
 * purchases follow. One client each, so that a sign-in lasts for all that follows.
 */
export const createSellers = (market: Market): ((purchase: Purchase) => Promise<SellerClient>) => {
  const clients = new Map<string, SellerClient>()
  return async ({ url, contractUrl, listing, details }) => {
    const { url: current } = await market.readListing(listing)
    const { origin } = current === contractUrl ? new URL(url) : parseListingUrl(current)
    const pin = details.tls?.certificateHash ?? null
    const key = `${origin} ${pin ?? ''}`
    const client = clients.get(key) ?? createSellerClient(origin, requireCertificate(pin))
    clients.set(key, client)
    return client
  }
}
