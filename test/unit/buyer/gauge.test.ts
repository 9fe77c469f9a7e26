import { describe, expect, it } from 'vitest'
import { deriveFromScript } from '../../../src/host/buyer/derive.ts'
import { deriveReal } from '../../../src/host/buyer/derive-real.ts'
import { gauge, gaugeProgram } from '../../../src/host/buyer/gauge.ts'
import { describeGauge } from '../../../src/cli/gauge-text.ts'
import type { Details } from '../../../src/shared/schemas/details.ts'
import { createColumn, rootOf } from '../compute/support.ts'

const rows = 100

/** The parts of a details document that a gauge reads. */
const details = {
  title: 'Workers', condition: 4,
  columns: [createColumn('wage', 2, 0, 1000), createColumn('age', 0, 0, 120)],
  policy: { mode: 'disclosed', minRows: 10, condition: 4, maxAnswerCells: 50, maxAnswerBits: 128 },
  budgets: { totalCells: 100, comparisons: 7, products: 0 },
  dataset: { root: rootOf('22'), rows, columns: 2, key: { bits: 2048 } },
} as unknown as Details

const gaugeSource = (source: string) => gauge({ fileName: 'a.ts', source }, details)

describe('the gauge of a script', () => {
  it('counts what is decrypted, multiplied in and computed afterwards, and the bits that are left', async () => {
    const found = await gaugeSource('export default data.col("wage").sum() / data.col("age").sum()')
    expect(found).toMatchObject({
      cells: 2, steps: 1, ciphertextOperations: 2 * rows, maxAnswerCells: 50, maxComparisons: 7,
      answerBits: 24, maxAnswerBits: 128, headroomBits: 104, roundingError: 0,
    })
    expect(found.estimatedSeconds).toBeGreaterThan(0)
    expect(found.estimatedSeconds).toBeLessThan(60)
  })

  it('holds each tensor that is decrypted against the listing\'s condition', async () => {
    const { shapes } = await gaugeSource('export default { all: data.mean(0), half: data / data.sum(0), one: data.mean() }')
    expect(shapes).toEqual([
      { path: '.all', shape: [2], limit: [25], fits: true },
      { path: '.half', shape: [100, 2], limit: [25, 0], fits: false },
      { path: '.half', shape: [2], limit: [25], fits: true },
      { path: '.one', shape: [], limit: [], fits: true },
    ])
  })

  it('says what weights of many digits cost, and how far they are rounded', async () => {
    // So few rows that no second worker is worth its messages, whatever the weights.
    const few = { ...details, dataset: { ...details.dataset, rows: 40 } } as Details
    const gaugeFew = (source: string) => gauge({ fileName: 'a.ts', source }, few)
    const exact = await gaugeFew('export default data.sum(0).dot([0.5, 0.25])')
    const rounded = await gaugeFew(`export default data.sum(0).dot([${1 / 3}, ${Math.PI}])`)
    expect(exact.roundingError).toBe(0)
    expect(rounded.roundingError).toBeGreaterThan(0)
    expect(rounded.roundingError).toBeLessThan(1e-9)
    expect(rounded.estimatedSeconds).toBeGreaterThan(exact.estimatedSeconds)
    expect(rounded.headroomBits).toBeLessThan(exact.headroomBits)
  })

  it('estimates short exact weights at less than half the time of weights of 53 bits, and more time under a longer key', async () => {
    const many = 5000
    const estimate = async (weight: string, bits = 2048): Promise<number> => {
      const source = `export default data.col("wage").dot(Array.from({ length: ${many} }, (_, i) => ${weight}))`
      const longer = { ...details, dataset: { ...details.dataset, rows: many, key: { bits } } } as unknown as Details
      return (await gauge({ fileName: 'a.ts', source }, longer)).estimatedSeconds
    }
    const [short, long] = [await estimate('(1 + i % 100) / 4'), await estimate('1 / (3 + i)')]
    expect(short).toBeLessThan(long / 2)
    expect(await estimate('(1 + i % 100) / 4', 3072)).toBeGreaterThan(short)
  })

  it('names the parts of an answer that rest on replies alone, for which nothing is decrypted', async () => {
    const testRows = Array.from({ length: 9 }, (_, row) => [row * 100, row])
    const source = 'const old = data.col("age").slice(0, 5) > 2\nexport default { share: old.mean(), flags: old, wages: (old * data.col("wage").slice(0, 5)).sum() }'
    const { derived } = await deriveReal({ fileName: 'a.ts', source }, details, () => Promise.resolve(testRows))
    const { replied, shapes } = gaugeProgram(derived, details)
    expect(replied).toEqual([{ path: '.share', shape: [] }, { path: '.flags', shape: [5] }])
    expect(shapes.map(({ path }) => path)).toEqual(['.wages'])
  })

  it('says in words how many comparisons there are in all, and which of them the budget counts', async () => {
    const source = 'const age = data.col("age").slice(0, 5)\nexport default (age > 30).sum() + (age >= 30.5).sum()'
    const derive = async (given: Details) => {
      const { derived } = await deriveReal({ fileName: 'a.ts', source }, given, () => Promise.resolve([[1, 20], [2, 40]]))
      return describeGauge(gaugeProgram(derived, given)).slice(3)
    }
    expect(await derive(details)).toEqual([
      '  5 different comparisons and 0 different products in all, asked of the seller in 1 round, as the test data have it',
      '    of the 7 comparisons that are sold this takes those alone that nobody has asked of this table before',
      '    line 2, gt: 5 comparisons',
    ])
    const blind = { ...details, policy: { ...details.policy, mode: 'private', maxAnswerBits: 192 } } as Details
    expect((await derive(blind)).slice(1)).toEqual([
      '    line 2, gt: 5 comparisons',
      '  5 blinded comparisons may tell the seller up to 2.3 % of what is compared, and of how it came out.',
    ])
  })

  it('says what blinded comparisons tell the seller in all: each by itself is hidden, a hundred are not', async () => {
    const derive = async (source: string, sold: number) => {
      const given = { ...details, policy: { ...details.policy, mode: 'private', maxAnswerBits: 192 }, budgets: { ...details.budgets, comparisons: sold } } as Details
      const { derived } = await deriveReal({ fileName: 'a.ts', source }, given, () => Promise.resolve([[1, 20], [2, 40]]))
      return describeGauge(gaugeProgram(derived, given)).filter((line) => line.includes('blinded'))
    }
    expect(await derive('export default (data.col("age") > 30).sum()', 100)).toEqual([
      '  100 blinded comparisons may tell the seller up to 46 % of what is compared, and of how it came out: more than the 5 % that count as hidden. '
        + 'Ask fewer, or buy from a seller who may know.',
    ])
    const all = await derive('export default [10, 30, 50].map((age) => (data.col("age") > age).sum())', 300)
    expect(all).toEqual(['  300 blinded comparisons: nothing bounds what they tell the seller together. Count on it knowing what is compared, and how it came out.'])
    expect(await derive('export default data.col("age").sum()', 300)).toEqual([])
  })

  it('says once how many comparisons a loop asks, at its line', async () => {
    const source = 'let sum = 0\nfor (const age of [30, 40, 50]) sum = sum + (data.col("age").slice(0, 2) > age).sum()\nexport default sum'
    const { derived } = await deriveReal({ fileName: 'a.ts', source }, details, () => Promise.resolve([[1, 20], [2, 40]]))
    expect(describeGauge(gaugeProgram(derived, details)).slice(3)).toEqual([
      '  6 different comparisons and 0 different products in all, asked of the seller in 3 rounds, as the test data have it',
      '    of the 7 comparisons that are sold this takes those alone that nobody has asked of this table before',
      '    line 2, gt: 6 comparisons',
    ])
  })

  it('says where a range reaches beyond the real rows, which NumPy and this cut off in silence', async () => {
    const lines = [
      'const [first, second] = [data.rows(0, 150), data.slice([-40, null], [0, 3])]', 'const nothing = data.rows(100, 200).sum()',
      'for (let from = 0; from < 200; from += 50) data.rows(from, from + 50)', 'const whole = [data.rows(0, 100), data.slice([-100, 100, 2]), data.slice(null, [-2, 2])]',
      'export default [data.rows([5, -1]).sum(), data.t().rows(-3, null).sum()]',
    ]
    const { notes } = await gaugeSource(lines.join('\n'))
    expect(notes).toEqual([
      { line: 1, words: 'rows reaches beyond the end, and takes 100 of the 100 on axis 0, as NumPy does' },
      { line: 1, words: 'slice reaches beyond the end, and takes 2 of the 2 on axis 1, as NumPy does' },
      { line: 2, words: 'rows reaches beyond the end, and takes 0 of the 100 on axis 0, as NumPy does' },
      { line: 3, words: 'rows reaches beyond the end, and takes 0 of the 100 on axis 0, as NumPy does' },
      { line: 5, words: 'rows reaches beyond the end, and takes 2 of the 2 on axis 0, as NumPy does' },
    ])
  })

  it('tells how many comparisons a script would take where the listing sells fewer, and refuses it by the budget\'s name', async () => {
    const testRows = Array.from({ length: 9 }, (_, row) => [row * 100, row])
    const derive = (source: string) => deriveReal({ fileName: 'a.ts', source }, details, () => Promise.resolve(testRows))
    const many = await derive('export default (data.col("age") > 30).sum()')
    expect(many.refusal).toMatchObject({ code: 'policy.budget-spent', message: expect.stringContaining('a.ts:1:') })
    expect(many.derived.interaction.comparisons).toBe(rows)
    expect(await derive('export default (data.col("age").slice(0, 5) > 30).sum()')).toMatchObject({ refusal: null, derived: { interaction: { comparisons: 5 } } })
  })
})

