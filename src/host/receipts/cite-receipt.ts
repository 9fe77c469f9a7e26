import { isAppError } from '../../shared/errors.ts'
import { oneLine } from '../../shared/one-line.ts'
import { countShownReplies, receiptIdOf, type Receipt } from '../protocol/receipt.ts'
import { parseDetails } from '../trade/details-document.ts'

/** The listing's title where the receipt encloses its details document; null where it does not, or cannot be read. */
export const titleOf = ({ proof }: Receipt): string | null => {
  if (proof === null) return null
  try {
    return parseDetails(proof.details).title
  } catch (error) {
    if (isAppError(error, 'input.details-invalid')) return null
    throw error
  }
}

const describeProof = (decryptionProved: boolean | null): string => {
  if (decryptionProved === null) return 'The receipt commits to the answer by its hash and does not enclose it.'
  return decryptionProved
    ? 'That the answer is what the ciphertexts decrypt to is proved by the receipt, and can be checked from the file alone; that those are the program’s over this table rests on the word of seller and buyer.'
    : 'The receipt does not prove the answer it encloses.'
}

const describeReplies = (receipt: Receipt): string => {
  const { trade: { unprovedReplies } } = receipt
  const replies = `${unprovedReplies} unproved ${unprovedReplies === 1 ? 'reply' : 'replies'}`
  const shown = countShownReplies(receipt)
  if (unprovedReplies === 0) return ''
  return shown === unprovedReplies ? ` The computation relied on ${replies} of the key holder.`
    : ` ${replies} of the key holder ${unprovedReplies === 1 ? 'was' : 'were'} given, of which the program shows ${shown}.`
}

/** What a reader of an answer must know of how its trade went: its state alone does not say that it was disputed. */
export const describeDispute = ({ moves }: Receipt['trade']): string | null => {
  const has = (name: (typeof moves)[number]['name']): boolean => moves.some((move) => move.name === name)
  if (!has('DisputeOpened')) return null
  if (has('Ruled')) return 'The buyer disputed the answer, and an arbiter ruled on it.'
  return has('DisputeClosed') ? 'The buyer disputed the answer, nobody ruled on it, and both deposits were burned.' : 'The buyer disputes the answer.'
}

/** What a purchase is known by where its receipt has not been written yet. */
export interface CitedPurchase {
  readonly title: string
  readonly chainId: number
  readonly contract: string
  readonly purchase: bigint
  readonly listing: bigint
  readonly deliveredAtSeconds: number
}

const dayOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10)

/** A line for beneath a table or a plot: whose answer it is, and the receipt that shows it. */
export const citeAnswer = ({ title, chainId, contract, purchase, listing, deliveredAtSeconds }: CitedPurchase): string =>
  `“${oneLine(title)}”: answer bought through HEsystem as purchase ${purchase} of listing ${listing}, contract ${contract} on chain ${chainId}, ${
    dayOf(deliveredAtSeconds)}. Receipt ${receiptIdOf({ chainId, contract, purchase })}.`

/**
 * A paragraph for a methods section: what was computed on, from whom, where it stands, what is proved and
 * what is not. `decryptionProved` is the verdict over the very receipt.
 */
export const citeReceipt = (receipt: Receipt, decryptionProved: boolean | null, title: string | null = titleOf(receipt)): string => {
  const { trade } = receipt
  const table = title === null ? 'an encrypted table' : `the encrypted table “${oneLine(title)}”`
  const where = `purchase ${trade.purchase} of listing ${trade.listing} in the contract ${trade.contract} on chain ${trade.chainId}`
  const dispute = describeDispute(trade)
  const delivery = trade.moves.find(({ name }) => name === 'Delivered')
  if (delivery === undefined) {
    return `The computation on ${table} (dataset root ${trade.datasetRoot}) was not answered: ${where} is ${trade.state}.`
  }
  return `The statistics were computed with HEsystem on ${table} (dataset root ${trade.datasetRoot}), under Paillier encryption and without access to its rows. `
    + `The answer was delivered by the seller ${trade.seller} on ${dayOf(delivery.timeSeconds)} as ${where} (transaction ${delivery.transactionHash}; state ${trade.state}; receipt ${receiptIdOf(trade)}). `
    + `${dispute === null ? '' : `${dispute} `}The program is fixed by its hash, ${trade.programHash ?? 'not stated'}. ${describeProof(decryptionProved)}${describeReplies(receipt)} `
    + 'That the encrypted table holds the data described rests on the seller’s word.'
}
