import type { ListingTerms } from '../../../src/host/chain/terms.ts'

export type PurchaseMove = 'openInteraction' | 'litigate' | 'decline' | 'confirmResult' | 'reclaim' | 'dispute' | 'closeDispute'

/** What can be asked of the market; `kind` is the contract's function. */
export type Action =
  | { readonly kind: 'createListing', readonly terms: ListingTerms, readonly url: string }
  | { readonly kind: 'reprice', readonly listing: number, readonly terms: ListingTerms }
  | { readonly kind: 'relocate', readonly listing: number, readonly url: string }
  | { readonly kind: 'closeListing' | 'reopenListing', readonly listing: number }
  | { readonly kind: 'buy', readonly listing: number, readonly termsHash: string, readonly maxTotalWei: bigint, readonly deadline: number }
  | { readonly kind: PurchaseMove, readonly purchase: number }
  | { readonly kind: 'requestResult', readonly purchase: number, readonly requestHash: string }
  | { readonly kind: 'deliverResult', readonly purchase: number, readonly requestHash: string, readonly answerBytes: number }
  | { readonly kind: 'rule', readonly purchase: number, readonly forBuyer: boolean }
  | { readonly kind: 'withdraw' }
  | { readonly kind: 'withdrawTo', readonly to: string }

export interface Call {
  readonly caller: string
  readonly payWei: bigint
  /** The second of the block it stands in. */
  readonly at: number
  readonly action: Action
}

/** Money that a call moved, as the market's events tell it. */
export type Movement =
  | { readonly event: 'Credited', readonly purchase: number, readonly account: string, readonly amountWei: bigint }
  | { readonly event: 'Burned', readonly purchase: number, readonly amountWei: bigint }
  | { readonly event: 'Withdrawn', readonly account: string, readonly to: string, readonly amountWei: bigint }

/** The market's refusal by its error's name, or what the call moved. */
export type Outcome = { readonly refusal: string } | { readonly moved: readonly Movement[] }
