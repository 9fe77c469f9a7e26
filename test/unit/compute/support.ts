import { createDataset, type Dataset } from '../../../src/compute/dataset.ts'
import type { ReadCell } from '../../../src/compute/integers.ts'
import type { Column } from '../../../src/shared/schemas/details.ts'

/** What a column of a small test table is: its decimals, and the whole numbers under its ciphertexts. */
export interface TestColumn {
  readonly decimals: number
  readonly integers: readonly number[]
  readonly name?: string
}

export const createColumn = (name: string, decimals: number, lower: number, upper: number): Column => ({
  name,
  type: 'number',
  unit: '',
  description: '',
  categories: [],
  scale: { numerator: '1', denominator: String(10 ** decimals) },
  lower,
  upper,
})

export const rootOf = (byte: string): string => `0x${byte.repeat(32)}`

/** A dataset, its plain values, and the integers a program reads. */
export const createTable = (columns: readonly TestColumn[], keyBits: Dataset['keyBits'] = 2048) => {
  const rows = columns[0]?.integers.length ?? 0
  const dataset = createDataset({
    rows,
    keyBits,
    datasetRoot: rootOf('11'),
    columns: columns.map(({ decimals, integers, name }, index) => {
      const values = integers.map((integer) => integer / 10 ** decimals)
      return createColumn(name ?? `c${index}`, decimals, Math.min(...values), Math.max(...values))
    }),
  })
  const readCell: ReadCell = (cell) => BigInt(columns[Math.floor(cell / rows)]?.integers[cell % rows] ?? Number.NaN)
  const values = Array.from({ length: rows }, (_, row) =>
    columns.map(({ decimals, integers }) => (integers[row] as number) / 10 ** decimals))
  return { dataset, data: dataset.data, readCell, values }
}

/** 3 × 2: wage 1.5, 2.25, −4 and age 20, 30, 41. */
export const wages = () => createTable([
  { name: 'wage', decimals: 2, integers: [150, 225, -400] },
  { name: 'age', decimals: 0, integers: [20, 30, 41] },
])
