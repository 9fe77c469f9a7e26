import type { ErrorDocument } from '../../shared/errors.ts'
import type { ErrorDocumentJson, TermsJson } from '../../shared/window-contract/base.ts'
import type { DatasetSummaryJson } from '../../shared/window-contract/datasets.ts'
import type { WindowOutputs } from '../../shared/window-contract/index.ts'
import type { ListingJson } from '../../shared/window-contract/listings.ts'
import { noArbiter, type ListingTerms } from '../chain/market.ts'
import type { DatasetSummary, EncryptionState } from '../datasets/dataset-service.ts'
import type { SecondMoments } from '../datasets/import-report.ts'
import { describeWithheld } from '../datasets/second-moments.ts'
import type { MarketPlace, StoredListing } from '../seller/listing-store.ts'

/** The host's own objects in the form in which they cross to the window: amounts as text, no ciphertexts, no keys. */

/** Lists in an error's details are copied: the contract's are the window's to keep. */
export const toErrorJson = ({ code, message, next, details }: ErrorDocument): ErrorDocumentJson => ({
  code, message, next,
  details: Object.fromEntries(Object.entries(details).map(([name, value]) =>
    [name, typeof value === 'object' && value !== null ? [...value] : value])),
})

export const toTermsJson = (terms: ListingTerms): TermsJson => ({
  valueWei: terms.valueWei.toString(),
  guaranteeWei: terms.guaranteeWei.toString(),
  interactionFeeWei: terms.interactionFeeWei.toString(),
  deliverySeconds: terms.deliverySeconds,
  expirationSeconds: terms.expirationSeconds,
  disputeSeconds: terms.disputeSeconds,
  arbiter: terms.arbiter === noArbiter ? null : terms.arbiter,
})

const toEncryptionJson = (state: EncryptionState | null): DatasetSummaryJson['data'] => (state === null ? null : {
  keyBits: state.keyBits, chunks: state.chunks, chunksDone: state.chunksDone, complete: state.root !== null,
  packedGroups: state.packedGroups,
})

export const toDatasetJson = (
  { name, rows, columns, createdAt, testRows, hasPlain, data, test }: DatasetSummary, usedBy: string | null,
): DatasetSummaryJson =>
  ({ name, rows, columns, createdAt, testRows, hasPlain, data: toEncryptionJson(data), test: toEncryptionJson(test), usedBy })

export const toMomentsJson = (made: SecondMoments | null): WindowOutputs['datasets']['show']['secondMoments'] =>
  made?.verdicts.map(({ name, withheld }) => ({ name, withheld: withheld === null ? null : describeWithheld(withheld, made.rule) })) ?? null

export const toListingJson = (listing: StoredListing, place: MarketPlace | null): ListingJson => ({
  id: listing.id,
  dataset: listing.dataset,
  title: listing.details.title,
  description: listing.details.description,
  state: listing.state,
  number: listing.number?.toString() ?? null,
  url: listing.url,
  terms: toTermsJson(listing.terms),
  policy: listing.details.policy,
  comparisons: listing.details.budgets.comparisons,
  maxTotalCells: listing.details.budgets.totalCells,
  products: listing.details.budgets.products,
  rows: listing.details.num_rows[0],
  columns: listing.details.num_rows[1],
  keyBits: listing.details.dataset.key.bits,
  pinsCertificate: listing.details.tls !== undefined,
  createdAt: listing.createdAt,
  onThisNetwork: place !== null && listing.details.chain_id === place.chainId
    && listing.details.contract_address.toLowerCase() === place.contract.toLowerCase(),
})
