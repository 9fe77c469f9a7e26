import { z } from 'zod'
import { emptySchema, procedure, timeSchema } from './base.ts'
import { jobStartedSchema } from './jobs.ts'

export const backupStateSchema = z.strictObject({
  /** How far the newest backup of the whole profile reaches; null: there is none that this profile knows of. */
  lastAt: timeSchema.nullable(),
  /** What was added since, kind by kind. */
  since: z.array(z.strictObject({
    thing: z.enum(['wallet', 'table', 'key', 'listing', 'purchase', 'computed result', 'sale']), count: z.int().min(1),
  })),
})
export type BackupStateJson = z.infer<typeof backupStateSchema>

/** A backup crosses in pieces, both ways: whole it may outgrow any message. */
export const pieceBytes = 4 * 1024 * 1024
const pieceSchema = z.base64().max(Math.ceil(pieceBytes / 3) * 4)

const fileId = z.string().max(100)
const passphraseSchema = z.string().max(1000)
const offsetSchema = z.int().min(0)

/** The whole profile as one encrypted file, and a new profile made of one. */
export const backupContract = {
  state: procedure.input(emptySchema).output(backupStateSchema),
  /** A job of kind `backup`; its outcome names the file, which the program holds until it is put away or ends. */
  make: procedure.input(z.strictObject({ passphrase: passphraseSchema })).output(jobStartedSchema),
  /** The piece that begins there. */
  read: procedure.input(z.strictObject({ file: fileId, offset: offsetSchema })).output(z.strictObject({ contentBase64: pieceSchema })),
  /** The program need not hold it any longer; `isSaved`: its owner has it, whole. */
  putAway: procedure.input(z.strictObject({ file: fileId, isSaved: z.boolean() })).output(emptySchema),
  /** Takes the next piece of a file to restore; the first begins it (`file` null). One is held at a time. */
  send: procedure.input(z.strictObject({ file: fileId.nullable(), offset: offsetSchema, contentBase64: pieceSchema }))
    .output(z.strictObject({ file: fileId })),
  /**
   * A job of kind `restore`: checks the whole file and makes a profile of it beside this one, which must be unused. Throws
   * `input.already-exists`, `access.wrong-passphrase`, `store.backup-invalid`, `store.newer-version`.
   */
  restore: procedure.input(z.strictObject({ file: fileId, passphrase: passphraseSchema })).output(jobStartedSchema),
  /** Begins anew over the restored profile. */
  open: procedure.input(emptySchema).output(emptySchema),
}
