import type { Receipt } from './receipt.ts'
import type { ReceiptVerdict } from './verify-receipt.ts'

/** What a receipt says that stands on no chain: its signatures, or documents whose hashes do stand there, must vouch for it. */
export type UnvouchedField = 'statement' | 'trade.datasetRoot' | 'trade.unprovedReplies'

/**
 * The fields that rest on one party's word even where the chain says all that it can of a receipt that holds together. The chain holds the
 * hash of the details document, which names mode and table, and that of the request, which the buyer made: table and program in it are
 * the seller's word too only once the seller delivered upon it, or signed the receipt. No seller helps before that was paid for on the
 * chain.
 */
export const listUnvouchedFields = (
  { trade, request, program, proof }: Receipt, { signedByBoth, signatures }: Pick<ReceiptVerdict, 'signedByBoth' | 'signatures'>,
): readonly UnvouchedField[] => {
  if (signedByBoth) return []
  const sellerVouches = signatures.seller === 'valid' && signatures.buyer !== 'valid'
  const showsDetails = proof !== null
  // The mode: a buyer alone could have passed a program off for that of a trade in private mode, where the seller knows none.
  const modeStands = showsDetails || (program !== null && sellerVouches)
  const rootStands = showsDetails || (request !== null && (trade.answerHash !== null || sellerVouches))
  // A program names the least that was asked; what another script asked under the same purchase, its two parties alone know.
  const repliesStand = trade.unprovedReplies === 0 && trade.moves.every(({ name }) => name !== 'InteractionOpened')
  return [
    ...(modeStands ? [] : ['statement' as const]),
    ...(rootStands ? [] : ['trade.datasetRoot' as const]),
    ...(repliesStand ? [] : ['trade.unprovedReplies' as const]),
  ]
}
