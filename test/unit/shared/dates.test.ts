import { describe, expect, it } from 'vitest'
import { sayDate } from '../../../src/shared/dates.ts'

describe('dates', () => {
  it('says a day number as the date that it was', () => {
    expect([0, 19_782, -1, 11_016.5, 19_782.104_167].map(sayDate)).toEqual(['1970-01-01', '2024-02-29', '1969-12-31', '2000-02-29 12:00', '2024-02-29 02:30'])
    expect(sayDate(1e12)).toBe('1000000000000')
  })
})
