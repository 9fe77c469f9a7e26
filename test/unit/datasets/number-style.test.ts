import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { detectNumberStyle, findNumber, type NumberStyle } from '../../../src/shared/number-style.ts'

const point: NumberStyle = { decimalMark: '.', guessed: false }
const comma: NumberStyle = { decimalMark: ',', guessed: false }

describe('the way a file writes numbers', () => {
  it.each([
    ['.', ',', ['1.5', '2']], ['.', ',', ['1,234,567']], ['.', ',', ['1,234.5', '1,234']], ['.', ';', ['0.125', '1.234']], ['.', ',', ['1', '2']],
    [',', ';', ['1,5', '2']], [',', ';', ['1.234,5', '1.234']], [',', ',', ['0,125', '1,234']], [',', ';', ['1.234.567']], [',', '\t', ['1 234,5']], ['.', ';', ['1.234']],
  ] as const)('has the decimal mark %j for certain (separator %j, %j)', (decimalMark, separator, cells) => {
    expect(detectNumberStyle(cells, separator)).toEqual({ decimalMark, guessed: false })
  })

  it('goes by the separator where every number could be read both ways, and says so', () => {
    expect(detectNumberStyle(['1,234', '5'], ',')).toEqual({ decimalMark: '.', guessed: true })
    expect(detectNumberStyle(['1,234', '5'], ';')).toEqual({ decimalMark: ',', guessed: true })
  })

  it('goes by the majority where cells contradict each other', () => {
    expect(detectNumberStyle(['1,5', '2,5', '3.5'], ';').decimalMark).toBe(',')
  })
})

describe('a number', () => {
  it.each([
    [point, '1.5', 1.5], [point, '-1,234.5', -1234.5], [point, '+.5', 0.5], [point, '5.', 5], [point, '1e3', 1000], [point, '1.5E-3', 0.0015], [point, "1'234.5", 1234.5],
    [point, '1 234', 1234], [point, '1\u00a0234\u00a0567', 1_234_567], [point, '−3', -3], [comma, '1,5', 1.5], [comma, '1.234,5', 1234.5], [comma, '1 234,5', 1234.5],
    [comma, ',5', 0.5], [comma, '1,5e2', 150], [comma, '1.234', 1234], [point, '1,234', 1234],
  ] as const)('written in style %j as %j is %d', (style, text, value) => {
    expect(findNumber(text, style)).toEqual({ value, rounded: false })
  })

  it.each([
    [point, '1,5'], [point, '1,23,456'], [point, '12,34'], [comma, '1.5'], [point, '1.2.3'], [point, 'abc'], [point, '1a'], [point, '0x10'], [point, '$5'], [point, '5%'], [point, '.'],
    [point, '-'], [point, 'e5'], [point, '1 23'], [point, '1_000'], [point, '12.05.1985'], [comma, "1.234'567"], [point, '--1'],
  ] as const)('is not written in style %j as %j', (style, text) => {
    expect(findNumber(text, style)).toBeNull()
  })

  it('is never minus zero', () => {
    expect(Object.is(findNumber('-0.0', point)?.value, 0)).toBe(true)
  })

  it('counts as rounded only when digits were lost', () => {
    expect(findNumber('12345678901234567890', point)).toEqual({ value: 12345678901234567000, rounded: true })
    expect(findNumber('0.12345678901234567890', point)?.rounded).toBe(true)
    expect(findNumber('0.1000000000000000000000', point)?.rounded).toBe(false)
    expect(findNumber('1000000000000000000000000', point)?.rounded).toBe(false)
    expect(findNumber('1.50e2', point)?.rounded).toBe(false)
    expect(findNumber('1e-400', point)?.rounded).toBe(true)
  })

  it('that JavaScript writes is read back exactly, in both styles', () => {
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(findNumber(String(value), point)).toEqual({ value: value + 0, rounded: false })
      expect(findNumber(String(value).replace('.', ','), comma)).toEqual({ value: value + 0, rounded: false })
    }))
  })

  it('that a spreadsheet groups by thousands is read back', () => {
    fc.assert(fc.property(fc.integer({ min: -1e12, max: 1e12 }), fc.constantFrom('en-US', 'de-DE', 'fr-FR', 'de-CH'), (cents, locale) => {
      const text = new Intl.NumberFormat(locale, { minimumFractionDigits: 2 }).format(cents / 100)
      expect(findNumber(text, locale === 'de-DE' || locale === 'fr-FR' ? comma : point)).toEqual({ value: cents / 100, rounded: false })
    }))
  })
})
