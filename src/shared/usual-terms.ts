/** What a listing has where its seller says nothing (product.md). */

/** A tenth of the price where an arbiter rules, as in 2020; half of it where nobody does (escrow.md, "Listing"). */
export const usualGuaranteeWei = (valueWei: bigint, hasArbiter: boolean): bigint => (hasArbiter ? valueWei / 10n : (valueWei + 1n) / 2n)

/** For opening the seller's help: a tenth of the price, and never nothing. */
export const usualFeeWei = (valueWei: bigint): bigint => (valueWei + 9n) / 10n

/** Numbers in one answer, where programs are shown. */
export const usualAnswerCells = 256
