import { z } from 'zod'
import { parseJsonAs } from '../../shared/parse.ts'
import type { ProfileDatabase } from '../storage/database.ts'

/** How far the newest backup reaches. */
const markSchema = z.strictObject({
  /** ISO 8601: everything written by then is in it. */
  at: z.string(),
  /** The newest key of an encrypted table that is in it, by its row's number; 0: none was there. */
  lastKey: z.int().min(0),
})
export type BackupMark = Readonly<z.infer<typeof markSchema>>

export const changedThings = ['wallet', 'table', 'key', 'listing', 'purchase', 'computed result', 'sale'] as const
export type ChangedThing = (typeof changedThings)[number]

/** What of a kind the newest backup does not hold. */
export interface ChangedSince {
  readonly thing: ChangedThing
  readonly count: number
}

// With a letter that the window's own names lack: its page cannot write this.
const key = 'backup_mark'

/** Where a backup that is begun now will reach. */
export const readMark = (database: ProfileDatabase, now: Date): BackupMark => ({
  at: now.toISOString(),
  lastKey: database.prepare<[], { last: number | null }>('SELECT max(rowid) AS last FROM tensors').get()?.last ?? 0,
})

export const saveMark = (database: ProfileDatabase, mark: BackupMark): void => {
  database.prepare('INSERT OR REPLACE INTO window_state (key, value) VALUES (?, ?)').run(key, JSON.stringify(mark))
}

/** null: this profile was never backed up. Throws `store.corrupt`. */
export const findMark = (database: ProfileDatabase): BackupMark | null => {
  const row = database.prepare<[string], { value: string }>('SELECT value FROM window_state WHERE key = ?').get(key)
  return row === undefined ? null : parseJsonAs(markSchema, row.value, 'the mark of the newest backup', 'store.corrupt')
}

/** What was added after that mark, kind by kind; kinds of which nothing was are left out. */
export const listChangesSince = (database: ProfileDatabase, { at, lastKey }: BackupMark): readonly ChangedSince[] => {
  const count = (from: string, since: string | number): number =>
    database.prepare<[string | number], { count: number }>(`SELECT count(*) AS count FROM ${from} > ?`).get(since)?.count ?? 0
  const counts: Readonly<Record<ChangedThing, number>> = {
    'wallet': count('wallet WHERE created_at', Date.parse(at)),
    'table': count('datasets WHERE created_at', at),
    'key': count('tensors WHERE rowid', lastKey),
    'listing': count('listings WHERE created_at', at),
    'purchase': count('purchases WHERE created_at', at),
    'computed result': count('results WHERE computed_at', at),
    'sale': count('sales WHERE received_at', at),
  }
  return changedThings.map((thing) => ({ thing, count: counts[thing] })).filter((change) => change.count > 0)
}
