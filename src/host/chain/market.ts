import { AppError } from '../../shared/errors.ts'
import { marketInterface } from './artifact.ts'
import type { ChainConnection } from './connect.ts'
import type { Call, CostEstimate } from './fees.ts'
import type { ListingIndex } from './listing-index.ts'
import { createMarketEvents, readEventId, type MarketEvents } from './market-events.ts'
import { createMarketViews, type ListingOnChain, type MarketViews } from './market-views.ts'
import type { ConfirmedTransaction, Outbox } from './outbox.ts'
import { toContractTerms, type ListingTerms } from './terms.ts'

export { hashTerms, noArbiter, toDisputeTerms, type ListingTerms, type PurchaseState } from './terms.ts'
export type { AtDepth, ListingOnChain, PurchaseOnChain } from './market-views.ts'
export type { Delivery, PurchaseHistory, PurchaseMove } from './market-events.ts'

export interface BuyRequest {
  readonly listing: bigint
  /** The terms the buyer has seen; others make the purchase fail. */
  readonly termsHash: string
  readonly maxTotalWei: bigint
  /** The last second, on the chain's clock, at which the purchase may happen. */
  readonly deadlineSeconds: number
}

export interface Numbered {
  /** The listing's or purchase's number on the contract. */
  readonly number: bigint
  readonly transaction: ConfirmedTransaction
}

/**
 * Every function of the contract. `key` is the outbox's intent key: the same key is never sent twice and gives the
 * earlier outcome again. Errors as of `Outbox.send`; what the contract refuses is `escrow.*` in words.
 */
export interface MarketMoves {
  createListing(key: string, terms: ListingTerms, url: string): Promise<Numbered>
  closeListing(key: string, listing: bigint): Promise<ConfirmedTransaction>
  reopenListing(key: string, listing: bigint): Promise<ConfirmedTransaction>
  reprice(key: string, listing: bigint, terms: ListingTerms): Promise<ConfirmedTransaction>
  relocate(key: string, listing: bigint, url: string): Promise<ConfirmedTransaction>
  /** Pays price and guarantee exactly, as the listing's terms name them. */
  buy(key: string, request: BuyRequest): Promise<Numbered>
  openInteraction(key: string, purchase: bigint): Promise<ConfirmedTransaction>
  litigate(key: string, purchase: bigint): Promise<ConfirmedTransaction>
  requestResult(key: string, purchase: bigint, requestHash: string): Promise<ConfirmedTransaction>
  decline(key: string, purchase: bigint): Promise<ConfirmedTransaction>
  /** `sealedAnswer` in hex; the bond is the purchase's guarantee. */
  deliverResult(key: string, purchase: bigint, requestHash: string, sealedAnswer: string, bondWei: bigint): Promise<ConfirmedTransaction>
  confirmResult(key: string, purchase: bigint): Promise<ConfirmedTransaction>
  reclaim(key: string, purchase: bigint): Promise<ConfirmedTransaction>
  dispute(key: string, purchase: bigint): Promise<ConfirmedTransaction>
  rule(key: string, purchase: bigint, forBuyer: boolean): Promise<ConfirmedTransaction>
  closeDispute(key: string, purchase: bigint): Promise<ConfirmedTransaction>
  withdraw(key: string): Promise<ConfirmedTransaction>
  withdrawTo(key: string, to: string): Promise<ConfirmedTransaction>
}

export interface ListingFilter {
  readonly seller?: string
  readonly before?: bigint
  readonly most?: number
}

export interface FoundListings {
  readonly listings: readonly ListingOnChain[]
  /** How many older ones there are beyond these. */
  readonly left: number
}

export interface Market extends MarketMoves, MarketViews, Omit<MarketEvents, 'findNewestListing' | 'findListingIds'> {
  readonly chainId: number
  /** The contract's address. */
  readonly contract: string
  /** The address that signs. */
  readonly account: string
  readonly outbox: Outbox
  /** The newest listing of `seller` that stands on these details now; null where there is none. */
  findListing(filter: { readonly seller: string; readonly detailsHash: string }): Promise<bigint | null>
  /** Listings as they are now, newest first: all, or those of one seller, those before a number, at most so many. */
  findListings(filter?: ListingFilter): Promise<FoundListings>
  /** Throws unless the chain is the one that the profile's records are of: see `ChainConnection`. */
  assertReady(): Promise<void>
  /** What a move can cost, for showing it first: by the contract's function name and arguments. */
  estimate(name: string, args: readonly unknown[], valueWei?: bigint): Promise<CostEstimate>
  /** Whether a step is written down under this key, sent or about to be. */
  wasSent(key: string): boolean
}

export interface MarketOptions {
  /** With the contract's address: see `connectChain`. */
  readonly connection: ChainConnection
  readonly outbox: Outbox
  /** The block the contract was deployed in, where it is known: events are looked for from there. */
  readonly firstBlock?: number
  /** What has been read of its listings; by default forgotten with the market. */
  readonly listingIndex?: ListingIndex
}

