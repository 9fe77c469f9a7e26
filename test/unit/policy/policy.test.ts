import { describe, expect, it } from 'vitest'
import type { AnswerValue } from '../../../src/compute/answer.ts'
import { deferTensor } from '../../../src/compute/deferred.ts'
import { variance } from '../../../src/compute/moments.ts'
import { deriveProgram } from '../../../src/compute/program.ts'
import { assertPolicy } from '../../../src/policy/policy.ts'
import { isAppError } from '../../../src/shared/errors.ts'
import type { DisclosedPolicy } from '../../../src/shared/schemas/details.ts'
import { createTable } from '../compute/support.ts'

const rows = 50
const { data, dataset } = createTable([
  { name: 'wage', decimals: 2, integers: Array.from({ length: rows }, (_, row) => 1000 + 37 * row) },
  { name: 'age', decimals: 0, integers: Array.from({ length: rows }, (_, row) => 20 + row) },
  { name: 'union', decimals: 0, integers: Array.from({ length: rows }, (_, row) => row % 2) },
])
const strict: DisclosedPolicy = { mode: 'disclosed', minRows: 10, condition: 1, maxAnswerCells: 100, maxAnswerBits: 64 }
const wide: DisclosedPolicy = { ...strict, maxAnswerCells: 1000, maxAnswerBits: 2000 }

const check = (answer: AnswerValue, policy: DisclosedPolicy = strict) => assertPolicy(deriveProgram(answer, dataset), policy, dataset)

/** The code and message of the refusal; 'answered' where there is none. */
const verdict = (answer: AnswerValue, policy: DisclosedPolicy = strict): string => {
  try {
    check(answer, policy)
    return 'answered'
  } catch (error) {
    if (isAppError(error)) return `${error.code}: ${error.message}`
    throw error
  }
}

const wage = data.col('wage')
const rowWeights = (weightOf: (row: number) => number) => Array.from({ length: rows }, (_, row) => weightOf(row))

describe('what a listing with minRows 10 answers', () => {
  it.each<[string, AnswerValue]>([
    ['means of all columns', data.mean(0)],
    ['one mean', { meanWage: wage.mean() }],
    ['a weighted sum of the columns', data.dot([0.4, -1.25, 3]).mean()],
    ['sums and means together', { sum: data.sum(), means: data.mean(0), shifted: data.mul(2).add(1).mean(0) }],
    ['sums over two large groups of rows', [wage.slice(0, 20).sum(), wage.slice(20).mean()]],
    ['two weights in large groups', wage.dot(rowWeights((row) => (row < 25 ? 1 : 1.5)))],
  ])('%s', (_, answer) => {
    expect(verdict(answer)).toBe('answered')
  })
})

