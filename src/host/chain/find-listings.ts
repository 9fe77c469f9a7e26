import { AppError, isAppError } from '../../shared/errors.ts'
import type { ChainConnection } from './connect.ts'
import type { IndexedListing, ListingIndex } from './listing-index.ts'

/** Two epochs of Ethereum: what lies deeper is final there. Shallower blocks are read anew each time. */
const settledBlocks = 64

/** A chain this short is read from its beginning without looking for the contract's first block. */
const shortChainBlocks = 10_000

export interface ListingFinder {
  /** Every listing ever created, oldest first. */
  findListings(): Promise<readonly IndexedListing[]>
  /** The first block the market can have told anything in, as far as is known without asking for events. */
  findLowerBound(): Promise<number>
}

export interface ListingPage {
  readonly listings: readonly IndexedListing[]
  readonly toBlock: number
}

/** Looks through a market's events page by page, and keeps each settled page. Throws `chain.unreachable`, `chain.rpc-failed`. */
export const createListingFinder = (
  connection: ChainConnection, contract: string, index: ListingIndex,
  readPages: (fromBlock: number, toBlock: number) => AsyncIterable<ListingPage>,
): ListingFinder => {
  const readHash = async (blockNumber: number): Promise<string | null> =>
    (await connection.query((provider) => provider.getBlock(blockNumber)))?.hash ?? null

  /** A practice chain begun afresh has other blocks under the same numbers: what was read of the old one is dropped. */
  const findThrough = async (): Promise<number | null> => {
    const through = index.findThrough()
    if (through === null || await readHash(through.blockNumber) === through.blockHash) return through?.blockNumber ?? null
    index.clear()
    return null
  }

  const hasCode = async (block: number): Promise<boolean> => await connection.query((provider) => provider.getCode(contract, block)) !== '0x'

  /** The block that brought the contract, by bisection; 0 on a node that keeps no old states, which then is asked for all events. */
  const findFirstBlock = async (latest: number): Promise<number> => {
    if (latest < shortChainBlocks) return 0
    try {
      let [without, present] = [-1, latest]
      while (present - without > 1) {
        const middle = Math.floor((without + present) / 2)
        if (await hasCode(middle)) present = middle
        else without = middle
      }
      return present
    } catch (error) {
      if (isAppError(error, 'chain.rpc-failed')) return 0
      throw error
    }
  }

  return {
    findListings: async () => {
      const latest = await connection.query((provider) => provider.getBlockNumber())
      const through = await findThrough()
      const fromBlock = through === null ? await findFirstBlock(latest) : through + 1
      const settled = latest - settledBlocks
      for await (const { listings, toBlock } of readPages(fromBlock, settled)) {
        const blockHash = await readHash(toBlock)
        if (blockHash === null) throw new AppError('chain.rpc-failed', `The network does not tell block ${toBlock}.`, { retryable: true })
        index.append(listings, { blockNumber: toBlock, blockHash })
      }
      const fresh: IndexedListing[] = []
      for await (const { listings } of readPages(Math.max(fromBlock, settled + 1), latest)) fresh.push(...listings)
      return [...index.list(), ...fresh]
    },
    findLowerBound: async () => {
      const through = await findThrough()
      if (through === null) return 0
      return index.list()[0]?.blockNumber ?? through + 1
    },
  }
}
