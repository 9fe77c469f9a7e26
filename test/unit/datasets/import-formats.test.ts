import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DateDay, Decimal, Int64, RecordBatchStreamWriter, tableFromArrays, tableToIPC, TimestampMillisecond, Utf8, vectorFromArray, Table } from 'apache-arrow'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { parquetMetadata } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { cleanTable, type CleanOptions } from '../../../src/host/datasets/clean.ts'
import { loadTable } from '../../../src/host/datasets/load-table.ts'
import { readTable } from '../../../src/host/datasets/table-job.ts'
import { readTableInProcess } from '../../../src/host/datasets/table-process.ts'
import { isAppError } from '../../../src/shared/errors.ts'
import { refusal } from './fixtures.ts'
import { recordsOf } from './support/records.ts'
import { createArchive, createWorkbook } from './support/workbook.ts'

const folder = mkdtempSync(join(tmpdir(), 'hesystem-formats-'))
const keep = (name: string, bytes: Uint8Array | string): string => {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

/** The same little table, whatever it comes in. */
const expected = [
  ['wage', 'number', '', [12.5, 9.25, 1234.75]],
  ['count', 'integer', '', [1, 2, 3]],
  ['since', 'integer', 'days since 1970-01-01', [10956, 19782, -1]],
  ['member', 'boolean', '', [1, 0, 1]],
  ['town', 'category', '', [1, 0, 1]],
]
const read = async (source: Parameters<typeof loadTable>[0], options: CleanOptions = {}) => {
  const { columns, report } = cleanTable(await loadTable(source), options)
  return { report, columns: columns.map(({ column, values }) => [column.name, column.type, column.unit, [...values]]) }
}

const createSqlite = (statements: string, name = 'a.sqlite'): string => {
  const path = join(folder, name)
  const database = new Database(path)
  database.exec(statements)
  database.close()
  return path
}
const staff = `CREATE TABLE staff (wage REAL, count INTEGER, since TEXT, member INTEGER, town TEXT);
  INSERT INTO staff VALUES (12.5, 1, '1999-12-31', 1, 'Köln'), (9.25, 2, '2024-02-29', 0, 'Bonn'), (1234.75, 3, '1969-12-31', 1, 'Köln');`

const days = ['1999-12-31', '2024-02-29', '1969-12-31'].map((day) => new Date(day))
const required = { repetition_type: 'REQUIRED' } as const
const parquet = (codec: 'SNAPPY' | 'UNCOMPRESSED' = 'SNAPPY'): Uint8Array => new Uint8Array(parquetWriteBuffer({
  codec,
  schema: [
    { name: 'root', num_children: 5 },
    { name: 'wage', type: 'DOUBLE', ...required },
    { name: 'count', type: 'INT64', ...required },
    { name: 'since', type: 'INT32', converted_type: 'DATE', ...required },
    { name: 'member', type: 'BOOLEAN', ...required },
    { name: 'town', type: 'BYTE_ARRAY', converted_type: 'UTF8', ...required },
  ],
  columnData: [
    { name: 'wage', data: [12.5, 9.25, 1234.75] }, { name: 'count', data: [1n, 2n, 3n] }, { name: 'since', data: days },
    { name: 'member', data: [true, false, true] }, { name: 'town', data: ['Köln', 'Bonn', 'Köln'] },
  ],
}))
const arrowTable = new Table({
  wage: vectorFromArray([12.5, 9.25, 1234.75]),
  count: vectorFromArray([1n, 2n, 3n], new Int64()),
  since: vectorFromArray(days, new DateDay()),
  member: vectorFromArray([true, false, true]),
  town: vectorFromArray(['Köln', 'Bonn', 'Köln'], new Utf8()),
})
const workbook = (): Uint8Array => createWorkbook({
  Notes: [['x'], [1]],
  Staff: [[], ['wage', 'count', 'since', 'member', 'town'], [12.5, 1, { serial: 36525 }, true, 'Köln'], [9.25, 2, { serial: 45351 }, false, 'Bonn'], [], [1234.75, 3, { serial: 25568 }, true, 'Köln']],
})

describe('one table in four formats', () => {
  it('comes out of SQLite, by a table or a query', async () => {
    const path = createSqlite(staff)
    expect((await read({ path })).columns).toEqual(expected)
    expect((await read({ path, query: 'SELECT * FROM staff' })).columns).toEqual(expected)
    expect((await read({ text: readFileSync(path), table: 'staff' })).columns).toEqual(expected)
    expect((await read({ path, query: 'SELECT town, avg(wage) AS mean FROM staff GROUP BY town' })).columns).toEqual([['mean', 'number', '', [9.25, 623.625]]])
  })

  it.each(['UNCOMPRESSED', 'SNAPPY'] as const)('comes out of Parquet, %s', async (codec) => {
    expect(await read({ text: parquet(codec) })).toMatchObject({ columns: expected, report: { format: 'parquet', dates: [{ name: 'since', written: 'iso' }] } })
  })

  it('comes out of Arrow IPC, as a file and as a stream', async () => {
    for (const form of ['file', 'stream'] as const) expect((await read({ text: tableToIPC(arrowTable, form) })).columns).toEqual(expected)
  })

  it('comes out of a sheet of an Excel workbook, blank rows and all', async () => {
    const { columns, report } = await read({ text: workbook(), sheet: 'Staff' })
    expect(columns).toEqual(expected)
    expect(report).toMatchObject({ format: 'excel', blankRows: 2, rowsRead: 3 })
  })

  it('comes out of a sheet with titles above its header, and out of the row that its owner names', async () => {
    const [names, ...rows] = [['wage', 'count', 'since', 'member', 'town'], [12.5, 1, { serial: 36525 }, true, 'Köln'], [9.25, 2, { serial: 45351 }, false, 'Bonn'], [1234.75, 3, { serial: 25568 }, true, 'Köln']] as const
    const titled = createWorkbook({ Notes: [['x'], [1]], Staff: [['Wages of the staff'], [], ['as of', { serial: 45351 }], [...names ?? []], ...rows.map((row) => [...row])] })
    const { columns, report } = await read({ text: titled, sheet: 'Staff' })
    expect(columns).toEqual(expected)
    expect(report).toMatchObject({ blankRows: 1, rowsRead: 3 })
    expect((await loadTable({ text: titled, sheet: 'Staff' })).headerRow).toBe(4)
    expect((await read({ text: titled, sheet: 'Staff', headerRow: 4 })).columns).toEqual(expected)
    await expect(read({ text: titled, sheet: 'Staff', headerRow: 3 })).rejects.toThrow(refusal('input.csv-header-empty', { column: 3, sheets: ['Notes', 'Staff'], headerRow: 3 }))
    await expect(read({ text: titled, sheet: 'Staff', headerRow: 90 })).rejects.toThrow(refusal('input.invalid', { row: 90, sheets: ['Notes', 'Staff'], headerRow: 90 }))
    await expect(read({ text: parquet(), headerRow: 2 })).rejects.toThrow(refusal('input.invalid'))
  })

  it('is known by its content, whatever the file is called', async () => {
    for (const [name, bytes] of [['a.csv', parquet()], ['b.txt', tableToIPC(arrowTable, 'file')], ['c', readFileSync(createSqlite(staff, 'd.csv'))]] as const) {
      expect((await read({ path: keep(name, bytes) })).columns).toEqual(expected)
    }
    expect((await read({ path: keep('e.parquet', 'a,b\n1,2\n') })).columns).toEqual([['a', 'boolean', '', [1]], ['b', 'integer', '', [2]]])
  })
})

describe('values of typed sources', () => {
  it('keep their exact decimals, and their digits past what a double holds are counted', async () => {
    const toWords = (value: bigint): Uint32Array => new Uint32Array(BigInt64Array.of(BigInt.asIntN(64, value), value >> 64n).buffer)
    const cents = vectorFromArray([57n, -107n, 2n ** 40n].map(toWords), new Decimal(2, 20))
    const large = vectorFromArray([2n ** 60n + 1n, 1n, 2n], new Int64())
    const { columns, report } = await read({ text: tableToIPC(new Table({ cents, large }), 'stream') })
    expect(columns.map(([, , , values]) => values)).toEqual([[0.57, -1.07, 10995116277.76], [2 ** 60, 1, 2]])
    expect(report.columns[1]).toMatchObject({ name: 'large', rounded: 1 })
  })

  it('of decimals in Parquet are the numbers that were meant', async () => {
    const schema = [{ name: 'root', num_children: 1 }, { name: 'x', type: 'INT32', converted_type: 'DECIMAL', scale: 2, precision: 9, repetition_type: 'REQUIRED' }]
    const options = { schema, columnData: [{ name: 'x', data: [0.57, 1.1, 0.07] }] } as Parameters<typeof parquetWriteBuffer>[0]
    const text = new Uint8Array(parquetWriteBuffer(options))
    expect((await read({ text })).columns).toEqual([['x', 'number', '', [0.57, 1.1, 0.07]]])
  })

  it.each(['#N/A', '#DIV/0!', '#REF!', '#VALUE!', '#NAME?', '#NUM!', '#NULL!', '#SPILL!'])('that a workbook could not compute (%s) are missing', async (error) => {
    const text = createWorkbook({ S: [['x', 'y'], [1, 2], [{ error }, 5], [3, 4]] })
    await expect(loadTable({ text }).then((table) => cleanTable(table))).rejects.toThrow(refusal('input.csv-missing-values', { row: 3, column: 1, name: 'x', count: 1 }))
    expect(cleanTable(await loadTable({ text }), { missing: 'drop' }).columns.map(({ values }) => [...values])).toEqual([[1, 3], [2, 4]])
    const csv = `x,y\n1,2\n${error},5\n3,4\n`
    expect(cleanTable(await loadTable({ text: csv }), { missing: 'drop' }).columns.map(({ values }) => [...values])).toEqual([[1, 3], [2, 4]])
  })

  it('of a workbook that counts its days from 1904 are the same days, and its times of day are times of day', async () => {
    const rows = [['day', 'clock'], [{ serial: 43_915 }, { serial: 0.25 }], [{ serial: 43_916 }, { serial: 0 }], [{ serial: 43_916.5 }, { serial: 0.75 }]]
    const { columns } = await read({ text: createWorkbook({ S: rows }, { from1904: true }) })
    const epoch1904 = Date.UTC(1904, 0, 1) / 86_400_000
    expect(columns.map(([name, , , values]) => [name, values])).toEqual([['day', [epoch1904 + 43_915, epoch1904 + 43_916, epoch1904 + 43_916.5]], ['clock', [0.25, 0, 0.75]]])
  })

  it('of a Parquet column with few different values, which are kept in a dictionary, are what was written', async () => {
    const towns = Array.from({ length: 5000 }, (_, at) => ['Bonn', 'Köln', 'Ulm'][at % 3] ?? '')
    const grades = Int32Array.from(towns, (_, at) => at % 4)
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'town', data: towns }, { name: 'grade', data: grades }], rowGroupSize: 1000 }))
    const { row_groups: groups } = parquetMetadata(bytes.buffer)
    expect(groups.map(({ columns }) => columns[0]?.meta_data?.encodings)).toContainEqual(expect.arrayContaining([expect.stringContaining('DICTIONARY')]))
    const { columns } = cleanTable(await loadTable({ text: bytes }))
    expect(columns.map(({ column }) => column.categories)).toEqual([['Bonn', 'Köln', 'Ulm'], []])
    expect([...columns[0]?.values ?? []]).toEqual(towns.map((town) => ['Bonn', 'Köln', 'Ulm'].indexOf(town)))
    expect([...columns[1]?.values ?? []]).toEqual([...grades])
  })

  it('with a time are fractions of a day', async () => {
    const moments = vectorFromArray([new Date('2024-03-01T12:00:00Z'), new Date('2024-03-01T00:00:00.001Z'), null], new TimestampMillisecond())
    expect((await read({ text: tableToIPC(new Table({ moments }), 'stream') }, { missing: 'drop' })).columns)
      .toEqual([['moments', 'number', 'days since 1970-01-01', [19783.5, 19783]]])
  })

  it('with a clock and no day, in a workbook, are parts of a day; a day in its header is a name', async () => {
    const rows = [[{ serial: 45000 }, 'since'], [{ serial: 0.25 }, { serial: 45000 }], [{ serial: 1.5 }, { serial: 45000.5 }]]
    expect((await read({ text: createWorkbook({ S: rows }) })).columns)
      .toEqual([['2023-03-15', 'number', '', [0.25, 1.5]], ['since', 'number', 'days since 1970-01-01', [19431, 19431.5]]])
  })

  it('that are missing are treated as the seller says; NaN is no missing value', async () => {
    const text = tableToIPC(tableFromArrays({ x: [1, null, 3] as unknown as number[] }), 'stream')
    expect((await read({ text }, { missing: 'drop' })).columns).toEqual([['x', 'integer', '', [1, 3]]])
    await expect(read({ text })).rejects.toThrow(refusal('input.csv-missing-values', { row: 2 }))
    await expect(read({ text: tableToIPC(tableFromArrays({ x: Float64Array.of(1, Number.NaN) }), 'stream') })).rejects.toThrow(refusal('input.csv-number-out-of-range', { row: 2 }))
  })

  it('that are bytes or documents are refused, unless their column is left out', async () => {
    const path = createSqlite("CREATE TABLE a (n REAL, b BLOB); INSERT INTO a VALUES (1.5, x'00'), (2, NULL)", 'blob.sqlite')
    await expect(loadTable({ path })).rejects.toThrow(refusal('input.table-cell-unsupported', { name: 'b', row: 1, column: 2 }))
    expect(recordsOf(await loadTable({ path, exclude: ['b'] }))).toEqual([[1.5, null], [2, null]])
    const text = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'n', data: [1, 2] }, { name: 'tags', data: [{ a: 1 }, { b: 2 }], type: 'JSON' }] }))
    await expect(loadTable({ text })).rejects.toThrow(refusal('input.table-cell-unsupported', { name: 'tags' }))
    expect(recordsOf(await loadTable({ text, exclude: ['tags'] }))).toEqual([[1, null], [2, null]])
  })
})

