import { z } from 'zod'

/** Why a column did not become part of the dataset. */
export const columnDoubtSchema = z.strictObject({
  name: z.string(),
  reason: z.enum(['excluded', 'identifier', 'free-text', 'empty']),
})
export type ColumnDoubt = z.infer<typeof columnDoubtSchema>

/**
 * What deserves a second look in a column that is part of the dataset: every value is different, the rows are sorted by it, or it goes in
 * step with column `of`; and, of a column left out or not, that it holds what looks like persons' numbers, some more than once.
 */
export const flaggedColumnSchema = z.discriminatedUnion('reason', [
  z.strictObject({ name: z.string(), reason: z.enum(['identifier', 'sorted', 'repeats']) }),
  z.strictObject({ name: z.string(), reason: z.literal('in-step'), of: z.string() }),
])