describe('known extractions are refused by the class rule', () => {
  it.each<[string, AnswerValue]>([
    ['a single cell', wage.get(7)],
    ['one-hot weights', wage.dot(rowWeights((row) => (row === 7 ? 1 : 0)))],
    ['the sum but for one row', wage.dot(rowWeights((row) => (row === 7 ? 0 : 1)))],
    ['the sum, and the sum but for one row', [wage.sum(), wage.sum().sub(wage.get(7))]],
    ['a one-hot in another column\'s sum', wage.sum().add(data.get(7, 1))],
    ['weight packing: Σ 2^(32·i)·xᵢ', wage.dot(rowWeights((row) => (row < 40 ? 2 ** (32 * (row % 20)) : 0)))],
    ['40 nearly equal 48-bit weights', wage.dot(rowWeights((row) => (row < 40 ? 2 ** 47 + row : 0)))],
    ['weights that differ in the last of 15 digits', wage.dot(rowWeights((row) => 1 + row * 1e-14))],
    ['nine rows', wage.slice(0, 9).sum()],
    ['all but nine rows, the rest weighing nothing', wage.slice(9).sum()],
    ['overlapping groups whose difference is one row', [wage.slice(0, 25).sum(), wage.slice(0, 24).sum()]],
    ['a score per row', data.slice(0, 12).dot([1, 2, 3])],
  ])('%s', (_, answer) => {
    expect(verdict(answer, wide)).toMatch(/^policy\.min-rows: the answer tells \d rows? apart from all others, the listing asks for groups of at least 10/)
  })

  it('and are answered where the seller chose row-level answers', () => {
    expect(verdict({ cell: wage.get(7), scores: data.dot([1, 2, 3]) }, { ...wide, minRows: 1 })).toBe('answered')
  })

  it('two wallets\' differencing falls to the partition carried from query to query', () => {
    const first = deriveProgram(wage.slice(0, 25).sum(), dataset)
    const second = deriveProgram(wage.slice(0, 24).sum(), dataset)
    const after = assertPolicy(first, strict, dataset)
    expect(() => assertPolicy(second, strict, dataset)).not.toThrow()
    expect(() => assertPolicy(second, strict, dataset, after)).toThrow(/tells 1 row apart/)
    expect(assertPolicy(first, strict, dataset, after)).toEqual(after)
  })

  it('a table of fewer rows than minRows answers nothing about itself', () => {
    const small = createTable([{ decimals: 0, integers: [1, 2, 3] }])
    const program = deriveProgram(small.data.mean(), small.dataset)
    expect(() => assertPolicy(program, strict, small.dataset)).toThrow(/tells 3 rows apart/)
  })
})

describe('condition', () => {
  const rowLevel: DisclosedPolicy = { ...wide, minRows: 1 }
  it('lets an axis have the data\'s length over the condition, and not one more', () => {
    expect(verdict(wage.slice(0, 25), { ...rowLevel, condition: 2 })).toBe('answered')
    expect(verdict({ part: wage.slice(0, 26) }, { ...rowLevel, condition: 2 }))
      .toBe('policy.condition: answer.part has shape (26,); under condition 2, axis 0 may be at most 25')
    expect(verdict(data.cols('wage', 'age'), { ...rowLevel, condition: 1.5 })).toMatch(/axis 0 may be at most 33/)
    expect(verdict(data.slice([0, 10], [0, 2]), { ...rowLevel, condition: 2 })).toMatch(/axis 1 may be at most 1$/)
  })

  it('lets any scalar pass', () => {
    expect(verdict([data.sum(), wage.mean()], { ...strict, condition: 1e9 })).toBe('answered')
  })

  it('refuses an answer of more axes than the data', () => {
    expect(verdict(data.mean(0).reshape(1, 3, 1))).toBe('policy.condition: the answer has 3 axes, the data 2')
  })
})

describe('cells and bits', () => {
  it('counts decrypted cells, equal ones once', () => {
    expect(verdict([data.mean(0), data.mean(0)], { ...strict, maxAnswerCells: 3 })).toBe('answered')
    expect(verdict(data.mean(0), { ...strict, maxAnswerCells: 2 })).toBe('policy.answer-cells: the answer decrypts 3 cells, the listing allows 2')
  })

  it('bounds each cell by the declared bounds of the columns, not by the data', () => {
    // 50 wages of at most 28.13 are at most 140,650 hundredths: 18 bits.
    expect(verdict(wage.sum(), { ...strict, maxAnswerBits: 18 })).toBe('answered')
    expect(verdict(wage.sum(), { ...strict, maxAnswerBits: 17 })).toBe('policy.answer-bits: the answer could have 18 bits, the listing allows 17')
  })

  const narrow = [[1, 1], [1, 2], [1, 3]]
  const wideLast = [[1, 1], [1, 1e18], [1, 3]]
  const wideFirst = wideLast.map(([one, other]) => [other as number, one as number])
  it.each<[string, AnswerValue]>([
    ['answer[1]', data.get(0).dot(wideLast)],
    ['answer.sums[0]', { mean: wage.mean(), sums: data.sum(0).dot(wideFirst) }],
    ['answer[1].table[1][0]', ['text', { table: data.rows(0, 1).dot(narrow).concat(data.rows(1, 2).dot(wideFirst)) }]],
    ['what is decrypted for answer.root', { root: deferTensor(data.sum(0).dot(wideLast)).apply('sqrt') }],
  ])('names what is too wide: %s', (place, answer) => {
    const refusal = verdict(answer, { ...wide, minRows: 1, maxAnswerBits: 60 })
    expect(refusal.replace(/\d+ bits/, 'so many bits')).toBe(`policy.answer-bits: ${place} could have so many bits, the listing allows 60`)
  })

  it('never allows more bits than the key holds', () => {
    const program = deriveProgram(wage.sum(), dataset)
    const [cell] = program.cells
    const huge = { ...program, cells: [{ ...(cell as typeof program.cells[number]), constant: String(2n ** 2046n + 1n) }] }
    expect(() => assertPolicy(huge, { ...wide, maxAnswerBits: 5000 }, dataset)).toThrow(/2047 bits, the listing allows 2045/)
  })
})

