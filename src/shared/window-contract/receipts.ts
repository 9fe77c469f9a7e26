import { z } from 'zod'
import { emptySchema, numberSchema, procedure, timeSchema } from './base.ts'

export const storedReceiptSchema = z.strictObject({ id: z.string(), role: z.enum(['buyer', 'seller']), purchase: numberSchema, state: z.string(), updatedAt: timeSchema })

export const receiptVerdictSchema = z.strictObject({
  ok: z.boolean(),
  signatures: z.strictObject({ seller: z.string(), buyer: z.string() }),
  problems: z.array(z.strictObject({ field: z.string(), message: z.string() })),
})

export const receiptsContract = {
  list: procedure.input(emptySchema).output(z.array(storedReceiptSchema)),
  /** Signs the receipt as the trade stands now, asks the other party for its half, keeps it, and gives its file. */
  export: procedure.input(z.strictObject({ purchase: numberSchema }))
    .output(z.strictObject({ fileName: z.string(), json: z.string(), missingHalf: z.string().nullable() })),
  /** Needs no network. */
  verify: procedure.input(z.strictObject({ json: z.string().max(5_000_000) })).output(receiptVerdictSchema),
}
