import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCsv, parseCsvFile } from '../../../src/host/datasets/parse-csv.ts'
import { nextInWindow } from '../../../src/shared/next-in-window.ts'
import { refusal } from './fixtures.ts'
import { recordsOf, rowNumbersOf } from './support/records.ts'


describe('a CSV file', () => {
  it.each([[',', 'a,b\n1,2\n'], [';', 'a;b\n1,5;2,5\n'], ['\t', 'a\tb\n1,5\t2,5\n'], ['|', 'a|b\n1,5|2;5\n'], [',', 'a\n1\n2\n']])('shows its separator %j', async (separator, text) => {
    expect((await parseCsv(text)).separator).toBe(separator)
  })

  it('is not fooled by separators inside quotation marks', async () => {
    const table = await parseCsv('"last, first";"a ""b"""\n"x, y";1\n')
    expect(table).toMatchObject({ separator: ';', header: ['last, first', 'a "b"'] })
    expect(recordsOf(table)).toEqual([['x, y', '1']])
  })

  it('may begin with the line by which Excel names the separator', async () => {
    const table = await parseCsv('\uFEFFsep=;\r\na,b;c\r\n1;2\r\n')
    expect([table.separator, table.header, recordsOf(table), rowNumbersOf(table)]).toEqual([';', ['a,b', 'c'], [['1', '2']], [3]])
  })

  it('is read in UTF-8, with or without a byte order mark', async () => {
    expect(await parseCsv(Buffer.from('größe\n1\n'))).toMatchObject({ encoding: 'utf-8', byteOrderMark: false, header: ['größe'] })
    expect(await parseCsv(Buffer.from('\uFEFFgröße\n1\n'))).toMatchObject({ encoding: 'utf-8', byteOrderMark: true, header: ['größe'] })
    expect(await parseCsv('\uFEFFgröße\n1\n')).toMatchObject({ byteOrderMark: true, header: ['größe'] })
  })

  it('is read in Windows-1252, which holds Latin-1, where it is no UTF-8', async () => {
    expect(await parseCsv(Buffer.from('gr\xf6\xdfe;preis \x80\n1;2\n', 'latin1'))).toMatchObject({ encoding: 'windows-1252', header: ['größe', 'preis €'] })
  })

  it('is read in UTF-16 with a byte order mark, as spreadsheets write "Unicode text"', async () => {
    expect(await parseCsv(Buffer.from('\uFEFFgröße\tb\r\n1\t2\r\n', 'utf16le'))).toMatchObject({ encoding: 'utf-16le', separator: '\t', header: ['größe', 'b'] })
  })

  it.each(['a,b\n1,2\n3,4', 'a,b\r\n1,2\r\n3,4\r\n', 'a,b\r1,2\r3,4\r', 'a,b\r\n1,2\n3,4\n'])('has lines that end in any way: %j', async (text) => {
    expect(recordsOf(await parseCsv(text))).toEqual([['1', '2'], ['3', '4']])
  })

  it('may hold blank lines, which count as rows but hold none', async () => {
    const table = await parseCsv('\na,b\n\n1,2\n  \n3,4\n\n')
    expect([rowNumbersOf(table), table.blankRows]).toEqual([[4, 6], 4])
  })

  it('keeps characters whole wherever a slice ends', async () => {
    const rows = Array.from({ length: 30_000 }, (_, at) => `${'x'.repeat(at % 7)}😀é`)
    const table = await parseCsv(`name\n${rows.join('\n')}\n`)
    expect(recordsOf(table).map(([cell]) => cell)).toEqual(rows)
  })

  it('comes back as it was written, whatever stands in its cells', async () => {
    const cell = fc.string({ maxLength: 8 }).filter((text) => !text.includes('\0'))
    await fc.assert(fc.asyncProperty(fc.constantFrom(',', ';', '\t', '|'), fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 }), async (separator, rows) => {
      const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`
      const text = [['a', 'b'], ...rows].map((row) => row.map(quote).join(separator)).join('\r\n')
      expect(recordsOf(await parseCsv(text))).toEqual(rows)
    }), { numRuns: 200 })
  })
})

describe('the row that names the columns', () => {
  const rows = Array.from({ length: 70 }, (_, at) => `${at};${at},5;town ${at % 3}`).join('\n')

  it.each([
    ['the first', `a;b;c\n${rows}`, 1], ['beneath a title', `Wages of 2024\n\na;b;c\n${rows}`, 3], ['beneath titles that fill a cell of many', `Wages, as paid;;\n;;\na;b;c\n${rows}`, 3],
    ['after Excel\'s line', `sep=;\nWages\na;b;c\n${rows}`, 3], ['the first, where it is short and numbers follow', '2020;2021;2022\n', 1],
  ])('is %s', async (_, text, row) => {
    if (row === 1 && text.startsWith('2')) await expect(parseCsv(text)).rejects.toThrow(refusal('input.csv-header-missing'))
    else expect(await parseCsv(text)).toMatchObject({ header: ['a', 'b', 'c'], headerRow: row, rows: 70, separator: ';' })
  })

  it('is the one that its owner names, however far down, and rows keep their numbers', async () => {
    const notes = Array.from({ length: 60 }, (_, at) => `note ${at};x;y`).join('\n')
    const table = await parseCsv(`${notes}\na;b;c\n${rows}`, { headerRow: 61 })
    expect(table).toMatchObject({ header: ['a', 'b', 'c'], headerRow: 61, rows: 70 })
    expect(rowNumbersOf(table).slice(0, 2)).toEqual([62, 63])
    expect((await parseCsv(`a;b;c\nd;e;f\n${rows}`, { headerRow: 2 })).header).toEqual(['d', 'e', 'f'])
    await expect(parseCsv('a\n1\n', { headerRow: 3 })).rejects.toThrow(refusal('input.invalid', { row: 3 }))
  })

  it('is the first, where what stands beneath is no header', async () => {
    await expect(parseCsv('a\n1,2,3\n4,5,6\n')).rejects.toThrow(refusal('input.csv-ragged', { row: 2, found: 3, expected: 1 }))
  })
})

describe('a CSV file that cannot be imported', () => {
  it('names the row that is too short or too long', async () => {
    await expect(parseCsv('a,b\n1,2\n3\n')).rejects.toThrow(refusal('input.csv-ragged', { row: 3, found: 1, expected: 2 }))
    await expect(parseCsv('a,b\n\n1,2,3\n')).rejects.toThrow(refusal('input.csv-ragged', { row: 3, found: 3, expected: 2 }))
  })

  it('names the header that is empty, double, too long, or not there', async () => {
    await expect(parseCsv('a, ,b\n1,2,3\n')).rejects.toThrow(refusal('input.csv-header-empty', { column: 2 }))
    await expect(parseCsv('a,b, a\n1,2,3\n')).rejects.toThrow(refusal('input.csv-header-duplicate', { name: 'a', first: 1, second: 3 }))
    await expect(parseCsv(`${'x'.repeat(201)}\n1\n`)).rejects.toThrow(refusal('input.csv-header-invalid', { column: 1 }))
    await expect(parseCsv('1,2\n3,4\n')).rejects.toThrow(refusal('input.csv-header-missing'))
    await expect(parseCsv(`${Array.from({ length: 2000 }, (_, at) => `c${at}`).join(',')}\n`)).rejects.toThrow(refusal('input.csv-header-invalid', { columns: 2000 }))
  })

  it.each(['', '\n\n', 'a,b', 'a,b\n\n'])('has no rows: %j', async (text) => {
    await expect(parseCsv(text)).rejects.toThrow(refusal('input.csv-no-rows'))
  })

  it('is a header alone: filling gaps is named for tables that have any, not as the way out of having no rows', async () => {
    const failure: unknown = await parseCsv('a,b\n').catch((error: unknown) => error)
    expect(failure).toMatchObject({
      message: 'The table has columns and no rows.', next: expect.stringMatching(/^Import a file with at least one complete row; where every row has a gap, --missing/) as string,
    })
    expect(nextInWindow['input.csv-no-rows']).toMatch(/at least one complete row; where every row has a gap, /)
  })

  it('names the line where quotation marks go wrong, without repeating what stands there', async () => {
    for (const text of ['a,b\n1,"secret\n2,3\n', 'a,b\n1,"secret"x\n', 'a,b\n1,sec"ret\n']) {
      const error: unknown = await parseCsv(text).catch((reason: unknown) => reason)
      expect(error).toEqual(refusal('input.csv-malformed'))
      expect(error).toMatchObject({ details: { line: expect.any(Number) as unknown } })
      expect(JSON.stringify(error) + String(error)).not.toContain('sec')
      expect(error).not.toHaveProperty('cause')
    }
  })

  it('is binary, or breaks the encoding its mark promises', async () => {
    for (const bytes of [[0x89, 0x50, 0x4e, 0x47, 0, 1], [0xef, 0xbb, 0xbf, 0xff, 0x31]]) {
      await expect(parseCsv(Uint8Array.from(bytes))).rejects.toThrow(refusal('input.csv-unreadable'))
    }
  })

  it('is too large, not there, or a folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hesystem-csv-'))
    const path = join(folder, 'a.csv')
    writeFileSync(path, 'a\n1\n')
    expect(recordsOf(await parseCsvFile(path))).toEqual([['1']])
    await expect(parseCsvFile(path, { maximumBytes: 3 })).rejects.toThrow(refusal('input.csv-too-large', { bytes: 4, maximum: 3 }))
    await expect(parseCsv('a\n1\n', { maximumBytes: 3 })).rejects.toThrow(refusal('input.csv-too-large'))
    await expect(parseCsvFile(join(folder, 'b.csv'))).rejects.toThrow(refusal('input.csv-unreadable'))
    await expect(parseCsvFile(folder)).rejects.toThrow(refusal('input.csv-unreadable'))
  })
})
