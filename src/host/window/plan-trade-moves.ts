import { hexlify, randomBytes } from 'ethers'
import { AppError } from '../../shared/errors.ts'
import { describeHelp } from '../../shared/policy-words.ts'
import { paidFeeWei, refundWei, sayRefund, sayRefundBeforeBuying } from '../../shared/refund-words.ts'
import { sayDisputeCosts, warnBuyerOfDisputes } from '../../shared/dispute-warnings.ts'
import { formatEther } from '../../shared/units.ts'
import { answerSchema } from '../../shared/window-contract/base.ts'
import type { Move } from '../../shared/window-contract/signing.ts'
import { parseJsonAs } from '../../shared/parse.ts'
import type { Trade } from '../create-host.ts'
import { purchaseHelp } from '../buyer/derive-real.ts'
import { noArbiter, toDisputeTerms, type PurchaseOnChain } from '../chain/market.ts'
import type { JobRun } from './jobs.ts'
import { describeDeadlines, planCall } from './plan-listing-moves.ts'
import type { MovePlan } from './move-plan.ts'

type MoveOf<Kind extends Move['kind']> = Extract<Move, { kind: Kind }>

const buyDeadlineSeconds = 600

/** What this wallet paid for the same with another profile, and did not ask for yet. */
const warnOfPaid = async ({ purchases }: Trade, listing: bigint): Promise<string[]> =>
  (await purchases.listElsewhere()).filter(({ onChain }) => onChain.listing === listing && onChain.state === 'Paid').map(({ onChain }) =>
    `This wallet has paid for an answer of this listing already, with another profile: purchase ${onChain.id}. Purchases goes on with it, without paying again.`)

export const planBuy = async (trade: Trade, { url, maxTotalWei }: MoveOf<'buy'>): Promise<MovePlan> => {
  const { market, purchases, openListing } = trade
  const { details, number, onChain } = await openListing(url)
  const { terms, termsHash, open } = onChain
  if (!open) throw new AppError('escrow.listing-closed', 'The listing is closed: it takes no new purchases.', { details: { listing: number.toString() } })
  const totalWei = terms.valueWei + terms.guaranteeWei
  if (maxTotalWei !== undefined && totalWei > BigInt(maxTotalWei)) {
    throw new AppError('escrow.costs-more', `The listing asks ${totalWei} wei, guarantee included; at most ${maxTotalWei} were to be paid.`, { details: { totalWei: totalWei.toString(), maxTotalWei } })
  }
  const deadlineSeconds = await market.readTime() + buyDeadlineSeconds
  return {
    ...planCall(trade, { function: 'buy', args: [number, termsHash, totalWei, deadlineSeconds], valueWei: totalWei }),
    kind: 'buy',
    title: `Buy one answer from “${details.title}”`,
    words: [
      `${formatEther(terms.valueWei)} ether is the price, ${formatEther(terms.guaranteeWei)} ether your guarantee, which comes back when you confirm the answer.`,
      'The contract holds both until then. You may download and compute as often as you like, and ask for one answer.',
      `Before you have asked, and if the answer is late, you can cancel and get ${sayRefundBeforeBuying(terms)}.`,
    ],
    warnings: [...await warnOfPaid(trade, number), ...warnBuyerOfDisputes(toDisputeTerms(terms, onChain.seller))],
    subject: url,
    counterparty: onChain.seller,
    priceWei: terms.valueWei,
    guaranteeWei: terms.guaranteeWei,
    deadlines: describeDeadlines(terms),
    termsHash,
    stoppable: false,
    carryOut: async () => {
      const bought = await purchases.buy(url, { termsHash, maxTotalWei: totalWei, deadlineSeconds: buyDeadlineSeconds })
      return { kind: 'purchase', purchase: bought.number.toString(), state: 'Paid' }
    },
  }
}

/** What is the same for every move of one purchase. */
export const ofPurchase = ({ id, seller, terms, termsHash }: PurchaseOnChain): Omit<MovePlan, 'kind' | 'title' | 'words' | 'call' | 'estimate' | 'carryOut'> => ({
  warnings: [],
  subject: id.toString(),
  counterparty: seller,
  priceWei: terms.valueWei,
  guaranteeWei: terms.guaranteeWei,
  deadlines: describeDeadlines(terms),
  termsHash,
  stoppable: false,
})

const stepWords = {
  checking: 'Asking whether the listing would answer this', requesting: 'Noting the request on the contract', sending: 'Sending the encrypted result',
  waiting: 'Waiting for the seller to answer', opening: 'Opening and checking the answer',
} as const

