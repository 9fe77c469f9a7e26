import Database from 'better-sqlite3'
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { failpoint, failpointsAreActive } from '../failpoint.ts'
import { assertLogReadable } from './check-log.ts'
import { migrations, type Migration } from './migrations/index.ts'
import { watchWrites } from './watch-writes.ts'

export type ProfileDatabase = Database.Database

const newestVersion = (list: readonly Migration[]): number => list.at(-1)?.version ?? 0

const readUserVersion = (database: ProfileDatabase): number => Number(database.pragma('user_version', { simple: true }))

const assertHealthy = (database: ProfileDatabase, path: string): void => {
  const verdict = database.pragma('quick_check', { simple: true })
  if (verdict !== 'ok') {
    throw new AppError('store.corrupt', `The profile database ${path} is damaged: ${String(verdict)}`, { details: { path } })
  }
}

const migrate = (database: ProfileDatabase, path: string, list: readonly Migration[]): void => {
  const version = readUserVersion(database)
  if (version > newestVersion(list)) {
    throw new AppError('store.newer-version', `${path} was written by a newer HEsystem (format ${version}, this one knows ${newestVersion(list)}).`, {
      details: { path, found: version, known: newestVersion(list) },
    })
  }
  const pending = list.filter((migration) => migration.version > version)
  if (pending.length > 0 && version > 0 && path !== ':memory:') {
    const backup = `${path}.before-${newestVersion(list)}`
    if (!existsSync(backup)) {
      // VACUUM INTO writes a whole, consistent copy in one statement; a half-written one is removed and made again.
      const partial = `${backup}.partial`
      rmSync(partial, { force: true })
      database.prepare('VACUUM INTO ?').run(partial)
      chmodSync(partial, 0o600)
      failpoint('migrate.copied')
      database.pragma('wal_checkpoint(TRUNCATE)')
      renameSync(partial, backup)
      failpoint('migrate.kept-copy')
    }
  }
  for (const migration of pending) {
    database.transaction(() => {
      // Another process may have opened the same new profile meanwhile: the version counts as it is under the lock.
      if (readUserVersion(database) >= migration.version) return
      database.exec(migration.sql)
      database.pragma(`user_version = ${migration.version}`)
      failpoint('migrate.stepping')
    }).immediate()
    failpoint('migrate.stepped')
  }
}

/**
 * Opens (creating it where there is none) the one SQLite file of a profile: checked, migrated forward, WAL with
 * `synchronous=FULL` because money and answers live here (S17). `list` is the programme of migrations, replaced in tests only.
 * Throws `store.corrupt` (also where SQLite would leave out committed transactions behind a damaged part of the log),
 * `store.newer-version` (the file is left untouched), `store.unwritable`.
 */
export const openProfileDatabase = (path: string, list: readonly Migration[] = migrations): ProfileDatabase => {
  let database: ProfileDatabase | undefined
  try {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    const { isTorn } = path === ':memory:' ? { isTorn: false } : assertLogReadable(path)
    database = new Database(path)
    if (path !== ':memory:') chmodSync(path, 0o600)
    if (readUserVersion(database) <= newestVersion(list)) {
      database.pragma('journal_mode = WAL')
      database.pragma('synchronous = FULL')
      // What a crash left of a transaction goes, so that it cannot be taken for damage after the next one.
      if (isTorn) database.pragma('wal_checkpoint(TRUNCATE)')
    }
    database.pragma('foreign_keys = ON')
    database.pragma('busy_timeout = 5000')
    assertHealthy(database, path)
    migrate(database, path, list)
    if (failpointsAreActive) watchWrites(database, failpoint)
    return database
  } catch (error) {
    database?.close()
    if (error instanceof AppError) throw error
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
      throw new AppError('store.corrupt', `${path} is not a readable profile database.`, { details: { path }, cause: error })
    }
    throw new AppError('store.unwritable', `The profile database ${path} cannot be opened: ${error instanceof Error ? error.message : String(error)}`, {
      details: { path },
      cause: error,
    })
  }
}
