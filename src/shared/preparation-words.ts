import type { Details } from './schemas/details.ts'

type Filled = NonNullable<Details['preparation']>['filled'][number]

const fillers: Readonly<Record<Filled['with'], string>> = {
  mean: 'the mean of the others', median: 'the median of the others', 'most-frequent': 'the most frequent value',
  constant: 'a value that the seller chose',
}

const describeFilled = ({ column, cells, with: filler }: Filled, rows: number): string => {
  const what = `${column}: ${cells} of ${rows} ${rows === 1 ? 'value' : 'values'}`
  return cells === 1 ? `${what} was missing and holds ${fillers[filler]}. Its mean and sum count it in.`
    : `${what} were missing and hold ${fillers[filler]}. Its mean and sum count them in.`
}

/**
 * What became of missing values before the table was encrypted: every mean and sum over it contains that. Nothing where the document
 * says nothing.
 */
export const describePreparation = ({ preparation, num_rows: [rows] }: Pick<Details, 'preparation' | 'num_rows'>): string[] => {
  if (preparation === undefined) return []
  const { rowsDropped, filled } = preparation
  return [
    ...(rowsDropped === 0 ? [] : [`${rowsDropped} ${rowsDropped === 1 ? 'row with missing values was' : 'rows with missing values were'} left out of the table.`]),
    ...filled.map((one) => describeFilled(one, rows)),
  ]
}
