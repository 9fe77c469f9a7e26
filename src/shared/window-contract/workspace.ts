import { z } from 'zod'
import { emptySchema, procedure, timeSchema, urlSchema } from './base.ts'
import { jobStartedSchema } from './jobs.ts'
import { gaugedSchema, verdictSchema } from './rehearsal.ts'

/** The name of a script file: no folders, ending in .ts. */
export const scriptNameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,95}\.ts$/, 'must be letters, digits, spaces, dots, hyphens or underscores, ending in .ts')

export const scriptSchema = z.strictObject({ name: scriptNameSchema, bytes: z.int().min(0), changedAt: timeSchema })
export const scriptTextSchema = z.string().max(1_000_000)

/** The text as the editor holds it, saved or not, and the listing it is for. */
const runSchema = z.strictObject({ url: urlSchema, fileName: scriptNameSchema, source: scriptTextSchema })

const byName = z.strictObject({ name: scriptNameSchema })

export const workspaceContract = {
  scripts: procedure.input(emptySchema).output(z.array(scriptSchema)),
  read: procedure.input(byName).output(scriptSchema.extend({ source: scriptTextSchema })),
  /** Writes the file whole or not at all; made where it is not there. For autosave. */
  save: procedure.input(z.strictObject({ name: scriptNameSchema, source: scriptTextSchema })).output(scriptSchema),
  rename: procedure.input(z.strictObject({ name: scriptNameSchema, to: scriptNameSchema })).output(scriptSchema),
  remove: procedure.input(byName).output(emptySchema),
  /** A job of kind `rehearse`: the script on plain and encrypted test data, side by side. Free. */
  try: procedure.input(runSchema).output(jobStartedSchema),
  /** Whether the listing would answer it, by this machine's and the seller's word. Free, and not counted. */
  check: procedure.input(runSchema).output(verdictSchema),
  /** Cost and precision on the real table, without any ciphertext: quick enough to follow typing. */
  gauge: procedure.input(runSchema).output(gaugedSchema),
  /** Declarations for the editor: the script API, and this listing's columns. */
  editorTypes: procedure.input(z.strictObject({ url: urlSchema.nullable() })).output(z.strictObject({
    declarations: z.string(),
    /** TypeScript's complaints that mean nothing in a script (docs/adr/0501). */
    ignoredDiagnosticCodes: z.array(z.int()),
  })),
}
