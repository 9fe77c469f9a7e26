import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LinearForm } from '../../../src/crypto/types.ts'
import { shareSums } from '../../../src/engine/shared-sums.ts'

const cells = 400
const valueOf = (index: number): bigint => BigInt(index * index * 31 + 7)

const evaluate = ({ runs, constant }: LinearForm, read: (index: number) => bigint): bigint => {
  let sum = constant
  for (const { start, count, weight } of runs) for (let i = start; i < start + count; i += 1) sum += weight * read(i)
  return sum
}

const sumOf = (start: number, count: number, weight = 1n): LinearForm => ({ runs: [{ start, count, weight }], constant: 0n })

const stepsOf = fc.array(fc.tuple(fc.nat(20), fc.integer({ min: 1, max: 60 }), fc.integer({ min: -4, max: 4 })), { maxLength: 6 })
const formOf = fc.tuple(stepsOf, fc.integer())
  .map(([steps, constant]): LinearForm => {
    let end = 0
    const runs = steps.flatMap(([gap, count, weight]) => {
      const start = end + gap
      if (start + count > cells || weight === 0) return []
      end = start + count
      return [{ start, count, weight: BigInt(weight) }]
    })
    return { runs, constant: BigInt(constant) }
  })

describe('sums that forms share', () => {
  it('leave every form its value, runs rising and within what is there', () => {
    fc.assert(fc.property(fc.array(formOf, { maxLength: 6 }), (forms) => {
      const shared = shareSums(forms, cells)
      if (shared === null) return
      const sums = shared.sums.map(({ start, count }) => evaluate(sumOf(start, count), valueOf))
      shared.forms.forEach((form, i) => {
        const found = evaluate(form, (index) => (index < cells ? valueOf(index) : sums[index - cells] ?? 0n))
        expect(found).toBe(evaluate(forms[i] ?? form, valueOf))
        let end = 0
        for (const { start, count } of form.runs) {
          expect(start).toBeGreaterThanOrEqual(end)
          end = start + count
        }
        expect(end).toBeLessThanOrEqual(cells + sums.length)
      })
    }))
  })

  it('are made once: a mean of all and the means of its columns touch every cell once', () => {
    const columns = Array.from({ length: 4 }, (_, column) => sumOf(column * 100, 100))
    const shared = shareSums([sumOf(0, 400, 3n), ...columns], cells)
    expect(shared?.sums.map(({ start, count }) => [start, count])).toEqual([[0, 100], [100, 100], [200, 100], [300, 100]])
    expect(shared?.forms[0]).toEqual({ runs: [{ start: 400, count: 4, weight: 3n }], constant: 0n })
    expect(shared?.forms[2]).toEqual({ runs: [{ start: 401, count: 1, weight: 1n }], constant: 0n })
  })

  it('are found where runs overlap in part, under whatever weight', () => {
    const shared = shareSums([sumOf(0, 300), sumOf(200, 200, -7n)], cells)
    expect(shared).toEqual({
      sums: [{ start: 200, count: 100 }],
      forms: [
        { runs: [{ start: 0, count: 200, weight: 1n }, { start: 400, count: 1, weight: 1n }], constant: 0n },
        { runs: [{ start: 300, count: 100, weight: -7n }, { start: 400, count: 1, weight: -7n }], constant: 0n },
      ],
    })
  })

  it('are not looked for where there are none, or too few cells to be worth it', () => {
    expect(shareSums([sumOf(0, 400)], cells)).toBeNull()
    expect(shareSums([sumOf(0, 100), sumOf(100, 100)], cells)).toBeNull()
    expect(shareSums([sumOf(0, 102), sumOf(99, 100)], cells)).toBeNull()
  })
})
