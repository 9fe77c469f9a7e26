import { citeReceipt, describeDispute, titleOf, verifyTradeFile, type TradeFileVerdict } from '../host/index.ts'
import { privateReceiptStatement, type Receipt } from '../host/protocol/receipt.ts'
import { listUnvouchedFields } from '../host/protocol/unvouched-fields.ts'
import { verifyReceiptOnChain } from '../host/protocol/verify-receipt-on-chain.ts'
import { checkPages, pageProblems } from '../host/receipts/check-page.ts'
import { parseTradeText, readAttachedReceipt } from '../host/receipts/trade-text.ts'
import { readUserFile, readUserFileBytes, readUserFileStart } from '../client/read-user-file.ts'
import { describeAnswer } from './answer-text.ts'
import { sayUnsigned, sayUnvouched, sayWritten } from '../shared/receipt-words.ts'
import { oneLine } from '../shared/one-line.ts'
import { formatEther } from '../shared/units.ts'
import type { Terminal } from './terminal.ts'

export interface TradeFile {
  readonly json: unknown
  /** The receipt's PDF that the JSON was attached to. */
  readonly pdf: Uint8Array | null
}

/** The JSON of a receipt, an answer or evidence; of a receipt's PDF, what is attached. Throws `input.file-unreadable`, `input.invalid`. */
export const readTradeFile = (path: string): TradeFile => {
  const isPdf = Buffer.from(readUserFileStart(path, 4)).toString('latin1') === '%PDF'
  const pdf = isPdf ? readUserFileBytes(path) : null
  return { json: parseTradeText(pdf === null ? readUserFile(path) : readAttachedReceipt(pdf, path), path), pdf }
}

const describeDecryption = (proved: boolean | null, receipt: Receipt | null): string => {
  if (proved === null) return receipt?.trade.answerHash === null ? 'No answer was delivered as of this receipt.' : 'The answer is not enclosed: only its hash stands here.'
  if (!proved) return 'The enclosed answer is not proved to be right.'
  const program = receipt?.program === null && receipt.statement !== privateReceiptStatement ? ' The program is not in the file: it does not show what the decrypted numbers are.' : ''
  return `The decryption is proved. That what was decrypted is the program's result over the encrypted table, and that the table is the real one, is not: that rests on the parties' word.${program}`
}

type UnvouchedFields = ReturnType<typeof listUnvouchedFields>

/** What nobody but its writer says: everything, as long as the chain was not asked; then what no chain holds. */
const describeWitness = ({ signatures }: TradeFileVerdict, unvouched: UnvouchedFields | null): string => (unvouched === null
  ? `${sayUnsigned(signatures)} Hold it against the chain with --rpc URL.`
  : sayUnvouched(unvouched))

const describeWhole = ({ kind, answerBound }: TradeFileVerdict, ok: boolean, onChain: boolean): string => {
  const chain = onChain ? ', and is what the chain says' : ''
  if (kind === 'receipt') return ok ? `The receipt holds together${chain}.` : 'The receipt does not hold.'
  if (!ok) return 'The answer\'s file does not hold.'
  return answerBound === true
    ? `The answer is the one that its receipt proves; the receipt holds together${chain}.`
    : `The receipt holds together${chain}. That the answer beside it is this one it cannot show: only the buyer knows a private program.`
}

const describeTrade = (receipt: Receipt): string => {
  const { trade } = receipt
  const title = titleOf(receipt)
  const dispute = describeDispute(trade)
  const table = title === null ? 'an encrypted table' : `the encrypted table “${oneLine(title)}”`
  return `Purchase ${trade.purchase} of listing ${trade.listing} in the contract ${trade.contract} on chain ${trade.chainId}: ${trade.buyer} ${
    trade.answerHash === null ? 'paid for' : 'bought'} an answer computed `
    + `on ${table} (dataset root ${trade.datasetRoot}) from ${trade.seller} for ${formatEther(BigInt(trade.terms.valueWei))} ether${
      trade.answerHash === null ? ', not delivered as of this receipt' : ''}; ${trade.state}.${dispute === null ? '' : ` ${dispute}`}`
}

