import { describe, expect, it } from 'vitest'
import { describePreparation } from '../../../src/shared/preparation-words.ts'
import { detailsSchema } from '../../../src/shared/schemas/details.ts'

describe('what became of missing values', () => {
  it('is said column by column, with the rows left out, and not at all where a document says nothing', () => {
    expect(describePreparation({ num_rows: [300, 3] })).toEqual([])
    expect(describePreparation({ num_rows: [300, 3], preparation: { rowsDropped: 1, filled: [
      { column: 'Bonus', cells: 25, with: 'constant' }, { column: 'Pay', cells: 1, with: 'median' },
    ] } })).toEqual([
      '1 row with missing values was left out of the table.',
      'Bonus: 25 of 300 values were missing and hold a value that the seller chose. Its mean and sum count them in.',
      'Pay: 1 of 300 values was missing and holds the median of the others. Its mean and sum count it in.',
    ])
  })

  it.each([
    { rowsDropped: -1, filled: [] }, { rowsDropped: 0, filled: [{ column: 'a', cells: 0, with: 'mean' }] },
    { rowsDropped: 0, filled: [{ column: 'a', cells: 2, with: 'guess' }] }, { rowsDropped: 0 },
  ])('is refused where it is none: %j', (preparation) => {
    expect(detailsSchema.shape.preparation.safeParse(preparation).success).toBe(false)
  })
})
