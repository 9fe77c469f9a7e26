import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { judgesHere } from '../../../src/host/judging/judges.ts'
import { createRowMarker } from '../../../src/host/ledger/row-marks.ts'
import type { SourceOffer } from '../../../src/host/ledger/source-store.ts'
import { createVersions } from '../../../src/host/ledger/versions.ts'
import { createPartition, type Partition } from '../../../src/policy/partition.ts'
import type { Column } from '../../../src/shared/schemas/details.ts'
import { AppError, isAppError } from '../../../src/shared/errors.ts'

const rows = 24
const wages = Array.from({ length: rows }, (_, row) => 1000 + 37 * row + ((row * row) % 11))
const flags = wages.map((_, row) => row % 2)
const change = (valueOf: (wage: number, row: number) => number): number[] => wages.map(valueOf)
const someCorrected = change((wage, row) => (row % 5 === 0 ? wage + 3 * row + 1 : wage))
const total = wages.map((_, row) => ((11 * row * row) % 907) + 2000)
const hours = wages.map((_, row) => (row * 13) % 29)
/** Three rows have one. */
const bonus = wages.map((_, row) => (row % 8 === 0 ? 50 + row : 0))
/** Of the first rows, each by an amount of its own. */
const raise = (count: number, column: readonly number[] = wages): number[] =>
  column.map((pay, row) => (row < count ? pay + 40 + 3 * row : pay))
const groups: Partition = { rows, starts: [0, 12], classes: [0, 1] }

interface Table {
  readonly column?: string
  readonly wages: readonly number[]
  /** Further columns, by name. */
  readonly more?: Readonly<Record<string, readonly number[]>>
  readonly minRows?: number
  readonly moments?: readonly string[]
  readonly isPublished?: boolean
  /** Whether the present rules judged it when it was published. */
  readonly isJudged?: boolean
  /** Whether its rows were deleted. */
  readonly isDropped?: boolean
}

/** Tables of one source, each with a listing in its order, numbered from 0: `union` is the same in all. */
const open = (tables: readonly Table[]) => {
  const marker = createRowMarker(randomBytes(32))
  const cellsOf = ({ wages: values, more = {} }: Table): number[][] =>
    values.map((wage, row) => [flags[row] ?? 0, wage, ...Object.values(more).map((column) => column[row] ?? 0)])
  const namesOf = ({ column = 'wage', more = {} }: Table): string[] => ['union', column, ...Object.keys(more)]
  const at = (name: number | string): Table => {
    const table = tables[Number(name)]
    if (table === undefined) throw new Error(`there is no table ${name}`)
    return table
  }
  const store = {
    listOffers: (): SourceOffer[] =>
      tables.map(({ minRows = 4, moments = [], isPublished = true, isJudged = true, wages: { length } }, dataset) =>
      ({ id: `listing-${dataset}`, dataset, name: String(dataset), rows: length, minRows, moments, isPublished, isPending: false, isJudged: isPublished && isJudged })),
    readMarks: (dataset: number) => marker.mark(namesOf(at(dataset)).map((name, column) =>
      ({ name, values: Float64Array.from(cellsOf(at(dataset)), (cells) => cells[column] ?? 0) }))),
  }
  const datasets = {
    readColumns: (name: string) => namesOf(at(name)).map((column): Column => ({
      name: column, type: 'integer', unit: '', description: '', categories: [], scale: { numerator: '1', denominator: '1' }, lower: 0, upper: 5000,
    })),
    readRows: (name: string, start = 0, count = Infinity) => {
      if (at(name).isDropped === true) throw new AppError('input.plain-dropped', 'gone')
      return cellsOf(at(name)).slice(start, start + count)
    },
  }
  let judged = 0
  const judges: typeof judgesHere = { ...judgesHere, run: (job) => {
    judged += 1
    return judgesHere.run(job)
  } }
  const versions = createVersions({ store, datasets, judges })
  const refusal = async (act: () => void | Promise<unknown>): Promise<string | null> => {
    try {
      await act()
      return null
    } catch (error) {
      if (isAppError(error)) return error.code
      throw error
    }
  }
  const wordsOf = (act: () => void): string => {
    try {
      act()
      return ''
    } catch (error) {
      return isAppError(error) ? JSON.stringify([error.message, error.details]) : String(error)
    }
  }
  const subjectOf = (dataset: number) => ({ dataset: String(dataset), datasetId: dataset, minRows: at(dataset).minRows ?? 4 })
  return {
    list: (dataset: number, known = createPartition(rows)) =>
      refusal(() => versions.assertListable(subjectOf(dataset), 1, () => known)),
    wordsOf: (dataset: number) => wordsOf(() => { versions.assertAnswerable(subjectOf(dataset), 1, () => createPartition(rows)) }),
    /** As before an answer; how often something was judged until then. */
    prepare: async (dataset: number): Promise<number> => {
      await versions.prepare(subjectOf(dataset), 1)
      return judged
    },
    answer: (dataset: number, refined = createPartition(rows)) =>
      refusal(() => { versions.assertAnswerable(subjectOf(dataset), 1, () => refined) }),
  }
}

