import { getAddress, isError, type Result } from 'ethers'
import { counted } from '../../shared/counted.ts'
import { AppError, isAppError } from '../../shared/errors.ts'
import { marketInterface } from './artifact.ts'
import type { ChainConnection } from './connect.ts'
import { purchaseStates, type ListingTerms, type PurchaseState } from './terms.ts'

export interface ListingOnChain {
  readonly id: bigint
  readonly seller: string
  readonly open: boolean
  readonly terms: ListingTerms
  readonly termsHash: string
  readonly url: string
}

export interface PurchaseOnChain {
  readonly id: bigint
  readonly listing: bigint
  readonly seller: string
  readonly buyer: string
  readonly state: PurchaseState
  readonly interactionOpened: boolean
  /** When each move happened, in seconds since the epoch; 0: it has not. */
  readonly paidAtSeconds: number
  readonly requestedAtSeconds: number
  readonly deliveredAtSeconds: number
  readonly disputedAtSeconds: number
  readonly closedAtSeconds: number
  /** The last second of the clock that runs in this state; 0: none runs. */
  readonly deadlineSeconds: number
  /** What the contract still holds for it. */
  readonly heldWei: bigint
  /** Zero until a result is requested. */
  readonly requestHash: string
  /** keccak256 of the sealed answer; zero until it is delivered. */
  readonly answerHash: string
  /** The terms it was bought under, whatever became of the listing. */
  readonly terms: ListingTerms
  readonly termsHash: string
}

export interface AtDepth {
  /**
   * Read the state as of the block that has this many confirmations, its own included, so that nothing is released on
   * what a reorganisation may take back; by default 1, the latest block.
   */
  readonly confirmations?: number
}

export interface MarketViews {
  /** Throws `escrow.not-found`. */
  readListing(listing: bigint): Promise<ListingOnChain>
  findListingById(listing: bigint, depth?: AtDepth): Promise<ListingOnChain | null>
  /** Throws `escrow.not-found`, also where the purchase does not have its confirmations yet. */
  readPurchase(purchase: bigint, depth?: AtDepth): Promise<PurchaseOnChain>
  findPurchase(purchase: bigint, depth?: AtDepth): Promise<PurchaseOnChain | null>
  /** What the contract owes this account: its share of closed purchases, to be withdrawn. */
  readBalance(account: string): Promise<bigint>
  /** The ether an account holds itself. */
  readAccountBalance(account: string): Promise<bigint>
  /** How many transactions of this account are on the chain. */
  readNonce(account: string): Promise<number>
  /** The shortest time terms may set on this contract. */
  readMinimumSeconds(): Promise<number>
  /** The chain's clock, in seconds since the epoch. */
  readTime(): Promise<number>
}

/** Fields of a decoded struct, each read as what the ABI says it is. */
const fieldsOf = (struct: Result) => ({
  text: (name: string): string => String(struct[name]),
  address: (name: string): string => getAddress(String(struct[name])),
  wei: (name: string): bigint => BigInt(String(struct[name])),
  number: (name: string): number => Number(struct[name]),
  flag: (name: string): boolean => struct[name] === true,
  struct: (name: string): Result => struct[name] as Result,
})

const parseTerms = (struct: Result): ListingTerms => {
  const terms = fieldsOf(struct)
  return {
    valueWei: terms.wei('value'),
    guaranteeWei: terms.wei('guarantee'),
    interactionFeeWei: terms.wei('interactionFee'),
    deliverySeconds: terms.number('deliverySeconds'),
    expirationSeconds: terms.number('expirationSeconds'),
    disputeSeconds: terms.number('disputeSeconds'),
    arbiter: terms.address('arbiter'),
    detailsHash: terms.text('detailsHash'),
  }
}

const parseListing = (id: bigint, struct: Result): ListingOnChain => {
  const listing = fieldsOf(struct)
  return {
    id,
    seller: listing.address('seller'),
    open: listing.flag('open'),
    terms: parseTerms(listing.struct('terms')),
    termsHash: listing.text('termsHash'),
    url: listing.text('url'),
  }
}

const parseState = (index: number): PurchaseState => {
  const state = purchaseStates[index]
  if (state === undefined || state === 'None') throw new AppError('chain.wrong-contract', `The contract names a state ${index} that this version does not know.`)
  return state
}

