import { z } from 'zod'
import { columnDoubtSchema, flaggedColumnSchema } from '../../shared/schemas/import-doubts.ts'
import { momentRuleSchema, momentVerdictSchema } from './second-moments.ts'

/** The rule that second moments were made by, and what it said of each product. */
export const secondMomentsSchema = z.strictObject({ rule: momentRuleSchema, verdicts: z.array(momentVerdictSchema) })
export type SecondMoments = z.infer<typeof secondMomentsSchema>

/** What an import recognised and did: names, counts and choices, never a cell. */
export const importReportSchema = z.strictObject({
  /** Reports of earlier versions are of CSV files. */
  format: z.enum(['csv', 'sqlite', 'postgres', 'parquet', 'arrow', 'excel']).default('csv'),
  encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252']),
  byteOrderMark: z.boolean(),
  /** '' where the source needs none. */
  separator: z.enum([',', ';', '\t', '|', '']),
  decimalMark: z.enum(['.', ',']),
  /** True where the file's numbers could be read both ways ("1,234") and the separator decided. */
  decimalMarkGuessed: z.boolean(),
  thousandsMarks: z.array(z.string()),
  /** Columns of dates, and how they were written. */
  dates: z.array(z.strictObject({ name: z.string(), written: z.enum(['iso', 'dmy', 'mdy']) })).default([]),
  /** Columns whose numbers had a unit beside them, which was taken off. */
  units: z.array(z.strictObject({ name: z.string(), unit: z.string() })).default([]),
  /** The file that told units and descriptions. */
  describedBy: z.literal('datapackage.json').nullable().default(null),
  rowsRead: z.int(),
  blankRows: z.int(),
  rowsDropped: z.int(),
  rowsKept: z.int(),
  cellsFilled: z.int(),
  missing: z.enum(['fail', 'drop', 'mean', 'median']),
  categories: z.enum(['codes', 'one-hot']),
  columns: z.array(z.strictObject({
    name: z.string(),
    type: z.enum(['number', 'integer', 'boolean', 'category']),
    /** Cells filled, and with what: a constant, the mean, the median, or for booleans and categories the most frequent value. */
    filled: z.int(),
    filledWith: z.enum(['mean', 'median', 'most-frequent', 'constant']).nullable(),
    /** Cells written with more digits than a double holds. */
    rounded: z.int(),
  })),
  leftOut: z.array(columnDoubtSchema),
  flagged: z.array(flaggedColumnSchema),
  /** `random`: not as in the source, in an order that tells nothing of them. */
  rowOrder: z.enum(['kept', 'random']).default('kept'),
  /** null where none were made; what came with the table is held to the listing's own rule. */
  secondMoments: secondMomentsSchema.nullable().default(null),
})
export type ImportReport = z.infer<typeof importReportSchema>
