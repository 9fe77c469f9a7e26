import { describe, expect, it } from 'vitest'
import { createDataset } from '../../../src/compute/dataset.ts'
import { dateUnit } from '../../../src/shared/dates.ts'
import { createGraphBackend } from '../../../src/script/graph-backend.ts'
import { runScript } from '../../../src/script/run-script.ts'
import { createColumn, rootOf } from '../compute/support.ts'

const words = ['Lager', 'Verkauf', 'Büro']

const dataset = createDataset({
  rows: 40, keyBits: 2048, datasetRoot: rootOf('45'),
  columns: [
    { ...createColumn('Abteilung', 0, 0, 2), type: 'category', categories: words },
    { ...createColumn('Eintritt', 0, 0, 30_000), unit: dateUnit },
    createColumn('Gehalt', 2, 0, 9000),
  ],
})

const messageOf = (source: string): Promise<string> =>
  runScript({ source, fileName: 'my.ts', listing: { rows: 40, columns: ['Abteilung', 'Eintritt', 'Gehalt'] }, backend: createGraphBackend(dataset.data) })
    .then(() => 'no error', (error: unknown) => String((error as Error).message))

const all = '(0 = Lager, 1 = Verkauf, 2 = Büro)'

describe('a text beside a column of words', () => {
  it.each([
    ['data.col("Abteilung") == "Lager"', `"Abteilung" holds a number for each word: write == 0 ${all}`],
    ['"Büro" == data.col("Abteilung")', `write == 2 ${all}`],
    ['data.rows(0, 9).col("Abteilung") != "Verkauf"', `write != 1 ${all}`],
    ['data.col("Abteilung") == "lager"', `and none for it: did you mean "Lager", written == 0? ${all}`],
    ['data.col("Abteilung") == "Geschäftsführung"', `holds a number for each word, and none for it ${all}`],
    ['data.col("Eintritt") >= "2020-01-01"', '"Eintritt" holds days since 1970-01-01: write >= 18262'],
  ])('is told as what the column holds: %s', async (expression, said) => {
    expect(await messageOf(`export default (${expression}).mean()`)).toContain(said)
  })

  it.each(['data.col("Gehalt") == "viel"', 'data == "Lager"', 'data.col("Eintritt") > "gestern"'])('is a text where no word is meant: %s', async (expression) => {
    const message = await messageOf(`export default (${expression}).mean()`)
    expect(message).toMatch(/not the text "\w+"$/)
  })
})