const planRequest = (trade: Trade, purchase: PurchaseOnChain): MovePlan => {
  const { purchases } = trade
  const isNew = purchase.state === 'Paid'
  const result = purchases.findResult(purchase.id)
  if (isNew && result === null) {
    throw new AppError('escrow.wrong-state', 'There is no result to request an answer for: compute first.', { details: { purchase: purchase.id.toString() } })
  }
  const whatSellerLearns = purchases.get(purchase.id).details.policy.mode === 'private'
    ? 'The seller gets it masked: if the table is what the listing declares, it learns neither what was computed nor what came out.'
    : 'The seller learns the program that your script came to, and nothing else of what you do.'
  const fileName = result?.fileName ?? ''
  // The hash of the request is made with its one-time key when it is sent; any other costs the same.
  const planned = planCall(trade, { function: 'requestResult', args: [purchase.id, hexlify(randomBytes(32))], valueWei: 0n })
  const call = planned.call === null ? null : {
    ...planned.call, args: planned.call.args.map(({ name, value }) => ({ name, value: name === 'purchase' || value === purchase.id.toString() ? value : 'made when it is sent' })),
  }
  return {
    ...ofPurchase(purchase),
    ...(isNew ? { call, estimate: planned.estimate } : { call: null, estimate: null }),
    kind: 'request',
    title: isNew ? `Ask for the answer of purchase ${purchase.id}` : `Fetch the answer of purchase ${purchase.id}`,
    words: isNew
      ? [`The encrypted result${fileName === '' ? '' : ` of ${fileName}`} is sent to the seller, who decrypts it once. There is no second request.`, whatSellerLearns]
      : ['The request stands on the contract already; nothing is signed for it.'],
    warnings: isNew ? ['From here on the purchase cannot be cancelled unless the seller is late.'] : [],
    stoppable: true,
    carryOut: async ({ signal, step }: JobRun) => {
      const { number, answer } = await purchases.request(purchase.id, { signal, onStep: (name) => { step(stepWords[name]) } })
      return { kind: 'answer', purchase: number.toString(), answer: parseJsonAs(answerSchema, answer ?? 'null', 'the answer', 'store.corrupt') }
    },
  }
}

/** Throws `policy.comparisons-not-sold` and `escrow.wrong-state` where there is nothing to open: the fee would be spent for nothing. */
const planOpenInteraction = (trade: Trade, purchase: PurchaseOnChain): MovePlan => {
  const { id, terms, state, interactionOpened } = purchase
  const { details } = trade.purchases.get(id)
  const help = purchaseHelp(details)
  if (help === null) throw new AppError('policy.comparisons-not-sold', 'This listing sells no help while scripts run.', { details: { purchase: id.toString() } })
  if (interactionOpened) throw new AppError('escrow.wrong-state', 'The seller\'s help is open for this purchase already.', { details: { purchase: id.toString() } })
  if (state !== 'Paid') {
    throw new AppError('escrow.wrong-state', `The seller\'s help is opened before the answer is asked for; this purchase is ${state}.`, { details: { purchase: id.toString(), state } })
  }
  return {
    ...ofPurchase(purchase),
    ...planCall(trade, { function: 'openInteraction', args: [id], valueWei: 0n }),
    kind: 'openInteraction',
    title: `Open the seller\'s help for purchase ${id}`,
    words: [
      ...describeHelp(details.budgets, terms.interactionFeeWei),
      'The fee comes out of the price that the contract holds: nothing more leaves your wallet than the gas.',
      help.isBlinded
        ? 'The seller sees neither what is compared nor what is multiplied. No proof covers the replies: an answer that relies on them says so.'
        : 'The seller sees which cells are compared. No proof covers the replies: an answer that relies on them says so.',
    ],
    warnings: ['The fee does not come back, not even when you cancel, nor when the help is spent by others first.'],
    carryOut: async () => {
      const opened = await trade.purchases.openInteraction(id)
      return { kind: 'purchase', purchase: id.toString(), state: opened.state }
    },
  }
}

