import { isSameAddress } from './address.ts'
import { formatEther } from './units.ts'

/** What of a listing's terms decides how a dispute ends. */
export interface DisputeTerms {
  readonly valueWei: bigint
  readonly guaranteeWei: bigint
  /** null: nobody rules. */
  readonly arbiter: string | null
  readonly seller: string
  /** What of the price the seller has already, for comparisons. */
  readonly paidFeeWei?: bigint
}

/** The smallest guarantee with which a dispute that nobody rules on costs the buyer what it brings: half of the price. */
export const idleProofGuaranteeWei = (valueWei: bigint): bigint => (valueWei + 1n) / 2n

/** A dispute that is closed without a ruling: the price in halves, both deposits burned (escrow.md). */
const unruledCost = ({ valueWei, guaranteeWei, paidFeeWei = 0n }: DisputeTerms): string =>
  `you get back half of ${paidFeeWei === 0n ? 'the price' : 'what is left of the price'} (${formatEther((valueWei - paidFeeWei) / 2n)} ether), and your guarantee of ${formatEther(guaranteeWei)} ether is burned`

/** What a dispute costs its buyer, said before it is opened. */
export const sayDisputeCosts = (terms: DisputeTerms): string[] => {
  if (terms.arbiter === null) return [`Nobody rules on disputes here. If you dispute an answer, right or wrong, ${unruledCost(terms)}; the seller loses as much.`]
  return [
    ...(isSameAddress(terms.arbiter, terms.seller) ? ['The arbiter is the seller: do not expect a ruling against them.'] : []),
    `An arbiter who stays silent costs you as much as none would: ${unruledCost(terms)}.`,
  ]
}

/** What a buyer should know of disputes before paying. */
export const warnBuyerOfDisputes = (terms: DisputeTerms): string[] => [
  ...sayDisputeCosts(terms),
  ...(terms.arbiter === null || terms.guaranteeWei >= idleProofGuaranteeWei(terms.valueWei)
    ? []
    : [`A guarantee this small does not deter idle disputes: under a silent arbiter, one against a good answer costs its buyer less than it brings, and the seller half of the price and ${
      formatEther(terms.guaranteeWei)} ether.`]),
]

/** What a seller should know before publishing such terms. */
export const warnSellerOfDisputes = (terms: DisputeTerms): string[] => {
  if (terms.arbiter === null) return []
  const { valueWei, guaranteeWei } = terms
  const needed = idleProofGuaranteeWei(valueWei)
  return guaranteeWei >= needed ? [] : [
    `If the arbiter stays silent, a buyer who disputes a good answer gets back ${formatEther(valueWei / 2n)} ether and loses a guarantee of only ${formatEther(guaranteeWei)}: idle disputes pay. A guarantee of ${formatEther(needed)} ether or more takes that away.`,
  ]
}
