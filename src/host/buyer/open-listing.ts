import type { Details } from '../../shared/schemas/details.ts'
import { AppError } from '../../shared/errors.ts'
import type { ListingOnChain, Market } from '../chain/market.ts'
import { assertPlainWords, hashDetails, parseDetails } from '../trade/details-document.ts'
import { gcd } from '../../crypto/rational.ts'
import type { Engine } from '../../engine/engine.ts'
import { parseKey } from '../datasets/tensor-wire.ts'
import { parseCertificate } from '../protocol/check-proofs.ts'
import { requireCertificate, type ShownCertificate } from './pinned-fetch.ts'
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

export interface ListingOpenerDependencies {
  readonly market: Market
  readonly engine: () => Promise<Engine>
}

/**
 * Opens the details behind a URL and holds them against the contract: same chain, same contract, the hash of the very
 * bytes stands in a listing of the same seller; and its keys are shown to be sound. Throws `input.details-invalid`, `chain.wrong-chain`,
 * `chain.wrong-contract`, `escrow.not-listed`, `crypto.invalid-key`, `crypto.certificate-invalid`, `input.manifest-invalid`,
 * `access.certificate-unknown`, and the seller client's errors.
 */
export type OpenListing = (address: string) => Promise<OpenedListing>

/** Everything an answer means rests on the key: malformed, shared or uncertified ones are refused before the first wei moves (S11). */
const createKeyCheck = (engine: () => Promise<Engine>): ((details: Details) => Promise<void>) => {
  /** Moduli found sound: what was proved once stays so. */
  const sound = new Set<string>()
  return async ({ dataset, test }) => {
    if (gcd(BigInt(`0x${dataset.key.n}`), BigInt(`0x${test.key.n}`)) !== 1n) {
      throw new AppError('crypto.invalid-key', 'The listing\'s two keys share a factor: whoever is shown one can open the other.')
    }
    for (const { key } of [dataset, test]) {
      if (!sound.has(key.n)) await (await engine()).verifyCertificate({ n: BigInt(`0x${key.n}`), bits: key.bits }, parseCertificate(key))
      sound.add(key.n)
      // The root commits to the key by its id.
      parseKey(key)
    }
  }
}

export const createListingOpener = ({ market, engine }: ListingOpenerDependencies): OpenListing => {
  const assertKeys = createKeyCheck(engine)
  return async (address) => {
    const url = parseListingUrl(address)
    // Whoever answers is believed nothing yet: the document is held against the contract first, and it says which certificate is right.
    let shown: ShownCertificate | null = null
    const text = await createSellerClient(url.origin, (certificate) => { shown = certificate }).fetchText(url.pathname + url.search)
    if (!text.trimStart().startsWith('{')) {
      throw new AppError('input.url-invalid', `${address} is no listing's address; those end in /v1/listings/ and the listing's name.`, { details: { url: address } })
    }
    const details = parseDetails(text)
    assertPlainWords(details)
    if (details.chain_id !== market.chainId) {
      throw new AppError('chain.wrong-chain', `This listing is on chain ${details.chain_id}; the network in use is chain ${market.chainId}.`, {
        details: { expected: details.chain_id, found: market.chainId },
      })
    }
    if (details.contract_address.toLowerCase() !== market.contract.toLowerCase()) {
      const message = `This listing is sold through ${details.contract_address}; the network in use trades at ${market.contract}.`
      throw new AppError('chain.wrong-contract', message)
    }
    await assertKeys(details)
    const detailsHash = hashDetails(text)
    const number = await market.findListing({ seller: details.seller, detailsHash })
    if (number === null) {
      const message = 'No listing on the contract stands behind this document: it was altered, or never published by the seller it names.'
      throw new AppError('escrow.not-listed', message, { details: { detailsHash } })
    }
    const checkCertificate = requireCertificate(details.tls?.certificateHash ?? null)
    if (shown !== null) checkCertificate(shown)
    const seller = createSellerClient(url.origin, checkCertificate)
    return { url: url.href, details, text, detailsHash, number, onChain: await market.readListing(number), seller }
  }
}
