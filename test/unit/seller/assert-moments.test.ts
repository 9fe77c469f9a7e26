import { describe, expect, it } from 'vitest'
import type { SourceOffer } from '../../../src/host/ledger/source-store.ts'
import { assertMomentsSafe, assertNoGroupsAnswered, type MomentDependencies } from '../../../src/host/seller/assert-moments.ts'
import { refusal } from '../datasets/fixtures.ts'

/** Of the last eight of 48 rows one is senior; before them, and among the first 80 of another table, every other. */
const createTable = (length: number, isSenior: (row: number) => number) => Array.from({ length }, (_, row) => {
  const [wage, senior] = [100 + ((row * 37) % 101), isSenior(row)]
  return [wage, senior, wage * senior]
})
const rare = createTable(48, (row) => (row < 40 ? row % 2 : Number(row === 45)))
const even = createTable(80, (row) => row % 2)

interface Options {
  /** Where a group that was answered on begins. */
  readonly group?: number
  readonly answered?: number
  readonly hasPlain?: boolean
  readonly names?: readonly string[]
}

const dependenciesOf = (rows: readonly (readonly number[])[], options: Options = {}) => {
  const names = options.names ?? ['wage', 'senior', 'wage*senior']
  return {
    datasets: {
      show: () => ({ rows: rows.length, hasPlain: options.hasPlain ?? true, report: { secondMoments: null } }),
      readColumns: () => names.map((name) =>
        ({ name, type: 'integer', unit: '', description: '', categories: [], scale: { numerator: '1', denominator: '1' }, lower: 0, upper: 300 })),
      readRows: (_: string, start = 0) => rows.slice(start).map((row) => row.slice(0, names.length)),
    },
    ledger: {
      hasAnswered: () => options.answered !== undefined,
      readPartition: () => (options.group === undefined
        ? { rows: options.answered ?? 1, starts: [0], classes: [0] }
        : { rows: options.answered ?? rows.length, starts: [0, options.group], classes: [0, 1] }),
    },
  } as unknown as MomentDependencies
}
const version = (rows: number, sellsMoments = true, moments = ['wage*senior']): SourceOffer =>
  ({ id: `staff-${rows}`, dataset: rows, name: `staff-${rows}`, rows, minRows: 4, moments: sellsMoments ? moments : [], isPublished: true, isPending: false, isJudged: true })
const assertSafe = (minRows: number, listed: readonly SourceOffer[], { datasets, ledger }: MomentDependencies): void => {
  assertMomentsSafe('staff', minRows, { datasets, ledger: { ...ledger, listOffers: () => listed } })
}
const fewRows = refusal('input.second-moments-unsafe', { column: 'wage*senior', reason: 'few-rows' })

describe('second moments of a table that is sold at several lengths (S4)', () => {
  it('are held to the rule over the rows added to each shorter version, listed or answered, with moments or without', () => {
    const dependencies = dependenciesOf(rare)
    expect(() => { assertSafe(4, [], dependencies) }).not.toThrow()
    expect(() => { assertSafe(4, [version(48)], dependencies) }).not.toThrow()
    for (const listed of [[version(40)], [version(40, false)], [version(20), version(40)]]) {
      expect(() => { assertSafe(4, listed, dependencies) }).toThrow(fewRows)
    }
    expect(() => { assertSafe(4, [], dependenciesOf(rare, { answered: 40 })) }).toThrow(fewRows)
  })

  it('are offered where the rows between are many of each kind, or single rows are sold anyway', () => {
    expect(() => { assertSafe(4, [version(40)], dependenciesOf(even)) }).not.toThrow()
    expect(() => { assertSafe(1, [version(40)], dependenciesOf(rare)) }).not.toThrow()
  })

  it('are not offered of a part of a longer version, nor is a part listed without them beside it', () => {
    expect(() => { assertSafe(4, [version(60, false)], dependenciesOf(rare)) }).toThrow(refusal('input.second-moments-unsafe', { rows: 60 }))
    const plain = dependenciesOf(rare, { names: ['wage', 'senior'] })
    expect(() => { assertSafe(4, [version(60)], plain) }).toThrow(refusal('input.second-moments-unsafe', { listing: 'staff-60', rows: 48 }))
    expect(() => { assertSafe(4, [version(60, false), version(40)], plain) }).not.toThrow()
  })

  it('are not left as the rest of single rows, which tell the sums of a shorter version too', () => {
    const plain = dependenciesOf(rare, { names: ['wage', 'senior'] })
    expect(() => { assertSafe(1, [version(60)], plain) }).toThrow(refusal('input.second-moments-unsafe', { listing: 'staff-60', rows: 48 }))
  })

  it('are offered in one listing or not at all, as what two listings offer is known together', () => {
    const dependencies = dependenciesOf(even)
    for (const moments of [['wage*senior'], ['wage*senior', 'wage*young']]) {
      expect(() => { assertSafe(4, [version(80, true, moments)], dependencies) }).not.toThrow()
    }
    expect(() => { assertSafe(4, [version(80, true, ['wage*young'])], dependencies) })
      .toThrow(refusal('input.second-moments-unsafe', { listing: 'staff-80' }))
  })

  it('are not offered where groups were answered on, other than where a listed version ends', () => {
    const dependencies = dependenciesOf(even, { answered: 80, group: 40 })
    expect(() => { assertSafe(4, [], dependencies) }).toThrow(refusal('input.second-moments-unsafe', { row: 40 }))
    expect(() => { assertSafe(4, [version(40)], dependencies) }).not.toThrow()
  })

  it('are not published where groups were answered on since the draft was made', () => {
    const publish = (minRows: number, group?: number): void => {
      const { datasets, ledger } = dependenciesOf(even, { answered: 80, ...(group === undefined ? {} : { group }) })
      assertNoGroupsAnswered('staff', minRows, { datasets, ledger: { ...ledger, listOffers: () => [version(80), version(60)] } })
    }
    expect(() => { publish(4, 40) }).toThrow(refusal('input.second-moments-unsafe', { row: 40 }))
    expect(() => { publish(4, 60) }).not.toThrow()
    expect(() => { publish(4) }).not.toThrow()
    expect(() => { publish(1, 40) }).not.toThrow()
  })

  it('are not offered beside another version once the rows are deleted', () => {
    const dependencies = dependenciesOf(even, { hasPlain: false })
    expect(() => { assertSafe(4, [version(40)], dependencies) }).toThrow(refusal('input.second-moments-unsafe', { minRows: 4 }))
  })
})
