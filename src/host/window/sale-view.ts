import { parseJsonAs } from '../../shared/parse.ts'
import { formatEther } from '../../shared/units.ts'
import { programSchema } from '../../shared/schemas/program.ts'
import { errorDocumentSchema } from '../../shared/window-contract/base.ts'
import type { SaleDetails, SaleJson } from '../../shared/window-contract/sales.ts'
import { mayBeClosed } from '../buyer/bought-elsewhere.ts'
import type { PurchaseHistory, PurchaseMove, PurchaseOnChain } from '../chain/market.ts'
import type { Trade } from '../create-host.ts'
import { receiptIdOf } from '../protocol/receipt.ts'
import type { SaleView } from '../seller/sales-service.ts'
import { describeProgram } from './describe-program.ts'
import { toTermsJson } from './documents.ts'
import { listDone, listDue, sayDisputeDue, type Step, type StepWords } from './timeline-steps.ts'

export const toSaleJson = ({ onChain, listing, sale, reclaimable }: SaleView, titles: ReadonlyMap<string, string>): SaleJson => ({
  purchase: onChain.id.toString(),
  listing,
  title: titles.get(listing ?? '') ?? null,
  buyer: onChain.buyer,
  state: onChain.state,
  valueWei: onChain.terms.valueWei.toString(),
  guaranteeWei: onChain.terms.guaranteeWei.toString(),
  paidAtSeconds: onChain.paidAtSeconds,
  closedAtSeconds: onChain.closedAtSeconds === 0 ? null : onChain.closedAtSeconds,
  deadlineSeconds: onChain.deadlineSeconds === 0 ? null : onChain.deadlineSeconds,
  handled: sale?.state ?? null,
  refusal: sale === null || sale.refusal === null ? null : parseJsonAs(errorDocumentSchema, sale.refusal, 'the stored refusal', 'store.corrupt'),
  reclaimable,
  declinable: onChain.state === 'Requested',
})

const creditedTo = ({ credits }: PurchaseHistory, account: string): bigint =>
  credits.find((credit) => credit.account === account)?.amountWei ?? 0n

/** With the answer the seller deposits as much as the guarantee. */
const depositWei = ({ deliveredAtSeconds, terms }: PurchaseOnChain): bigint => (deliveredAtSeconds === 0 ? 0n : terms.guaranteeWei)

/** What a sale brought: of what was credited, the deposit is not earned, it comes back. */
export const earnedWei = (onChain: PurchaseOnChain, history: PurchaseHistory): bigint => {
  const [credited, deposit] = [creditedTo(history, onChain.seller), depositWei(onChain)]
  return credited > deposit ? credited - deposit : 0n
}

const moveSteps: Readonly<Record<PurchaseMove, StepWords>> = {
  Purchased: { name: 'paid', words: 'A buyer paid: price and guarantee are held by the contract' },
  InteractionOpened: { name: 'interaction-opened', words: 'The buyer opened your help: the fee is credited to you' },
  ResultRequested: { name: 'requested', words: 'The answer was asked for' },
  Litigated: { name: 'litigated', words: 'The buyer cancelled; the money is credited to the buyer' },
  Declined: { name: 'declined', words: 'You declined; the money is credited to the buyer' },
  Delivered: { name: 'delivered', words: 'The sealed answer was delivered, with your deposit' },
  Confirmed: { name: 'confirmed', words: 'The buyer confirmed; price and deposit are credited to you' },
  Reclaimed: { name: 'reclaimed', words: 'You reclaimed the payment after the buyer’s time to confirm' },
  DisputeOpened: { name: 'disputed', words: 'The buyer disputed the answer' },
  Ruled: { name: 'ruled', words: 'The arbiter ruled' },
  DisputeClosed: { name: 'dispute-closed', words: 'The dispute ended without a ruling; half of the price is credited to each side, both deposits were burned' },
}

