import type { PurchaseSummary } from '../../../shared/window-contract/purchases.ts'

type Next = PurchaseSummary['next']
type State = PurchaseSummary['state']

/** What a next action is called in a table, and what it means before it is done. */
export const nextWords: Readonly<Record<Next, { readonly short: string, readonly title: string, readonly why: string }>> = {
  'wait-for-payment': { short: 'Payment under way', title: 'The payment is on its way', why: 'The chain has not confirmed it yet. Nothing needs to be done.' },
  'compute': { short: 'Compute', title: 'Run your script on the encrypted table', why: 'The ciphertexts are downloaded and checked, and the script runs on them here. Nothing is sent yet: compute as often as you like.' },
  'request': { short: 'Request the answer', title: 'Ask for the answer', why: 'The hash of your encrypted result is noted on the contract, then the result is sent to the seller. This can be done once.' },
  'wait-for-delivery': { short: 'Seller decrypts', title: 'The seller decrypts', why: 'The contract holds your money until the answer is delivered or the time is over.' },
  'open-answer': { short: 'Open the answer', title: 'The answer is there', why: 'It is unsealed and its proof of decryption checked on this computer.' },
  'confirm': { short: 'Confirm', title: 'Confirm the answer', why: 'The seller is paid, and your guarantee comes back. If you stay silent, the seller may take the payment after your time.' },
  'litigate': { short: 'Take the money back', title: 'The seller has missed the deadline', why: 'This cancels the trade, for good, and the listing’s record shows it.' },
  'wait-for-ruling': { short: 'Arbiter rules', title: 'The arbiter rules', why: 'Save the evidence and send it to the arbiter: without it, nobody can judge the answer. Whoever reads the file reads the answer. Until the ruling, the contract holds the money of both parties.' },
  'close-dispute': { short: 'Close the dispute', title: 'Nobody rules on this dispute', why: 'Anybody may close it: half of the price comes back to you, and both deposits are burned.' },
  'withdraw': { short: 'Withdraw', title: 'Money is waiting for you', why: 'The contract owes your wallet; withdrawing brings it there.' },
  'none': { short: '', title: 'This trade is over', why: 'Nothing is left to do.' },
}

/** Whose time runs at a step, before the moment until which it does. */
export const clockWords: Readonly<Partial<Record<Next, string>>> = {
  'wait-for-delivery': 'The seller must answer by', 'open-answer': 'Open it, and confirm or dispute it, by', 'confirm': 'Confirm or dispute it by',
  'litigate': 'The answer was due', 'wait-for-ruling': 'The arbiter’s time ends',
}

export const stateTone: Readonly<Record<State, '' | 'good' | 'warn' | 'bad'>> = {
  Buying: '', Paid: '', Requested: '', Delivered: 'warn', Disputed: 'bad', Refunded: 'warn', Settled: 'good',
}
