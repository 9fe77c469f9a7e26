import { citeReceipt, verifyTradeFile, type TradeFileVerdict } from '../host/index.ts'
import { privateReceiptStatement } from '../host/protocol/receipt.ts'
import { verifyReceiptOnChain } from '../host/protocol/verify-receipt-on-chain.ts'
import { readUserFile } from '../client/read-user-file.ts'
import { AppError } from '../shared/errors.ts'
import { describeAnswer } from './answer-text.ts'
import type { Terminal } from './terminal.ts'

/** Throws `input.file-unreadable`, `input.invalid`. */
export const readTradeFile = (path: string): unknown => {
  const text = readUserFile(path)
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new AppError('input.invalid', `${path} is not JSON, so it is no receipt.`, { details: { path }, cause: error })
  }
}

const describeDecryption = (proved: boolean | null): string => {
  if (proved === null) return 'The answer is not enclosed: only its hash stands here.'
  return proved ? 'The decryption is proved; that the encrypted table is the real one is not.' : 'The enclosed answer is not proved to be right.'
}

const describeWhole = ({ kind, answerBound }: TradeFileVerdict, ok: boolean, onChain: boolean): string => {
  const chain = onChain ? ', and is what the chain says' : ''
  if (kind === 'receipt') return ok ? `The receipt holds together${chain}.` : 'The receipt does not hold.'
  if (!ok) return 'The answer\'s file does not hold.'
  return answerBound === true
    ? `The answer is the one that its receipt proves; the receipt holds together${chain}.`
    : `The receipt holds together${chain}. That the answer beside it is this one it cannot show: only the buyer knows a private program.`
}

/**
 * Checks a receipt or an answer's file, says what it is, what holds and what does not, and leaves exit code 1 where not all does.
 * With a node's URL the receipt is held against the chain too: only one that holds by itself names a chain worth asking.
 */
export const reportTradeFile = async (json: unknown, rpc: string | null, terminal: Terminal): Promise<void> => {
  const { receipt, ...verdict } = verifyTradeFile(json)
  const onChain = !verdict.ok || receipt === null || rpc === null ? null : await verifyReceiptOnChain(receipt, rpc)
  const problems = [...verdict.problems, ...onChain ?? []]
  const ok = problems.length === 0
  const { signatures, decryptionProved, answer } = verdict
  const citation = ok && receipt !== null ? citeReceipt(receipt, decryptionProved) : null
  terminal.result({ ...verdict, ok, problems, checkedOnChain: onChain !== null, citation }, [
    describeWhole({ ...verdict, receipt }, ok, onChain !== null),
    `Signatures: seller ${signatures.seller}, buyer ${signatures.buyer}. ${describeDecryption(decryptionProved)}`,
    ...(verdict.ok && receipt?.statement === privateReceiptStatement ? [privateReceiptStatement] : []),
    ...(answer === null ? [] : [describeAnswer(answer)]),
    ...problems.map(({ field, message }) => `  ${field}: ${message}`),
    ...(citation === null ? [] : ['', 'To cite:', citation]),
  ].join('\n'))
  if (!ok) process.exitCode = 1
}
