import { z } from 'zod'
import { addressSchema } from '../schemas/common.ts'
import { emptySchema, errorDocumentSchema, hashSchema, procedure, timeSchema, weiSchema } from './base.ts'

export const transactionSchema = z.strictObject({
  key: z.string(),
  purpose: z.string(),
  status: z.enum(['intended', 'signed', 'confirmed', 'failed', 'retried']),
  to: addressSchema.nullable(),
  valueWei: weiSchema,
  hash: hashSchema.nullable(),
  /** The bytes under which it waits to be mined; null where it does not. By this it is sped up, cancelled or sent again. */
  waitingHash: hashSchema.nullable(),
  gasUsed: z.string().nullable(),
  feeWei: weiSchema.nullable(),
  error: errorDocumentSchema.nullable(),
  createdAt: timeSchema,
  settledAt: timeSchema.nullable(),
})

/** One signature, and by whose word it was given: somebody at the desk, or serving's standing authorisation. */
export const signatureSchema = z.strictObject({
  id: z.int(),
  at: timeSchema,
  by: z.enum(['confirmation', 'standing-authorisation']),
  move: z.string(),
  words: z.string(),
  outcome: z.enum(['under-way', 'done', 'failed']),
  error: z.string().nullable(),
})

export const activityContract = {
  /** What this profile sent to the chain in use, newest first. */
  transactions: procedure.input(emptySchema).output(z.array(transactionSchema)),
  /** Sends the very bytes of what waits again; signs nothing. Throws `chain.nothing-to-replace`, `chain.transaction-refused`. */
  resend: procedure.input(z.strictObject({ hash: hashSchema })).output(emptySchema),
  /** What was confirmed or authorised, newest first, at most 1,000. */
  signatures: procedure.input(emptySchema).output(z.array(signatureSchema)),
}