describe('rows withdrawn from several versions of one table (S4)', () => {
  const without = (...withdrawn: readonly number[]): Table => ({
    wages: change((wage, row) => (withdrawn.includes(row) ? 0 : wage)),
    more: { total: total.map((pay, row) => (withdrawn.includes(row) ? 0 : pay)) },
  })
  const full: Table = { wages, more: { total } }
  const [first, second] = [[0, 1, 2, 3], [4, 5, 6, 7]]
  const isListed = (...tables: readonly Table[]): Promise<string | null> =>
    open(tables.map((table, at) => (at < tables.length - 1 ? table : { ...table, isPublished: false }))).list(tables.length - 1)

  it('are sold group by group, and groups of groups', async () => {
    expect(await isListed(full, without(...first), without(...first, ...second))).toBeNull()
    expect(await isListed(full, without(...first), without(...second), without(...first, ...second))).toBeNull()
    expect(await isListed(full, without(...first), without(...first, ...second, 8, 9, 10, 11))).toBeNull()
  })

  it('are not, where their sums together are one row\'s: the whole, less two groups, less both and one row more', async () => {
    expect(await isListed(full, without(...first), without(...second), without(...first, ...second, 9))).toBe('policy.source-corrected')
    expect(await isListed(full, without(...first, 9), without(...second, 9),
      without(...first, ...second, 9))).toBe('policy.source-corrected')
  })

  it('are not, where another version holds the group\'s rows twice over: a raise is a group\'s sum too', async () => {
    const doubled: Table = { wages: change((wage, row) => (row < 4 ? 2 * wage : wage)), more: { total } }
    expect(await isListed(full, doubled, { ...without(...first, 9), more: { total } })).toBe('policy.source-corrected')
  })
})

describe('a version corrected behind the end of a shorter one (S4)', () => {
  const long = [...wages, ...wages.map((wage) => wage + 3)]
  const isCorrected = (corrected: readonly number[]): Table =>
    ({ wages: long.map((wage, row) => (corrected.includes(row) ? 2 * wage + (row * row) % 7 : wage)) })
  const isListed = (...tables: readonly Table[]): Promise<string | null> =>
    open(tables.map((table, at) => (at < tables.length - 1 ? table : { ...table, isPublished: false }))).list(tables.length - 1)

  it('is not listed, where the rows corrected there are fewer than the minimum: two answers may end at that place', async () => {
    expect(await isListed({ wages }, { wages: long }, isCorrected([0, 1, 2, 3, rows + 5]))).toBe('policy.source-corrected')
    expect(await isListed({ wages: long }, isCorrected([0, 1, 2, 3, rows + 5]), { wages })).toBe('policy.source-corrected')
  })

  it('is listed, where there are as many on both sides, or none on one, or no shorter table is sold', async () => {
    expect(await isListed({ wages }, { wages: long }, isCorrected([0, 1, 2, 3, rows + 1, rows + 5, rows + 6, rows + 7]))).toBeNull()
    expect(await isListed({ wages }, { wages: long }, isCorrected([0, 1, 2, 3]))).toBeNull()
    expect(await isListed({ wages: long }, isCorrected([0, 1, 2, 3, rows + 5]))).toBeNull()
  })
})

