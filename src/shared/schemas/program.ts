import { z } from 'zod'
import { bytes32Schema, integerSchema, rationalSchema } from './common.ts'

/**
 * The canonical form of a program without interaction (compute.md, "Policies"): every decrypted cell is
 *   scale · (Σ weightᵢ·xᵢ + constant)
 * over the integers xᵢ under the dataset's ciphertexts. Cell i of a table with R rows is column ⌊i/R⌋, row i mod R
 * (column by column, as on the wire). Terms are runs [start, count, weight] in strictly rising order, maximal,
 * weight ≠ 0; gcd of all weights and the constant is 1 (or the cell is a constant, with no terms and constant 0 or 1),
 * what was divided out is in `scale`, and the first weight is positive, so that two spellings of one cell are one text.
 */
export const programRunSchema = z.tuple([z.int().min(0), z.int().min(1), integerSchema])
export const programCellSchema = z.strictObject({
  scale: rationalSchema,
  constant: integerSchema,
  terms: z.array(programRunSchema),
})

/** How decrypted cells become the value the script exported. */
export type AnswerLayout =
  | { readonly kind: 'constant'; readonly value: number | string | boolean | null }
  | { readonly kind: 'tensor'; readonly shape: readonly number[]; readonly cells: readonly number[] }
  | { readonly kind: 'list'; readonly items: readonly AnswerLayout[] }
  | { readonly kind: 'record'; readonly entries: readonly (readonly [string, AnswerLayout])[] }

export const answerLayoutSchema: z.ZodType<AnswerLayout> = z.lazy(() => z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant'), value: z.union([z.number(), z.string().max(1000), z.boolean(), z.null()]) }),
  z.strictObject({ kind: z.literal('tensor'), shape: z.array(z.int().min(0)).max(8), cells: z.array(z.int().min(0)) }),
  z.strictObject({ kind: z.literal('list'), items: z.array(answerLayoutSchema).max(1000) }),
  z.strictObject({ kind: z.literal('record'), entries: z.array(z.tuple([z.string().max(200), answerLayoutSchema])).max(1000) }),
]))

export const programSchema = z.strictObject({
  version: z.literal(1),
  datasetRoot: bytes32Schema,
  rows: z.int().min(1),
  columns: z.int().min(1),
  cells: z.array(programCellSchema).min(1),
  answer: answerLayoutSchema,
})

export type Program = z.infer<typeof programSchema>
export type ProgramCell = z.infer<typeof programCellSchema>
