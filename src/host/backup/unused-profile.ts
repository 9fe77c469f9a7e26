import Database from 'better-sqlite3'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { profileHeaderName } from '../secrets/profile-header.ts'

/** What opening a profile, and looking at it in the window, writes by itself. */
const tablesOfEveryProfile: ReadonlySet<string> = new Set(['vault_check', 'setting', 'window_state', 'sqlite_sequence'])
const filesOfEveryProfile: ReadonlySet<string> = new Set([
  profileHeaderName, 'profile.sqlite', 'profile.sqlite-wal', 'profile.sqlite-shm', 'keystore.json', 'window-address', 'transfers',
])

const isEmpty = (folder: string, name: string): boolean => name === 'scripts' && readdirSync(join(folder, name)).length === 0

/** Whether a profile's folder holds nothing of its owner's: no wallet, table, network, listing, purchase, script or configuration. */
export const isUnusedProfile = (home: string): boolean => {
  const names = readdirSync(home)
  if (names.some((name) => !filesOfEveryProfile.has(name) && !name.endsWith('.partial') && !isEmpty(home, name))) return false
  const path = join(home, 'profile.sqlite')
  if (!existsSync(path)) return true
  const database = new Database(path, { fileMustExist: true })
  try {
    const tables = database.prepare<[], { name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
    return tables.every(({ name }) => tablesOfEveryProfile.has(name) || database.prepare(`SELECT 1 FROM "${name}" LIMIT 1`).get() === undefined)
  } finally {
    database.close()
  }
}
