import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { addressSchema } from '../schemas/common.ts'
import { answerSchema, emptySchema, errorDocumentSchema, hashSchema, numberSchema, procedure, progressSchema, timeSchema, urlSchema, weiSchema } from './base.ts'
import { rehearsalSchema } from './rehearsal.ts'

export const jobKinds = ['practice', 'encrypt', 'test-data', 'rehearse', 'compute', 'move', 'backup', 'restore'] as const

/** What a job came to. */
export const jobOutcomeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('practice'), listingUrl: urlSchema, script: z.string() }),
  z.strictObject({ kind: z.literal('dataset'), dataset: z.string() }),
  z.strictObject({ kind: z.literal('rehearsal'), fileName: z.string(), rehearsal: rehearsalSchema }),
  z.strictObject({ kind: z.literal('computed'), purchase: numberSchema, programHash: hashSchema, resultHash: hashSchema, computedAt: timeSchema }),
  z.strictObject({ kind: z.literal('answer'), purchase: numberSchema, answer: answerSchema }),
  z.strictObject({ kind: z.literal('purchase'), purchase: numberSchema, state: z.string() }),
  z.strictObject({ kind: z.literal('listing'), listing: z.string() }),
  z.strictObject({ kind: z.literal('contract'), contract: addressSchema }),
  z.strictObject({ kind: z.literal('withdrawn'), amountWei: weiSchema, to: addressSchema, transaction: hashSchema }),
  /** What became of the step whose transaction was replaced. */
  z.strictObject({ kind: z.literal('transaction'), purpose: z.string(), status: z.enum(['intended', 'signed', 'confirmed', 'failed', 'retried']) }),
  z.strictObject({ kind: z.literal('serving'), url: urlSchema }),
  z.strictObject({ kind: z.literal('backed-up'), file: z.string(), fileName: z.string(), bytes: z.int().min(1) }),
  /** `forgotten`: steps that were about to be signed when the backup was made; they are not taken by themselves. */
  z.strictObject({ kind: z.literal('restored'), backedUpAt: timeSchema, forgotten: z.array(z.string()) }),
])
export type JobOutcome = z.infer<typeof jobOutcomeSchema>

export const jobSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(jobKinds),
  /** For people: “Encrypting wages”. */
  label: z.string(),
  /** What it works on: a dataset, a purchase's number, a listing's URL. */
  subject: z.string().nullable(),
  state: z.enum(['running', 'done', 'failed', 'stopped']),
  /** The present step in words; null where there is but one. */
  step: z.string().nullable(),
  progress: progressSchema.nullable(),
  /** False for what is on its way to the chain and can no longer be taken back. */
  stoppable: z.boolean(),
  outcome: jobOutcomeSchema.nullable(),
  error: errorDocumentSchema.nullable(),
  startedAt: timeSchema,
  endedAt: timeSchema.nullable(),
})
export type Job = z.infer<typeof jobSchema>

/** What every start of long work gives: the job to watch. */
export const jobStartedSchema = z.strictObject({ job: z.string() })

const byId = z.strictObject({ id: z.string() })

export const jobsContract = {
  /** Running ones and those that ended since the program started, newest first. */
  list: procedure.input(emptySchema).output(z.array(jobSchema)),
  show: procedure.input(byId).output(jobSchema),
  /** The job as it is now, then at each change (at most ten times a second), last as it ended. */
  watch: procedure.input(byId).output(eventIterator(jobSchema)),
  /** Asks it to stop; it has ended once its state says so. Stopping what has ended changes nothing. */
  stop: procedure.input(byId).output(jobSchema),
}
