import { oc } from '@orpc/contract'
import { z } from 'zod'
import { addressSchema, naturalSchema } from '../schemas/common.ts'

/** An amount in wei, in decimal: it outgrows what JSON numbers hold exactly. */
export const weiSchema = naturalSchema
/** The number the contract gave a listing or a purchase. */
export const numberSchema = naturalSchema
export const hashSchema = z.string().regex(/^0x[0-9a-f]{64}$/, 'must be 0x and 64 lower-case hex digits')
/** ISO 8601, UTC. */
export const timeSchema = z.string().max(40)
/** Seconds since the epoch, on the chain's clock. */
export const chainTimeSchema = z.int().min(0)
export const urlSchema = z.string().min(1).max(2000)
export const nameSchema = z.string().min(1).max(200)
export const emptySchema = z.strictObject({})

/** An AppError on its way: never a stack, never a cause. `code` is one of error-codes.ts, `next` says what to do. */
export const errorDocumentSchema = z.strictObject({
  code: z.string(),
  message: z.string(),
  next: z.string(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.union([z.string(), z.number()]))])),
})
export type ErrorDocumentJson = z.infer<typeof errorDocumentSchema>

/** What a script answers: a number, a list, a table, or names with such. */
export type AnswerJson = number | string | boolean | null | AnswerJson[] | { [name: string]: AnswerJson }
export const answerSchema: z.ZodType<AnswerJson> = z.lazy(() =>
  z.union([z.number(), z.string(), z.boolean(), z.null(), z.array(answerSchema), z.record(z.string(), answerSchema)]))

export const progressSchema = z.strictObject({
  done: z.number().min(0),
  /** 0: unknown. */
  total: z.number().min(0),
  secondsLeft: z.number().min(0).nullable(),
})

/** A listing's terms as they stand, or stood when it was bought. */
export const termsSchema = z.strictObject({
  valueWei: weiSchema,
  guaranteeWei: weiSchema,
  interactionFeeWei: weiSchema,
  deliverySeconds: z.int(),
  expirationSeconds: z.int(),
  disputeSeconds: z.int(),
  /** null: nobody rules on disputes. */
  arbiter: addressSchema.nullable(),
})
export type TermsJson = z.infer<typeof termsSchema>

/** Every procedure may fail with the one typed error; its `data` is the error document. */
export const procedure = oc.errors({ APP_ERROR: { message: 'HEsystem refused or failed.', data: errorDocumentSchema } })
