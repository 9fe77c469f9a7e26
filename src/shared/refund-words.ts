import { formatEther } from './units.ts'

/** What of a purchase decides what a cancelled trade gives back. */
export interface RefundTerms {
  readonly valueWei: bigint
  readonly guaranteeWei: bigint
  readonly interactionFeeWei: bigint
}

/** The fee for the seller's help that the seller has and keeps: it is paid out of the price, for good (docs/adr/0505). */
export const paidFeeWei = ({ interactionFeeWei }: Pick<RefundTerms, 'interactionFeeWei'>, interactionOpened: boolean): bigint =>
  (interactionOpened ? interactionFeeWei : 0n)

/** How much that is: both but for the fee (DataMarket.sol, `_refund`). */
export const refundWei = (terms: RefundTerms, interactionOpened: boolean): bigint =>
  terms.valueWei + terms.guaranteeWei - paidFeeWei(terms, interactionOpened)

/** What comes back to the buyer of a cancelled or declined purchase, as the subject of a sentence. */
export const sayRefund = (terms: RefundTerms, interactionOpened: boolean): string => {
  const feeWei = paidFeeWei(terms, interactionOpened)
  return feeWei === 0n
    ? 'price and guarantee'
    : `the guarantee and the price less the fee for the seller's help (${formatEther(feeWei)} ether, which the seller keeps)`
}

/** The same before anything is bought: whether all of it can come back. */
export const sayRefundBeforeBuying = ({ interactionFeeWei }: Pick<RefundTerms, 'interactionFeeWei'>): string =>
  (interactionFeeWei === 0n ? 'everything back' : `everything back but the fee for the seller's help (${formatEther(interactionFeeWei)} ether), if you opened it`)
