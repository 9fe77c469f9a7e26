import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planPacked } from '../../../src/compute/packed-plan.ts'
import { layOutGroups, packRow, slotBits, unpackSum, type PackedRange } from '../../../src/crypto/packing.ts'
import type { LinearForm } from '../../../src/crypto/types.ts'

const sumOf = (rows: number, column: number, start = 0, count = rows): LinearForm =>
  ({ runs: [{ start: column * rows + start, count, weight: 1n }], constant: 0n })

const rangeOf = fc.tuple(fc.bigInt({ min: -(2n ** 33n), max: 2n ** 33n }), fc.bigInt({ min: 0n, max: 2n ** 34n }))
  .map(([lower, span]): PackedRange => ({ lower, upper: lower + span }))

const columnOf = (rows: number) => ({ lower, upper }: PackedRange) => fc.record({
  range: fc.constant<PackedRange>({ lower, upper }),
  values: fc.array(fc.oneof(fc.constantFrom(lower, upper), fc.bigInt({ min: lower, max: upper })), { minLength: rows, maxLength: rows }),
})

const tableOf = fc.integer({ min: 1, max: 30 }).chain((rows) => fc.record({
  blocks: fc.integer({ min: 1, max: rows }),
  columns: fc.array(rangeOf, { minLength: 1, maxLength: 6 }).chain((ranges) => fc.tuple(...ranges.map(columnOf(rows)))),
}))

describe('packed columns', () => {
  it('open exactly the sums of their rows, signed values and values at their bounds included', () => {
    fc.assert(fc.property(tableOf, fc.nat(), fc.nat(), ({ blocks, columns }, from, length) => {
      const rows = columns[0]?.values.length ?? 0
      for (const group of layOutGroups(columns.map(({ range }) => range), rows, 2045, blocks)) {
        const start = from % group.blockRows
        const count = 1 + (length % (group.blockRows - start))
        const readCell = (row: number, column: number): bigint => columns[column]?.values[row] ?? 0n
        let sum = 0n
        for (let row = start; row < start + count; row += 1) sum += packRow(group, row, readCell)
        expect(unpackSum(group, sum, start, count)).toEqual(group.slots.map((_, slot) => {
          const block = Math.floor(slot / group.columns.length)
          const column = group.columns[slot % group.columns.length] ?? -1
          const first = block * group.blockRows
          return (columns[column]?.values.slice(first + start, Math.min(first + start + count, rows)) ?? []).reduce((a, b) => a + b, 0n)
        }))
      }
    }))
  })

  it('have guard bits for every row, and no more slots than a plaintext holds', () => {
    const range = { lower: 0n, upper: 2n ** 32n - 1n }
    expect(slotBits(range, 4238)).toBe(45)
    const groups = layOutGroups(Array.from({ length: 100 }, () => range), 4238, 2045)
    expect(groups.map(({ columns }) => columns.length)).toEqual([45, 45, 10])
    expect(layOutGroups([range, { lower: 0n, upper: 2n ** 2100n }], 2, 2045).flatMap(({ columns }) => columns)).toEqual([0])
  })

  it('refuse a value outside its bounds, a plaintext that no rows add up to, and a cut that cannot be', () => {
    const [group] = layOutGroups([{ lower: -5n, upper: 5n }], 4, 2045)
    if (group === undefined) throw new Error('one column makes one group')
    expect(() => packRow(group, 1, () => 6n)).toThrow('declared bounds')
    expect(() => unpackSum(group, 11n, 0, 1)).toThrow('more than its rows')
    expect(() => unpackSum(group, -1n, 0, 1)).toThrow()
    expect(() => unpackSum(group, 1n << 60n, 0, 1)).toThrow('outside its slots')
    expect(() => layOutGroups([], 4, 2045, 5)).toThrow('blocks')
    expect(() => layOutGroups([{ lower: 1n, upper: 0n }], 4, 2045)).toThrow('empty')
    for (const [rows, bits, blocks] of [[NaN, 2045, 1], [4, NaN, 1], [4, 2045, NaN], [4, 2045, 1.5], [4.5, 2045, 1]] as const) {
      expect(() => layOutGroups([{ lower: 0n, upper: 9n }], rows, bits, blocks)).toThrow('not whole numbers')
    }
    const [blocked] = layOutGroups([{ lower: 0n, upper: 9n }], 5, 2045, 2)
    if (blocked === undefined) expect.unreachable('no group')
    expect(packRow(blocked, 2, () => 0n)).toBe(0n)
    for (const row of [-1, 0.5, 3, NaN]) expect(() => packRow(blocked, row, () => 0n)).toThrow('no packed row')
  })
})

describe('the packed form', () => {
  const rows = 100
  const ranges = Array.from({ length: 3 }, () => ({ lower: 0n, upper: 9n }))
  const groups = layOutGroups(ranges, rows, 2045)

  it('is read where every column of a group is asked for over the same rows', () => {
    expect(planPacked([0, 1, 2].map((column) => sumOf(rows, column)), groups))
      .toEqual({ packed: [{ group: 0, start: 0, count: 100, answers: [0, 1, 2] }], unpacked: [] })
    const parts = [2, 0, 1].map((column) => sumOf(rows, column, 10, 50))
    expect(planPacked(parts, groups).packed).toMatchObject([{ start: 10, count: 50, answers: [1, 2, 0] }])
  })

  it('is not read where a slot would open that nobody asked for', () => {
    const two = [sumOf(rows, 0), sumOf(rows, 1)]
    expect(planPacked(two, groups)).toEqual({ packed: [], unpacked: [0, 1] })
    expect(planPacked([...two, sumOf(rows, 2, 0, 99)], groups).packed).toEqual([])
    expect(planPacked(two, groups, ({ column }) => column === 2).packed).toMatchObject([{ answers: [0, 1, null] }])
  })

  it('is not read for weighted sums, constants or sums across columns', () => {
    const all = [0, 1, 2].map((column) => sumOf(rows, column))
    const weighted: LinearForm[] = [
      { runs: [{ start: 0, count: 100, weight: 2n }], constant: 0n }, { runs: [{ start: 0, count: 100, weight: 1n }], constant: 1n },
      { runs: [{ start: 50, count: 100, weight: 1n }], constant: 0n }, { runs: [], constant: 0n },
    ]
    for (const form of weighted) expect(planPacked([form, ...all.slice(1)], groups).packed).toEqual([])
    expect(planPacked([...all, ...weighted], groups)).toMatchObject({ packed: [{ answers: [0, 1, 2] }], unpacked: [3, 4, 5, 6] })
  })

  it('opens a sum for each block of rows, which must each be asked for', () => {
    const blocked = layOutGroups([{ lower: 0n, upper: 9n }], rows, 2045, 4)
    expect(planPacked([sumOf(rows, 0)], blocked).packed).toEqual([])
    const quarters = [0, 25, 50, 75].map((start) => sumOf(rows, 0, start, 25))
    expect(planPacked(quarters, blocked).packed).toMatchObject([{ start: 0, count: 25, answers: [0, 1, 2, 3] }])
  })
})
