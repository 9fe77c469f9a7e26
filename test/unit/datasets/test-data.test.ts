import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeValue } from '../../../src/crypto/encoding.ts'
import { createRational } from '../../../src/crypto/rational.ts'
import { createTestRows } from '../../../src/host/datasets/test-data.ts'
import { createColumn } from './fixtures.ts'

describe('made-up rows', () => {
  it('keep to every column\'s bounds and type and encode exactly in its scale', () => {
    const columns = fc.record({ lower: fc.integer({ min: -1000, max: 1000 }), width: fc.integer({ min: 1, max: 5000 }), decimals: fc.integer({ min: 0, max: 20 }), type: fc.constantFrom('number' as const, 'integer' as const) })
    fc.assert(fc.property(columns, ({ lower, width, decimals, type }) => {
      const denominator = 10n ** BigInt(decimals)
      const column = createColumn('x', { type, lower, upper: lower + width, scale: { numerator: '1', denominator: String(denominator) } })
      for (const [value = Number.NaN] of createTestRows([column], 20)) {
        expect(value).toBeGreaterThanOrEqual(column.lower)
        expect(value).toBeLessThanOrEqual(column.upper)
        if (type === 'integer') expect(Number.isInteger(value)).toBe(true)
        expect(() => encodeValue(value, createRational(1n, denominator))).not.toThrow()
      }
    }))
  })

  it('reach both ends and everything between', () => {
    const whole = { numerator: '1', denominator: '1' }
    const columns = [createColumn('b', { type: 'boolean', lower: 0, upper: 1, scale: whole }), createColumn('c', { type: 'category', categories: ['x', 'y', 'z'], lower: 0, upper: 2, scale: whole })]
    const rows = createTestRows(columns, 400)
    expect(new Set(rows.map(([b]) => b))).toEqual(new Set([0, 1]))
    expect(new Set(rows.map(([, c]) => c))).toEqual(new Set([0, 1, 2]))
  })

  it('manage a single possible value', () => {
    expect(createTestRows([createColumn('x', { lower: 0.07, upper: 0.07 })], 2)).toEqual([[0.07], [0.07]])
  })

  it('differ from run to run', () => {
    const columns = [createColumn('x', { lower: 0, upper: 1e6 })]
    expect(createTestRows(columns, 20)).not.toEqual(createTestRows(columns, 20))
  })
})
