import type { Details } from './schemas/details.ts'

const fillers: Readonly<Record<NonNullable<Details['preparation']>['filled'][number]['with'], string>> = {
  mean: 'the mean of the others', median: 'the median of the others', 'most-frequent': 'the most frequent value', constant: 'a value that the seller chose',
}

/** What became of missing values before the table was encrypted: every mean and sum over it contains that. Nothing where the document says nothing. */
export const describePreparation = ({ preparation, num_rows: [rows] }: Pick<Details, 'preparation' | 'num_rows'>): string[] => {
  if (preparation === undefined) return []
  const { rowsDropped, filled } = preparation
  return [
    ...(rowsDropped === 0 ? [] : [`${rowsDropped} ${rowsDropped === 1 ? 'row' : 'rows'} with missing values ${rowsDropped === 1 ? 'was' : 'were'} left out of the table.`]),
    ...filled.map(({ column, cells, with: filler }) =>
      `${column}: ${cells} of ${rows} ${rows === 1 ? 'value' : 'values'} ${cells === 1 ? 'was' : 'were'} missing and ${cells === 1 ? 'holds' : 'hold'} ${fillers[filler]}. Its mean and sum count ${cells === 1 ? 'it' : 'them'} in.`),
  ]
}