/** Where not all of the file was checked, though what was checked holds. */
const partlyCheckedExitCode = 3

const uncheckedPages =
  'THE PAGES OF THIS PDF WERE NOT CHECKED. Another version of the program laid them out, if they say the truth, and they can say '
  + 'anything. What was checked, in full, is the file attached, and it says what stands here: go by this, not by the pages. Saved as a .json file, the '
  + 'attachment is verified by itself.'

const unsignedTitle = 'The title of the table on the pages is by their own word: without the answer, the signed file does not hold it.'

/**
 * Checks a receipt or an answer's file, says what it is, what holds and what does not, and leaves exit code 1 where not all does, or nobody
 * but its writer vouches for some of it: both parties by their signatures, or the chain, which does not hold all; exit code 3 where a
 * PDF's attachment has all that, and its pages are another version's.
 * With a node's URL the receipt is held against the chain too: only one that holds by itself names a chain worth asking.
 */
export const reportTradeFile = async ({ json, pdf }: TradeFile, rpc: string | null, terminal: Terminal): Promise<void> => {
  const { receipt, ...verdict } = verifyTradeFile(json)
  const onChain = !verdict.ok || receipt === null || rpc === null ? null : await verifyReceiptOnChain(receipt, rpc)
  // As it is written in the file: parsed by its schema it would be the same receipt in another order of names.
  const pages = !verdict.ok || receipt === null || pdf === null ? null : await checkPages(pdf, json as Receipt)
  const problems = [...verdict.problems, ...onChain?.problems ?? [], ...pages === null ? [] : pageProblems[pages]]
  const holds = problems.length === 0
  // Fields that rest on one party's word although the chain was asked; null: it was not.
  const unvouched = onChain === null || receipt === null ? null : listUnvouchedFields(receipt, verdict)
  const isWitnessed = verdict.signedByBoth || unvouched?.length === 0
  const receiptHolds = holds && isWitnessed
  const ok = receiptHolds && pages !== 'unchecked'
  const { signatures, decryptionProved, answer } = verdict
  const writtenWords = sayWritten(verdict.written)
  const citation = receiptHolds && receipt !== null ? citeReceipt(receipt, decryptionProved) : null
  terminal.result({ ...verdict, ok, receiptHolds, pages, problems, checkedOnChain: onChain !== null,
    stateSince: onChain?.stateSince ?? null, unvouched, citation }, [
    ...(holds && pages === 'unchecked' ? [uncheckedPages, ''] : []),
    holds && !isWitnessed
      ? describeWitness({ ...verdict, receipt }, unvouched)
      : describeWhole({ ...verdict, receipt }, holds, onChain !== null),
    ...(holds && receipt !== null ? [describeTrade(receipt)] : []),
    ...(holds && pages === 'own' && receipt?.proof === null ? [unsignedTitle] : []),
    ...(holds && onChain !== null && onChain.stateSince !== null ? [`The purchase went on since this receipt was made: it is ${onChain.stateSince} now.`] : []),
    `Signatures: seller ${signatures.seller}, buyer ${signatures.buyer}. ${describeDecryption(decryptionProved, receipt)}`,
    ...(receiptHolds && onChain === null
      ? ['The chain was not asked, and one person can have both keys: --rpc URL holds the trade against it.'] : []),
    ...(verdict.ok && receipt?.statement === privateReceiptStatement ? [privateReceiptStatement] : []),
    ...(answer === null ? [] : [describeAnswer(answer)]),
    ...(writtenWords === null ? [] : [writtenWords]),
    ...problems.map(({ field, message }) => `  ${oneLine(`${field}: ${message}`)}`),
    ...(citation === null ? [] : ['', 'To cite:', citation]),
  ].join('\n'))
  if (!ok) process.exitCode = receiptHolds ? partlyCheckedExitCode : 1
}
