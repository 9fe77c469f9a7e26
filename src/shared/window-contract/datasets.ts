import { z } from 'zod'
import { columnSchema } from '../schemas/details.ts'
import { columnDoubtSchema, flaggedColumnSchema } from '../schemas/import-doubts.ts'
import { emptySchema, errorDocumentSchema, nameSchema, procedure, timeSchema } from './base.ts'
import { jobStartedSchema } from './jobs.ts'

export const keyBitsSchema = z.union([z.literal(2048), z.literal(3072), z.literal(4096)])

const encryptionSchema = z.strictObject({
  keyBits: keyBitsSchema,
  chunksDone: z.int().min(0),
  chunks: z.int().min(1),
  complete: z.boolean(),
  /** Ciphertexts a row that hold several columns side by side; 0: none do. */
  packedGroups: z.int().min(0),
})

/** A column without the numbers behind its ciphertexts. */
export const datasetColumnSchema = columnSchema.omit({ scale: true })

export const datasetSummarySchema = z.strictObject({
  name: nameSchema,
  rows: z.int(),
  columns: z.int(),
  createdAt: timeSchema,
  /** null: no test data was made. */
  testRows: z.int().nullable(),
  /** Whether the imported rows are still here; only their ciphertexts are after `dropPlain`. */
  hasPlain: z.boolean(),
  /** null: encryption has not begun. */
  data: encryptionSchema.nullable(),
  test: encryptionSchema.nullable(),
  /** The listing that stands on it, which keeps it from being removed. */
  usedBy: z.string().nullable(),
})
export type DatasetSummaryJson = z.infer<typeof datasetSummarySchema>

/** Products of two columns, each offered, or withheld for the reason given. null: none were made. */
export const secondMomentsSchema = z.array(z.strictObject({ name: z.string(), withheld: z.string().nullable() })).nullable()

/** What an import recognised and did. */
export const importSummarySchema = z.strictObject({
  /** Known by the file's content, not by its name. */
  format: z.enum(['csv', 'sqlite', 'postgres', 'parquet', 'arrow', 'excel']),
  encoding: z.string(),
  byteOrderMark: z.boolean(),
  separator: z.string(),
  decimalMark: z.string(),
  decimalMarkGuessed: z.boolean(),
  thousandsMarks: z.array(z.string()),
  /** Columns whose numbers had a unit beside them. */
  units: z.array(z.strictObject({ name: z.string(), unit: z.string() })),
  /** Columns of dates, which become days, and how they were written. */
  dates: z.array(z.strictObject({ name: z.string(), written: z.enum(['iso', 'dmy', 'mdy']) })),
  rowsRead: z.int(),
  blankRows: z.int(),
  rowsDropped: z.int(),
  rowsKept: z.int(),
  cellsFilled: z.int(),
  leftOut: z.array(columnDoubtSchema),
  flagged: z.array(flaggedColumnSchema),
  rowOrder: z.enum(['kept', 'random']),
})

/** What its owner decides of one column, by its name in the file. */
export const columnNotesSchema = z.strictObject({
  unit: z.string().max(100).exactOptional(),
  description: z.string().max(2000).exactOptional(),
  /** Takes numbers, or text that looks like an identifier, as words of a category; or whole numbers that look like one as numbers. */
  type: z.enum(['category', 'number']).exactOptional(),
  /** What stands in its missing cells: a number, or a word for a column of words. */
  fill: z.union([z.number(), z.string().min(1).max(200)]).exactOptional(),
  /** Declared bounds: public, and they must enclose every value. */
  lower: z.number().exactOptional(),
  upper: z.number().exactOptional(),
})

export const importDecisionsSchema = z.strictObject({
  separator: z.enum([',', ';', '\t', '|']).exactOptional(),
  decimalMark: z.enum(['.', ',']).exactOptional(),
  /** Needed only where none of a column's dates tells. */
  dateOrder: z.enum(['dmy', 'mdy']).exactOptional(),
  exclude: z.array(z.string()).max(2000).exactOptional(),
  missing: z.enum(['fail', 'drop', 'mean', 'median']).exactOptional(),
  categories: z.enum(['codes', 'one-hot']).exactOptional(),
  rowOrder: z.enum(['kept', 'random']).exactOptional(),
  columns: z.record(z.string(), columnNotesSchema).exactOptional(),
})
export type ImportDecisions = z.infer<typeof importDecisionsSchema>

/** A file as the window read it: bytes, so that format and encoding can still be recognised. At most 100 MiB of content. */
export const fileSchema = z.strictObject({ fileName: nameSchema, contentBase64: z.base64().max(140_000_000) })
export type FileJson = z.infer<typeof fileSchema>

const queryTextSchema = z.string().min(1).max(20_000)

/** What an import reads: a file that was opened, or a PostgreSQL database, whose URL never comes to the window. */
export const importSourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('file'),
    /** As `openFile` gave it. */
    file: z.string().max(100),
    /** Which table of a database, by name or by a query; which sheet of a workbook. */
    table: nameSchema.exactOptional(),
    query: queryTextSchema.exactOptional(),
    sheet: nameSchema.exactOptional(),
    /** Which row of a CSV file or a sheet names the columns, counted from 1; by default it is recognised. */
    headerRow: z.int().min(1).max(1_048_576).exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('postgres'),
    /** Where the URL stands: kept in the profile's secret store under a name, or in an environment variable of the program. */
    urlFrom: z.enum(['kept', 'environment']),
    name: nameSchema,
    query: queryTextSchema,
  }),
])
export type ImportSource = z.infer<typeof importSourceSchema>