describe('what several versions tell together (S4)', () => {
  const isListed = (...tables: readonly Table[]): Promise<string | null> =>
    open(tables.map((table, at) => (at < tables.length - 1 ? table : { ...table, isPublished: false }))).list(tables.length - 1)
  const capped = (cap: number): Table => ({ wages: change((wage) => Math.min(wage, cap)) })

  it('is not listed where the sums of three caps are of the few between two of them, and is where those are many', async () => {
    const [low, middle, high] = [wages[15], wages[16], wages[17]] as [number, number, number]
    expect(await isListed(capped(low), capped(middle), capped(high))).toBe('policy.source-corrected')
    expect(await isListed(capped(high), capped(middle), capped(low))).toBe('policy.source-corrected')
    expect(await isListed({ wages }, capped(high), capped(low + 1))).toBeNull()
    expect(await isListed(capped(wages[5] as number), capped(wages[10] as number), capped(wages[15] as number))).toBeNull()
  })

  it('is not listed where a column beside it that few rows have hides a single one\'s correction', async () => {
    const more = { senior: wages.map((_, row) => Number(row > 0 && row < 4)) }
    const raised = (...rows: readonly number[]): Table => ({ wages: change((wage, row) => (rows.includes(row) ? wage + 40 : wage)), more })
    expect(await isListed({ wages, more }, raised(1, 2, 3, 9))).toBe('policy.source-corrected')
    expect(await isListed({ wages, more }, raised(4, 5, 6, 9))).toBeNull()
  })

  it('is not listed where a table has nearly as many columns as rows, unless rows were only added', async () => {
    const more = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`c${at}`, wages.map((_, row) => ((row + 3) ** (at % 7 + 2) * (at + 2)) % 997)]))
    expect(await isListed({ wages, more }, { wages: someCorrected, more })).toBe('policy.source-corrected')
    const longer = Object.fromEntries(Object.entries(more).map(([name, values]) => [name, [...values, 1, 2, 3, 4]]))
    expect(await isListed({ wages, more }, { wages: [...wages, 7, 8, 9, 10], more: longer })).toBeNull()
  })

  it('is listed with a single row added and every row in other units: two answers that end so near are not given', async () => {
    expect(await isListed({ wages }, { wages: [...change((wage) => 100 * wage), 7] })).toBeNull()
  })
})