describe('a program for another table', () => {
  it('is refused before anything else', () => {
    const program = deriveProgram(wage.sum(), dataset)
    for (const other of [{ ...program, datasetRoot: `0x${'ee'.repeat(32)}` }, { ...program, rows: 49 }, { ...program, columns: 4 }]) {
      expect(() => assertPolicy(other, strict, dataset)).toThrow(expect.objectContaining({ code: 'policy.wrong-dataset' }))
    }
  })
})

describe('second moments (S2)', () => {
  const values = Array.from({ length: rows }, (_, row) => 10 + row)
  const moments = createTable([
    { name: 'wage', decimals: 0, integers: values }, { name: 'wage*wage', decimals: 0, integers: values.map((value) => value * value) },
  ])
  const pay = moments.data.col('wage')
  const product = (...selected: readonly [number, number][]): AnswerValue =>
    selected.map(([start, stop]) => variance('var', pay.slice(start, stop), undefined, 0))
  const judge = (answer: AnswerValue, policy: DisclosedPolicy = strict): string => {
    try {
      assertPolicy(deriveProgram(answer, moments.dataset), policy, moments.dataset)
      return 'answered'
    } catch (error) {
      return isAppError(error) ? error.code : String(error)
    }
  }

  it('are answered of all rows and of no group of them, however large', () => {
    expect(judge(product([0, rows]))).toBe('answered')
    for (const part of [[0, 25], [25, rows], [0, rows - 1], [1, rows]] as const) expect(judge(product([...part]))).toBe('policy.second-moments-whole')
    expect(judge(product([0, 25], [25, rows]))).toBe('policy.second-moments-whole')
    // Less the sum of the wage over a group, the moments of a flag are those of the rest.
    expect(judge(pay.slice(0, 25).sum())).toBe('policy.second-moments-whole')
    expect(judge([pay.sum(), pay.mean()])).toBe('answered')
    expect(judge(product([0, 25]), { ...strict, minRows: 1 })).toBe('answered')
  })

  it('do not count as columns of the table where the condition asks how many there are', () => {
    expect(judge(moments.data.slice(0, 25), { ...strict, condition: 2 })).toBe('policy.condition')
  })
})

describe('comparisons on the way to an answer', () => {
  const compared = (from: number, count: number) => ({ constant: '-1200', terms: [[from, count, '1'] as [number, number, string]] })
  const judge = (...comparisons: ReturnType<typeof compared>[]): string => {
    try {
      assertPolicy(deriveProgram(wage.mean(), dataset, comparisons), strict, dataset)
      return 'answered'
    } catch (error) {
      if (isAppError(error)) return error.code
      throw error
    }
  }

  it('are held to the class rule as answer cells are', () => {
    expect(judge(compared(0, rows), compared(0, 20))).toBe('answered')
    expect(judge(compared(7, 1))).toBe('policy.min-rows')
    expect(judge(compared(0, 20), compared(0, 21))).toBe('policy.min-rows')
  })

  it('and to the bits of an answer', () => {
    expect(judge({ constant: '0', terms: [[0, rows, String(2n ** 70n)]] })).toBe('policy.answer-bits')
  })
})
