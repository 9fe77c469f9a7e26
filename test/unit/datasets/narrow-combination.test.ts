import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findNarrowCombination } from '../../../src/host/datasets/narrow-combination.ts'
import { residuePrime } from '../../../src/host/datasets/residue-algebra.ts'
import { findByForce } from '../ledger/narrow-oracle.ts'

const find = (tables: readonly (readonly (readonly number[])[])[], fewest: number, mostWork?: number) => {
  const columns = tables.flat()
  const ones = Int32Array.from(columns[0] ?? [], () => 1)
  let next = 1
  const own = tables.map((table) => [0, ...table.map(() => (next += 1) - 1)])
  const residues = columns.map((column) => Int32Array.from(column, (value) => (value < 0 ? value + residuePrime : value)))
  return findNarrowCombination({ columns: [ones, ...residues], own, fewest, ...(mostWork === undefined ? {} : { mostWork }) })
}

/** A hundred numbers that look like drawn ones. */
const columnOf = (salt: number): number[] => Array.from({ length: 100 }, (_, row) => {
  const mixed = Math.imul(row + 1 + 1000 * salt, 0x9e37_79b1)
  return (Math.imul(mixed ^ (mixed >>> 15), 0x85eb_ca6b) >>> 8) % 977
})

describe('combinations of several tables that are of few rows', () => {
  it('are found exactly where trying every set of rows finds one, what one table tells by itself left out', () => {
    const column = fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.integer({ min: 0, max: 2 }) }),
      { minLength: 10, maxLength: 10 })
    const table = fc.array(column, { minLength: 1, maxLength: 3 })
    fc.assert(fc.property(fc.array(table, { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 5 }), (tables, fewest) => {
      const found = find(tables, fewest)
      expect(found === null).toBe(findByForce(tables, fewest) === null)
    }), { numRuns: 300 })
  })

  it('are told with their rows and factors', () => {
    const before = Array.from({ length: 40 }, (_, row) => 1000 + ((row * row * 7) % 311))
    const rare = before.map((_, row) => (row === 5 || row === 9 ? 60 + row : 0))
    const found = find([[before, rare], [before.map((pay, row) => (row === 17 ? pay + 3 : pay)), rare]], 4)
    expect(found).toMatchObject({ rows: [17], combination: [[1, expect.any(Number)], [3, expect.any(Number)]] })
    expect(find([[before, rare], [before.map((pay) => 3 * pay + 1), rare]], 4)).toBeNull()
  })

  it('are found by lot where rows are too few to be dealt out', () => {
    // Ten columns of a hundred rows, of which fewer than 40 rows are few.
    const table = Array.from({ length: 9 }, (_, salt) => columnOf(salt))
    const sum = table.slice(0, 5).reduce((total, column) => total.map((value, row) => value + (column[row] as number)),
      columnOf(11).map(() => 0))
    expect(find([table, [sum.map((value, row) => (row % 3 === 0 ? value + row + 1 : value))]],
      40)).toMatchObject({ rows: expect.objectContaining({ length: 34 }) as unknown })
    expect(find([table, [columnOf(12)]], 40)).toBeNull()
  })

  it('are said to be unknown where it takes too long to tell', () => {
    expect(find([[0, 1, 2, 3, 4, 5, 6].map(columnOf), [columnOf(8)]], 40, 1000)).toBe('unknown')
  })
})
