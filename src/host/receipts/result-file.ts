import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { AnswerJson } from '../../compute/answer.ts'
import { AppError } from '../../shared/errors.ts'
import { tryParse } from '../../shared/parse.ts'
import { privateReceiptStatement, receiptSchema, type Receipt } from '../protocol/receipt.ts'
import { verifyReceipt, type ReceiptProblem, type ReceiptVerdict } from '../protocol/verify-receipt.ts'
import type { RenderedReceipt } from './render-receipt.ts'

const kind = 'hesystem-result'

/** An answer to hand on, beside the receipt it is held against: a `.heresult` file. */
const resultFileSchema = z.strictObject({
  version: z.literal(1),
  kind: z.literal(kind),
  answer: z.json(),
  receipt: z.unknown(),
})

export interface TradeFileVerdict extends ReceiptVerdict {
  readonly kind: 'receipt' | 'result'
  /**
   * Whether the receipt shows that the answer is this one; null where it cannot: it keeps the answer to itself, or the trade was in private
   * mode, whose program only the buyer knows.
   */
  readonly answerBound: boolean | null
  /** Null where the form does not hold. */
  readonly receipt: Receipt | null
}

/** As it is after a way through JSON, which knows no -0. */
const throughJson = (answer: AnswerJson): unknown => JSON.parse(JSON.stringify(answer)) as unknown

interface AnswerCheck {
  readonly bound: boolean | null
  readonly problems: readonly ReceiptProblem[]
}

const checkAnswer = (answer: unknown, receipt: Receipt | null, verdict: ReceiptVerdict): AnswerCheck => {
  if (receipt === null || !verdict.ok) return { bound: null, problems: [] }
  if (verdict.answer === null) {
    if (receipt.proof === null) return { bound: false, problems: [{ field: 'answer', message: 'stands alone: the receipt beside it does not enclose the answer' }] }
    if (receipt.statement === privateReceiptStatement) return { bound: null, problems: [] }
    return { bound: false, problems: [{ field: 'answer', message: 'stands alone: the receipt beside it does not show the program that says what was decrypted' }] }
  }
  return isDeepStrictEqual(answer, throughJson(verdict.answer))
    ? { bound: true, problems: [] }
    : { bound: false, problems: [{ field: 'answer', message: 'is not the answer that the receipt proves' }] }
}

const findReceipt = (json: unknown): Receipt | null => tryParse(receiptSchema, json).data

const isResult = (json: unknown): boolean => z.object({ kind: z.literal(kind) }).safeParse(json).success

/**
 * Checks what a trade left behind, with no network: a receipt as `verifyReceipt` does, of an answer's file its receipt and that the
 * answer is the one proved there. Never throws for what the file says.
 */
export const verifyTradeFile = (json: unknown): TradeFileVerdict => {
  if (!isResult(json)) {
    const verdict = verifyReceipt(json)
    return { ...verdict, kind: 'receipt', answerBound: verdict.answer === null ? null : true, receipt: findReceipt(json) }
  }
  const parsed = tryParse(resultFileSchema, json)
  if (parsed.data === null) {
    return {
      kind: 'result', ok: false, signatures: { seller: 'missing', buyer: 'missing' }, signedByBoth: false, decryptionProved: null, answer: null, written: [], answerBound: null, receipt: null,
      problems: parsed.problems,
    }
  }
  const { answer } = parsed.data
  const verdict = verifyReceipt(parsed.data.receipt)
  const receipt = findReceipt(parsed.data.receipt)
  const { bound, problems } = checkAnswer(answer, receipt, verdict)
  const own = [...verdict.problems.map(({ field, message }) => ({ field: `receipt.${field}`, message })), ...problems]
  return { ...verdict, kind: 'result', ok: own.length === 0, problems: own, answer: own.length === 0 ? answer : null, answerBound: bound, receipt }
}

/** The file of an answer with what proves it. Throws `crypto.receipt-mismatch` where the receipt is not this answer's. */
export const renderResult = (answer: AnswerJson, receipt: Receipt): RenderedReceipt => {
  const document = { version: 1, kind, answer, receipt }
  const { problems: [problem] } = verifyTradeFile(JSON.parse(JSON.stringify(document)))
  if (problem !== undefined) {
    throw new AppError('crypto.receipt-mismatch', `The answer and its receipt do not fit together: ${problem.field} ${problem.message}.`, { details: { field: problem.field } })
  }
  return { fileName: `answer-${receipt.trade.purchase}.heresult`, mediaType: 'application/json', bytes: Buffer.from(`${JSON.stringify(document, null, 2)}\n`) }
}
