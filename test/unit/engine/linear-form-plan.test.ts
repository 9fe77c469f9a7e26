import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LinearForm, WeightedRun } from '../../../src/crypto/types.ts'
import { chooseBatchCost, cutForm, gatherPieces, intervalsOf, joiningForm, localRuns } from '../../../src/engine/linear-form-plan.ts'

const formOf = fc.tuple(
  fc.array(fc.tuple(fc.nat(5), fc.integer({ min: 1, max: 300 }), fc.integer({ min: -9, max: 9 })), { maxLength: 12 }),
  fc.integer(),
).map(([steps, constant]): LinearForm => {
  let end = 0
  const runs = steps.filter(([, , weight]) => weight !== 0).map(([gap, count, weight]) => {
    const start = end + gap
    end = start + count
    return { start, count, weight: BigInt(weight) }
  })
  return { runs, constant: BigInt(constant) }
})

const weigh = (runs: readonly WeightedRun[], cells: (index: number) => bigint): bigint => {
  let sum = 0n
  for (const { start, count, weight } of runs) for (let i = start; i < start + count; i += 1) sum += weight * cells(i)
  return sum
}

const cell = (index: number): bigint => BigInt(index * index + 7)

describe('a cut form', () => {
  it('adds up to the form again', () => {
    fc.assert(fc.property(formOf, fc.integer({ min: 1, max: 200 }), (form, most) => {
      const pieces = cutForm(form, most)
      const joined = joiningForm(pieces, form.constant)
      const partials = pieces.map((piece) => weigh(piece.runs, cell))
      expect(weigh(joined.runs, (index) => partials[index] ?? 0n) + joined.constant).toBe(weigh(form.runs, cell) + form.constant)
    }))
  })

  it('has no piece much above the size asked for, and is whole where it is short', () => {
    fc.assert(fc.property(formOf, fc.integer({ min: 10, max: 200 }), (form, most) => {
      const pieces = cutForm(form, most)
      for (const { cost } of pieces) expect(cost).toBeLessThanOrEqual(most + 60)
      if (form.runs.length === 0) expect(pieces).toEqual([{ runs: [], weight: 1n, cost: 1 }])
    }))
  })

  it('applies a long run\'s weight once, at the join', () => {
    const pieces = cutForm({ runs: [{ start: 3, count: 1000, weight: -5n }], constant: 0n }, 300)
    expect(pieces.flatMap(({ runs }) => runs.map(({ weight }) => weight))).toEqual([1n, 1n, 1n, 1n])
    expect(joiningForm(pieces, 9n)).toEqual({ runs: [{ start: 0, count: 4, weight: -5n }], constant: 9n })
  })
})

describe('a batch of pieces', () => {
  it('holds neighbours, none lost', () => {
    fc.assert(fc.property(fc.array(formOf, { maxLength: 6 }), fc.integer({ min: 10, max: 500 }), (forms, most) => {
      const pieces = forms.flatMap((form) => cutForm(form, most))
      expect(gatherPieces(pieces, most).flat()).toEqual(pieces)
    }))
  })

  it('reads each cell it needs once, and finds it again', () => {
    fc.assert(fc.property(fc.array(formOf, { minLength: 1, maxLength: 4 }), (forms) => {
      const pieces = forms.flatMap((form) => cutForm(form, 100))
      const intervals = intervalsOf(pieces)
      const laid = intervals.flatMap(({ start, count }) => Array.from({ length: count }, (_, i) => start + i))
      expect(new Set(laid).size).toBe(laid.length)
      for (const { runs } of pieces) {
        expect(weigh(localRuns(runs, intervals), (index) => cell(laid[index] ?? -1))).toBe(weigh(runs, cell))
      }
    }))
  })
})

describe('the size of a batch', () => {
  it('grows with the work and stays small enough to stop', () => {
    const sumOf = (count: number): LinearForm[] => [{ runs: [{ start: 0, count, weight: 1n }], constant: 0n }]
    expect(chooseBatchCost(sumOf(10), 2)).toBe(64)
    expect(chooseBatchCost(sumOf(8000), 2)).toBe(4000)
    expect(chooseBatchCost(sumOf(1_000_000), 2)).toBeLessThanOrEqual(6000)
  })

  it('gives every worker as many as the others', () => {
    for (const [cells, workers] of [[13_000, 2], [12_001, 2], [100_000, 3]] as const) {
      const form: LinearForm = { runs: [{ start: 0, count: cells, weight: 1n }], constant: 0n }
      const pieces = cutForm(form, chooseBatchCost([form], workers))
      expect(pieces.length % workers).toBe(0)
      const costs = pieces.map(({ cost }) => cost)
      expect(Math.max(...costs) - Math.min(...costs)).toBeLessThan(10)
    }
  })
})
