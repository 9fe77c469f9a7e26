import type { StoredListing } from '../../../src/host/seller/listing-store.ts'
import { noArbiter } from '../../../src/host/chain/terms.ts'

export const contract = '0x5FbDB2315678afecb367f032d93F642f64180aa3'

export interface ListingOver {
  readonly id?: string
  readonly minRows?: number
  readonly mode?: 'disclosed' | 'private'
  readonly chainId?: number
  readonly arbiter?: string
  readonly state?: string
  readonly description?: string
  readonly comparisons?: number
  /** Whether products of columns are sold with the table. */
  readonly hasProducts?: boolean
}

const range = { categories: [], lower: 0, upper: 50, unit: '', description: '' }

/** A published listing as far as the seller's pages read it. */
export const createListing = ({ id = 'wages-1', minRows = 10, mode = 'disclosed', description = 'What "people" earn', ...over }: ListingOver = {}): StoredListing => ({
  id, number: 4n, state: over.state ?? 'published',
  terms: {
    valueWei: 20_000_000_000_000_000n, guaranteeWei: 10_000_000_000_000_000n, interactionFeeWei: 0n,
    deliverySeconds: 3600, expirationSeconds: 172_800, disputeSeconds: 90,
    arbiter: over.arbiter ?? noArbiter,
  },
  details: {
    title: 'Wages <script>', description, listing: id,
    seller: contract, chain_id: over.chainId ?? 31337, contract_address: contract,
    num_rows: [534, over.hasProducts === true ? 5 : 4], meta_link: `/v1/listings/${id}`, policy: { mode, minRows, condition: 2, maxAnswerCells: 64, maxAnswerBits: 40 },
    budgets: { totalCells: 2937, comparisons: over.comparisons ?? 0, products: 0 }, dataset: { key: { bits: 3072 } },
    columns: [
      { ...range, name: 'member', type: 'boolean' },
      { ...range, name: 'wage', type: 'number', unit: 'dollars an hour', description: 'before tax & dues' },
      { ...range, name: 'sector', type: 'category', categories: Array.from({ length: 23 }, (_, at) => `sector ${at}`) },
      { ...range, name: 'age', type: 'integer' },
      ...(over.hasProducts === true ? [{ ...range, name: 'wage*age', type: 'number' }] : []),
    ],
  },
}) as unknown as StoredListing
