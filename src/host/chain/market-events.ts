import { getAddress, toBeHex, zeroPadValue, type EventFragment, type Log, type LogDescription } from 'ethers'
import { AppError, isAppError } from '../../shared/errors.ts'
import { marketInterface } from './artifact.ts'
import type { ChainConnection } from './connect.ts'
import { createListingFinder, type ListingPage } from './find-listings.ts'
import type { IndexedListing, ListingIndex } from './listing-index.ts'
import { readDeepBlock, type AtDepth } from './market-views.ts'

export interface Delivery {
  readonly requestHash: string
  readonly answerHash: string
  /** The sealed bytes in hex. */
  readonly sealedAnswer: string
  readonly transactionHash: string
}

/** The moves of a purchase, by the contract's names of their events. */
export const purchaseMoves = [
  'Purchased', 'InteractionOpened', 'ResultRequested', 'Litigated', 'Declined', 'Delivered', 'Confirmed', 'Reclaimed', 'DisputeOpened', 'Ruled', 'DisputeClosed',
] as const
export type PurchaseMove = (typeof purchaseMoves)[number]

export interface PurchaseEvent {
  readonly name: PurchaseMove
  readonly transactionHash: string
  readonly blockNumber: number
  /** The block's time, in seconds since the epoch. */
  readonly timeSeconds: number
}

export interface PurchaseHistory {
  /** In the order of the chain. */
  readonly moves: readonly PurchaseEvent[]
  /** What was credited to whom, summed by account, in the order of first payment. */
  readonly credits: readonly { readonly account: string; readonly amountWei: bigint }[]
  readonly burnedWei: bigint
}

export interface FromBlock {
  /** Where to begin looking: by default the market's first block where it is known, else 0. */
  readonly fromBlock?: number
}

export interface MarketEvents {
  /** The newest listing that `seller` put up or re-priced with this details hash. */
  findNewestListing(filter: { readonly seller: string; readonly detailsHash: string } & FromBlock): Promise<bigint | null>
  /** Every listing ever created, or those of one seller, oldest first. */
  findListingIds(filter: { readonly seller?: string }): Promise<readonly bigint[]>
  /** Purchases of a seller, a buyer, or all, oldest first. */
  findPurchases(filter: { readonly seller?: string; readonly buyer?: string } & FromBlock): Promise<readonly bigint[]>
  /** Purchases whose dispute was opened and neither ruled on nor closed, oldest first: found by events, no other purchase is read. */
  findDisputed(): Promise<readonly bigint[]>
  findDelivery(purchase: bigint, depth?: AtDepth): Promise<Delivery | null>
  readHistory(purchase: bigint, depth?: AtDepth): Promise<PurchaseHistory>
}

interface LogPage {
  readonly logs: readonly Log[]
  readonly toBlock: number
}

type TopicFilter = (string | string[] | null)[]

/** A node that refuses a range is asked for halves of it, down to this many blocks. */
const smallestPage = 500

const findEvent = (name: string): EventFragment => {
  const fragment = marketInterface.getEvent(name)
  if (fragment === null) throw new AppError('bug.unexpected', `The contract has no event ${name}.`)
  return fragment
}
const topicOf = (name: string): string => findEvent(name).topicHash
const topicOfId = (id: bigint): string => toBeHex(id, 32)
const topicOfAddress = (address: string | undefined): string | null =>
  (address === undefined ? null : zeroPadValue(getAddress(address), 32).toLowerCase())

const describe = (log: { readonly topics: readonly string[]; readonly data: string }): LogDescription => {
  const description = marketInterface.parseLog(log)
  if (description === null) throw new AppError('bug.unexpected', 'The contract told of an event that is not in its interface.')
  return description
}

const idOf = (log: { readonly topics: readonly string[] }): bigint => BigInt(log.topics[1] ?? '0x0')

/** The id in the first event of this name among a transaction's logs from our contract. */
export const readEventId = (logs: readonly Pick<Log, 'address' | 'topics'>[], contract: string, name: string): bigint => {
  const log = logs.find(({ address, topics }) => getAddress(address) === contract && topics[0] === topicOf(name))
  if (log === undefined) throw new AppError('chain.wrong-contract', `The transaction did not tell of ${name}.`, { details: { contract } })
  return idOf(log)
}

/** Keeps what it is told for as long as it lives. */
const createMemoryIndex = (): ListingIndex => {
  let through: ReturnType<ListingIndex['findThrough']> = null
  let listings: readonly IndexedListing[] = []
  return {
    findThrough: () => through,
    list: () => listings,
    append: (added, newThrough) => {
      listings = [...listings, ...added]
      through = newThrough
    },
    clear: () => {
      listings = []
      through = null
    },
  }
}

/**
 * What the market at `contract` has told in its events, looked for from `firstBlock` on. Listings are remembered in `index`.
 * All throw `chain.unreachable`, `chain.rpc-failed`.
 */
