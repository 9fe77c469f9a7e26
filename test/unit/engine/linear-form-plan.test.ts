import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LinearForm, WeightedRun } from '../../../src/crypto/types.ts'
import { costOf } from '../../../src/engine/form-cost.ts'
import {
  chooseBatchCost, cutForm, cutForms, gatherPieces, intervalsOf, joiningForm, localRuns, longestLane,
} from '../../../src/engine/linear-form-plan.ts'

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

/** Weights as unlike as chance makes them, the same in every run. */
const weighted = (count: number, bits: bigint, isSigned: boolean): LinearForm => ({
  runs: Array.from({ length: count }, (_, i) => {
    const magnitude = (BigInt(i + 1) * 0x9e37_79b9_7f4a_7c15n) % 2n ** bits + 1n
    return { start: i, count: 1, weight: isSigned && i % 2 === 1 ? -magnitude : magnitude }
  }),
  constant: 5n,
})

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
      for (const { cost } of pieces) expect(cost).toBeLessThanOrEqual(1.5 * most + 60)
      if (costOf(form.runs) <= most) expect(pieces.length).toBe(1)
      if (form.runs.length === 0) expect(pieces).toEqual([{ runs: [], weight: 1n, cost: 1 }])
    }))
  })

  it('applies a long run\'s weight once, at the join', () => {
    const pieces = cutForm({ runs: [{ start: 3, count: 1000, weight: -5n }], constant: 0n }, 300)
    expect(pieces.flatMap(({ runs }) => runs.map(({ weight }) => weight))).toEqual([1n, 1n, 1n, 1n])
    expect(joiningForm(pieces, 9n)).toEqual({ runs: [{ start: 0, count: 4, weight: -5n }], constant: 9n })
  })
})

describe('a form of many weights', () => {
  it('stays whole for one worker, who has it cheapest so', () => {
    for (const count of [100, 1000]) {
      const form = weighted(count, 32n, true)
      expect(cutForm(form, chooseBatchCost([form], 1)).map(({ runs }) => runs.length)).toEqual([count])
    }
  })

  const expectSum = (form: LinearForm, pieces: ReturnType<typeof cutForm>): void => {
    const joined = joiningForm(pieces, form.constant)
    const partials = pieces.map((piece) => weigh(piece.runs, cell))
    expect(weigh(joined.runs, (index) => partials[index] ?? 0n) + joined.constant).toBe(weigh(form.runs, cell) + form.constant)
  }

  it('is shared by the signs of its weights: no piece divides, each of two workers has half, and it adds up again', () => {
    for (const [count, bits] of [[100, 32n], [1000, 53n]] as const) {
      const form = weighted(count, bits, true)
      const pieces = cutForm(form, chooseBatchCost([form], 2))
      expect(pieces.map(({ weight }) => weight)).toEqual([1n, -1n])
      for (const { cost, runs } of pieces) {
        expect(cost).toBeLessThan(0.53 * costOf(form.runs))
        expect(runs.every(({ weight }) => weight > 0n)).toBe(true)
      }
      expectSum(form, pieces)
    }
  })

  it('is shared by the bits of its weights where they have one sign, or one sign for almost all', () => {
    const positive = weighted(100, 53n, false)
    const uneven = { ...positive, runs: positive.runs.map((run, i) => (i === 7 ? { ...run, weight: -run.weight } : run)) }
    for (const form of [positive, uneven]) {
      const pieces = cutForm(form, chooseBatchCost([form], 2))
      expect(pieces.map(({ weight }) => weight)).toEqual([1n, 1n << 27n])
      for (const { cost, runs } of pieces) {
        expect(cost).toBeLessThan(0.6 * costOf(form.runs))
        expect(runs.length).toBeGreaterThan(90)
      }
      expectSum(form, pieces)
    }
  })

  it('is shared by signs and bits among more workers', () => {
    const form = weighted(1000, 53n, true)
    const pieces = cutForm(form, chooseBatchCost([form], 4))
    expect(pieces.map(({ weight }) => weight)).toEqual([1n, 1n << 27n, -1n, -(1n << 27n)])
    expectSum(form, pieces)
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
    expect(chooseBatchCost(sumOf(10), 2)).toBe(250)
    expect(chooseBatchCost(sumOf(8000), 2)).toBe(4000)
    expect(chooseBatchCost(sumOf(1_000_000), 2)).toBeLessThanOrEqual(10_000)
  })

  it('cuts plain sums finer where whole ones would leave a worker idle', () => {
    for (const [columns, workers] of [[3, 2], [5, 4], [1, 3]] as const) {
      const forms = Array.from({ length: columns }, (_, i): LinearForm =>
        ({ runs: [{ start: 4000 * i, count: 4000, weight: 1n }], constant: 0n }))
      const most = chooseBatchCost(forms, workers)
      const batches = gatherPieces(cutForms(forms, most, workers).flat(), most)
      expect(longestLane(batches, workers)).toBeLessThan(1.15 * ((columns * 4000) / workers))
    }
    // Whole ones: two for the one worker, one for the other.
    const whole = [{ runs: [], weight: 1n, cost: 4 }]
    expect(longestLane([whole, whole, whole], 2)).toBe(8)
  })

  it('gives every worker as many as the others', () => {
    for (const [cells, workers] of [[13_000, 2], [22_001, 2], [100_000, 3]] as const) {
      const form: LinearForm = { runs: [{ start: 0, count: cells, weight: 1n }], constant: 0n }
      const pieces = cutForm(form, chooseBatchCost([form], workers))
      expect(pieces.length % workers).toBe(0)
      const costs = pieces.map(({ cost }) => cost)
      expect(Math.max(...costs) - Math.min(...costs)).toBeLessThan(10)
    }
  })
})
