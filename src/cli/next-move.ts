import { paidFeeWei } from '../shared/refund-words.ts'
import type { PurchaseView } from '../host/buyer/purchase-service.ts'

const formatTime = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('T', ' ').slice(0, 16)

/** What the buyer can do now, and until when, as the commands for it. */
export const describeNextMove = ({ purchase, onChain }: PurchaseView): string => {
  const number = String(purchase.number ?? '')
  const lessFee = onChain !== null && paidFeeWei(onChain.terms, onChain.interactionOpened) > 0n ? ', less the fee for the seller\'s help' : ''
  const until = onChain === null || onChain.deadlineSeconds === 0 ? '' : `${formatTime(onChain.deadlineSeconds)} UTC`
  switch (onChain?.state) {
    case undefined: return 'Next: `hesystem buy` with the same URL takes the payment up again.'
    case 'Paid': return `Next: \`hesystem compute ${number} SCRIPT.ts\`, then \`hesystem request ${number}\`; or \`hesystem litigate ${number}\` for the money back${lessFee}.`
    case 'Requested': return `Next: \`hesystem request ${number}\` waits for the answer, due by ${until}; after that \`hesystem litigate ${number}\` brings the money back${lessFee}.`
    case 'Delivered': return purchase.answer === null
      ? `Next: \`hesystem request ${number}\` opens and checks the answer; confirm or dispute it by ${until}.`
      : `Next: \`hesystem confirm ${number}\` (or \`hesystem dispute ${number}\`) by ${until}; after that the seller may take the money.`
    case 'Disputed': return until === '' ? 'Next: `hesystem disputes close` ends it.' : `Next: the arbiter rules by ${until}; after that \`hesystem disputes close ${number}\`.`
    case 'Refunded': return 'Next: `hesystem wallet withdraw` pays out what came back, if it has not been.'
    case 'Settled': return `Next: \`hesystem wallet withdraw\` pays out the guarantee; \`hesystem receipts export ${number}\`.`
  }
}
