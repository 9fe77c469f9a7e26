import { z } from 'zod'
import { answerSchema } from './base.ts'

/** The policy's word on a script. */
export const verdictSchema = z.discriminatedUnion('allowed', [
  z.strictObject({ allowed: z.literal(true) }),
  z.strictObject({ allowed: z.literal(false), code: z.string(), message: z.string() }),
])

/** Questions to the key holder: comparisons and products. */
const askedSchema = z.strictObject({ comparisons: z.int().min(0), products: z.int().min(0) })

/** What a script would cost and ask for on the real table. */
export const gaugeSchema = z.strictObject({
  /** Numbers to decrypt. */
  cells: z.int().min(0),
  ciphertextOperations: z.number().min(0),
  /** On this computer's cores, at the speed that was measured. */
  estimatedSeconds: z.number().min(0),
  /** Bits of the largest integer the answer can hold (without sign), and how many are left to the key's or the listing's limit. */
  answerBits: z.int().min(0),
  headroomBits: z.int(),
  /** The most by which rounding of weights can move any number of the answer, in its own units; 0: exact. */
  roundingError: z.number().min(0),
  /** The listing's limits, to draw the gauge against. */
  maxAnswerCells: z.int().min(1),
  maxAnswerBits: z.int().min(1),
  shapes: z.array(z.strictObject({
    path: z.string(),
    shape: z.array(z.int().min(0)),
    /** The most each axis may have under the listing's condition; null for an axis the table does not have. */
    limit: z.array(z.int().min(0).nullable()),
    fits: z.boolean(),
  })),
  /** Parts of the answer that rest on replies alone. Runs kept by earlier versions do not have it. */
  replied: z.array(z.strictObject({ path: z.string(), shape: z.array(z.int().min(0)) })).default([]),
  /** Comparisons that the listing sells in all, whoever asks; 0: none. Runs kept by earlier versions do not have it. */
  maxComparisons: z.int().min(0).default(0),
  /** What is asked of the key holder, as the test data have it: in all, and by line where that is known. */
  interaction: askedSchema.extend({ rounds: z.int().min(0) }),
  asked: z.array(askedSchema.extend({ line: z.int().min(1).nullable(), operation: z.string() })),
  /** The most that blinded comparisons may tell the seller together, 0 to 1. Runs kept by earlier versions do not have it. */
  leakage: z.number().min(0).max(1).default(0),
  /** What the script may not expect of its own lines. Runs kept by earlier versions do not have it. */
  notes: z.array(z.strictObject({ line: z.int().min(1).nullable(), words: z.string() })).default([]),
  log: z.array(z.string()),
})
export type Gauge = z.infer<typeof gaugeSchema>

/** A gauge, and what this computer alone can say against the script; the seller's word may differ. */
export const gaugedSchema = gaugeSchema.extend({
  refusal: z.strictObject({ code: z.string(), message: z.string(), line: z.int().min(1).nullable() }).nullable(),
})
export type Gauged = z.infer<typeof gaugedSchema>

export const rehearsalSchema = z.strictObject({
  plain: answerSchema,
  encrypted: answerSchema,
  largestDifference: z.number(),
  gauge: gaugeSchema,
  verdict: verdictSchema,
  milliseconds: z.number().min(0),
})
export type RehearsalJson = z.infer<typeof rehearsalSchema>
