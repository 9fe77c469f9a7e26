import { z } from 'zod'
import { receiptFormatSchema } from '../schemas/receipt-format.ts'
import { answerSchema, emptySchema, numberSchema, procedure, timeSchema } from './base.ts'
import { purchaseStateSchema } from './purchases.ts'

/** A trade whose receipt can be exported, as it stands now. */
export const tradeReceiptSchema = z.strictObject({
  id: z.string(),
  role: z.enum(['buyer', 'seller']),
  purchase: numberSchema,
  /** The listing's; null for one that this profile does not know. */
  title: z.string().nullable(),
  state: purchaseStateSchema,
  /** When its receipt was signed last; null: never. */
  updatedAt: timeSchema.nullable(),
})
export type TradeReceiptJson = z.infer<typeof tradeReceiptSchema>

export const receiptVerdictSchema = z.strictObject({
  /** `result`: an answer's file, with its receipt in it. */
  kind: z.enum(['receipt', 'result']),
  ok: z.boolean(),
  signatures: z.strictObject({ seller: z.string(), buyer: z.string() }),
  /** With one signature alone anybody could have written it; only the chain can tell. */
  signedByBoth: z.boolean(),
  /** Whether the enclosed answer's decryption is proved; null where no answer is enclosed. */
  decryptionProved: z.boolean().nullable(),
  /** Null where all does not hold, or the file shows no answer. */
  answer: answerSchema,
  /** Where it holds what its script said, and not what was decrypted: no proof is about that. */
  written: z.array(z.string()),
  /** Whether the receipt shows that this is the answer; null where it cannot. */
  answerBound: z.boolean().nullable(),
  /** As citations name it; null where the form does not hold. */
  /** Of a PDF: `own` pages are those that the attached receipt gives; `unchecked` ones another version laid out. */
  pages: z.enum(['own', 'changed', 'unchecked']).nullable(),
  receiptId: z.string().nullable(),
  citation: z.string().nullable(),
  problems: z.array(z.strictObject({ field: z.string(), message: z.string() })),
})

export type ReceiptVerdictJson = z.infer<typeof receiptVerdictSchema>

export const receiptsContract = {
  /** What this wallet bought or sold on this contract, the newest first. */
  list: procedure.input(emptySchema).output(z.array(tradeReceiptSchema)),
  /**
   * Signs the receipt as the trade stands now, asks the other party for its half, keeps it, and gives its file, with a paragraph to
   * cite the trade by. Without the answer it discloses neither the answer nor what opens it.
   */
  export: procedure.input(z.strictObject({ purchase: numberSchema, format: receiptFormatSchema, encloseAnswer: z.boolean() }))
    .output(z.strictObject({
      fileName: z.string(), mediaType: z.string(), base64: z.base64(), citation: z.string(), missingHalf: z.string().nullable(),
    })),
  /** The answer that was bought, with the receipt that shows it, as a file. Throws `escrow.wrong-state` before it was opened. */
  exportResult: procedure.input(z.strictObject({ purchase: numberSchema }))
    .output(z.strictObject({ fileName: z.string(), mediaType: z.string(), base64: z.base64(), missingHalf: z.string().nullable() })),
  /** A file that the system asked the program to open. Throws `input.not-found`, `input.file-unreadable`. */
  opened: procedure.input(z.strictObject({ file: z.string().max(100) })).output(z.strictObject({ fileName: z.string(), json: z.string() })),
  /** Of a receipt's PDF, the file attached to it, and whether the pages are the ones that it gives. Needs no network. */
  verify: procedure.input(z.union([z.strictObject({ json: z.string().max(5_000_000) }),
    z.strictObject({ pdf: z.base64().max(20_000_000) })])).output(receiptVerdictSchema),
}
