import { z } from 'zod'
import type { Details } from '../../shared/schemas/details.ts'
import { AppError } from '../../shared/errors.ts'
import { parseJsonAs } from '../../shared/parse.ts'
import { naturalSchema } from '../../shared/schemas/common.ts'
import { judgeRules } from '../ledger/judge-rules.ts'
import type { ProfileDatabase } from '../storage/database.ts'
import type { ListingTerms } from '../chain/market.ts'
import { parseDetails } from '../trade/details-document.ts'

/** One contract on one chain; numbers of listings and purchases mean something only there. */
export interface MarketPlace {
  readonly chainId: number
  readonly contract: string
}

export type ListingState = 'draft' | 'published' | 'closed'

export interface StoredListing {
  readonly id: string
  readonly dataset: string
  readonly details: Details
  /** The bytes served and hashed. */
  readonly text: string
  readonly terms: ListingTerms
  readonly url: string
  /** The listing's number on the contract; null until published. */
  readonly number: bigint | null
  /** Counts the changes made on chain, so that each has an intent key of its own. */
  readonly revision: number
  readonly state: ListingState
  readonly createdAt: string
}

export type ListingChange = Partial<Pick<StoredListing, 'number' | 'state' | 'terms' | 'url'>>

export interface ListingStore {
  createId(dataset: string): string
  insert(listing: Pick<StoredListing, 'id' | 'dataset' | 'details' | 'text' | 'terms' | 'url' | 'createdAt'>): StoredListing
  update(id: string, change: ListingChange): StoredListing
  /**
   * Notes that a draft's publication begins, judged by the present rules; from then on others are judged beside it. Gives false where
   * another draft stands in its place, or its dataset has got another name.
   */
  claim({ id, dataset, text }: Pick<StoredListing, 'id' | 'dataset' | 'text'>): boolean
  /** Listings of a dataset that has got another name follow it; what was published does not name it. */
  renameDataset(from: string, to: string): void
  /** A draft; what has a number stays. */
  remove(id: string): void
  list(): readonly StoredListing[]
  find(id: string): StoredListing | null
  findByNumber(place: MarketPlace, number: bigint): StoredListing | null
  show(id: string): StoredListing
}

const termsSchema = z.strictObject({
  valueWei: naturalSchema.transform(BigInt),
  guaranteeWei: naturalSchema.transform(BigInt),
  interactionFeeWei: naturalSchema.transform(BigInt),
  deliverySeconds: z.int(),
  expirationSeconds: z.int(),
  disputeSeconds: z.int(),
  arbiter: z.string(),
  detailsHash: z.string(),
})

const encodeTerms = (terms: ListingTerms): string =>
  JSON.stringify(terms, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))

interface ListingRow {
  readonly id: string
  readonly dataset: string
  readonly details: string
  readonly terms: string
  readonly url: string
  readonly number: string | null
  readonly revision: number
  readonly state: ListingState
  readonly created_at: string
}

const fromRow = (row: ListingRow): StoredListing => ({
  id: row.id,
  dataset: row.dataset,
  details: parseDetails(row.details),
  text: row.details,
  terms: parseJsonAs(termsSchema, row.terms, `the terms of listing ${row.id}`, 'store.corrupt'),
  url: row.url,
  number: row.number === null ? null : BigInt(row.number),
  revision: row.revision,
  state: row.state,
  createdAt: row.created_at,
})

const slug = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '').slice(0, 48) || 'listing'

export const createListingStore = (database: ProfileDatabase): ListingStore => {
  const find = (id: string): StoredListing | null => {
    const row = database.prepare<[string], ListingRow>('SELECT * FROM listings WHERE id = ?').get(id)
    return row === undefined ? null : fromRow(row)
  }
  const show = (id: string): StoredListing => {
    const listing = find(id)
    if (listing === null) throw new AppError('input.not-found', `There is no listing called ${id} in this profile.`, { details: { listing: id } })
    return listing
  }
  return {
    find,
    show,
    createId: (dataset) => {
      const base = slug(dataset)
      for (let number = 1; ; number += 1) {
        const id = `${base}-${number}`
        if (find(id) === null) return id
      }
    },
    insert: ({ id, dataset, details, text, terms, url, createdAt }) => {
      if (find(id) !== null) throw new AppError('input.already-exists', `There is already a listing called ${id}.`, { details: { listing: id } })
      database.prepare(`INSERT INTO listings (id, dataset, chain_id, contract, seller, details, details_hash, terms, url, state, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'draft', ?)`)
        .run(
          id, dataset, details.chain_id, details.contract_address, details.seller, text, terms.detailsHash, encodeTerms(terms), url,
          createdAt,
        )
      return show(id)
    },
    update: (id, change) => {
      const next = { ...show(id), ...change }
      database.prepare('UPDATE listings SET number = ?, state = ?, terms = ?, url = ?, revision = revision + 1 WHERE id = ?')
        .run(next.number === null ? null : next.number.toString(), next.state, encodeTerms(next.terms), next.url, id)
      return show(id)
    },
    claim: ({ id, dataset, text }) =>
      database.prepare('UPDATE listings SET judged_by = ? WHERE id = ? AND dataset = ? AND details = ?')
        .run(judgeRules, id, dataset, text).changes === 1,
    renameDataset: (from, to) => { database.prepare('UPDATE listings SET dataset = ? WHERE dataset = ?').run(to, from) },
    remove: (id) => { database.prepare('DELETE FROM listings WHERE id = ? AND number IS NULL').run(id) },
    list: () => database.prepare<[], ListingRow>('SELECT * FROM listings ORDER BY created_at, id').all().map(fromRow),
    findByNumber: ({ chainId, contract }, number) => {
      const row = database
        .prepare<[number, string, string], ListingRow>('SELECT * FROM listings WHERE chain_id = ? AND contract = ? AND number = ?')
        .get(chainId, contract, number.toString())
      return row === undefined ? null : fromRow(row)
    },
  }
}
