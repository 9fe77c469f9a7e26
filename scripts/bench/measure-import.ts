/**
 * Imports the same made-up table of `--rows` rows (1,000,000) and six columns from every format by `hesystem dataset import`, and writes
 * a line of docs/guides/importing.md for each: how large the file is, how long it took by the clock and in processor time (of both
 * processes, up to the last look a fiftieth of a second before they end), and the most memory that the command, and the process that
 * reads the file, held at any time (Linux's VmHWM). `--formats csv,parquet` for some. PostgreSQL is imported from the
 * database that STAFF_URL names, where it is set: a table `large` is made there, and dropped.
 */
import { spawn } from 'node:child_process'
import { createWriteStream, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { DateDay, Table, tableToIPC, vectorFromArray } from 'apache-arrow'
import Database from 'better-sqlite3'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { Client } from 'pg'

const formats = ['csv', 'sqlite', 'parquet', 'arrow', 'postgres'] as const
type Format = (typeof formats)[number]

const { values: given } = parseArgs({ options: { rows: { type: 'string', default: '1000000' }, formats: { type: 'string', default: formats.join() } } })
const rows = Number(given.rows)
const folder = mkdtempSync(join(tmpdir(), 'hesystem-import-'))
const postgresUrl = process.env['STAFF_URL']

const towns = ['Aachen', 'Bonn', 'Essen', 'Jena', 'Köln', 'Ulm']
const names = ['wage', 'hours', 'since', 'member', 'town', 'age'] as const
type Row = readonly [wage: number, hours: number, since: string, member: number, town: string, age: number]
const createRow = (at: number): Row => [
  (at * 7_919 % 60_000) / 100, (at * 104_729 % 400) / 10, new Date((at * 31 % 12_000) * 86_400_000).toISOString().slice(0, 10),
  at % 2, towns[at * 7 % towns.length] ?? '', 18 + at % 60,
]
const columnOf = (column: number): (string | number)[] => Array.from({ length: rows }, (_, at) => createRow(at)[column] ?? '')

function* linesOf(): Generator<string> {
  yield `${names.join()}\n`
  for (let at = 0; at < rows; at += 1) yield `${createRow(at).join()}\n`
}

const fillPostgres = async (): Promise<void> => {
  const client = new Client({ connectionString: postgresUrl })
  await client.connect()
  await client.query('DROP TABLE IF EXISTS large')
  await client.query(`CREATE TABLE large AS SELECT ((i * 7919) % 60000) / 100.0 AS wage, ((i * 104729) % 400) / 10.0 AS hours,
    date '1970-01-01' + ((i * 31) % 12000)::int AS since, i % 2 AS member, (ARRAY['Aachen', 'Bonn', 'Essen', 'Jena', 'Köln', 'Ulm'])[1 + (i * 7) % 6] AS town,
    18 + i % 60 AS age FROM generate_series(0, ${rows - 1}::bigint) AS i`)
  await client.end()
}

const dropPostgres = async (): Promise<void> => {
  const client = new Client({ connectionString: postgresUrl })
  await client.connect()
  await client.query('DROP TABLE large')
  await client.end()
}

/** The arguments that import it. */
const prepare: Readonly<Record<Format, () => Promise<readonly string[]> | readonly string[]>> = {
  csv: async () => {
    const path = join(folder, 'large.csv')
    await pipeline(Readable.from(linesOf()), createWriteStream(path))
    return [path]
  },
  sqlite: () => {
    const path = join(folder, 'large.sqlite')
    const database = new Database(path)
    database.exec('CREATE TABLE large (wage REAL, hours REAL, since TEXT, member INTEGER, town TEXT, age INTEGER)')
    const insert = database.prepare('INSERT INTO large VALUES (?, ?, ?, ?, ?, ?)')
    database.transaction(() => { for (let at = 0; at < rows; at += 1) insert.run(createRow(at)) })()
    database.close()
    return [path]
  },
  parquet: () => {
    const path = join(folder, 'large.parquet')
    const columnData = names.map((name, at) => ({ name, data: columnOf(at) }))
    writeFileSync(path, new Uint8Array(parquetWriteBuffer({ rowGroupSize: 100_000, columnData })))
    return [path]
  },
  arrow: () => {
    const path = join(folder, 'large.arrow')
    const days = vectorFromArray(columnOf(2).map((day) => new Date(day)), new DateDay())
    const vectors = names.map((name, at) => [name, name === 'since' ? days : vectorFromArray(columnOf(at))])
    writeFileSync(path, tableToIPC(new Table(Object.fromEntries(vectors) as ConstructorParameters<typeof Table>[0]), 'file'))
    return [path]
  },
  postgres: async () => {
    await fillPostgres()
    return ['--postgres-env', 'STAFF_URL', '--query', 'SELECT * FROM large']
  },
}

/** The most a process held, in megabytes; null once it is gone. */
const readPeak = (pid: number): number | null => {
  try {
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return peak === undefined ? null : Number(peak) / 1024
  } catch {
    // It ended between two looks.
    return null
  }
}

const ticksPerSecond = 100

/** Processor time a process took until now, in seconds; null once it is gone. */
const readProcessorSeconds = (pid: number): number | null => {
  try {
    // After the program's name in brackets: the state, then numbers, of which the 12th and 13th are user and system ticks.
    const [, user, system] = /\) \S+(?: -?\d+){10} (\d+) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    return user === undefined || system === undefined ? null : (Number(user) + Number(system)) / ticksPerSecond
  } catch {
    // As above.
    return null
  }
}

