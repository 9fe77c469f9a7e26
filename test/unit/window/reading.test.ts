import { describe, expect, it } from 'vitest'
import { readCount, readNumber, readPositive, writeNumber } from '../../../src/renderer/ui/reading.ts'

describe('what is typed into a field', () => {
  it.each([
    ['1.000,5', ',', 1000.5], ['1000,5', ',', 1000.5], ['-5e300', ',', -5e300], ['−3', '.', -3], ['1,000.5', '.', 1000.5], [' 7 ', '.', 7], ['1.000', ',', 1000],
  ] as const)('reads %j as a file with the mark %j writes it', (text, mark, value) => {
    expect(readNumber(text, mark)).toEqual({ value, problem: null })
  })

  it.each([['1.0005', ','], ['1,5', '.'], ['5 EUR', '.'], ['1/2', '.'], ['', '.'], ['NaN', '.'], ['1e999', '.'], ['--5', '.']] as const)('refuses %j with the mark %j, and drops nothing of it', (text, mark) => {
    expect(readNumber(text, mark)).toEqual({ value: null, problem: `Not a number with “${mark}” as its decimal mark.` })
  })

  it.each([0, 0.1, -1234.5, 1e21, 5e-324, 1.7976931348623157e308])('reads %d back as it wrote it', (value) => {
    for (const mark of ['.', ','] as const) expect(readNumber(writeNumber(value, mark), mark).value).toBe(value)
  })

  it.each(['', 'abc', '1e9', '2.5', '-5', '0', '1 000', '9'])('takes %j for no count from 1 to 8', (text) => {
    expect(readCount(text, 1, 8)).toEqual({ value: null, problem: 'Write a whole number, 1 to 8.' })
  })

  it('counts, and takes decimals above nothing', () => {
    expect(readCount(' 7 ', 1, 8)).toEqual({ value: 7, problem: null })
    expect(readPositive('2.5').value).toBe(2.5)
    expect(readPositive('1/2').problem).toContain('above 0')
  })
})
