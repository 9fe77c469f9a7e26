import { describe, expect, it } from 'vitest'
import Database from 'better-sqlite3'
import { createImportSources, type ImportSources } from '../../../src/host/window/import-sources.ts'
import type { DatabaseUrls } from '../../../src/host/datasets/database-urls.ts'

const urls: DatabaseUrls = { keep: () => Promise.resolve(), read: (name) => Promise.resolve(`postgres://kept/${name}`) }
const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64')
const openCsv = (sources: ImportSources, text: string): string => sources.open({ fileName: 'a.csv', contentBase64: base64(text) }).file

const createDatabase = (): Uint8Array => {
  const database = new Database(':memory:')
  database.exec('CREATE TABLE wages (pay REAL); CREATE TABLE shops (revenue REAL); INSERT INTO wages VALUES (1), (2); INSERT INTO shops VALUES (3);')
  const bytes = database.serialize()
  database.close()
  return bytes
}

describe('what the window imports from', () => {
  it('knows a file by its content, and reads it once for many previews', async () => {
    const sources = createImportSources(urls)
    const { file, format } = sources.open({ fileName: 'lies.txt', contentBase64: base64(createDatabase()) })
    expect(format).toBe('sqlite')
    const table = await sources.load({ kind: 'file', file, table: 'wages' }, {})
    expect(table).toMatchObject({ header: ['pay'], choices: ['shops', 'wages'] })
    expect(await sources.load({ kind: 'file', file, table: 'wages' }, { missing: 'drop', exclude: ['pay'] })).toBe(table)
    expect((await sources.load({ kind: 'file', file, query: 'SELECT revenue AS r FROM shops' }, {})).header).toEqual(['r'])
  })

  it('names the tables where the database does not say which is meant', async () => {
    const sources = createImportSources(urls)
    const { file } = sources.open({ fileName: 'a.db', contentBase64: base64(createDatabase()) })
    await expect(sources.load({ kind: 'file', file }, {})).rejects.toMatchObject({ code: 'input.table-choice', details: { tables: ['shops', 'wages'] } })
  })

  it('holds three files, and says so of one it let go', async () => {
    const sources = createImportSources(urls)
    const [first = '', second = ''] = ['a\n1\n', 'b\n2\n', 'c\n3\n', 'd\n4\n'].map((text) => openCsv(sources, text))
    await expect(sources.load({ kind: 'file', file: first }, {})).rejects.toMatchObject({ code: 'input.not-found' })
    expect((await sources.load({ kind: 'file', file: second }, {})).header).toEqual(['b'])
    sources.close({ kind: 'file', file: second })
    await expect(sources.describe({ kind: 'file', file: second })).rejects.toMatchObject({ code: 'input.not-found' })
  })

  it('takes a database\'s URL from where it is kept or from the environment, and from nowhere else', async () => {
    const sources = createImportSources(urls, { DATABASE_URL: 'postgres://environment/payroll' })
    const query = 'SELECT 1 AS one'
    expect(await sources.describe({ kind: 'postgres', urlFrom: 'kept', name: 'payroll', query })).toEqual({ postgresUrl: 'postgres://kept/payroll', query })
    expect(await sources.describe({ kind: 'postgres', urlFrom: 'environment', name: 'DATABASE_URL', query })).toEqual({ postgresUrl: 'postgres://environment/payroll', query })
    await expect(sources.describe({ kind: 'postgres', urlFrom: 'environment', name: 'PAYROLL', query })).rejects.toMatchObject({ code: 'input.postgres-url-missing' })
  })
})