export const previewSchema = z.strictObject({
  /** The first rows as written, under the file's own header. */
  format: importSummarySchema.shape.format,
  /** Tables or sheets that could be read instead; empty where there is no choice. */
  choices: z.array(z.string()),
  /** The row that names the columns; null where a source has no others. */
  headerRow: z.int().nullable(),
  header: z.array(z.string()),
  rows: z.array(z.array(z.string())),
  rowsRead: z.int(),
  /** What each column of the file would become under the decisions. */
  columns: z.array(z.strictObject({
    name: z.string(),
    /** `unknown`: what stands in the import's way keeps it from being told. */
    kind: z.enum(['number', 'integer', 'boolean', 'category', 'left-out', 'unknown']),
    leftOut: z.enum(['excluded', 'identifier', 'free-text', 'empty']).nullable(),
    /** What it would be if it were not left out as an identifier or free text. */
    takenAs: z.enum(['number', 'category']).nullable(),
    /** Kept, but every value is different, as in an identifier. */
    looksLikeIdentifier: z.boolean(),
    missing: z.int().min(0),
    /** The words of a category, at most twenty of them. */
    words: z.array(z.string()),
    /** As decided, or as cells or header have it; empty for none. */
    unit: z.string(),
    /** Suggested, or as decided: rounded, never the exact extremes. null for what is left out. */
    lower: z.number().nullable(),
    upper: z.number().nullable(),
  })),
  /** What was recognised of the file, where the import would be refused as well; null where even its columns cannot be told. */
  recognised: importSummarySchema.nullable(),
  /** What the import would do; null where it would be refused, which `problem` tells. */
  summary: importSummarySchema.nullable(),
  problem: errorDocumentSchema.nullable(),
})
export type ImportPreview = z.infer<typeof previewSchema>

const byName = z.strictObject({ name: nameSchema })

export const datasetsContract = {
  /** Holds a file's bytes until it is imported, another three were opened, or the program ends. Throws `input.table-unreadable`. */
  openFile: procedure.input(fileSchema).output(z.strictObject({ file: z.string(), format: importSummarySchema.shape.format })),
  /** Keeps a PostgreSQL URL, which holds a password, in the profile's secret store under a name. */
  keepDatabaseUrl: procedure.input(z.strictObject({ name: nameSchema, url: z.string().min(1).max(4000) })).output(emptySchema),
  /** Nothing is kept. Throws what makes the file unreadable as a table; what stands in an import's way is in `problem`. */
  preview: procedure.input(z.strictObject({ source: importSourceSchema, decisions: importDecisionsSchema })).output(previewSchema),
  /** `newVersion`: the next version of the dataset of that name; listings keep the one they stand on. */
  import: procedure
    .input(z.strictObject({
      name: nameSchema, source: importSourceSchema, decisions: importDecisionsSchema, newVersion: z.boolean().exactOptional(),
    }))
    .output(datasetSummarySchema),
  list: procedure.input(emptySchema).output(z.array(datasetSummarySchema)),
  show: procedure.input(byName)
    .output(datasetSummarySchema.extend({
      columnList: z.array(datasetColumnSchema), summary: importSummarySchema, secondMoments: secondMomentsSchema,
    })),
  /** The imported rows, for their owner to look at: a page at a time. */
  rows: procedure.input(z.strictObject({ name: nameSchema, offset: z.int().min(0), limit: z.int().min(1).max(500) }))
    .output(z.strictObject({ offset: z.int(), total: z.int(), rows: z.array(z.array(z.number())) })),
  /** How the values of a column spread, for its owner's plot: `edges` has one more entry than `counts`. */
  histogram: procedure.input(z.strictObject({ name: nameSchema, column: z.string(), bins: z.int().min(1).max(100) }))
    .output(z.strictObject({ edges: z.array(z.number()), counts: z.array(z.int()) })),
  /**
   * Puts the products of columns beside them, where the rule lets each be offered: scripts then compute variances, correlations and
   * least squares. A dataset whose encryption was begun gets a next version. Throws `input.second-moments-none`, `-made`.
   */
  addSecondMoments: procedure.input(z.strictObject({ name: nameSchema, minRows: z.int().min(1).exactOptional() }))
    .output(datasetSummarySchema),
  /** A job of kind `encrypt`: goes on where an earlier one stopped. `packed`: with the columns side by side besides. */
  encrypt: procedure.input(z.strictObject({ name: nameSchema, keyBits: keyBitsSchema, packed: z.boolean().exactOptional() }))
    .output(jobStartedSchema),
  /** A job of kind `test-data`: made-up rows of the same columns, encrypted under another key. */
  testData: procedure.input(z.strictObject({ name: nameSchema, keyBits: keyBitsSchema, rows: z.int().min(1).max(10_000).exactOptional() }))
    .output(jobStartedSchema),
  /** Deletes the imported rows once they are encrypted: selling goes on, looking at them and rehearsing attacks does not. */
  dropPlain: procedure.input(byName).output(datasetSummarySchema),
  remove: procedure.input(byName).output(emptySchema),
}
