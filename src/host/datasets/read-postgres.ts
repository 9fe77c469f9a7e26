import { Client, type FieldDef, types as pgTypes } from 'pg'
import { AppError } from '../../shared/errors.ts'
import type { TakeBlock } from './packed-cells.ts'
import { createTableCollector, type TableHead } from './source-table.ts'

export interface PostgresSource {
  /** postgres://USER:PASSWORD@HOST:PORT/DATABASE, with `sslmode` as libpq knows it. Never shown or stored. */
  readonly url: string
  /** One SELECT. */
  readonly query: string
  readonly exclude?: readonly string[]
}

const rowsPerFetch = 5_000
const connectMilliseconds = 15_000
const statementMilliseconds = 600_000

const { builtins } = pgTypes
const truth: number = builtins.BOOL
/** The type `name` of the system catalogues. */
const catalogueName = 19
const numeric: ReadonlySet<number> = new Set<number>([
  builtins.INT2, builtins.INT4, builtins.INT8, builtins.FLOAT4, builtins.FLOAT8, builtins.NUMERIC, builtins.OID,
])
const readable: ReadonlySet<number> = new Set<number>([
  ...numeric, truth, builtins.DATE, builtins.TIMESTAMP, builtins.TIMESTAMPTZ,
  builtins.TEXT, builtins.VARCHAR, builtins.BPCHAR, builtins.UUID, catalogueName,
])

/** Text as PostgreSQL writes it; whole numbers past 2⁵³ keep their digits, so that rounding them is noticed and counted. */
const toValue = (text: string | null, { dataTypeID }: FieldDef): unknown => {
  if (text === null) return null
  if (dataTypeID === truth) return text === 't'
  if (!numeric.has(dataTypeID)) return text
  const value = Number(text)
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? text : value
}

const describe = (error: unknown): string => (error instanceof Error && error.message !== '' ? error.message : 'no answer')

/** Connection errors may repeat the URL, which holds a password; only host and reason are told. */
const unreachable = (url: string, error: unknown): AppError => {
  const host = URL.canParse(url) ? new URL(url).host : ''
  return new AppError('input.postgres-unreachable', `The database${host === '' ? '' : ` at ${host}`} cannot be opened: ${describe(error).replaceAll(url, '…')}.`, { details: { host } })
}

const connect = async (url: string): Promise<Client> => {
  if (!/^postgres(ql)?:\/\//.test(url)) throw new AppError('input.postgres-url-missing', 'A PostgreSQL URL begins with postgres://.')
  const client = new Client({
    connectionString: url, connectionTimeoutMillis: connectMilliseconds, statement_timeout: statementMilliseconds, application_name: 'hesystem',
    types: { getTypeParser: () => (text: string) => text },
  })
  // A server that goes away is also told by the query under way; an event nobody hears would end the process.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return client
  } catch (error) {
    throw unreachable(url, error)
  }
}

/** A column of arrays, bytes or documents has no cells to compute with. */
const assertReadable = (fields: readonly FieldDef[], exclude: readonly string[]): void => {
  fields.forEach(({ name, dataTypeID }, at) => {
    if (readable.has(dataTypeID) || exclude.includes(name)) return
    throw new AppError('input.table-cell-unsupported', `Column ${at + 1} “${name}” is of a type (${dataTypeID}) that holds neither numbers nor text nor dates.`, { details: { column: at + 1, name } })
  })
}

const fetchAll = async (client: Client, query: string, exclude: readonly string[], take: TakeBlock): Promise<TableHead> => {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  await client.query("SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL timezone = 'UTC'")
  // The extended protocol takes one statement only: nothing can follow the query.
  await client.query({ text: `DECLARE hesystem_import NO SCROLL CURSOR FOR ${query}`, queryMode: 'extended' } as { text: string })
  let collector: ReturnType<typeof createTableCollector> | null = null
  let row = 0
  for (;;) {
    const { rows, fields } = await client.query<(string | null)[]>({ text: `FETCH ${rowsPerFetch} FROM hesystem_import`, rowMode: 'array' })
    if (collector === null) {
      assertReadable(fields, exclude)
      collector = createTableCollector('postgres', fields.map(({ name }) => name), exclude, take)
    }
    for (const record of rows) {
      row += 1
      collector.add(record.map((text, at) => toValue(text, fields[at] as FieldDef)), row)
    }
    if (rows.length < rowsPerFetch) return collector.finish()
    await collector.drain()
  }
}

/**
 * The rows of a query, fetched in portions from one read-only transaction that is never committed. Throws `input.postgres-url-missing`,
 * `input.postgres-unreachable`, `input.query-failed`, and what the collector throws.
 */
export const readPostgres = async ({ url, query, exclude = [] }: PostgresSource, take: TakeBlock): Promise<TableHead> => {
  const client = await connect(url)
  try {
    return await fetchAll(client, query, exclude, take)
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('input.query-failed', `PostgreSQL refused to read: ${describe(error)}.`, { cause: error })
  } finally {
    await client.end()
  }
}
