import Database from 'better-sqlite3'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { failpoint } from '../failpoint.ts'
import type { Profile } from '../secrets/open-profile.ts'
import { assertPassphrase } from '../secrets/passphrase.ts'
import { readBackupFile, syncPath, writeBackupFile } from './backup-file.ts'

export interface BackupReport {
  readonly path: string
  readonly bytes: number
  readonly createdAt: string
}

export interface BackupTask {
  readonly profile: Pick<Profile, 'home' | 'database' | 'secretStore'>
  /** Where to; must not be there yet. */
  readonly path: string
  /** The backup's own: whoever has both has everything. */
  readonly passphrase: string
  readonly now: () => Date
}

/** What of the secret store goes along; kept database URLs do not, for their passwords are others'. */
export const backedUpSecrets = ['data-key', 'tls/serving'] as const

/** The files of a profile beside its database that its owner wrote. */
const ownFiles = (home: string): readonly string[] => {
  const scripts = join(home, 'scripts')
  const names = existsSync(scripts)
    ? readdirSync(scripts, { withFileTypes: true }).filter((entry) => entry.isFile()).map(({ name }) => `scripts/${name}`)
    : []
  return existsSync(join(home, 'config.json')) ? ['config.json', ...names] : names
}

const collectSecrets = async ({ secretStore }: Pick<Profile, 'secretStore'>): Promise<Record<string, string>> => {
  const secrets: Record<string, string> = {}
  for (const name of backedUpSecrets) {
    const secret = await secretStore.find(name)
    if (secret !== null) secrets[name] = Buffer.from(secret).toString('base64')
  }
  return secrets
}

/** A consistent copy of the database, in one read transaction beside whoever writes, with the profile's own files in a table. */
const copyDatabase = ({ home, database }: BackupTask['profile'], copy: string): number => {
  database.prepare('VACUUM INTO ?').run(copy)
  chmodSync(copy, 0o600)
  const copied = new Database(copy)
  try {
    copied.exec('CREATE TABLE backup_files (name TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT')
    const insert = copied.prepare('INSERT INTO backup_files (name, content) VALUES (?, ?)')
    copied.transaction(() => { for (const name of ownFiles(home)) insert.run(name, readFileSync(join(home, name))) })()
    const verdict = copied.pragma('integrity_check', { simple: true })
    if (verdict !== 'ok') throw new AppError('store.corrupt', `The profile database in ${home} is damaged: ${String(verdict)}`, { details: { path: home } })
    return Number(copied.pragma('user_version', { simple: true }))
  } finally {
    copied.close()
  }
}

const unwritable = (path: string, error: unknown): AppError => (error instanceof AppError ? error
  : new AppError('store.unwritable', `The backup ${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`, { details: { path }, cause: error }))

/**
 * Writes everything a profile is to one encrypted file, while other processes go on using it, and reads the file back before it gets its
 * name. A copy in the clear lies in the profile's folder meanwhile. Throws `input.already-exists`, `input.passphrase-too-short`,
 * `store.unwritable`, `store.corrupt`.
 */
export const createBackup = async ({ profile, path: given, passphrase, now }: BackupTask): Promise<BackupReport> => {
  const path = resolve(given)
  if (existsSync(path)) throw new AppError('input.already-exists', `${path} is there already.`, { details: { path } })
  assertPassphrase(passphrase)
  const copy = join(profile.home, 'backup.partial')
  const partial = `${path}.partial`
  const createdAt = now().toISOString()
  // What a killed backup left.
  for (const left of [copy, partial]) rmSync(left, { force: true })
  try {
    mkdirSync(dirname(path), { recursive: true })
    const databaseVersion = copyDatabase(profile, copy)
    failpoint('backup.copied')
    await writeBackupFile(partial, copy, { createdAt, databaseVersion, secrets: await collectSecrets(profile) }, passphrase)
    failpoint('backup.written')
    await readBackupFile(partial, passphrase, null)
    failpoint('backup.checked')
    renameSync(partial, path)
    syncPath(dirname(path))
    failpoint('backup.kept')
    return { path, bytes: statSync(path).size, createdAt }
  } catch (error) {
    throw unwritable(path, error)
  } finally {
    for (const left of [copy, `${copy}-journal`, partial]) rmSync(left, { force: true })
  }
}