describe('a script that fits one of a listing\'s tables only', () => {
  const two = { ...details, test: { ...details.dataset, rows: 50 } } as Details
  const failureOf = (source: string, table: Details['dataset']): Promise<unknown> =>
    deriveFromScript({ fileName: 'a.ts', source }, two, table).catch((error: unknown) => error)

  it('is told which it was, and how many rows the other has', async () => {
    const weights = 'export default data.t().dot(new Array(100).fill(1))'
    expect(await failureOf(weights, two.test)).toMatchObject({
      code: 'input.tensor-shape', details: { line: 1, column: 25 },
      message: expect.stringMatching(/\(2, 50\).* \(on the test data, of 50 rows; the table has 100: listing\.rows is the/) as string,
    })
    expect(await failureOf(weights, two.dataset)).toMatchObject({ program: { rows: 100 } })
    expect(await failureOf('export default data.rows([0, 100]).sum()', two.dataset)).toMatchObject({
      code: 'input.tensor-index', message: expect.stringMatching(/\(on the table, of 100 rows; the test data have 50: /) as string,
    })
  })

  it('is not, where the number of rows is not what is wrong', async () => {
    expect(await failureOf('export default data.col("height").mean()', two.test)).toMatchObject({
      code: 'input.tensor-index', message: expect.not.stringContaining('test data') as string,
    })
  })
})