describe('a choice within a source', () => {
  it('is asked for where there are several tables, and named where it is wrong', async () => {
    const path = createSqlite('CREATE TABLE "a b" (n REAL); CREATE VIEW c AS SELECT 1 AS one; INSERT INTO "a b" VALUES (1)', 'two.sqlite')
    await expect(loadTable({ path })).rejects.toThrow(refusal('input.table-choice', { tables: ['a b', 'c'] }))
    await expect(loadTable({ path, table: 'd' })).rejects.toThrow(refusal('input.table-choice'))
    expect(recordsOf(await loadTable({ path, table: 'a b' }))).toEqual([[1]])
    await expect(loadTable({ text: workbook(), sheet: 'Nothing' })).rejects.toThrow(refusal('input.table-choice', { sheets: ['Notes', 'Staff'] }))
    expect((await loadTable({ text: workbook() })).header).toEqual(['x'])
  })

  it('that does not fit the source is refused', async () => {
    for (const source of [{ text: 'a\n1\n', query: 'SELECT 1' }, { text: parquet(), table: 't' }, { text: parquet(), sheet: 's' }, { path: createSqlite(staff, 'f.sqlite'), table: 'staff', query: 'SELECT 1' }, {}]) {
      await expect(loadTable(source)).rejects.toThrow(refusal('input.invalid'))
    }
  })

  it('by query changes nothing in the file, and says what SQLite objects to', async () => {
    const path = createSqlite(staff, 'same.sqlite')
    const before = readFileSync(path)
    for (const query of ['DELETE FROM staff', 'SELECT nothing FROM staff', 'DROP TABLE staff', 'SELECT 1; SELECT 2', "ATTACH '/tmp/x.sqlite' AS x", 'DELETE FROM staff RETURNING *', "SELECT load_extension('x')"]) {
      await expect(loadTable({ path, query })).rejects.toThrow(refusal('input.query-failed'))
    }
    expect(readFileSync(path)).toEqual(before)
  })
})

