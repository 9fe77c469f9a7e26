import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnswerValue } from '../../../src/compute/answer.ts'
import { deriveProgram } from '../../../src/compute/program.ts'
import { createAnswerMask, fitsAnswerMask, maskBits } from '../../../src/crypto/blinding.ts'
import { answerMaskBits, assertPrivateCells, assertPrivateProgram, mostPrivateCells } from '../../../src/policy/private.ts'
import { rehearsePrivate } from '../../../src/policy/rehearse-private.ts'
import { isAppError } from '../../../src/shared/errors.ts'
import { describeMode } from '../../../src/shared/policy-words.ts'
import type { PrivatePolicy } from '../../../src/shared/schemas/details.ts'
import { createTable } from '../compute/support.ts'

const rows = 50
const wages = Array.from({ length: rows }, (_, row) => 1000 + 37 * row)
const ages = Array.from({ length: rows }, (_, row) => 20 + row)
const { data, dataset } = createTable([
  { name: 'wage', decimals: 2, integers: wages },
  { name: 'age', decimals: 0, integers: ages },
])
const policy: PrivatePolicy = { mode: 'private', condition: 1, maxAnswerCells: 100, maxAnswerBits: 128 }

const codeOf = (act: () => void): string => {
  try {
    act()
    return 'answered'
  } catch (error) {
    if (isAppError(error)) return error.code
    throw error
  }
}
const judge = (answer: AnswerValue, own: PrivatePolicy = policy): string =>
  codeOf(() => { assertPrivateProgram(deriveProgram(answer, dataset), own, dataset) })

/** Bytes as a counter writes them, most significant first: `randomBelow` of a power of two is then the counter. */
const counting = (value: bigint) => (count: number): Uint8Array =>
  new Uint8Array(Buffer.from(value.toString(16).padStart(2 * count, '0').slice(-2 * count), 'hex'))

describe('a mask over an answer in private mode', () => {
  it('takes every value of [−2^(B−1), 2^(B−1)) exactly once over all random draws', () => {
    const masks = Array.from({ length: 256 }, (_, draw) => createAnswerMask(8, counting(BigInt(draw))))
    expect([...masks].sort((a, b) => Number(a - b))).toEqual(Array.from({ length: 256 }, (_, index) => BigInt(index - 128)))
  })

  it('moves by at most 2^−80 for a value that fits, and leaves it below the bound', () => {
    fc.assert(fc.property(fc.integer({ min: maskBits + 1, max: 1000 }), fc.nat(), fc.bigInt(), (answerBits, shrink, draw) => {
      const bits = Math.max(0, answerBits - maskBits - (shrink % answerBits))
      expect(fitsAnswerMask(answerBits, bits)).toBe(true)
      const value = (1n << BigInt(bits)) - 1n
      const mask = createAnswerMask(answerBits, counting(draw < 0n ? -draw : draw))
      for (const sign of [1n, -1n]) {
        const masked = mask + sign * value
        expect(masked < 1n << BigInt(answerBits) && -masked < 1n << BigInt(answerBits)).toBe(true)
      }
      // Two uniform stretches of 2^B numbers, |v| apart, differ by |v|/2^B.
      expect(value << BigInt(maskBits) < 1n << BigInt(answerBits)).toBe(true)
    }))
    expect(fitsAnswerMask(128, 49)).toBe(false)
    expect(answerMaskBits).toBe(maskBits)
  })
})

describe('the policy of private mode', () => {
  it('lets the buyer ask what leaves room for the mask, single rows included, and refuses what does not', () => {
    expect(judge(data.col('wage').get(3))).toBe('answered')
    expect(judge(data.mean(0))).toBe('answered')
    const wide = data.col('wage').get(3).mul(2 ** 40).add(data.col('age').get(0))
    expect(judge(wide)).toBe('policy.mask-too-short')
    expect(judge(wide, { ...policy, maxAnswerBits: 192 })).toBe('answered')
  })

  it('holds the shape on the buyer\'s side, the number of cells on the seller\'s', () => {
    const quarter = { ...policy, condition: 4, maxAnswerCells: 100 }
    expect(judge(data.col('wage'), quarter)).toBe('policy.condition')
    expect(mostPrivateCells(quarter, dataset)).toBe(12)
    expect(mostPrivateCells({ ...policy, condition: 1000 }, dataset)).toBe(1)
    expect(codeOf(() => { assertPrivateCells(12, quarter, dataset) })).toBe('answered')
    for (const cells of [0, 13]) expect(codeOf(() => { assertPrivateCells(cells, quarter, dataset) })).toBe('policy.answer-cells')
    expect(codeOf(() => { assertPrivateCells(101, policy, dataset) })).toBe('policy.answer-cells')
  })

  it('says in bits and cells what it gives away', () => {
    const words = describeMode(policy, 400).join(' ')
    expect(words).toContain('cannot refuse single rows')
    expect(words).toContain('100 × 128 bits in one answer and 400 × 128 bits from this table in all')
  })
})

describe('the attack rehearsal of a private listing', () => {
  const readCell = (cell: number): bigint => BigInt((cell < rows ? wages : ages)[cell % rows] as number)

  it('unpacks raw cells from what is left of the budget, and no more bits than that', () => {
    const [report] = rehearsePrivate({ ...policy, maxAnswerCells: 2 }, dataset, { cells: 3, comparisons: 0 }, readCell)
    expect(report).toMatchObject({ attack: 'weight-packing', answered: 2, questions: 2, refusal: null })
    expect(report?.cells).toBeGreaterThan(3)
    expect(report?.bits).toBeLessThanOrEqual(3 * 128)
  })

  it('gets the whole table where the budget is as large, and nothing where it is spent', () => {
    expect(rehearsePrivate(policy, dataset, { cells: 1000, comparisons: 0 }, readCell)).toMatchObject([{ cells: 2 * rows }])
    expect(rehearsePrivate(policy, dataset, { cells: 0, comparisons: 0 }, readCell)).toMatchObject([{ cells: 0, bits: 0, refusal: { code: 'policy.budget-spent' } }])
  })
})
