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

/** Σ weightᵢ·xᵢ + constant ≥ 0, as the key holder is asked it: the first weight is positive, the weights have no common divisor. */
export const inequalitySchema = z.strictObject({ constant: integerSchema, terms: z.array(programRunSchema).min(1) })

/**
 * What is computed after decryption (compute.md, "Scripts"), one number a step, in float64; sums, differences, products and quotients
 * of exact values stay exact up to 2048 bits (compute/evaluate-steps.ts). A reference names a value: cell i as i, step j as −1 − j; a
 * step names earlier ones only. `number` gives a plain number; `choose` its second input where the first is not 0, else the third;
 * `order` has the position first, then what is ordered; `quantile` the fraction first.
 */
export const stepOperations = [
  'neg', 'sqrt', 'exp', 'log', 'abs', 'round', 'sigmoid',
  'add', 'sub', 'mul', 'div', 'pow', 'gt', 'lt', 'ge', 'le', 'eq', 'ne',
  'choose', 'sum', 'max', 'min', 'argmax', 'argmin', 'order', 'quantile',
] as const
export type StepOperation = (typeof stepOperations)[number]
/** How many inputs an operation has; at least two where it is not listed. */
export const stepArity: Readonly<Partial<Record<StepOperation, number>>> = {
  neg: 1, sqrt: 1, exp: 1, log: 1, abs: 1, round: 1, sigmoid: 1,
  add: 2, sub: 2, mul: 2, div: 2, pow: 2, gt: 2, lt: 2, ge: 2, le: 2, eq: 2, ne: 2, choose: 3,
}
export const programStepSchema = z.union([
  z.tuple([z.literal('number'), z.number()]),
  z.tuple([z.enum(stepOperations)], z.int()),
])
export type ProgramStep = readonly ['number', number] | readonly [StepOperation, ...number[]]

/** An encrypted tensor below a deferred value: all its cells are decrypted, and count. There is none below what replies made known. */
export interface DeferredLeaf {
  readonly shape: readonly number[]
  readonly cells: readonly number[]
}

/** How decrypted cells become the value the script exported. */
export type AnswerLayout =
  | { readonly kind: 'constant'; readonly value: number | string | boolean | null }
  | { readonly kind: 'tensor'; readonly shape: readonly number[]; readonly cells: readonly number[] }
  | { readonly kind: 'deferred'; readonly shape: readonly number[]; readonly leaves: readonly DeferredLeaf[]; readonly values: readonly number[] }
  | { readonly kind: 'list'; readonly items: readonly AnswerLayout[] }
  | { readonly kind: 'record'; readonly entries: readonly (readonly [string, AnswerLayout])[] }

const shapeSchema = z.array(z.int().min(0)).max(8)

export const answerLayoutSchema: z.ZodType<AnswerLayout> = z.lazy(() => z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant'), value: z.union([z.number(), z.string().max(1000), z.boolean(), z.null()]) }),
  z.strictObject({ kind: z.literal('tensor'), shape: shapeSchema, cells: z.array(z.int().min(0)) }),
  z.strictObject({
    kind: z.literal('deferred'),
    shape: shapeSchema,
    leaves: z.array(z.strictObject({ shape: shapeSchema, cells: z.array(z.int().min(0)) })).max(10_000),
    values: z.array(z.int()),
  }),
  z.strictObject({ kind: z.literal('list'), items: z.array(answerLayoutSchema).max(1000) }),
  z.strictObject({ kind: z.literal('record'), entries: z.array(z.tuple([z.string().max(200), answerLayoutSchema])).max(1000) }),
])).meta({ id: 'AnswerLayout' })

const programFields = {
  datasetRoot: bytes32Schema,
  rows: z.int().min(1),
  columns: z.int().min(1),
  cells: z.array(programCellSchema).min(1),
  answer: answerLayoutSchema,
  /** What the key holder was asked on the way, in `disclosed` mode: the cells' weights may rest on its replies, which nothing proves. */
  comparisons: z.array(inequalitySchema).min(1).exactOptional(),
}

export const packedReadSchema = z.tuple([z.int().min(0), z.int().min(0), z.int().min(1)])

/**
 * Version 2 is version 1 with steps after decryption; an answer without any is always version 1, so that it has one text. Version 3 reads
 * some of its cells from the listing's packed form (docs/adr/0302): `packed` names each sum of packed rows as [group, first row, rows]. Its
 * cells are the same as ever, and every number that a packed sum opens is one of them.
 */
export const programSchema = z.discriminatedUnion('version', [
  z.strictObject({ version: z.literal(1), ...programFields }),
  z.strictObject({ version: z.literal(2), ...programFields, steps: z.array(programStepSchema).min(1) }),
  z.strictObject({ version: z.literal(3), ...programFields, steps: z.array(programStepSchema), packed: z.array(packedReadSchema).min(1) }),
])

export type Program = z.infer<typeof programSchema>
export type PackedRead = z.infer<typeof packedReadSchema>
export type Inequality = z.infer<typeof inequalitySchema>
export type ProgramCell = z.infer<typeof programCellSchema>
