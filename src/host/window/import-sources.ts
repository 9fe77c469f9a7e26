import { randomUUID } from 'node:crypto'
import { AppError, isAppError } from '../../shared/errors.ts'
import type { FileJson, ImportDecisions, ImportSource } from '../../shared/window-contract/datasets.ts'
import type { DatabaseUrls } from '../datasets/database-urls.ts'
import { loadTable, type TableSource } from '../datasets/load-table.ts'
import type { SourceTable, TableFormat } from '../datasets/source-table.ts'
import { detectFormat } from '../datasets/table-format.ts'

/** What can be imported from the window: files that were opened, held here so that they cross once, and databases by name. */
export interface ImportSources {
  /** Throws `input.table-unreadable` for a format that is known not to be read. */
  open(file: FileJson): { file: string, format: TableFormat }
  /** The table as it stands in its source; the last one read is kept, since decisions change more often than sources. */
  load(source: ImportSource, decisions: ImportDecisions): Promise<SourceTable>
  /** For the import itself. Throws `input.not-found` for a file that is no longer held, `input.postgres-url-missing`. */
  describe(source: ImportSource): Promise<TableSource>
  close(source: ImportSource): void
}

const mostFiles = 3

type Environment = Readonly<Record<string, string | undefined>>

const optional = <Name extends string, Value>(name: Name, value: Value | undefined): Partial<Record<Name, Value>> =>
  (value === undefined ? {} : { [name]: value } as Record<Name, Value>)

const readEnvironment = (name: string, environment: Environment): string => {
  const url = environment[name]
  if (url === undefined || url === '') {
    throw new AppError('input.postgres-url-missing', `The environment variable ${name.slice(0, 100)} is not set for this program.`, { details: { name: name.slice(0, 100) } })
  }
  return url
}

export const createImportSources = (databaseUrls: DatabaseUrls, environment: Environment = process.env): ImportSources => {
  const files = new Map<string, Uint8Array>()
  let last: { readonly key: string, readonly table: SourceTable } | null = null

  const find = (file: string): Uint8Array => {
    const bytes = files.get(file)
    if (bytes === undefined) throw new AppError('input.not-found', 'This file is no longer held by the program: choose it again.')
    return bytes
  }

  const describe: ImportSources['describe'] = async (source) => (source.kind === 'file'
    ? { text: find(source.file), ...optional('table', source.table), ...optional('query', source.query), ...optional('sheet', source.sheet), ...optional('headerRow', source.headerRow) }
    : {
      postgresUrl: source.urlFrom === 'kept' ? await databaseUrls.read(source.name) : readEnvironment(source.name, environment),
      query: source.query,
    })

  return {
    open: ({ contentBase64 }) => {
      const bytes = new Uint8Array(Buffer.from(contentBase64, 'base64'))
      const format = detectFormat(bytes)
      const file = randomUUID()
      files.set(file, bytes)
      for (const oldest of [...files.keys()].slice(0, Math.max(0, files.size - mostFiles))) files.delete(oldest)
      return { file, format }
    },
    load: async (source, { separator, exclude = [] }) => {
      const read = async (unread: readonly string[]): Promise<SourceTable> => {
        const key = JSON.stringify([source, separator, unread])
        if (last?.key === key) return last.table
        const table = await loadTable({ ...await describe(source), exclude: unread }, separator === undefined ? {} : { separator })
        last = { key, table }
        return table
      }
      // Whole, so that taking a column in or out reads nothing anew; a column that cannot be read is left out of the reading.
      try {
        return await read([])
      } catch (error) {
        if (exclude.length === 0 || !isAppError(error, 'input.table-cell-unsupported')) throw error
        return read(exclude)
      }
    },
    describe,
    close: (source) => {
      if (source.kind === 'file') files.delete(source.file)
      last = null
    },
  }
}