const ahead: Readonly<Partial<Record<PurchaseOnChain['state'], readonly StepWords[]>>> = {
  Paid: [
    { name: 'requested', words: 'The buyer computes and asks for the answer' }, { name: 'delivered', words: 'Your server answers, while Serve is on' },
    { name: 'confirmed', words: 'The buyer confirms' },
  ],
  Requested: [{ name: 'delivered', words: 'Your server answers, while Serve is on' }, { name: 'confirmed', words: 'The buyer confirms' }],
  Delivered: [{ name: 'confirmed', words: 'The buyer confirms; after their time you reclaim the payment' }],
}

const sayStep = (name: PurchaseMove, { state }: PurchaseOnChain): StepWords =>
  (name === 'Ruled' ? { name: 'ruled', words: `The arbiter ruled for ${state === 'Refunded' ? 'the buyer' : 'you'}` } : moveSteps[name])

const createTimeline = (onChain: PurchaseOnChain, history: PurchaseHistory, closable: boolean): Step[] => {
  const due = onChain.state === 'Disputed' ? [sayDisputeDue(closable)] : ahead[onChain.state] ?? []
  const deadlineSeconds = onChain.deadlineSeconds === 0 || closable ? null : onChain.deadlineSeconds
  return [...listDone(history, (name) => sayStep(name, onChain)), ...listDue(due, deadlineSeconds)]
}

const sayNext = ({ onChain, reclaimable }: SaleView, closable: boolean): string | null => {
  const { valueWei, guaranteeWei } = onChain.terms
  if (reclaimable) return `The buyer’s time to confirm or dispute is over: the price of ${formatEther(valueWei)} ether and your deposit are yours to reclaim.`
  if (closable) return 'Nobody rules on this dispute: anybody may close it. Half of the price is credited to each side, and both deposits are burned.'
  switch (onChain.state) {
    case 'Requested': return 'The buyer waits for the answer. Serve answers by itself while it is on; declining gives the buyer the money back.'
    case 'Delivered': return `The buyer confirms or disputes. Your deposit of ${formatEther(guaranteeWei)} ether is held until then.`
    case 'Disputed': return 'The arbiter rules. The buyer has the evidence of the trade; what is in it can be judged on the page Disputes.'
    default: return null
  }
}

/** One sale from its seller's side. */
export const describeSale = async (trade: Trade, number: bigint): Promise<SaleDetails> => {
  const { market, sales, listings } = trade
  const view = await sales.show(number)
  const { onChain, sale, programText } = view
  const listing = listings.list().find(({ id }) => id === view.listing) ?? null
  const history = await market.readHistory(number)
  const closable = mayBeClosed(onChain, await market.readTime())
  const program = programText === '' ? null : parseJsonAs(programSchema, programText, 'the stored program', 'store.corrupt')
  const words = program === null || listing === null ? null : describeProgram(program, listing.details.columns)
  return {
    ...toSaleJson(view, new Map(listing === null ? [] : [[listing.id, listing.details.title]])),
    terms: toTermsJson(onChain.terms),
    mode: listing?.details.policy.mode ?? null,
    timeline: createTimeline(onChain, history, closable),
    next: sayNext(view, closable),
    closable,
    asked: sale === null ? null : {
      receivedAt: sale.receivedAt,
      requestHash: sale.requestHash,
      program: words === null ? null : { ...words, cells: [...words.cells], answer: [...words.answer] },
    },
    helped: trade.countHelp(number, onChain.buyer),
    depositWei: depositWei(onChain).toString(),
    creditedWei: creditedTo(history, onChain.seller).toString(),
    earnedWei: earnedWei(onChain, history).toString(),
    creditedToBuyerWei: creditedTo(history, onChain.buyer).toString(),
    burnedWei: history.burnedWei.toString(),
    heldWei: onChain.heldWei.toString(),
    withdrawableWei: (await market.readBalance(market.account)).toString(),
    receiptId: receiptIdOf({ chainId: market.chainId, contract: market.contract, purchase: number }),
  }
}