const createMoves = (outbox: Outbox, contract: string, views: MarketViews): MarketMoves => {
  const send = (key: string, purpose: string, name: string, args: readonly unknown[], valueWei = 0n): Promise<ConfirmedTransaction> =>
    outbox.send({ key, purpose, to: contract, data: marketInterface.encodeFunctionData(name, args), valueWei })

  const sendNumbered = async (event: string, sending: Promise<ConfirmedTransaction>): Promise<Numbered> => {
    const transaction = await sending
    return { number: readEventId(transaction.logs, contract, event), transaction }
  }

  /** A purchase under way keeps the amount it was written down with, whatever the listing asks by now. */
  const readTotalWei = async (key: string, listing: bigint): Promise<bigint> => {
    const earlier = outbox.find(key)
    if (earlier !== null && earlier.status !== 'retried') return earlier.valueWei
    const { terms } = await views.readListing(listing)
    return terms.valueWei + terms.guaranteeWei
  }

  return {
    createListing: (key, terms, url) => sendNumbered('ListingCreated', send(key, 'Publish a listing', 'createListing', [toContractTerms(terms), url])),
    closeListing: (key, listing) => send(key, `Close listing ${listing}`, 'closeListing', [listing]),
    reopenListing: (key, listing) => send(key, `Open listing ${listing} again`, 'reopenListing', [listing]),
    reprice: (key, listing, terms) => send(key, `Give listing ${listing} new terms`, 'reprice', [listing, toContractTerms(terms)]),
    relocate: (key, listing, url) => send(key, `Move listing ${listing} to another URL`, 'relocate', [listing, url]),
    buy: async (key, { listing, termsHash, maxTotalWei, deadlineSeconds }) => {
      const valueWei = await readTotalWei(key, listing)
      return sendNumbered('Purchased', send(key, `Buy listing ${listing}`, 'buy', [listing, termsHash, maxTotalWei, deadlineSeconds], valueWei))
    },
    openInteraction: (key, purchase) => send(key, `Open interactive use of purchase ${purchase}`, 'openInteraction', [purchase]),
    litigate: (key, purchase) => send(key, `Litigate purchase ${purchase}`, 'litigate', [purchase]),
    requestResult: (key, purchase, requestHash) => send(key, `Request the result of purchase ${purchase}`, 'requestResult', [purchase, requestHash]),
    decline: (key, purchase) => send(key, `Decline purchase ${purchase}`, 'decline', [purchase]),
    deliverResult: (key, purchase, requestHash, sealedAnswer, bondWei) =>
      send(key, `Deliver the answer of purchase ${purchase}`, 'deliverResult', [purchase, requestHash, sealedAnswer], bondWei),
    confirmResult: (key, purchase) => send(key, `Confirm purchase ${purchase}`, 'confirmResult', [purchase]),
    reclaim: (key, purchase) => send(key, `Reclaim the payment of purchase ${purchase}`, 'reclaim', [purchase]),
    dispute: (key, purchase) => send(key, `Dispute purchase ${purchase}`, 'dispute', [purchase]),
    rule: (key, purchase, forBuyer) => send(key, `Rule on purchase ${purchase} for the ${forBuyer ? 'buyer' : 'seller'}`, 'rule', [purchase, forBuyer]),
    closeDispute: (key, purchase) => send(key, `Close the dispute on purchase ${purchase}`, 'closeDispute', [purchase]),
    withdraw: (key) => send(key, 'Withdraw what is credited', 'withdraw', []),
    withdrawTo: (key, to) => send(key, `Withdraw what is credited to ${to}`, 'withdrawTo', [to]),
  }
}

/** So many are read side by side: a public node answers bursts, and refuses floods. */
const listingsAtOnce = 16

/** The market contract as typed calls. Throws `chain.wrong-contract` where the connection names no contract. */
export const createMarket = ({ connection, outbox, firstBlock = 0, listingIndex }: MarketOptions): Market => {
  const { contract } = connection
  if (contract === null) {
    throw new AppError('chain.wrong-contract', `Network ${connection.network.name} names no market contract.`, { details: { network: connection.network.name } })
  }
  const views = createMarketViews(connection, contract)
  const { findNewestListing, findListingIds, ...events } = createMarketEvents(connection, contract, firstBlock, listingIndex)
  const estimate = (call: Call): Promise<CostEstimate> => outbox.estimate(call)
  return {
    chainId: connection.chainId,
    contract,
    get account() { return outbox.account() },
    outbox,
    ...views,
    ...events,
    ...createMoves(outbox, contract, views),
    findListing: async ({ seller, detailsHash }) => {
      const number = await findNewestListing({ seller, detailsHash })
      if (number === null) return null
      // It may have been re-priced onto other details since.
      return (await views.readListing(number)).terms.detailsHash === detailsHash ? number : null
    },
    findListings: async ({ seller, before, most = Number.POSITIVE_INFINITY } = {}) => {
      const listings: ListingOnChain[] = []
      const all = await findListingIds(seller === undefined ? {} : { seller })
      const older = all.filter((id) => before === undefined || id < before).reverse()
      const ids = older.slice(0, most)
      for (let start = 0; start < ids.length; start += listingsAtOnce) {
        listings.push(...await Promise.all(ids.slice(start, start + listingsAtOnce).map((id) => views.readListing(id))))
      }
      return { listings, left: older.length - ids.length }
    },
    estimate: (name, args, valueWei = 0n) => estimate({ to: contract, data: marketInterface.encodeFunctionData(name, args), valueWei }),
    assertReady: () => connection.assertReady(),
    wasSent: (key) => outbox.find(key) !== null,
  }
}
