import type { ProfileDatabase } from '../storage/database.ts'

export interface IndexedListing {
  readonly id: bigint
  readonly seller: string
  readonly blockNumber: number
}

/** All blocks up to this one have been looked through; the hash tells whether the chain is still the same. */
export interface IndexedThrough {
  readonly blockNumber: number
  readonly blockHash: string
}

/** Which listings a market's events have told of, kept in the profile so that no settled block is asked for twice. */
export interface ListingIndex {
  findThrough(): IndexedThrough | null
  /** Oldest first. */
  list(): readonly IndexedListing[]
  append(listings: readonly IndexedListing[], through: IndexedThrough): void
  clear(): void
}

interface ThroughRow {
  readonly through_block: number
  readonly through_hash: string
}

interface ListingRow {
  readonly listing: string
  readonly seller: string
  readonly block: number
}

/** The index of one market. It can be thrown away at any time: the chain tells it again. */
export const createListingIndex = (database: ProfileDatabase, chainId: number, contract: string): ListingIndex => {
  const market = [chainId, contract] as const
  const clear = database.transaction(() => {
    for (const table of ['market_listings', 'market_scans']) database.prepare(`DELETE FROM ${table} WHERE chain_id = ? AND contract = ?`).run(...market)
  })
  const append = database.transaction((listings: readonly IndexedListing[], { blockNumber, blockHash }: IndexedThrough) => {
    const insert = database.prepare('INSERT OR IGNORE INTO market_listings (chain_id, contract, listing, seller, block) VALUES (?, ?, ?, ?, ?)')
    for (const listing of listings) insert.run(...market, listing.id.toString(), listing.seller, listing.blockNumber)
    database.prepare('INSERT OR REPLACE INTO market_scans (chain_id, contract, through_block, through_hash) VALUES (?, ?, ?, ?)')
      .run(...market, blockNumber, blockHash)
  })
  return {
    findThrough: () => {
      const row = database.prepare<[number, string], ThroughRow>('SELECT through_block, through_hash FROM market_scans WHERE chain_id = ? AND contract = ?')
        .get(...market)
      return row === undefined ? null : { blockNumber: row.through_block, blockHash: row.through_hash }
    },
    list: () => database
      .prepare<[number, string], ListingRow>('SELECT listing, seller, block FROM market_listings WHERE chain_id = ? AND contract = ? ORDER BY block, length(listing), listing')
      .all(...market).map(({ listing, seller, block }) => ({ id: BigInt(listing), seller, blockNumber: block })),
    append: (listings, through) => { append.immediate(listings, through) },
    clear: () => { clear.immediate() },
  }
}
