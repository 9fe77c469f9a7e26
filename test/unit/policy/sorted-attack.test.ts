import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSortedAttack, solveSorted, type SortedGroup } from '../../../src/policy/sorted-attack.ts'
import { evaluateProgramOnIntegers } from '../../../src/compute/program.ts'
import { createTable } from '../compute/support.ts'

const seed = Date.now() % 1_000_000
const size = 3
const policy = { mode: 'disclosed' as const, minRows: size, condition: 1, maxAnswerCells: 256, maxAnswerBits: 192 }

/** All sequences of `rows` numbers from `low` to `high` that never fall. */
const rising = (rows: number, low: number, high: number): number[][] => (rows === 0 ? [[]]
  : Array.from({ length: high - low + 1 }, (_, at) => low + at)
    .flatMap((first) => rising(rows - 1, first, high).map((rest) => [first, ...rest])))

const groupsOf = (values: readonly number[]): SortedGroup[] => Array.from({ length: values.length / size }, (_, group) => {
  const [start, end] = [group * size, (group + 1) * size]
  return { start, end, sum: BigInt(values.slice(start, end).reduce((sum, value) => sum + value, 0)) }
})

describe('sums of neighbours in sorted rows (S2)', () => {
  const [low, high] = [-2, 3]
  const all = rising(2 * size, low, high)

  it(`tell only what no other sorted rows of these sums have, and most of what they tell at all (seed ${seed})`, () => {
    let [told, tellable] = [0, 0]
    fc.assert(fc.property(fc.constantFrom(...all), (values) => {
      const groups = groupsOf(values)
      const alike = all.filter((others) => groupsOf(others).every(({ sum }, group) => sum === groups[group]?.sum))
      const certain = values.flatMap((value, row) => (alike.every((others) => others[row] === value) ? [row] : []))
      const solved = solveSorted(groups, BigInt(low), BigInt(high))
      for (const [row, value] of solved) expect([row, value, certain.includes(row)]).toEqual([row, BigInt(values[row] ?? 0), true])
      told += solved.size
      tellable += certain.length
    }), { seed, numRuns: 200 })
    expect(told / tellable).toBeGreaterThan(0.8)
  })

  it('are rehearsed on the seller\'s own table, whether it rises or falls, and not on rows in no order', () => {
    const ages = Array.from({ length: 60 }, (_, row) => 18 + Math.floor(row / 3))
    for (const values of [ages, ages.toReversed()]) {
      const { dataset, readCell } = createTable([{ decimals: 0, integers: values }])
      const attack = createSortedAttack(dataset, policy, readCell)
      const got = attack?.extract(attack.queries.map((program) => evaluateProgramOnIntegers(program, readCell))) ?? []
      expect(got.length).toBeGreaterThan(20)
      for (const { cell, value } of got) expect(value).toBe(readCell(cell))
    }
    const { dataset, readCell } = createTable([{ decimals: 0, integers: ages.map((_, row) => ages[(row * 7) % 60] ?? 0) }])
    expect(createSortedAttack(dataset, policy, readCell)).toBeNull()
  })
})