describe('a file that is damaged, hostile, or something else', () => {
  it('is refused by name of what would work', async () => {
    const old = Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1])
    for (const text of [old, Uint8Array.from([0x1f, 0x8b, 8]), Buffer.from('FEA1....'), createArchive({ 'a.txt': 'x' }), Buffer.from('PK\x03\x04'), Buffer.from('SQLite format 3\0 and then something else')]) {
      await expect(loadTable({ text })).rejects.toThrow(refusal('input.table-unreadable'))
    }
  })

  // rId99 is the styles' part.
  it.each(['rId7', 'rId99', 'constructor', '__proto__', ''])('as a workbook that links its sheet to no part (%j) is refused', async (link) => {
    await expect(loadTable({ text: createWorkbook({ S: [['x'], [1]] }, { link }) })).rejects.toThrow(refusal('input.table-unreadable'))
  })

  it('that unpacks to more than is read is refused before it is unpacked, and one that lies about it gets no more', async () => {
    await expect(loadTable({ text: createWorkbook({ S: [['x'], [1]] }, { claim: 2 ** 30 }) })).rejects.toThrow(refusal('input.table-too-large'))
    await expect(loadTable({ text: createWorkbook({ S: [['x'], ...Array.from({ length: 500 }, (_, at) => [at])] }, { claim: 100 }) })).rejects.toSatisfy(isAppError)
  })

  it('that needs more memory than it may have, costs its process and nothing else', async () => {
    const source = createSqlite('CREATE VIEW large AS SELECT hex(zeroblob(60000000)) AS x', 'large.sqlite')
    await expect(readTableInProcess({ format: 'sqlite', source, choice: {} }, { heapMegabytes: 16 })).rejects.toThrow(refusal('input.table-too-large', { heapMegabytes: 16 }))
  })

  it('that never comes to an end inside SQLite is ended at the deadline', async () => {
    const endless = 'CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS x FROM n'
    const job = { format: 'sqlite', source: createSqlite(endless, 'endless.sqlite'), choice: {} } as const
    await expect(readTableInProcess(job, { deadlineMilliseconds: 1_000 })).rejects.toThrow(refusal('input.table-too-large', {}))
  })

  const one = arrowTable
  const samples = {
    sqlite: () => readFileSync(createSqlite(staff, 'g.sqlite')),
    parquet: () => parquet(),
    arrow: () => RecordBatchStreamWriter.writeAll(one.batches).toUint8Array(true),
    excel: () => workbook(),
  } as const
  const formats = Object.keys(samples) as (keyof typeof samples)[]
  it.each(formats)('as %s with changed bytes becomes a table or a coded error, never anything else', async (format) => {
    const whole = Uint8Array.from(samples[format]())
    const change = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }))
    const uncut = fc.constant(whole.length)
    const cut = fc.oneof(uncut, uncut, uncut, uncut, fc.integer({ min: 1, max: whole.length }))
    await fc.assert(fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), cut, async (changes, length) => {
      const bytes = whole.slice()
      for (const [at, byte] of changes) bytes[at] = byte
      const source = bytes.slice(0, length)
      // In a process as in the program where lengths in the file are believed, or a promise of the reader's own is left to fail
      // unheard; the others are quicker tried here.
      const job = { format, source, choice: {} }
      const apart = format === 'arrow' || format === 'parquet'
      const outcome = apart ? readTableInProcess(job, { heapMegabytes: 64 }) : readTable(job)
      const table = await outcome.catch((error: unknown) => {
        if (!isAppError(error)) throw error
        expect(error.code).toMatch(/^input\./)
        return null
      })
      if (table !== null) for (const record of recordsOf(table)) expect(record).toHaveLength(table.header.length)
    }), { numRuns: format === 'arrow' || format === 'parquet' ? 15 : 150 })
  })
})
