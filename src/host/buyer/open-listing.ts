import type { Details } from '../../shared/schemas/details.ts'
import { AppError } from '../../shared/errors.ts'
import type { ListingOnChain, Market } from '../chain/market.ts'
import { hashDetails, parseDetails } from '../trade/details-document.ts'
import { assertPublicKey } from '../../crypto/keys.ts'
import { CryptoError } from '../../crypto/errors.ts'
import { createSellerClient, type SellerClient } from './seller-client.ts'

/** A listing as its details document and the contract tell it, found to agree. */
export interface OpenedListing {
  readonly url: string
  readonly details: Details
  /** The document's bytes. */
  readonly text: string
  readonly detailsHash: string
  /** The listing's number on the contract. */
  readonly number: bigint
  readonly onChain: ListingOnChain
  readonly seller: SellerClient
}

export const parseListingUrl = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new AppError('input.url-invalid', `${text.slice(0, 200)} is not the http(s) address of a listing.`, { details: { url: text.slice(0, 200) } })
  }
  return url
}

/** A malformed key makes every answer meaningless, so it is refused before the first wei moves (S11). */
const assertKeys = (details: Details): void => {
  for (const { key } of [details.dataset, details.test]) {
    try {
      assertPublicKey({ n: BigInt(`0x${key.n}`), bits: key.bits })
    } catch (error) {
      if (!(error instanceof CryptoError)) throw error
      throw new AppError('crypto.invalid-key', `The listing's key is malformed: ${error.message}`, { cause: error, details: { keyId: key.keyId } })
    }
  }
}

/**
 * Opens the details behind a URL and holds them against the contract: same chain, same contract, the hash of the very
 * bytes stands in a listing of the same seller. Throws `input.details-invalid`, `chain.wrong-chain`, `chain.wrong-contract`,
 * `escrow.not-listed`, `crypto.invalid-key`, and the seller client's errors.
 */
export const openListing = async (address: string, market: Market): Promise<OpenedListing> => {
  const url = parseListingUrl(address)
  const seller = createSellerClient(url.origin)
  const text = await seller.fetchText(url.pathname + url.search)
  const details = parseDetails(text)
  if (details.chain_id !== market.chainId) {
    throw new AppError('chain.wrong-chain', `This listing is on chain ${details.chain_id}; the network in use is chain ${market.chainId}.`, { details: { expected: details.chain_id, found: market.chainId } })
  }
  if (details.contract_address.toLowerCase() !== market.contract.toLowerCase()) {
    throw new AppError('chain.wrong-contract', `This listing is sold through ${details.contract_address}; the network in use trades at ${market.contract}.`)
  }
  assertKeys(details)
  const detailsHash = hashDetails(text)
  const number = await market.findListing({ seller: details.seller, detailsHash })
  if (number === null) {
    throw new AppError('escrow.not-listed', 'No listing on the contract stands behind this document: it was altered, or never published by the seller it names.', { details: { detailsHash } })
  }
  return { url: url.href, details, text, detailsHash, number, onChain: await market.readListing(number), seller }
}
