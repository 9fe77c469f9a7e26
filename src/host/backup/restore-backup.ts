import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { AppError, isAppError } from '../../shared/errors.ts'
import { failpoint } from '../failpoint.ts'
import { assertDataKey, type OpenProfileOptions } from '../secrets/open-profile.ts'
import { chooseSecretStore, openSecretStore } from '../secrets/open-secret-store.ts'
import { writePrivateFile } from '../secrets/private-file.ts'
import { createProfileHeader, findProfileHeader, writeProfileHeader } from '../secrets/profile-header.ts'
import { openProfileDatabase } from '../storage/database.ts'
import { readBackupFile, syncPath } from './backup-file.ts'
import { readMark, saveMark } from './backup-mark.ts'
import { backedUpSecrets } from './create-backup.ts'

export interface RestoreTask extends OpenProfileOptions {
  readonly path: string
  /** The backup's own. */
  readonly backupPassphrase: string
  readonly now: () => Date
}

export interface RestoreReport {
  readonly home: string
  /** When the backup was made: what happened since is not in it. */
  readonly backedUpAt: string
  /** Steps that were written down and not signed: they may have been taken since, and are not taken by themselves. */
  readonly forgotten: readonly string[]
}

const assertFree = (home: string): void => {
  if (!existsSync(home) || readdirSync(home).length === 0) return
  throw new AppError('input.already-exists', `${home} holds something already; a backup is restored into a folder of its own.`, { details: { path: home } })
}

/** Brings the unpacked database and the owner's files into the state that a restored profile begins with. */
const prepare = (folder: string, databasePath: string, backedUpAt: string, now: Date): readonly string[] => {
  const database = openProfileDatabase(databasePath)
  try {
    const verdict = database.pragma('integrity_check', { simple: true })
    if (verdict !== 'ok') throw new AppError('store.backup-invalid', `The database in the backup is damaged: ${String(verdict)}`)
    for (const { name, content } of database.prepare<[], { name: string; content: Buffer }>('SELECT name, content FROM backup_files').all()) {
      if (!/^(?:config\.json|scripts\/[^/\\]+)$/.test(name)) throw new AppError('store.backup-invalid', `The backup holds a file of another kind: ${name.slice(0, 100)}`)
      mkdirSync(dirname(join(folder, name)), { recursive: true, mode: 0o700 })
      writePrivateFile(join(folder, name), content.toString('utf8'))
    }
    return database.transaction(() => {
      database.exec('DROP TABLE backup_files')
      database.prepare('INSERT INTO restorations (backed_up_at, restored_at) VALUES (?, ?)').run(backedUpAt, now.toISOString())
      const forgotten = database.prepare<[], { purpose: string }>("SELECT purpose FROM transactions WHERE status = 'intended' ORDER BY id").all()
      database.prepare("DELETE FROM transactions WHERE status = 'intended'").run()
      saveMark(database, readMark(database, new Date(backedUpAt)))
      return forgotten.map(({ purpose }) => purpose)
    })()
  } finally {
    database.close()
  }
}

/** Removes a profile that nobody has used, with what it had put into the keychain: nobody else knows its profile id. */
export const discardProfile = async (folder: string, access: OpenProfileOptions): Promise<void> => {
  const header = findProfileHeader(folder)
  if (header?.secretStore === 'keychain') {
    const store = await openSecretStore(header.secretStore, folder, header.profileId, access)
    for (const name of backedUpSecrets) await store.remove(name)
  }
  rmSync(folder, { recursive: true, force: true })
}

/**
 * Makes a profile in `home`, which must be empty or not there, from a backup: checked to its last byte, opened once, and only then given
 * its place, in one rename. Its secrets go where `secretStore` says, as for a new profile. Throws `input.already-exists`,
 * `access.wrong-passphrase`, `store.backup-invalid`, `store.newer-version`, `store.unwritable`, and what opening a new profile throws.
 */
export const restoreBackup = async (task: RestoreTask): Promise<RestoreReport> => {
  const home = resolve(task.home)
  assertFree(home)
  const folder = `${home}.restoring`
  const databasePath = join(folder, 'profile.sqlite')
  try {
    await discardProfile(folder, task)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const { createdAt, secrets } = await readBackupFile(task.path, task.backupPassphrase, databasePath)
    failpoint('restore.unpacked')
    const forgotten = prepare(folder, databasePath, createdAt, task.now())
    failpoint('restore.prepared')
    const header = createProfileHeader(chooseSecretStore(task.secretStore, task))
    const store = await openSecretStore(header.secretStore, folder, header.profileId, task)
    writeProfileHeader(folder, header)
    for (const name of backedUpSecrets) {
      const secret = secrets[name]
      if (secret !== undefined) await store.write(name, new Uint8Array(Buffer.from(secret, 'base64')))
    }
    failpoint('restore.secrets')
    // That its data key opens its database is seen before anybody relies on it.
    await assertDataKey(databasePath, store, header)
    if (existsSync(home)) rmdirSync(home)
    renameSync(folder, home)
    syncPath(dirname(home))
    failpoint('restore.kept')
    return { home, backedUpAt: createdAt, forgotten }
  } catch (error) {
    await discardProfile(folder, task)
    if (isAppError(error)) throw error
    throw new AppError('store.unwritable', `The backup cannot be restored into ${home}: ${error instanceof Error ? error.message : String(error)}`, { details: { path: home }, cause: error })
  }
}
