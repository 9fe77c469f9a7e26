import { z } from 'zod'
import { answerSchema } from './base.ts'

/** What a script would cost and ask for on the real table. */
export const gaugeSchema = z.strictObject({
  /** Numbers to decrypt. */
  cells: z.int().min(0),
  ciphertextOperations: z.number().min(0),
  /** Bits of the largest integer the answer can hold (without sign). */
  answerBits: z.int().min(0),
  /** The most by which rounding of weights can move any number of the answer, in its own units; 0: exact. */
  errorBound: z.number().min(0),
  /** The listing's limits, to draw the gauge against. */
  maxAnswerCells: z.int().min(1),
  maxAnswerBits: z.int().min(1),
  shapes: z.array(z.strictObject({ path: z.string(), shape: z.array(z.int().min(0)) })),
  log: z.array(z.string()),
})
export type Gauge = z.infer<typeof gaugeSchema>

/** The policy's word on a script. */
export const verdictSchema = z.discriminatedUnion('allowed', [
  z.strictObject({ allowed: z.literal(true) }),
  z.strictObject({ allowed: z.literal(false), code: z.string(), message: z.string() }),
])

export const rehearsalSchema = z.strictObject({
  plain: answerSchema,
  encrypted: answerSchema,
  largestDifference: z.number(),
  gauge: gaugeSchema,
  verdict: verdictSchema,
  milliseconds: z.number().min(0),
})
export type RehearsalJson = z.infer<typeof rehearsalSchema>
