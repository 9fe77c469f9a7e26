import Database from 'better-sqlite3'
import { AppError } from '../../shared/errors.ts'
import type { TakeBlock } from './packed-cells.ts'
import { createTableCollector, mostChoices, portionRows, type TableHead } from './source-table.ts'
import type { TableChoice } from './table-format.ts'

type Connection = Database.Database

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const unreadable = (error: unknown): AppError =>
  new AppError('input.table-unreadable', `The file is not a readable SQLite database: ${reasonOf(error)}.`, { cause: error })

/** A path, or the bytes of a database. Never written to, whatever a query says. */
const openDatabase = (source: string | Uint8Array): Connection => {
  try {
    const database = typeof source === 'string'
      ? new Database(source, { readonly: true, fileMustExist: true })
      : new Database(Buffer.from(source), { readonly: true })
    // A stranger's views and triggers may not call functions with effects.
    database.pragma('trusted_schema = OFF')
    database.pragma('query_only = ON')
    return database
  } catch (error) {
    throw unreadable(error)
  }
}

const listTables = (database: Connection): string[] => {
  try {
    return database.prepare<[], { name: string }>(
      "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    ).all().map(({ name }) => name)
  } catch (error) {
    throw unreadable(error)
  }
}

const chooseQuery = (database: Connection, { table, query }: TableChoice): string => {
  if (query !== undefined) return query
  const tables = listTables(database)
  const chosen = table ?? (tables.length === 1 ? tables[0] : undefined)
  if (chosen === undefined || !tables.includes(chosen)) {
    const which = table === undefined ? 'The database holds several tables or none' : `The database has no table “${table.slice(0, 100)}”`
    const known = tables.slice(0, mostChoices)
    throw new AppError('input.table-choice', `${which}; there are: ${known.join(', ') || 'none'}.`, { details: { tables: known } })
  }
  return `SELECT * FROM "${chosen.replaceAll('"', '""')}"`
}

/** better-sqlite3 gives a BLOB as a Buffer; a collector refuses it. */
const readQuery = async (database: Connection, sql: string, { exclude = [] }: TableChoice, take: TakeBlock): Promise<TableHead> => {
  try {
    const statement = database.prepare<[], unknown[]>(sql)
    if (!statement.reader) throw new AppError('input.query-failed', 'The query gives no rows.')
    const collector = createTableCollector('sqlite', statement.columns().map(({ name }) => name), exclude, take)
    let row = 0
    for (const record of statement.raw().safeIntegers().iterate()) {
      row += 1
      collector.add(record, row)
      if (row % portionRows === 0) await collector.drain()
    }
    return await collector.finish()
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('input.query-failed', `SQLite refused to read: ${reasonOf(error)}.`, { cause: error })
  }
}

/**
 * A table, view or query of a SQLite database. Throws `input.table-unreadable`, `input.table-choice`, `input.query-failed`, and
 * what the collector throws.
 */
export const readSqlite = async (source: string | Uint8Array, choice: TableChoice, take: TakeBlock): Promise<TableHead> => {
  if (choice.table !== undefined && choice.query !== undefined) throw new AppError('input.invalid', 'An import takes either a table or a query.')
  const database = openDatabase(source)
  try {
    const head = await readQuery(database, chooseQuery(database, choice), choice, take)
    return { ...head, choices: listTables(database).slice(0, mostChoices) }
  } finally {
    database.close()
  }
}
