import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanTable, type CleanOptions } from '../../../src/host/datasets/clean.ts'
import { parseCsv } from '../../../src/host/datasets/parse-csv.ts'
import { drawOrder, findFollowers, findSortedColumns } from '../../../src/host/datasets/telling-columns.ts'

const seed = Date.now() % 1_000_000
const column = (name: string, values: readonly number[]) => ({ name, values: Float64Array.from(values) })
const clean = async (text: string, options: CleanOptions = {}) => cleanTable(await parseCsv(text, {}), options)

/** Rows in an order of chance, 40 of them or more. */
const arbitraryValues = fc.array(fc.integer({ min: 18, max: 64 }), { minLength: 40, maxLength: 200 })
/** 1 in every so many rows, as the columns of a rare word are. */
const arbitraryNumbers = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 40, maxLength: 200 })
const arbitraryMarks = fc.tuple(fc.integer({ min: 2, max: 30 }), arbitraryNumbers)
  .map(([of, drawn]) => drawn.map((one) => (one % of === 0 ? 1 : 0)))

describe('columns that a table is sorted by', () => {
  it(`are found, whether it rises or falls, and rows of chance are none (seed ${seed})`, () => {
    fc.assert(fc.property(arbitraryValues, (values) => {
      const rising = values.toSorted((one, other) => one - other)
      fc.pre(new Set(values).size > 5)
      expect(findSortedColumns([column('rising', rising), column('falling', rising.toReversed())])).toEqual(['rising', 'falling'])
    }), { seed })
    let wrongly = 0
    fc.assert(fc.property(fc.oneof(arbitraryValues, arbitraryMarks), (values) => {
      // fast-check draws runs of one value on purpose; an order of chance has none.
      const order = drawOrder(values.length)
      wrongly += findSortedColumns([column('chance', [...order].map((at) => values[at] ?? 0))]).length
    }), { seed, numRuns: 1000 })
    expect(wrongly).toBeLessThanOrEqual(2)
  })

  it('are found where each group of rows is sorted by itself', () => {
    const pieces = [0, 1, 2, 3].flatMap((department) => Array.from({ length: 30 }, (_, at) => 2000 + department + 37 * at))
    expect(findSortedColumns([column('pay', pieces)])).toEqual(['pay'])
  })

  it('are not told of few rows, which chance sorts', () => {
    expect(findSortedColumns([column('few', [1, 2, 3, 4]), column('constant', Array.from({ length: 50 }, () => 1))])).toEqual([])
  })
})

describe('columns that go in step with another', () => {
  const ages = Array.from({ length: 60 }, (_, at) => 18 + (at * 29) % 47)

  it('are its logarithm, its square and its bracketed tax, and not another unit of it', () => {
    expect(findFollowers([
      column('age', ages), column('log_age', ages.map(Math.log)), column('months', ages.map((age) => 12 * age + 3)),
      column('squared', ages.map((age) => age ** 2)), column('born', ages.map((age) => 2026 - age)),
    ])).toEqual([{ name: 'log_age', of: 'age' }, { name: 'months', of: 'log_age' }, { name: 'squared', of: 'age' }, { name: 'born', of: 'log_age' }])
  })

  it('are found where the rows are sorted by them, and the first hundreds alike', () => {
    const many = Array.from({ length: 9000 }, (_, at) => 18 + Math.floor(at / 300))
    expect(findFollowers([column('age', many), column('squared', many.map((age) => age ** 2))])).toEqual([{ name: 'squared', of: 'age' }])
  })

  it('are not columns that differ in a single row, nor ones of few values', () => {
    const nearly = ages.map(Math.log)
    nearly[59] = 0
    expect(findFollowers([column('age', ages), column('nearly', nearly), column('grown', ages.map((age) => (age > 40 ? 1 : 0)))])).toEqual([])
  })
})

describe('an import', () => {
  const rows = Array.from({ length: 40 }, (_, at) => `${at * 10},${(at * 7) % 13}`)
  const text = ['pay,hours', ...rows].join('\n')

  it('says what its rows are sorted by, and puts them in an order of chance, whole, if it is told to', async () => {
    expect((await clean(text)).report).toMatchObject({ flagged: expect.arrayContaining([{ name: 'pay', reason: 'sorted' }]) as unknown, rowOrder: 'kept' })
    const { columns, report } = await clean(text, { rowOrder: 'random' })
    expect(report).toMatchObject({ rowOrder: 'random' })
    expect(report.flagged).not.toContainEqual({ name: 'pay', reason: 'sorted' })
    const shuffled = Array.from({ length: 40 }, (_, at) => columns.map(({ values }) => values[at]).join(','))
    expect(shuffled).not.toEqual(rows)
    expect(shuffled.toSorted()).toEqual(rows.toSorted())
  })

  it('says that rows are not persons where persons\' numbers repeat, left out or not, and of no other column', async () => {
    const months = Array.from({ length: 240 }, (_, at) => `p${at % 20},${at % 20},${at % 20},${at % 3},${at}`)
    const header = 'person_id,PersNr,pay,kind_id,row_id'
    const repeats = async (options: CleanOptions): Promise<string[]> =>
      (await clean([header, ...months].join('\n'), options)).report.flagged.flatMap(({ name, reason }) => (reason === 'repeats' ? [name] : []))
    expect(await repeats({})).toEqual(['person_id', 'PersNr'])
    expect(await repeats({ exclude: ['person_id', 'PersNr'] })).toEqual(['person_id', 'PersNr'])
    const words = ['who,pay', ...Array.from({ length: 60 }, (_, at) => `w${at % 40},${at % 9}`)].join('\n')
    const { report } = await clean(words)
    expect(report.leftOut).toEqual([{ name: 'who', reason: 'identifier' }])
    expect(report.flagged).toContainEqual({ name: 'who', reason: 'repeats' })
  })

  it('draws every order alike', () => {
    const counts = new Map<string, number>()
    for (let draw = 0; draw < 6000; draw += 1) {
      const order = drawOrder(3).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(counts.size).toBe(6)
    // Six standard deviations of 6,000 draws at one in six.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(174)
  })
})