const listChildren = (pid: number): number[] => {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number))
  } catch {
    // As above.
    return []
  }
}

interface Measured {
  readonly seconds: number
  readonly processorSeconds: number
  readonly program: number
  readonly reader: number
}

const runImport = (format: Format, source: readonly string[]): Promise<Measured> => {
  const home = join(folder, `home-${format}`)
  writeFileSync(join(folder, 'passphrase'), 'a passphrase of this run')
  const start = performance.now()
  const child = spawn(process.execPath, [
    fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url)), '--home', home, '--secrets', 'passphrase', 'dataset', 'import', ...source, '--name', 'large',
  ], { env: { ...process.env, HESYSTEM_PASSPHRASE_FILE: join(folder, 'passphrase') }, stdio: ['ignore', 'ignore', 'inherit'] })
  const most = { program: 0, reader: 0 }
  const busy = new Map<number, number>()
  const look = (): void => {
    if (child.pid === undefined) return
    const readers = listChildren(child.pid)
    most.program = Math.max(most.program, readPeak(child.pid) ?? 0)
    for (const reader of readers) most.reader = Math.max(most.reader, readPeak(reader) ?? 0)
    for (const pid of [child.pid, ...readers]) busy.set(pid, readProcessorSeconds(pid) ?? busy.get(pid) ?? 0)
  }
  const timer = setInterval(look, 20)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => {
      clearInterval(timer)
      rmSync(home, { recursive: true, force: true })
      const processorSeconds = [...busy.values()].reduce((sum, one) => sum + one, 0)
      if (code === 0) resolve({ seconds: (performance.now() - start) / 1000, processorSeconds, ...most })
      else reject(new Error(`the import from ${format} ended with ${String(code)}`))
    })
  })
}

try {
  console.log('| source | size | time | processor time | memory of the program | of the reader beside it |')
  console.log('|---|---|---|---|---|---|')
  for (const format of formats.filter((name) => given.formats.split(',').includes(name) && (name !== 'postgres' || postgresUrl !== undefined))) {
    const source = await prepare[format]()
    const size = source.length === 1 ? `${Math.round(statSync(source[0] ?? '').size / 1e6)} MB` : ''
    const { seconds, processorSeconds, program, reader } = await runImport(format, source)
    console.log(`| ${format} | ${size} | ${Math.round(seconds)} s | ${Math.round(processorSeconds)} s | ${Math.round(program)} MB | ${reader === 0 ? '' : `${Math.round(reader)} MB`} |`)
  }
} finally {
  if (postgresUrl !== undefined && given.formats.includes('postgres')) await dropPostgres()
  rmSync(folder, { recursive: true, force: true })
}