export const createMarketEvents = (
  connection: ChainConnection, contract: string, firstBlock: number, index = createMemoryIndex(),
): MarketEvents => {
  /** Page after page; the first is the whole range. */
  const readPages = async function* (topics: TopicFilter, fromBlock: number, toBlock: number): AsyncGenerator<LogPage> {
    let [from, size] = [fromBlock, toBlock - fromBlock + 1]
    while (from <= toBlock) {
      const page = { fromBlock: from, toBlock: Math.min(toBlock, from + size - 1) }
      try {
        const logs = await connection.query((provider) => provider.getLogs({ address: contract, ...page, topics }))
        yield { logs, toBlock: page.toBlock }
        from = page.toBlock + 1
      } catch (error) {
        if (!isAppError(error, 'chain.rpc-failed') || size <= smallestPage) throw error
        size = Math.ceil(size / 2)
      }
    }
  }

  const finder = createListingFinder(connection, contract, index, async function* (fromBlock, toBlock): AsyncGenerator<ListingPage> {
    for await (const page of readPages([topicOf('ListingCreated')], Math.max(firstBlock, fromBlock), toBlock)) {
      const listings = page.logs.map((log) => ({ id: idOf(log), seller: String(describe(log).args['seller']), blockNumber: log.blockNumber }))
      yield { listings, toBlock: page.toBlock }
    }
  })

  const readLogs = async (topics: TopicFilter, range: FromBlock & AtDepth = {}): Promise<Log[]> => {
    const { fromBlock = Math.max(firstBlock, await finder.findLowerBound()), ...depth } = range
    const logs: Log[] = []
    for await (const page of readPages(topics, fromBlock, await readDeepBlock(connection, depth))) logs.push(...page.logs)
    return logs
  }

  const readTimes = async (blocks: ReadonlySet<number>): Promise<ReadonlyMap<number, number>> => {
    const times = new Map<number, number>()
    for (const number of blocks) {
      const block = await connection.query((provider) => provider.getBlock(number))
      if (block === null) throw new AppError('chain.rpc-failed', `The network does not tell block ${number}.`, { retryable: true })
      times.set(number, block.timestamp)
    }
    return times
  }

  const sumCredits = (logs: readonly Log[]): PurchaseHistory['credits'] => {
    const credits = new Map<string, bigint>()
    for (const log of logs.filter(({ topics }) => topics[0] === topicOf('Credited'))) {
      const { account, amountWei } = describe(log).args.toObject() as { account: string; amountWei: bigint }
      credits.set(account, (credits.get(account) ?? 0n) + amountWei)
    }
    return [...credits].map(([account, amountWei]) => ({ account, amountWei }))
  }

  return {
    findNewestListing: async ({ seller, detailsHash, ...range }) => {
      const logs = await readLogs([[topicOf('ListingCreated'), topicOf('ListingRepriced')], null, topicOfAddress(seller), detailsHash], range)
      const newest = logs.at(-1)
      return newest === undefined ? null : idOf(newest)
    },
    findListingIds: async ({ seller }) => {
      const listings = await finder.findListings()
      return listings.filter((listing) => seller === undefined || listing.seller === getAddress(seller)).map(({ id }) => id)
    },
    findPurchases: async ({ seller, buyer, ...range }) =>
      (await readLogs([topicOf('Purchased'), null, topicOfAddress(seller), topicOfAddress(buyer)], range)).map(idOf),
    findDisputed: async () => {
      const open = new Set<bigint>()
      for (const log of await readLogs([['DisputeOpened', 'Ruled', 'DisputeClosed'].map(topicOf)])) {
        if (log.topics[0] === topicOf('DisputeOpened')) open.add(idOf(log))
        else open.delete(idOf(log))
      }
      return [...open]
    },
    findDelivery: async (purchase, depth = {}) => {
      const [log] = await readLogs([topicOf('Delivered'), topicOfId(purchase)], depth)
      if (log === undefined) return null
      const { requestHash, answerHash, sealedAnswer } = describe(log).args.toObject() as Omit<Delivery, 'transactionHash'>
      return { requestHash, answerHash, sealedAnswer, transactionHash: log.transactionHash }
    },
    readHistory: async (purchase, depth = {}) => {
      const logs = await readLogs([[...purchaseMoves, 'Credited', 'Burned'].map(topicOf), topicOfId(purchase)], depth)
      const moves = logs.flatMap((log) => purchaseMoves.filter((name) => topicOf(name) === log.topics[0]).map((name) => ({ name, log })))
      const times = await readTimes(new Set(moves.map(({ log }) => log.blockNumber)))
      return {
        moves: moves.map(({ name, log: { transactionHash, blockNumber } }) => (
          { name, transactionHash, blockNumber, timeSeconds: times.get(blockNumber) ?? 0 })),
        credits: sumCredits(logs),
        burnedWei: logs.filter(({ topics }) => topics[0] === topicOf('Burned')).reduce((sum, log) => sum + BigInt(log.data), 0n),
      }
    },
  }
}
