import { AbiCoder, keccak256 } from 'ethers'
import type { DisputeTerms } from '../../shared/dispute-warnings.ts'

/** What a buyer agrees to (escrow.md, "Listing"): wei, seconds, the arbiter's address (zero: none). */
export interface ListingTerms {
  readonly valueWei: bigint
  readonly guaranteeWei: bigint
  readonly interactionFeeWei: bigint
  readonly deliverySeconds: number
  readonly expirationSeconds: number
  readonly disputeSeconds: number
  readonly arbiter: string
  readonly detailsHash: string
}

/** In the contract's order; `None` never leaves it. */
export const purchaseStates = ['None', 'Paid', 'Requested', 'Delivered', 'Disputed', 'Refunded', 'Settled'] as const
export type PurchaseState = Exclude<(typeof purchaseStates)[number], 'None'>

export const noArbiter = '0x0000000000000000000000000000000000000000'

/** What of the terms is warned about (src/shared/dispute-warnings.ts). */
export const toDisputeTerms = ({ valueWei, guaranteeWei, arbiter }: ListingTerms, seller: string): DisputeTerms =>
  ({ valueWei, guaranteeWei, arbiter: arbiter === noArbiter ? null : arbiter, seller })

const termsType = 'tuple(uint128 value,uint128 guarantee,uint128 interactionFee,uint32 deliverySeconds,uint32 expirationSeconds,uint32 disputeSeconds,address arbiter,bytes32 detailsHash)'

/** The contract's `Terms`, in its order. */
export const toContractTerms = (terms: ListingTerms) => [
  terms.valueWei, terms.guaranteeWei, terms.interactionFeeWei,
  terms.deliverySeconds, terms.expirationSeconds, terms.disputeSeconds,
  terms.arbiter, terms.detailsHash,
] as const

/** The contract's `termsHash`: keccak256 of the ABI encoding of (seller, terms). */
export const hashTerms = (seller: string, terms: ListingTerms): string =>
  keccak256(AbiCoder.defaultAbiCoder().encode(['address', termsType], [seller, toContractTerms(terms)]))
