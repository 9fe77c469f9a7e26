import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import Database from 'better-sqlite3'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'hesystem-streaming-'))
const [few, many] = [50_000, 200_000]
/** The program itself needs some twenty. */
const heapMegabytes = 48

const keep = (name: string, bytes: Uint8Array | string): string => {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

const columns = {
  wage: (row: number): number => (row * 7_919 % 6_000) / 100 + 5,
  hours: (row: number): number => (row * 104_729 % 400) / 10,
  age: (row: number): number => 18 + (row * 31 % 60),
  code: (row: number): number => row * 15_485_863 % 1_000_003,
}
const names = Object.keys(columns) as (keyof typeof columns)[]

const writers = {
  csv: (rows: number) => {
    const lines = Array.from({ length: rows }, (_, row) => names.map((name) => columns[name](row)).join(','))
    return keep(`${rows}.csv`, [names.join(','), ...lines].join('\n'))
  },
  sqlite: (rows: number) => {
    const path = join(folder, `${rows}.sqlite`)
    const database = new Database(path)
    database.exec(`CREATE TABLE staff (${names.map((name) => `${name} REAL`).join(', ')})`)
    const insert = database.prepare('INSERT INTO staff VALUES (?, ?, ?, ?)')
    database.transaction(() => { for (let row = 0; row < rows; row += 1) insert.run(names.map((name) => columns[name](row))) })()
    database.close()
    return path
  },
  parquet: (rows: number) => {
    const columnData = names.map((name) => ({ name, data: Float64Array.from({ length: rows }, (_, row) => columns[name](row)) }))
    return keep(`${rows}.parquet`, new Uint8Array(parquetWriteBuffer({ rowGroupSize: 20_000, columnData })))
  },
}

const modules = fileURLToPath(new URL('../../../src/host/datasets/', import.meta.url))
/** What the table becomes, in a process that has little memory. */
const importApart = async (path: string): Promise<{ readonly rows: number; readonly sum: number; readonly peakKilobytes: number }> => {
  const program = `
    import { cleanTable } from '${modules}clean.ts'
    import { loadTable } from '${modules}load-table.ts'
    const { rows, columns: [{ values }] } = cleanTable(await loadTable({ path: process.argv[1] }))
    console.log(JSON.stringify({ rows, sum: values.reduce((sum, value) => sum + Math.round(value * 100), 0), peakKilobytes: process.resourceUsage().maxRSS }))`
  const { stdout } = await promisify(execFile)(process.execPath, [`--max-old-space-size=${heapMegabytes}`, '--input-type=module', '--eval', program, path])
  return JSON.parse(stdout) as Awaited<ReturnType<typeof importApart>>
}

describe('a large table', { timeout: 300_000 }, () => {
  afterAll(() => { rmSync(folder, { recursive: true, force: true }) })

  it.each(Object.keys(writers) as (keyof typeof writers)[])('in a file of %s is imported in little memory, four times as many rows in hardly more', async (format) => {
    const [small, large] = [await importApart(writers[format](few)), await importApart(writers[format](many))]
    const sum = Array.from({ length: many }, (_, row) => Math.round(columns.wage(row) * 100)).reduce((total, value) => total + value, 0)
    expect([small.rows, large.rows, large.sum]).toEqual([few, many, sum])
    // 600,000 more cells: 20 bytes each in the table and in the dataset are 12 MB, and garbage may triple that; as strings in arrays they
    // do not fit the heap at all.
    expect(large.peakKilobytes - small.peakKilobytes).toBeLessThan(110_000)
  })
})
