import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { closeSync, createReadStream, createWriteStream, fsyncSync, openSync, readSync, statSync } from 'node:fs'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import { keystoreSchema, openUnderPassphrase, sealUnderPassphrase, type Secrets } from '../secrets/passphrase-store.ts'

/**
 * A backup is one file: a line of JSON, the profile's database under AES-256-GCM, the tag of both. Its key is drawn for it and rests in the
 * line, with the profile's own secrets, under a passphrase (the keystore's form). What is changed or cut short does not open.
 */
const format = 1
const tagBytes = 16
const longestLine = 1_000_000

const headerSchema = z.strictObject({
  hesystemBackup: z.literal(format),
  createdAt: z.iso.datetime(),
  /** Of the profile's database. */
  databaseVersion: z.int().min(1),
  keystore: keystoreSchema,
  nonce: z.base64(),
})
type Header = z.infer<typeof headerSchema>

const bodyKeyName = 'backup-key'

export interface BackupContent {
  readonly createdAt: string
  readonly databaseVersion: number
  /** The profile's own, in base64. */
  readonly secrets: Secrets
}

/**
 * Writes the file, whole and flushed, under a name that must not exist yet (0600). Throws `input.passphrase-too-short`, and Node's own
 * errors where it cannot be written.
 */
export const writeBackupFile = async (path: string, databasePath: string, content: BackupContent, passphrase: string): Promise<void> => {
  const key = randomBytes(32)
  const nonce = randomBytes(12)
  const { createdAt, databaseVersion, secrets } = content
  const keystore = await sealUnderPassphrase({ ...secrets, [bodyKeyName]: key.toString('base64') }, passphrase)
  const line = `${JSON.stringify({ hesystemBackup: format, createdAt, databaseVersion, keystore, nonce: nonce.toString('base64') } satisfies Header)}\n`
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(line))
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true })
  file.write(line)
  await pipeline(createReadStream(databasePath), cipher, async function* (encrypted: AsyncIterable<Buffer>) {
    yield* encrypted
    yield cipher.getAuthTag()
  }, file)
}

const invalid = (path: string, why: string, cause?: unknown): AppError =>
  new AppError('store.backup-invalid', `${path} ${why}`, { details: { path }, ...(cause === undefined ? {} : { cause }) })

/** The first line with its end. Throws `store.backup-invalid`, `input.file-unreadable`. */
const readLine = (path: string): string => {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch (error) {
    throw new AppError('input.file-unreadable', `Cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`, { details: { path }, cause: error })
  }
  try {
    const start = Buffer.alloc(Math.min(longestLine, statSync(path).size))
    const end = start.subarray(0, readSync(descriptor, start, 0, start.length, 0)).indexOf('\n')
    if (end < 0) throw invalid(path, 'is no backup of HEsystem, or its beginning is damaged.')
    return start.toString('utf8', 0, end + 1)
  } finally {
    closeSync(descriptor)
  }
}

const readHeader = (path: string): { readonly line: string; readonly header: Header } => {
  const line = readLine(path)
  let found: unknown
  try {
    found = JSON.parse(line)
  } catch (error) {
    throw invalid(path, 'is no backup of HEsystem, or its beginning is damaged.', error)
  }
  if (z.object({ hesystemBackup: z.int().min(format + 1) }).safeParse(found).success) {
    throw new AppError('store.newer-version', `${path} was written by a newer HEsystem.`, { details: { path } })
  }
  const header = headerSchema.safeParse(found)
  if (!header.success) throw invalid(path, 'is no backup of HEsystem, or its beginning is damaged.', header.error)
  return { line, header: header.data }
}

const flushTo = (path: string): Writable => createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true })
const discard = (): Writable => new Writable({ write: (_chunk, _encoding, done) => { done() } })

/**
 * Reads a backup to its end and checks all of it, writing the database to `databasePath`, or nowhere where it is null. What has been
 * written before this throws is not to be trusted. Throws `access.wrong-passphrase`, `store.backup-invalid`, `store.newer-version`,
 * `input.file-unreadable`.
 */
export const readBackupFile = async (path: string, passphrase: string, databasePath: string | null): Promise<BackupContent> => {
  const { line, header: { keystore, nonce, createdAt, databaseVersion } } = readHeader(path)
  const { [bodyKeyName]: key = '', ...secrets } = await openUnderPassphrase(keystore, passphrase, path)
  const start = Buffer.byteLength(line)
  const end = statSync(path).size - tagBytes
  if (end <= start) throw invalid(path, 'is cut short.')
  const tag = Buffer.alloc(tagBytes)
  const descriptor = openSync(path, 'r')
  try {
    readSync(descriptor, tag, 0, tagBytes, end)
  } finally {
    closeSync(descriptor)
  }
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(key, 'base64'), Buffer.from(nonce, 'base64'), { authTagLength: tagBytes })
    .setAAD(Buffer.from(line)).setAuthTag(tag)
  try {
    await pipeline(createReadStream(path, { start, end: end - 1 }), decipher, databasePath === null ? discard() : flushTo(databasePath))
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code)) throw error
    throw invalid(path, 'was changed, or is cut short.', error)
  }
  return { createdAt, databaseVersion, secrets }
}

/** Makes a rename survive a power cut. */
export const syncPath = (path: string): void => {
  if (process.platform === 'win32') return
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