const parsePurchase = (id: bigint, struct: Result): PurchaseOnChain => {
  const purchase = fieldsOf(struct)
  return {
    id,
    listing: purchase.wei('listingId'),
    seller: purchase.address('seller'),
    buyer: purchase.address('buyer'),
    state: parseState(purchase.number('state')),
    interactionOpened: purchase.flag('interactionOpened'),
    paidAtSeconds: purchase.number('paidAt'),
    requestedAtSeconds: purchase.number('requestedAt'),
    deliveredAtSeconds: purchase.number('deliveredAt'),
    disputedAtSeconds: purchase.number('disputedAt'),
    closedAtSeconds: purchase.number('closedAt'),
    deadlineSeconds: purchase.number('deadline'),
    heldWei: purchase.wei('heldWei'),
    requestHash: purchase.text('requestHash'),
    answerHash: purchase.text('answerHash'),
    terms: parseTerms(purchase.struct('terms')),
    termsHash: purchase.text('termsHash'),
  }
}

/** The newest block that has this many confirmations. */
export const readDeepBlock = async (connection: ChainConnection, { confirmations = 1 }: AtDepth): Promise<number> =>
  Math.max(0, await connection.query((provider) => provider.getBlockNumber()) - confirmations + 1)

/** Read-only questions to the market at `contract`. All throw `chain.unreachable`, `chain.rpc-failed`. */
export const createMarketViews = (connection: ChainConnection, contract: string): MarketViews => {
  const ask = async (name: string, args: readonly unknown[], blockTag: number | 'latest'): Promise<Result> => {
    const call = { to: contract, data: marketInterface.encodeFunctionData(name, args), blockTag }
    const data = await connection.query((provider) => provider.call(call))
    try {
      return marketInterface.decodeFunctionResult(name, data)
    } catch (error) {
      if (!isError(error, 'BAD_DATA')) throw error
      throw new AppError('chain.wrong-contract', `There is no HEsystem market at ${contract}${blockTag === 'latest' ? '' : ` at block ${blockTag}`}.`, { cause: error, details: { contract } })
    }
  }

  /** Null where the contract does not know the id, or did not itself exist yet at that depth. */
  const findAt = async <T>(name: string, id: bigint, depth: AtDepth, parse: (id: bigint, struct: Result) => T): Promise<T | null> => {
    const latest = depth.confirmations === undefined || depth.confirmations <= 1
    try {
      const [struct] = await ask(name, [id], latest ? 'latest' : await readDeepBlock(connection, depth)) as unknown as [Result]
      return parse(id, struct)
    } catch (error) {
      if (isAppError(error, 'escrow.not-found')) return null
      if (!latest && isAppError(error, 'chain.wrong-contract')) return null
      throw error
    }
  }

  const findListingById: MarketViews['findListingById'] = (listing, depth = {}) => findAt('getListing', listing, depth, parseListing)
  const findPurchase: MarketViews['findPurchase'] = (purchase, depth = {}) => findAt('getPurchase', purchase, depth, parsePurchase)

  return {
    findListingById,
    findPurchase,
    readListing: async (listing) => {
      const found = await findListingById(listing)
      if (found === null) throw new AppError('escrow.not-found', `There is no listing ${listing} on this contract.`, { details: { listing: listing.toString() } })
      return found
    },
    readPurchase: async (purchase, depth = {}) => {
      const found = await findPurchase(purchase, depth)
      if (found !== null) return found
      const { confirmations = 1 } = depth
      throw new AppError('escrow.not-found', `There is no purchase ${purchase} with ${counted(confirmations, 'confirmation')} on this contract.`, {
        details: { purchase: purchase.toString(), confirmations }, retryable: confirmations > 1,
      })
    },
    readBalance: async (account) => BigInt(String((await ask('balanceOf', [account], 'latest'))[0])),
    readAccountBalance: (account) => connection.query((provider) => provider.getBalance(account)),
    readNonce: (account) => connection.query((provider) => provider.getTransactionCount(account)),
    readMinimumSeconds: async () => Number((await ask('minimumSeconds', [], 'latest'))[0]),
    readTime: async () => {
      // A development chain mines only when asked to, so its latest block may be old: the next one's time is the clock.
      const block = await connection.query((provider) => provider.getBlock(connection.isDevelopment ? 'pending' : 'latest'))
      if (block === null) throw new AppError('chain.rpc-failed', 'The network does not tell its latest block.', { retryable: true })
      return block.timestamp
    },
  }
}