const sayings = {
  confirm: {
    function: 'confirmResult', title: 'Confirm the answer of purchase',
    words: () => ['You say that the answer is right: the seller is paid, and your guarantee comes back to you.'], warnings: ['This cannot be taken back.'],
  },
  litigate: {
    function: 'litigate', title: 'Cancel purchase',
    words: ({ state, terms, interactionOpened }: PurchaseOnChain) => [
      state === 'Paid' ? 'You have asked for no answer yet: you may take your money back.' : 'The seller let the time to answer pass: you may take your money back.',
      `Credited to you: ${formatEther(refundWei(terms, interactionOpened))} ether, ${sayRefund(terms, interactionOpened)}. Withdrawing brings it to your wallet.`,
    ],
    warnings: ['The purchase is over then.'],
  },
  dispute: {
    function: 'dispute', title: 'Dispute the answer of purchase',
    words: ({ terms }: PurchaseOnChain) => ['You say that the answer is wrong.', terms.arbiter === noArbiter
      ? 'Nobody rules on it: from then on anybody may close the dispute, at once.'
      : `The arbiter, ${terms.arbiter}, rules on it by the evidence that you save and send there.`],
    warnings: ['This cannot be taken back.'],
  },
  decline: {
    function: 'decline', title: 'Decline purchase',
    words: ({ terms, interactionOpened }: PurchaseOnChain) => [`You will not answer this request: ${sayRefund(terms, interactionOpened)} go back to the buyer${
      paidFeeWei(terms, interactionOpened) === 0n ? ', and you earn nothing' : ''}.`],
    warnings: ['This cannot be taken back.'],
  },
  reclaim: {
    function: 'reclaim', title: 'Reclaim the payment of purchase',
    words: () => ['You delivered, and the buyer stayed silent until the time was over: the price and your own deposit are credited to you.'], warnings: [],
  },
} as const

/** What disputing this very answer would cost. */
const warnOfDispute = ({ purchases }: Trade, { id, terms, seller, interactionOpened }: PurchaseOnChain): string[] => [
  ...(purchases.get(id).answer === null ? [] : [`The proof of this answer holds: what you got is what the seller decrypted. ${terms.arbiter === noArbiter
    ? 'Disputing it brings no other answer.'
    : `An arbiter who looks at the evidence rules for the seller, and you lose the price and your guarantee of ${formatEther(terms.guaranteeWei)} ether.`}`]),
  ...sayDisputeCosts({ ...toDisputeTerms(terms, seller), paidFeeWei: paidFeeWei(terms, interactionOpened) }),
]

/** Moves of one purchase, the buyer's and the seller's. Throws what the contract would refuse, before anything is signed. */
export const planPurchaseMove = async (
  trade: Trade, { kind, purchase: text }: MoveOf<'request' | 'openInteraction' | 'confirm' | 'litigate' | 'dispute' | 'decline' | 'reclaim'>,
): Promise<MovePlan> => {
  const purchase = await trade.market.readPurchase(BigInt(text))
  if (kind === 'request') return planRequest(trade, purchase)
  if (kind === 'openInteraction') return planOpenInteraction(trade, purchase)
  const said = sayings[kind]
  const service = kind === 'decline' || kind === 'reclaim' ? { act: () => trade.sales[kind](purchase.id) } : { act: () => trade.purchases[kind](purchase.id) }
  return {
    ...ofPurchase(purchase),
    ...planCall(trade, { function: said.function, args: [purchase.id], valueWei: 0n }),
    kind,
    title: `${said.title} ${purchase.id}`,
    // Only a dispute starts a clock; the others end the trade.
    deadlines: kind === 'dispute' ? describeDeadlines(purchase.terms).slice(2) : [],
    words: said.words(purchase),
    warnings: [...kind === 'dispute' ? warnOfDispute(trade, purchase) : [], ...said.warnings],
    counterparty: kind === 'decline' || kind === 'reclaim' ? purchase.buyer : purchase.seller,
    carryOut: async () => {
      const { state } = await service.act()
      return { kind: 'purchase', purchase: purchase.id.toString(), state }
    },
  }
}

export const planWithdraw = async (trade: Trade, { to }: MoveOf<'withdraw'>): Promise<MovePlan> => {
  const { market } = trade
  const amountWei = await market.readBalance(market.account)
  if (amountWei === 0n) throw new AppError('escrow.nothing-to-withdraw', 'The contract owes this wallet nothing.')
  return {
    ...planCall(trade, to === undefined ? { function: 'withdraw', args: [], valueWei: 0n } : { function: 'withdrawTo', args: [to], valueWei: 0n }),
    kind: 'withdraw',
    title: `Pay out ${formatEther(amountWei)} ether`,
    words: [`What the contract owes this wallet is paid to ${to ?? 'the wallet itself'}.`],
    warnings: to === undefined ? [] : ['Check the address letter by letter: what is sent to a wrong one is lost.'],
    subject: to ?? market.account,
    counterparty: to ?? null,
    priceWei: null,
    guaranteeWei: null,
    deadlines: [],
    termsHash: null,
    stoppable: false,
    carryOut: async () => ({ kind: 'withdrawn', ...await trade.withdraw(to).then(({ amountWei: paid, to: receiver, transaction }) => ({ amountWei: paid.toString(), to: receiver, transaction })) }),
  }
}
