import { describe, expect, it } from 'vitest'
import { previewImport } from '../../../src/host/window/preview-import.ts'
import { loadTable } from '../../../src/host/datasets/load-table.ts'
import type { ImportDecisions, ImportPreview } from '../../../src/shared/window-contract/datasets.ts'

const bytes = (text: string, encoding: BufferEncoding = 'utf8'): Uint8Array => new Uint8Array(Buffer.from(text, encoding))
const preview = async (text: Uint8Array, decisions: ImportDecisions): Promise<ImportPreview> =>
  previewImport(await loadTable({ text }), decisions)
const table = 'id;wage;sex\n1;5,10;female\n2;;male\n3;7,25;female\n4;8,00;male\n'

describe('the preview of an import', () => {
  it('shows what the file holds and what would become of each column', async () => {
    const shown = await preview(bytes(table), { missing: 'drop' })
    expect(shown.header).toEqual(['id', 'wage', 'sex'])
    expect(shown.rows[0]).toEqual(['1', '5,10', 'female'])
    expect(shown.summary).toMatchObject({ separator: ';', decimalMark: ',', rowsRead: 4, rowsKept: 3, rowsDropped: 1 })
    expect(shown.columns.find(({ name }) => name === 'wage')).toMatchObject({ kind: 'number', missing: 1 })
    expect(shown.columns.find(({ name }) => name === 'sex')).toMatchObject({ kind: 'category', words: ['female', 'male'] })
    expect(shown.problem).toBeNull()
  })

  it('takes the unit from a header that names one in brackets, until its owner says another', async () => {
    const stays = bytes('Cost (EUR);Stay [days];Night (yes);Ward (2024)\n1,5;3;1;7\n2,5;4;0;9\n4,5;9;1;11\n')
    const unitsOf = async (decisions: ImportDecisions): Promise<string[]> =>
      (await preview(stays, decisions)).columns.map(({ unit }) => unit)
    expect(await unitsOf({})).toEqual(['EUR', 'days', '', ''])
    expect(await unitsOf({ columns: { 'Cost (EUR)': { unit: '€' }, 'Stay [days]': { unit: '' } } })).toEqual(['€', '', '', ''])
  })

  it('never shows a bound that is somebody\'s value', async () => {
    const { columns } = await preview(bytes(table), { missing: 'drop' })
    const wage = columns.find(({ name }) => name === 'wage')
    expect(wage?.lower).toBeLessThan(5.1)
    expect(wage?.upper).toBeGreaterThan(8)
  })

  it('tells what stands in the way, and the columns all the same', async () => {
    const shown = await preview(bytes(table), { missing: 'fail' })
    expect(shown.summary).toBeNull()
    expect(shown.recognised).toMatchObject({ separator: ';', decimalMark: ',' })
    expect(shown.problem).toMatchObject({ code: 'input.csv-missing-values' })
    expect(shown.columns.find(({ name }) => name === 'wage')?.kind).toBe('number')
  })

  it('fills the gaps of a column with a constant of its owner\'s, and drops no row for it', async () => {
    const filled = await preview(bytes(table), { missing: 'drop', columns: { wage: { fill: 6.5 } } })
    expect(filled.summary).toMatchObject({ rowsDropped: 0, cellsFilled: 1 })
    const wrong = await preview(bytes(table), { columns: { wage: { fill: 'none' } } })
    expect(wrong.problem).toMatchObject({ code: 'input.fill-invalid', details: { name: 'wage' } })
    expect(wrong.columns.find(({ name }) => name === 'wage')?.kind).toBe('number')
  })

  it('says of a wrong bound where it stands, and keeps everything that was told of the columns', async () => {
    const people = bytes(`name;pay\n${Array.from({ length: 30 }, (_, at) => `Person ${at};${4000 + (at % 7)},5`).join('\n')}\n`)
    const told = await preview(people, {})
    const shown = await preview(people, { columns: { pay: { lower: 4003, upper: 9000 } } })
    expect(shown.problem).toMatchObject({ code: 'input.bounds-invalid', details: { name: 'pay', side: 'lower' } })
    expect((await preview(people, { columns: { pay: { upper: 4003 } } })).problem?.details).toEqual({ name: 'pay', side: 'upper' })
    expect(shown.columns).toEqual(told.columns)
    expect(shown.columns[0]).toMatchObject({ name: 'name', kind: 'left-out', leftOut: 'identifier' })
    expect((await preview(people, { columns: { pay: {} } })).problem).toBeNull()
  })

  it('leaves out what identifies rows where another column cannot be read at all', async () => {
    const people = bytes(`name;pay;age\n${Array.from({ length: 30 }, (_, at) => `Person ${at};${at === 9 ? 'much' : at},5;${20 + (at % 5)}`).join('\n')}\n`)
    const shown = await preview(people, { exclude: ['age'] })
    expect(shown.problem).toMatchObject({ code: 'input.csv-not-a-number', details: { name: 'pay' } })
    expect(shown.columns.map(({ kind, leftOut }) => [kind, leftOut])).toEqual([['left-out', 'identifier'], ['unknown', null], ['left-out', 'excluded']])
  })

  it('says what would be taken in of what is left out, and in which row the names stand', async () => {
    const people = bytes(`Staff of 2024\nPersNr;Name;pay\n${Array.from({ length: 30 }, (_, at) => `${4000 + at};Person ${at};${at},5`).join('\n')}\n`)
    const shown = await preview(people, {})
    expect(shown.headerRow).toBe(2)
    expect(shown.columns.map(({ leftOut, takenAs }) => [leftOut, takenAs])).toEqual([['identifier', 'number'], ['identifier', 'category'], [null, null]])
    expect((await preview(people, { columns: { PersNr: { type: 'number' } } })).columns[0]).toMatchObject({ kind: 'integer', leftOut: null, looksLikeIdentifier: true })
  })

  it('recognises Latin-1 in the bytes', async () => {
    const shown = await preview(bytes('name,größe\na,1\nb,2\na,3\n', 'latin1'), {})
    expect(shown.header).toEqual(['name', 'größe'])
    expect(shown.summary?.encoding).toBe('windows-1252')
  })

  it('leaves out what was decided to be left out', async () => {
    const { columns } = await preview(bytes(table), { missing: 'drop', exclude: ['id'] })
    expect(columns.find(({ name }) => name === 'id')).toMatchObject({ kind: 'left-out', leftOut: 'excluded' })
  })

  it('refuses what is no table', async () => {
    await expect(preview(bytes('a,b\n1\n'), {})).rejects.toMatchObject({ code: 'input.csv-ragged' })
  })
})