describe('a corrected version beside the table that is sold (S4)', () => {
  const sold: Table = { wages }
  const isListed = (table: Table, known?: Partition, first = sold): Promise<string | null> =>
    open([first, { isPublished: false, ...table }]).list(1, known)

  it.each<[string, Table, Table?]>([
    ['all rows but one emptied', { wages: change((wage, row) => (row === 9 ? wage : 0)) }],
    ['one row emptied', { wages: change((wage, row) => (row === 9 ? 0 : wage)) }],
    ['three rows corrected, one fewer than the minimum', { wages: change((wage, row) => (row < 3 ? wage + row + 1 : wage)) }],
    ['one row corrected, and rows added', { wages: [...change((wage, row) => (row === 9 ? 0 : wage)), 7, 8, 9, 10] }],
    ['one row corrected, with a name of its own', { column: 'salary', wages: change((wage, row) => (row === 9 ? 0 : wage)) }],
    ['one row corrected, sold row by row', { wages: change((wage, row) => (row === 9 ? 0 : wage)), minRows: 1 }],
    ['one row corrected, beside one that is sold row by row', { wages: change((wage, row) => (row === 9 ? 0 : wage)) },
      { wages, minRows: 1 }],
    ['one row emptied in other units, with a name of its own', { column: 'cents', wages: change((wage, row) => (row === 9 ? 0 : 100 * wage)) }],
    ['some rows corrected in other units, with a name of its own: a group could hold one', { column: 'cents', wages: someCorrected.map((wage) => 100 * wage) }],
    ['some rows corrected in other units', { wages: someCorrected.map((wage) => 100 * wage) }],
    ['one row of a rare bonus emptied, in other units', { wages, more: { pence: bonus.map((pay, row) => (row === 8 ? 0 : 100 * pay)) } },
      { wages, more: { bonus } }],
    ['the sum of two columns, but for one row', { column: 'pay', wages: change((wage, row) => wage + (hours[row] ?? 0) + (row === 9 ? 7 : 0)) }, { wages, more: { hours } }],
    ['one raise in two columns, and in the one alone for one row', { wages: raise(5), more: { total: raise(4, total) } },
      { wages, more: { total } }],
    ['one raise in two columns, for one row another',
      { wages: raise(5), more: { total: raise(5, total).map((pay, row) => (row === 2 ? pay + 9 : pay)) } }, { wages, more: { total } }],
    ['every row changed, the rows of the first deleted', { wages: change((wage) => 2 * wage + 5) }, { wages, isDropped: true }],
    ['a raise for all of which one got more', { wages: change((wage, row) => (row === 3 ? 2 * wage : 2 * wage + 5)) }],
  ])('is not listed: %s', async (_, table, first) => {
    expect(await isListed(table, undefined, first)).toBe('policy.source-corrected')
  })

  it.each<[string, Table, Table?]>([
    ['nothing changed', { wages }],
    ['rows added', { wages: [...wages, 7, 8, 9, 10] }],
    ['as many rows corrected as the minimum', { wages: someCorrected }],
    ['every row changed alike', { wages: change((wage) => 2 * wage + 5) }],
    ['another column in its place', { column: 'hours', wages: change((_, row) => (row * 13) % 29) }],
    ['one row corrected of a draft', { wages: change((wage, row) => (row === 9 ? 0 : wage)) }, { wages, isPublished: false }],
    ['one row corrected, both sold row by row', { wages: change((wage, row) => (row === 9 ? 0 : wage)), minRows: 1 },
      { wages, minRows: 1 }],
    ['some rows corrected, the rows of the first deleted', { wages: someCorrected }, { wages, isDropped: true }],
    ['a column renamed', { column: 'salary', wages }],
    ['a column renamed, in other units', { column: 'cents', wages: change((wage) => 100 * wage) }],
    ['a column left out and another added', { column: 'hours', wages: hours }, { wages, more: { bonus } }],
    ['a column corrected beside one that few rows have', { wages: someCorrected, more: { bonus } }, { wages, more: { bonus } }],
    ['two columns corrected in the same rows by the same', { wages: raise(5), more: { total: raise(5, total) } },
      { wages, more: { total } }],
    ['two columns corrected in the same rows by amounts of their own',
      { wages: raise(6), more: { hours: hours.map((hour, row) => (row < 6 ? hour + (row * row) % 5 + 1 : hour)) } },
      { wages, more: { hours } }],
    ['rows withdrawn, as many as the minimum',
      { wages: change((wage, row) => (row < 4 ? 0 : wage)), more: { total: total.map((pay, row) => (row < 4 ? 0 : pay)) } },
      { wages, more: { total } }],
  ])('is listed: %s', async (_, table, first) => {
    expect(await isListed(table, undefined, first)).toBeNull()
  })

  it('is not listed where its column and one of each of two sold tables tell a row together', async () => {
    const three: Table[] =
      [{ wages, more: { total } }, { wages: raise(5), more: { hours } }, { column: 'total', wages: raise(4, total), more: { hours } }]
    expect(await open(three.map((table, at) => ({ ...table, isPublished: at < 2 }))).list(2)).toBe('policy.source-corrected')
    expect(await open(three.map((table, at) => ({ ...table, isPublished: at === 1 }))).list(2)).toBeNull()
  })

  it('is told by marks where the rows of the first are deleted', async () => {
    expect(await isListed({ wages: change((wage, row) => (row === 9 ? 0 : wage)) }, undefined,
      { wages, isDropped: true })).toBe('policy.source-corrected')
  })

  it('is not listed after an answer on a group, which could hold one corrected row, unless every row changed', async () => {
    expect(await isListed({ wages: someCorrected }, groups)).toBe('policy.source-corrected')
    expect(await isListed({ wages: change((wage) => 2 * wage + 5) }, groups)).toBeNull()
  })

  it('lets neither table answer on groups, unless every row changed', async () => {
    const corrected = open([sold, { wages: someCorrected }])
    expect(await Promise.all([corrected.answer(0), corrected.answer(1)])).toEqual([null, null])
    expect(await Promise.all([corrected.answer(0, groups), corrected.answer(1, groups)])).toEqual(['policy.corrected-whole', 'policy.corrected-whole'])
    expect(await open([sold, { wages: change((wage) => 2 * wage + 5) }]).answer(1, groups)).toBeNull()
    expect(await open([sold, { wages: someCorrected, isPublished: false }]).answer(0, groups)).toBeNull()
  })

  it('is judged before it answers, once, where it was published by earlier rules, and not answered where its sums with others are of few rows', async () => {
    const two: Table[] = [{ wages, more: { total } }, { wages: raise(5), more: { total: raise(4, total) }, isJudged: false }]
    const published = open(two)
    expect(await published.answer(1)).toBe('policy.source-corrected')
    expect(published.wordsOf(1)).toContain('not been looked at yet')
    expect(await published.prepare(0)).toBe(0)
    const judged = await published.prepare(1)
    expect(judged).toBeGreaterThan(0)
    expect(await published.prepare(1)).toBe(judged)
    expect([await published.answer(0), await published.answer(1)]).toEqual([null, 'policy.source-corrected'])
    expect(published.wordsOf(1)).not.toMatch(/wage|total|\b[145]\b/)
    const clear = open([{ wages, more: { total } }, { wages: raise(5), more: { total: raise(5, total) }, isJudged: false }])
    await clear.prepare(1)
    expect(await clear.answer(1)).toBeNull()
    expect(await open(two.map((table) => ({ ...table, isJudged: true }))).prepare(1)).toBe(0)
  })

  it('is not answered where both were published before there was this rule; the first is', async () => {
    const published = open([sold, { wages: change((wage, row) => (row === 9 ? 0 : wage)) }])
    expect(await Promise.all([published.answer(0), published.answer(1)])).toEqual([null, 'policy.source-corrected'])
    // How many rows, and in which column, is data: whoever asks is not told.
    expect(published.wordsOf(1)).not.toMatch(/wage|\b1\b/)
  })
})
