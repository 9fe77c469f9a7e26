import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DateDay, Decimal, Table, tableFromArrays, tableToIPC, TimestampMillisecond, vectorFromArray } from 'apache-arrow'
import Database from 'better-sqlite3'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { createWorkbook } from '../../unit/datasets/support/workbook.ts'

const csv = 'wage,hours,town,since\n12.5,40,Köln,1999-12-31\n"9,25",38,"Bonn\n(Rhein)",2024-02-29\n,41,Köln,1969-12-31\n'

const sqlite = (): Uint8Array[] => {
  const folder = mkdtempSync(join(tmpdir(), 'hesystem-fuzz-'))
  const create = (statements: string): Uint8Array => {
    const path = join(folder, 'sample.sqlite')
    rmSync(path, { force: true })
    const database = new Database(path)
    database.exec(statements)
    database.close()
    return Uint8Array.from(readFileSync(path))
  }
  const made = [
    create('PRAGMA page_size = 512; CREATE TABLE staff (wage REAL, hours INTEGER, town TEXT); INSERT INTO staff VALUES (12.5, 40, \'Köln\'), (9.25, 38, \'Bonn\')'),
    create('PRAGMA page_size = 512; CREATE TABLE t (a, b); INSERT INTO t VALUES (1, x\'00ff\'), (9007199254740993, NULL); CREATE INDEX i ON t (a)'),
  ]
  rmSync(folder, { recursive: true, force: true })
  return made
}

const parquet = (codec: 'SNAPPY' | 'UNCOMPRESSED'): Uint8Array => new Uint8Array(parquetWriteBuffer({
  codec,
  columnData: [
    { name: 'wage', data: [12.5, 9.25, 1234.75], type: 'DOUBLE' }, { name: 'count', data: [1, 2, 3], type: 'INT32' },
    { name: 'town', data: ['Köln', 'Bonn', 'Köln'], type: 'STRING' }, { name: 'member', data: [true, false, null], type: 'BOOLEAN' },
  ],
}))

const arrow = (): Uint8Array[] => {
  const days = [10956, 19782].map((day) => new Date(day * 86_400_000))
  const tables = [
    tableFromArrays({ wage: Float64Array.of(12.5, 9.25), town: ['Köln', 'Bonn'] }),
    new Table({ since: vectorFromArray(days, new DateDay()), at: vectorFromArray(days, new TimestampMillisecond()) }),
    new Table({ cents: vectorFromArray([new Uint32Array([1234, 0, 0, 0])], new Decimal(2, 20, 128)) }),
  ]
  return tables.flatMap((table) => (['file', 'stream'] as const).map((form) => tableToIPC(table, form)))
}

/** Whole files of every format that is imported by its content. */
export const tableSamples = (): Readonly<Record<'csv' | 'sqlite' | 'parquet' | 'arrow' | 'excel', readonly Uint8Array[]>> => ({
  csv: [
    Buffer.from(csv), Buffer.from(csv.replaceAll(',', ';')), Buffer.from(`\ufeff${csv}`), Buffer.from(csv, 'utf16le'), Buffer.from(csv, 'latin1'),
    Buffer.from(`a\tb\n${'1\t2\n'.repeat(50)}`),
  ],
  sqlite: sqlite(),
  parquet: [parquet('SNAPPY'), parquet('UNCOMPRESSED')],
  arrow: arrow(),
  excel: [createWorkbook({ staff: [['wage', 'town', 'since'], [12.5, 'Köln', { serial: 36525 }], [9.25, 'Bonn', { serial: 45351 }]], empty: [] })],
})
