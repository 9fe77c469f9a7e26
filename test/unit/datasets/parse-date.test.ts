import { describe, expect, it } from 'vitest'
import { cleanTable, type CleanOptions } from '../../../src/host/datasets/clean.ts'
import { parseCsv } from '../../../src/host/datasets/parse-csv.ts'
import { findDate } from '../../../src/host/datasets/parse-date.ts'
import { refusal } from './fixtures.ts'

const clean = async (cells: readonly string[], options: CleanOptions = {}) => {
  const { columns: [column], report } = cleanTable(await parseCsv(`d;n\n${cells.map((cell) => `${cell};7`).join('\n')}\n`, { separator: ';' }), options)
  return { type: column?.column.type, unit: column?.column.unit, values: [...column?.values ?? []], dates: report.dates }
}
const unit = 'days since 1970-01-01'

describe('a column of dates', () => {
  it.each([
    [['1970-01-01', '2024-02-29', '1969-12-31'], [0, 19782, -1], 'iso'],
    [['1970/01/01', '2000/01/01'], [0, 10957], 'iso'],
    [['01.02.1970', '3.4.2024'], [31, 19816], 'dmy'],
    [['01/02/1970', '13/02/1970'], [31, 43], 'dmy'],
    [['01/02/1970', '02/13/1970'], [1, 43], 'mdy'],
    [['01-02-1970', '31-12-1970'], [31, 364], 'dmy'],
  ])('%j counts days: %j', async (cells, values, written) => {
    expect(await clean(cells)).toEqual({ type: 'integer', unit, values, dates: [{ name: 'd', written }] })
  })

  it('has the time of day as a fraction, in UTC', async () => {
    const cells = ['1970-01-01T12:00:00Z', '1970-01-02 06:00', '1970-01-02T00:00:00+01:00', '1970-01-01T00:00:01.5Z', '1.1.1970 18:00']
    expect(await clean(cells)).toMatchObject({ type: 'number', unit, values: [0.5, 1.25, 0.958333, 0.000017, 0.75] })
  })

  it('takes what is missing as every column does, and its owner\'s unit', async () => {
    const options = { missing: 'median', columns: { d: { unit: 'day' } } } as const
    expect(await clean(['1970-01-02', 'NA', '1970-01-04'], options)).toMatchObject({ values: [1, 2, 3], unit: 'day' })
  })

  it('that could begin with the day or the month is refused until somebody says which', async () => {
    const cells = ['01/02/1970', '03/04/1970']
    await expect(clean(cells)).rejects.toThrow(refusal('input.date-ambiguous', { column: 1, name: 'd' }))
    expect((await clean(cells, { dateOrder: 'dmy' })).values).toEqual([31, 92])
    expect((await clean(cells, { dateOrder: 'mdy' })).values).toEqual([1, 62])
  })

  it.each([
    [['1970-01-01', '1970-02-30']], [['31/12/1970', '12/31/1970']], [['01.01.1970', '01.01.70']], [['1970-01-01', 'soon', '1970-01-02']],
    [['1970-01-01T24:00', '1970-01-01']], [['1970-01-01', '1970-01-02', '12']],
  ])('is refused by the row that is no such date: %j', async (cells) => {
    const error: unknown = await clean(cells).catch((reason: unknown) => reason)
    expect(error).toEqual(refusal('input.date-invalid', { column: 1, name: 'd' }))
    expect(String(error)).not.toContain('soon')
  })

  it('is a category where its owner says so', async () => {
    expect(await clean(['1970-01-01', '1970-01-02'], { columns: { d: { type: 'category' } } })).toMatchObject({ type: 'category', values: [0, 1], dates: [] })
  })

  it('knows every day of four centuries', () => {
    for (let day = -60_000; day < 90_000; day += 1) {
      expect(findDate(new Date(day * 86_400_000).toISOString().slice(0, 10), 'iso')).toBe(day)
    }
  })
})

describe('numbers', () => {
  it('stay numbers beside dates, and say how they are written where told', async () => {
    const table = await parseCsv('d;x\n1.1.1970;1,5\n2.1.1970;2,25\n', { separator: ';' })
    expect(cleanTable(table).columns.map(({ values }) => [...values])).toEqual([[0, 1], [1.5, 2.25]])
    const thousands = await parseCsv('x\n1.234\n', { separator: ';' })
    expect([...cleanTable(thousands, { decimalMark: ',' }).columns[0]?.values ?? []]).toEqual([1234])
  })
})
