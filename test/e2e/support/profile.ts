import Database from 'better-sqlite3'
import { join } from 'node:path'

/** Reads a profile's database beside whoever works with it. */
export const queryProfile = <T>(home: string, sql: string, ...values: (string | number)[]): T[] => {
  const database = new Database(join(home, 'profile.sqlite'), { readonly: true })
  try {
    return database.prepare<(string | number)[], T>(sql).all(...values)
  } finally {
    database.close()
  }
}

/** Changes a profile's database beside whoever works with it. */
export const updateProfile = (home: string, sql: string): void => {
  const database = new Database(join(home, 'profile.sqlite'))
  try {
    database.exec(sql)
  } finally {
    database.close()
  }
}

/** Everything a profile holds, table by table, to be compared with what it holds later; SQLite's own counters left out. */
export const readProfile = (home: string): Readonly<Record<string, unknown[]>> => {
  const tables = queryProfile<{ name: string }>(home, 'SELECT name FROM sqlite_master WHERE type = \'table\' AND name NOT LIKE \'sqlite_%\' ORDER BY name')
  return Object.fromEntries(tables.map(({ name }) => [name, queryProfile(home, `SELECT * FROM "${name}"`)]))
}
