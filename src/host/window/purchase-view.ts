import { answerSchema, errorDocumentSchema } from '../../shared/window-contract/base.ts'
import { parseJsonAs } from '../../shared/parse.ts'
import { describeHelp } from '../../shared/policy-words.ts'
import { sayRefund } from '../../shared/refund-words.ts'
import type { Details } from '../../shared/schemas/details.ts'
import type { PurchaseDetails, PurchaseElsewhereJson, PurchaseSummary } from '../../shared/window-contract/purchases.ts'
import type { Trade } from '../create-host.ts'
import { noArbiter, type PurchaseHistory, type PurchaseMove, type PurchaseOnChain } from '../chain/market.ts'
import { mayBeClosed, mayBeLitigated, type PurchaseElsewhere } from '../buyer/bought-elsewhere.ts'
import { purchaseHelp } from '../buyer/derive-real.ts'
import type { PurchaseView } from '../buyer/purchase-service.ts'
import { receiptIdOf } from '../protocol/receipt.ts'
import { citeAnswer } from '../receipts/cite-receipt.ts'
import { toTermsJson } from './documents.ts'
import { listDone, listDue, sayDisputeDue, type Step, type StepWords } from './timeline-steps.ts'

type Next = PurchaseSummary['next']

interface Clock {
  /** Seconds on the chain. */
  readonly nowSeconds: number
  /** What the contract owes the buyer. */
  readonly withdrawableWei: bigint
}

/** A purchase made in another profile, with what the wallet alone may do about it. */
export const toElsewhereJson = ({ onChain, canTakeUp }: PurchaseElsewhere, nowSeconds: number): PurchaseElsewhereJson => ({
  number: onChain.id.toString(),
  listing: onChain.listing.toString(),
  seller: onChain.seller,
  state: onChain.state,
  terms: toTermsJson(onChain.terms),
  deadlineSeconds: onChain.deadlineSeconds === 0 || mayBeClosed(onChain, nowSeconds) ? null : onChain.deadlineSeconds,
  paidAtSeconds: onChain.paidAtSeconds,
  moves: [
    ...(canTakeUp ? ['take-up' as const] : []),
    ...(mayBeLitigated(onChain, nowSeconds) ? ['litigate' as const] : []),
    ...(mayBeClosed(onChain, nowSeconds) ? ['close-dispute' as const] : []),
  ],
})

const findNext = ({ purchase, onChain }: PurchaseView, computed: boolean, { nowSeconds, withdrawableWei }: Clock): Next => {
  switch (onChain?.state) {
    case undefined: return 'wait-for-payment'
    case 'Paid': return computed ? 'request' : 'compute'
    case 'Requested': return nowSeconds > onChain.deadlineSeconds ? 'litigate' : 'wait-for-delivery'
    case 'Delivered': return purchase.answer === null ? 'open-answer' : 'confirm'
    case 'Disputed': return mayBeClosed(onChain, nowSeconds) ? 'close-dispute' : 'wait-for-ruling'
    case 'Refunded':
    case 'Settled': return withdrawableWei > 0n ? 'withdraw' : 'none'
  }
}

export const toPurchaseSummary = (view: PurchaseView, computed: boolean, clock: Clock): PurchaseSummary => {
  const { purchase, onChain } = view
  const next = findNext(view, computed, clock)
  // The contract keeps a deadline for a dispute that nobody rules on, too; it binds nobody.
  const hasClock = onChain !== null && onChain.deadlineSeconds !== 0 && next !== 'close-dispute'
  return {
    id: purchase.id,
    number: purchase.number?.toString() ?? null,
    title: purchase.details.title,
    url: purchase.url,
    listing: purchase.listing.toString(),
    seller: purchase.details.seller,
    state: onChain?.state ?? 'Buying',
    terms: onChain === null ? null : toTermsJson(onChain.terms),
    deadlineSeconds: hasClock ? onChain.deadlineSeconds : null,
    answered: purchase.answer !== null,
    next,
    createdAt: purchase.createdAt,
  }
}

