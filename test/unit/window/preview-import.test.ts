import { describe, expect, it } from 'vitest'
import { previewImport } from '../../../src/host/window/preview-import.ts'
import type { FileJson } from '../../../src/shared/window-contract/datasets.ts'

const bytes = (text: string, encoding: BufferEncoding = 'utf8'): FileJson => ({ fileName: 'a.csv', contentBase64: Buffer.from(text, encoding).toString('base64') })
const table = 'id;wage;sex\n1;5,10;female\n2;;male\n3;7,25;female\n4;8,00;male\n'

describe('the preview of an import', () => {
  it('shows what the file holds and what would become of each column', async () => {
    const preview = await previewImport(bytes(table), { missing: 'drop' })
    expect(preview.header).toEqual(['id', 'wage', 'sex'])
    expect(preview.rows[0]).toEqual(['1', '5,10', 'female'])
    expect(preview.summary).toMatchObject({ separator: ';', decimalMark: ',', rowsRead: 4, rowsKept: 3, rowsDropped: 1 })
    expect(preview.columns.find(({ name }) => name === 'wage')).toMatchObject({ kind: 'number', missing: 1 })
    expect(preview.columns.find(({ name }) => name === 'sex')).toMatchObject({ kind: 'category', words: ['female', 'male'] })
    expect(preview.problem).toBeNull()
  })

  it('never shows a bound that is somebody\'s value', async () => {
    const { columns } = await previewImport(bytes(table), { missing: 'drop' })
    const wage = columns.find(({ name }) => name === 'wage')
    expect(wage?.lower).toBeLessThan(5.1)
    expect(wage?.upper).toBeGreaterThan(8)
  })

  it('tells what stands in the way, and the columns all the same', async () => {
    const preview = await previewImport(bytes(table), { missing: 'fail' })
    expect(preview.summary).toBeNull()
    expect(preview.problem).toMatchObject({ code: 'input.csv-missing-values' })
    expect(preview.columns.find(({ name }) => name === 'wage')?.kind).toBe('number')
  })

  it('recognises Latin-1 in the bytes', async () => {
    const preview = await previewImport(bytes('name,größe\na,1\nb,2\na,3\n', 'latin1'), {})
    expect(preview.header).toEqual(['name', 'größe'])
    expect(preview.summary?.encoding).toBe('windows-1252')
  })

  it('leaves out what was decided to be left out', async () => {
    const { columns } = await previewImport(bytes(table), { missing: 'drop', exclude: ['id'] })
    expect(columns.find(({ name }) => name === 'id')).toMatchObject({ kind: 'left-out', leftOut: 'excluded' })
  })

  it('refuses what is no table', async () => {
    await expect(previewImport(bytes('a,b\n1\n'), {})).rejects.toMatchObject({ code: 'input.csv-ragged' })
  })
})
