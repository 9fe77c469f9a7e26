import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cleanTable } from '../../../src/host/datasets/clean.ts'
import { loadTable } from '../../../src/host/datasets/load-table.ts'
import type { SourceTable } from '../../../src/host/datasets/source-table.ts'
import { isAppError } from '../../../src/shared/errors.ts'
import { refusal } from './fixtures.ts'
import { recordsOf } from './support/records.ts'
import { startPostgres, type PostgresServer } from './support/postgres-server.ts'

let server: PostgresServer
const load = (query: string, exclude: readonly string[] = []): Promise<SourceTable> =>
  loadTable({ postgresUrl: server.url, query, exclude })

beforeAll(async () => {
  server = await startPostgres()
  await server.run(`
    CREATE TABLE staff (id bigint, wage numeric(8, 2), hours real, since date, seen timestamptz, member boolean, town text, photo bytea);
    INSERT INTO staff VALUES
      (1, 12.50, 40, '1999-12-31', '2024-03-01 12:00:00+01', true, 'Köln', '\\x00'),
      (2, 1234.25, 38.25, '2024-02-29', '2024-03-01 00:00:00+00', false, 'Bonn', NULL),
      (3, NULL, 41, '1969-12-31', '2024-03-02 06:00:00+00', NULL, 'Köln', NULL);
    CREATE TABLE many AS SELECT n AS a, n / 4.0 AS b FROM generate_series(1, 12345) n;`)
})
afterAll(async () => { await server.stop() })

describe('a PostgreSQL query', () => {
  it('becomes a table: numbers, dates, truth values, words, missing values', async () => {
    const table = await load('SELECT wage, hours, since, seen, member, town FROM staff ORDER BY id')
    expect(table).toMatchObject({ format: 'postgres', header: ['wage', 'hours', 'since', 'seen', 'member', 'town'] })
    expect(recordsOf(table)[2]).toEqual([null, 41, '1969-12-31', '2024-03-02 06:00:00+00', null, 'Köln'])
    const { columns, report } = cleanTable(table, { missing: 'mean' })
    expect(columns.map(({ column, values }) => [column.name, column.type, column.unit, [...values]])).toEqual([
      ['wage', 'number', '', [12.5, 1234.25, 623.375]],
      ['hours', 'number', '', [40, 38.25, 41]],
      ['since', 'integer', 'days since 1970-01-01', [10956, 19782, -1]],
      ['seen', 'number', 'days since 1970-01-01', [19783.458333, 19783, 19784.25]],
      ['member', 'boolean', '', [1, 0, 1]],
      ['town', 'category', '', [1, 0, 1]],
    ])
    expect(report.dates).toEqual([{ name: 'since', written: 'iso' }, { name: 'seen', written: 'iso' }])
  })

  it('is fetched in portions, to the last row', async () => {
    const records = recordsOf(await load('SELECT * FROM many ORDER BY a'))
    expect(records).toHaveLength(12_345)
    expect(records.at(-1)).toEqual([12_345, 3086.25])
  })

  it('can change nothing and holds one statement only', async () => {
    for (const query of [
      'WITH gone AS (DELETE FROM staff RETURNING *) SELECT * FROM gone', 'SELECT 1; DROP TABLE staff', 'DROP TABLE staff', "SELECT nextval('none')",
    ]) {
      await expect(load(query)).rejects.toThrow(refusal('input.query-failed'))
    }
    expect(recordsOf(await load('SELECT id FROM staff'))).toHaveLength(3)
  })

  it('is refused where a column holds what nobody can compute with, unless that column is left out', async () => {
    await expect(load('SELECT id, photo FROM staff')).rejects.toThrow(refusal('input.table-cell-unsupported', { name: 'photo' }))
    expect(recordsOf(await load('SELECT id, photo FROM staff', ['photo']))[0]).toEqual([1, null])
  })

  it('that gives no rows, or two columns of one name, is refused', async () => {
    await expect(load('SELECT id FROM staff WHERE id > 9')).rejects.toThrow(refusal('input.csv-no-rows'))
    await expect(load('SELECT id, id FROM staff')).rejects.toThrow(refusal('input.csv-header-duplicate'))
  })
})

describe('a PostgreSQL server', () => {
  it('that refuses the password, or is not there, is a clear error that repeats no secret', async () => {
    const wrong = server.url.replace('a%20pass%3Aword', 'secret')
    const nowhere = 'postgres://seller:secret@127.0.0.1:1/postgres'
    for (const url of [wrong, nowhere]) {
      const error: unknown = await loadTable({ postgresUrl: url, query: 'SELECT 1' }).catch((reason: unknown) => reason)
      expect(isAppError(error, 'input.postgres-unreachable')).toBe(true)
      expect(JSON.stringify(error) + String(error)).not.toContain('secret')
    }
  })

  it('is named by a URL, and read by a query', async () => {
    await expect(loadTable({ postgresUrl: 'mysql://x', query: 'SELECT 1' })).rejects.toThrow(refusal('input.postgres-url-missing'))
    await expect(loadTable({ postgresUrl: server.url })).rejects.toThrow(refusal('input.invalid'))
  })
})