const moveSteps: Readonly<Record<PurchaseMove, StepWords>> = {
  Purchased: { name: 'paid', words: 'Price and guarantee are held by the contract' },
  InteractionOpened: { name: 'interaction-opened', words: 'The seller’s help was opened: the fee is the seller’s' },
  ResultRequested: { name: 'requested', words: 'The answer was asked for' },
  Litigated: { name: 'litigated', words: 'Cancelled; the money is credited to you' },
  Declined: { name: 'declined', words: 'The seller declined; the money is credited to you' },
  Delivered: { name: 'delivered', words: 'The seller delivered the sealed answer' },
  Confirmed: { name: 'confirmed', words: 'Confirmed; credited are the price to the seller and the guarantee to you' },
  Reclaimed: { name: 'reclaimed', words: 'The seller reclaimed the payment after your time to confirm' },
  DisputeOpened: { name: 'disputed', words: 'The answer was disputed' },
  Ruled: { name: 'ruled', words: 'The arbiter ruled' },
  DisputeClosed: { name: 'dispute-closed', words: 'The dispute ended without a ruling' },
}

/** The trade as it should go on from each state, first what is due now. */
const ahead: Readonly<Partial<Record<PurchaseSummary['state'], readonly StepWords[]>>> = {
  Buying: [{ name: 'paid', words: 'The payment is on its way to the chain' }],
  Paid: [
    { name: 'computed', words: 'Compute on the encrypted table' }, { name: 'requested', words: 'Ask for the answer' },
    { name: 'delivered', words: 'The seller answers' }, { name: 'confirmed', words: 'Confirm the answer' },
  ],
  Requested: [{ name: 'delivered', words: 'The seller answers' }, { name: 'confirmed', words: 'Confirm the answer' }],
  Delivered: [{ name: 'opened', words: 'Open and check the answer' }, { name: 'confirmed', words: 'Confirm the answer' }],
}

interface Local {
  readonly computedAt: string | null
  readonly opened: boolean
}

/** Of a step that ended the trade: how much was credited, for it stays in the contract until it is withdrawn, and what was not. */
const sayStep = (name: PurchaseMove, onChain: PurchaseOnChain | null): StepWords => {
  const step = moveSteps[name]
  if (onChain === null) return step
  if (name === 'Ruled') return { ...step, words: `The arbiter ruled for ${onChain.state === 'Refunded' ? 'you' : 'the seller'}` }
  if (name === 'DisputeClosed') return { ...step, words: `${step.words}; half of the price is credited to you, both deposits were burned` }
  if (name !== 'Litigated' && name !== 'Declined') return step
  const back = sayRefund(onChain.terms, onChain.interactionOpened)
  return { ...step, words: `${name === 'Litigated' ? 'Cancelled' : 'The seller declined'}; credited to you: ${back}` }
}

const createTimeline = (
  { state, next, deadlineSeconds }: PurchaseSummary, onChain: PurchaseOnChain | null, history: PurchaseHistory,
  { computedAt, opened }: Local,
): Step[] => {
  const done = listDone(history, (name) => sayStep(name, onChain))
  const insertAfter = (name: Step['name'], step: Step): void => { done.splice(done.findIndex((candidate) => candidate.name === name) + 1, 0, step) }
  const local = { state: 'done', transaction: null, deadline: null } as const
  // Computed on the way, before or after comparisons were opened; never before it was paid.
  const before = done.findLast(({ name, at }) => (name === 'paid' || name === 'interaction-opened') && computedAt !== null && (at ?? '') <= computedAt)
  if (computedAt !== null) insertAfter(before?.name ?? 'paid', { ...local, name: 'computed', words: 'Computed on the encrypted table', at: computedAt })
  if (opened) insertAfter('delivered', { ...local, name: 'opened', words: 'The answer was opened and its proof checked', at: null })
  const due = (state === 'Disputed' ? [sayDisputeDue(next === 'close-dispute')] : ahead[state] ?? []).filter(({ name }) => !done.some((step) => step.name === name))
  return [...done, ...listDue(due, deadlineSeconds)]
}

const explanations = {
  dispute: 'Say that the answer is wrong. Do this where its proof does not hold; without an arbiter, or with one who stays silent, it costs you the '
    + 'guarantee and half of the price.',
  disputeProved: 'Say that the answer is wrong. Its proof holds, so an arbiter would rule for the seller: price and guarantee would be lost.',
  again: 'Go on waiting for the answer; nothing is paid or signed anew.',
} as const

