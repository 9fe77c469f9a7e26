import { z } from 'zod'
import { addressSchema } from '../schemas/common.ts'
import {
  answerSchema, chainTimeSchema, emptySchema, errorDocumentSchema, hashSchema, numberSchema, procedure, termsSchema, timeSchema, urlSchema,
} from './base.ts'
import { jobStartedSchema } from './jobs.ts'
import { scriptNameSchema, scriptTextSchema } from './workspace.ts'

/** `Buying`: paid on this machine, not yet confirmed by the chain; the others are the contract's. */
export const purchaseStateSchema = z.enum(['Buying', 'Paid', 'Requested', 'Delivered', 'Disputed', 'Refunded', 'Settled'])

export const nextActionSchema = z.enum(['wait-for-payment', 'compute', 'request', 'wait-for-delivery', 'open-answer', 'confirm', 'litigate', 'wait-for-ruling', 'close-dispute', 'withdraw', 'none'])

export const purchaseSummarySchema = z.strictObject({
  /** This profile's own number; there before the contract has given one. */
  id: z.int(),
  number: numberSchema.nullable(),
  title: z.string(),
  url: urlSchema,
  listing: numberSchema,
  seller: addressSchema,
  state: purchaseStateSchema,
  terms: termsSchema.nullable(),
  deadlineSeconds: chainTimeSchema.nullable(),
  answered: z.boolean(),
  /** The one next thing to do; what else is possible stands in `show`. */
  next: nextActionSchema,
  createdAt: timeSchema,
})
export type PurchaseSummary = z.infer<typeof purchaseSummarySchema>

/** One step of the trade: done (with its time and transaction), due now, or to come. */
export const timelineStepSchema = z.strictObject({
  name: z.enum(['paid', 'downloaded', 'computed', 'requested', 'delivered', 'opened', 'confirmed', 'litigated', 'declined', 'disputed', 'ruled', 'reclaimed', 'dispute-closed', 'interaction-opened']),
  words: z.string(),
  state: z.enum(['done', 'now', 'to-come', 'failed']),
  at: timeSchema.nullable(),
  transaction: hashSchema.nullable(),
  /** Until when the party whose turn it is has time. */
  deadline: timeSchema.nullable(),
})

export const purchaseDetailsSchema = purchaseSummarySchema.extend({
  timeline: z.array(timelineStepSchema),
  /** What may be done now besides the next action, each with what it means. */
  moves: z.array(z.strictObject({ kind: z.enum(['request', 'openInteraction', 'confirm', 'litigate', 'dispute']), explanation: z.string() })),
  computed: z.strictObject({
    script: z.string(), fileName: z.string(), programHash: hashSchema, resultHash: hashSchema, computedAt: timeSchema,
  }).nullable(),
  /** Comparisons of encrypted cells while scripts run; null where the listing sells none. */
  interaction: z.strictObject({ comparisons: z.int().min(0), products: z.int().min(0), opened: z.boolean() }).nullable(),
  /** Replies of the seller that the kept result relies on and that no proof covers. */
  unprovedReplies: z.int().min(0),
  answer: answerSchema.nullable(),
  /** The answer's proof of decryption: null until there is one, false where it does not hold (see `problem`). */
  proofVerified: z.boolean().nullable(),
  /** Why the delivered answer was not accepted: a reason to dispute. */
  problem: errorDocumentSchema.nullable(),
  /** How to name the answer in a paper. */
  citation: z.string().nullable(),
  receiptId: z.string(),
})
export type PurchaseDetails = z.infer<typeof purchaseDetailsSchema>

/** A purchase of this wallet that this profile did not make: what the contract alone tells of it. */
export const purchaseElsewhereSchema = z.strictObject({
  number: numberSchema,
  listing: numberSchema,
  seller: addressSchema,
  state: purchaseStateSchema,
  terms: termsSchema,
  /** Whose time runs until then follows from the state; null: nobody's. */
  deadlineSeconds: chainTimeSchema.nullable(),
  paidAtSeconds: chainTimeSchema,
  /** What may be done here now; what else there is needs the profile that bought it. */
  moves: z.array(z.enum(['take-up', 'litigate', 'close-dispute'])),
})
export type PurchaseElsewhereJson = z.infer<typeof purchaseElsewhereSchema>

const byNumber = z.strictObject({ purchase: numberSchema })

/** Buying, requesting, confirming, litigating and disputing are moves of `signing`. */
export const purchasesContract = {
  list: procedure.input(emptySchema).output(z.array(purchaseSummarySchema)),
  /** Newest first. */
  elsewhere: procedure.input(emptySchema).output(z.array(purchaseElsewhereSchema)),
  /** Goes on here with one of those: see `BoughtElsewhere` in src/host/buyer. */
  takeUp: procedure.input(byNumber).output(byNumber),
  show: procedure.input(byNumber).output(purchaseDetailsSchema),
  /** A job of kind `compute`: downloads what is missing, runs the script on the ciphertexts, keeps the encrypted result. */
  compute: procedure.input(z.strictObject({ purchase: numberSchema, fileName: scriptNameSchema, source: scriptTextSchema }))
    .output(jobStartedSchema),
}