const listMoves = (
  { state, answered }: PurchaseSummary, onChain: PurchaseOnChain | null, nowSeconds: number, budgets: Details['budgets'],
): PurchaseDetails['moves'] => {
  const back = onChain === null ? 'price and guarantee' : sayRefund(onChain.terms, onChain.interactionOpened)
  switch (state) {
    case 'Paid': return [
      ...(onChain === null || onChain.interactionOpened
        ? []
        : describeHelp(budgets, onChain.terms.interactionFeeWei).map((explanation) => ({ kind: 'openInteraction' as const, explanation }))),
      { kind: 'litigate', explanation: `Cancel before asking for an answer: ${back} come back to you.` },
    ]
    case 'Requested': return onChain !== null && nowSeconds > onChain.deadlineSeconds
      ? [{ kind: 'litigate', explanation: `The seller let the delivery time pass: ${back} come back to you.` }]
      : [{ kind: 'request', explanation: explanations.again }]
    case 'Delivered': return [{ kind: 'dispute', explanation: answered && onChain?.terms.arbiter !== noArbiter ? explanations.disputeProved : explanations.dispute }]
    default: return []
  }
}

export const readClock = async ({ market }: Trade): Promise<Clock> =>
  ({ nowSeconds: await market.readTime(), withdrawableWei: await market.readBalance(market.account) })

const isOver = ({ onChain }: PurchaseView): boolean => onChain?.state === 'Settled' || onChain?.state === 'Refunded'

/**
 * Purchases that are over and whose money still waits. The contract keeps one sum for a wallet, and a withdrawal takes all of it: what
 * waits came last, so credits are counted from the newest end back until they make up the sum.
 */
export const findUnpaid = async (
  { market }: Trade, views: readonly PurchaseView[], { withdrawableWei }: Clock,
): Promise<ReadonlySet<number>> => {
  const unpaid = new Set<number>()
  let leftWei = withdrawableWei
  const over = views.filter(isOver).sort((a, b) => (b.onChain?.closedAtSeconds ?? 0) - (a.onChain?.closedAtSeconds ?? 0))
  for (const { purchase, onChain } of over) {
    if (leftWei <= 0n || onChain === null) break
    const { credits } = await market.readHistory(onChain.id)
    const creditWei = credits.find(({ account }) => account === market.account)?.amountWei ?? 0n
    if (creditWei > 0n) unpaid.add(purchase.id)
    leftWei -= creditWei
  }
  return unpaid
}

/** One purchase as a timeline, with what may be done now. */
export const describePurchase = async (trade: Trade, number: bigint): Promise<PurchaseDetails> => {
  const { market, purchases } = trade
  const view = await purchases.show(number)
  const { purchase, onChain } = view
  const clock = await readClock(trade)
  const result = purchases.findResult(number)
  const { budgets } = purchase.details
  const summary = toPurchaseSummary(view, result !== null, clock)
  const { answerFault: fault } = purchase
  return {
    ...summary,
    timeline: createTimeline(summary, onChain, await market.readHistory(number), {
      computedAt: result?.computedAt ?? null, opened: purchase.answer !== null,
    }),
    moves: listMoves(summary, onChain, clock.nowSeconds, budgets),
    computed: result === null ? null : {
      script: result.script, fileName: result.fileName,
      programHash: result.programHash, resultHash: result.resultHash, computedAt: result.computedAt,
    },
    interaction: purchaseHelp(purchase.details) === null ? null : {
      comparisons: budgets.comparisons, products: budgets.products, opened: onChain?.interactionOpened ?? false,
    },
    unprovedReplies: view.unprovedReplies,
    answer: purchase.answer === null ? null : parseJsonAs(answerSchema, purchase.answer, 'the stored answer', 'store.corrupt'),
    proofVerified: purchase.answer !== null ? true : fault !== null ? false : null,
    problem: fault === null ? null : parseJsonAs(errorDocumentSchema, fault, 'the stored fault', 'store.corrupt'),
    citation: onChain === null || purchase.answer === null ? null : citeAnswer({
      title: purchase.details.title, chainId: market.chainId, contract: market.contract,
      purchase: number, listing: onChain.listing, deliveredAtSeconds: onChain.deliveredAtSeconds,
    }),
    receiptId: receiptIdOf({ chainId: market.chainId, contract: market.contract, purchase: number }),
  }
}
