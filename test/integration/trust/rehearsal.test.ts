import { beforeAll, describe, expect, it } from 'vitest'
import type { DatasetDescription } from '../../../src/compute/columns.ts'
import type { ReadCell } from '../../../src/compute/integers.ts'
import { assertCanonicalProgram } from '../../../src/compute/canonical.ts'
import { evaluateProgramOnIntegers } from '../../../src/compute/program.ts'
import { createAttacks } from '../../../src/policy/attacks.ts'
import { createPartition, refinePartition, type Partition } from '../../../src/policy/partition.ts'
import { assertPolicy } from '../../../src/policy/policy.ts'
import { createListingAttacks } from '../../../src/policy/listing-attacks.ts'
import { listAttacks, rehearseAttacks as runAttacks, type AttackReport, type JudgeAttack } from '../../../src/policy/rehearse.ts'
import type { ListingService } from '../../../src/host/seller/listing-service.ts'
import { createListingStore } from '../../../src/host/seller/listing-store.ts'
import { rehearseListing } from '../../../src/host/seller/rehearse-listing.ts'
import { isAppError } from '../../../src/shared/errors.ts'
import { createTable } from '../../unit/compute/support.ts'
import { prepareDataset, publishListing } from '../../e2e/support/shop.ts'
import { openStage } from '../../e2e/support/stage.ts'
import { openProfile } from './ledger-profile.ts'

const policy = { mode: 'disclosed' as const, minRows: 10, condition: 1, maxAnswerCells: 256, maxAnswerBits: 192 }
const binary = Array.from({ length: 60 }, (_, row) => (row * row) % 3 === 1 ? 1 : 0)
const tables = [
  createTable([{ decimals: 0, integers: binary }]),
  createTable([{ decimals: 0, integers: binary.map((value, row) => 1000 * row - 7 * value - 3000) }, { decimals: 2, integers: binary }]),
]

/** By the policy alone, after what left `partition` known. */
const rehearseAttacks = (limits: typeof policy, dataset: DatasetDescription, partition: Partition, readCell: ReadCell): AttackReport[] =>
  runAttacks(listAttacks(limits, dataset, readCell), dataset, (questions) => {
    let [known, answered] = [partition, 0]
    try {
      for (const { program } of questions) {
        known = assertPolicy(program, limits, dataset, known)
        answered += 1
      }
      return { answered, refusal: null }
    } catch (error) {
      if (!isAppError(error)) throw error
      return { answered, refusal: { code: error.code, message: error.message } }
    }
  }, readCell)

describe('the attacks, on a listing that sells single rows', () => {
  it.each(tables)('are canonical programs, and each gets the very cells it is after', ({ dataset, readCell }) => {
    for (const attack of createAttacks(dataset, policy)) {
      for (const program of attack.queries) assertCanonicalProgram(program)
      const extracted = attack.extract(attack.queries.map((program) => evaluateProgramOnIntegers(program, readCell)))
      expect(extracted.length, attack.name).toBeGreaterThan(0)
      for (const { cell, value } of extracted) expect(value, attack.name).toBe(readCell(cell))
    }
    const reports = rehearseAttacks({ ...policy, minRows: 1 }, dataset, createPartition(dataset.rows), readCell)
    expect(reports.map(({ refusal }) => refusal)).toEqual([null, null, null, null, null, null])
    expect(reports.every(({ cells, bits }) => cells > 0 && bits >= cells)).toBe(true)
  })

  it('smuggle dozens of rows in one number: in packed digits, and in the last bits of 40 nearly equal weights', () => {
    const [{ dataset, readCell }] = tables as [(typeof tables)[number]]
    const reports = rehearseAttacks({ ...policy, minRows: 1 }, dataset, createPartition(60), readCell)
    const got = new Map(reports.map((report) => [report.attack, report]))
    expect(got.get('weight-packing')).toMatchObject({ cells: 60, bits: 60, questions: 1 })
    expect(got.get('near-equal-weights')).toMatchObject({ cells: 40, bits: 40, questions: 1 })
    expect(got.get('one-hot')).toMatchObject({ cells: 60 })
    expect(got.get('two-wallets')).toMatchObject({ cells: 1, questions: 2, answered: 2 })
  })
})

describe('a rare class, through a column that is 0 without a flag (S2)', () => {
  // One of rows 10 to 19 has the flag.
  const flags = Array.from({ length: 60 }, (_, row) => (row === 14 || row > 30 ? 1 : 0))
  const wages = flags.map((_, row) => 1000 + 37 * row)
  const nameProduct = (name: string) => createTable([
    { name: 'union', decimals: 0, integers: flags }, { name: 'wage', decimals: 0, integers: wages },
    { name, decimals: 0, integers: wages.map((wage, row) => wage * (flags[row] ?? 0)) },
  ])
  const rehearse = (name: string) => {
    const { dataset, readCell } = nameProduct(name)
    return rehearseAttacks(policy, dataset, createPartition(60), readCell).find(({ attack }) => attack === 'rare-class')
  }

  it('is told where the column passes for one of the table, and the rehearsal says so', () => {
    expect(rehearse('bonus')).toMatchObject({ answered: 1, refusal: null, cells: 1 })
  })

  it('is not where the column is a second moment by its name', () => {
    expect(rehearse('union*wage')).toMatchObject({ answered: 0, refusal: { code: 'policy.second-moments-whole' }, cells: 0, bits: 0 })
  })

  it('is not by what is left of second moments when all who are known to have the flag but one are taken off', () => {
    // All of a group have the flag: no group of ten has it once.
    const members = Array.from({ length: 60 }, (_, row) => (row < 40 ? 1 : 0))
    const { dataset, readCell } = createTable([
      { name: 'union', decimals: 0, integers: members }, { name: 'wage', decimals: 0, integers: wages },
      { name: 'union*wage', decimals: 0, integers: wages.map((wage, row) => wage * (members[row] ?? 0)) },
    ])
    const attack = (minRows: number) =>
      rehearseAttacks({ ...policy, minRows }, dataset, createPartition(60), readCell).find((report) => report.attack === 'rare-class')
    expect(attack(10)).toMatchObject({ answered: 0, refusal: { code: 'policy.second-moments-whole' }, cells: 0 })
    expect(attack(1)).toMatchObject({ answered: 1, refusal: null, cells: 1 })
  })
})

describe('two columns of one table that are nearly equal', () => {
  const before = Array.from({ length: 60 }, (_, row) => 1000 + 37 * row)
  const rehearse = (raised: readonly number[], minRows = 10) => {
    const { dataset, readCell } = createTable([
      { name: 'before', decimals: 0, integers: before }, { name: 'after', decimals: 0, integers: before.map((wage, row) => (raised.includes(row) ? wage + 55 : wage)) },
    ])
    return rehearseAttacks({ ...policy, minRows }, dataset, createPartition(60), readCell).find(({ attack }) =>
      attack === 'near-equal-columns')
  }

  it('tell by how much one row differs, over all rows or over a group, which no class rule sees', () => {
    expect(rehearse([31])).toMatchObject({ answered: 1, refusal: null, cells: 1,
      words: expect.stringContaining('before less that of after') as string })
    expect(rehearse([3, 31, 47])).toMatchObject({ answered: 1, refusal: null, cells: 1 })
  })

  it('tell it of products over different columns too, and of all rows alone', () => {
    const flags = (lone: readonly number[]) => before.map((_, row) => ((row % 2 === 0) !== lone.includes(row) ? 1 : 0))
    const rehearseProducts = (lone: readonly number[]) => {
      const [a, b] = [flags([]), flags(lone)]
      const { dataset, readCell } = createTable([
        { name: 'union', decimals: 0, integers: a }, { name: 'member', decimals: 0, integers: b }, { name: 'wage', decimals: 0, integers: before },
        { name: 'union*wage', decimals: 0, integers: before.map((wage, row) => wage * (a[row] ?? 0)) },
        { name: 'member*wage', decimals: 0, integers: before.map((wage, row) => wage * (b[row] ?? 0)) },
      ])
      return rehearseAttacks(policy, dataset, createPartition(60), readCell).find(({ attack }) => attack === 'near-equal-columns')
    }
    // One member who is in no union: the sums of the two flags differ by them, the sums of the products by their wage.
    expect(rehearseProducts([31])).toMatchObject({ answered: 1, refusal: null, cells: 1 })
    expect(rehearseProducts([3, 31])).toMatchObject({ answered: 0, refusal: { code: 'policy.second-moments-whole' }, cells: 0 })
  })

  it('tell nothing where they are equal, differ in most rows, or where no group has one such row alone', () => {
    expect(rehearse([])).toBeUndefined()
    expect(rehearse(before.map((_, row) => row))).toBeUndefined()
    expect(rehearse([29, 30], 60)).toBeUndefined()
  })
})

describe('two listings of one source, were nothing to judge them together', () => {
  const wages = Array.from({ length: 60 }, (_, row) => 1000 + 37 * row)
  const tableOf = (integers: readonly number[]) => ({ id: `of-${integers.length}`, minRows: 10, ...createTable([{ name: 'wage', decimals: 0, integers }]) })
  const rehearse = (own: readonly number[], other: readonly number[]) => {
    const [one, two] = [tableOf(own), tableOf(other)]
    const yes: JudgeAttack = (questions) => ({ answered: questions.length, refusal: null })
    const reports = runAttacks(createListingAttacks(one, two), one.dataset, yes, one.readCell, two.readCell)
    return reports.map(({ attack, cells }) => [attack, cells])
  }

  it('tell a row that one leaves out, one that was corrected or emptied, and one that was added: the attacks get what they are after',
    () => {
    expect(rehearse(wages, wages)).toEqual([['two-listings', 1]])
    // Where a row was corrected in between, leaving out another tells nothing.
    expect(rehearse(wages.map((wage, row) => (row === 9 ? 0 : wage)), wages)).toEqual([['two-listings', 0], ['corrected-row', 1]])
    expect(rehearse(wages.map((wage, row) => wage + Number(row % 20 === 9)), wages)).toEqual([['two-listings', 0], ['corrected-row', 1]])
    expect(rehearse([...wages, 4711], wages)).toEqual([['two-listings', 1], ['added-rows', 1]])
    // Of two rows only their sum.
    expect(rehearse([...wages, 4711, 815], wages)).toEqual([['two-listings', 1], ['added-rows', 0]])
  })
})

describe('versions of one table that stand in the profile beside one another, as if nothing had judged them', () => {
  const wages = Array.from({ length: 24 }, (_, row) => 1000 + 37 * row + ((row * row) % 11))
  const long = [...wages, ...wages.map((wage) => wage + 3)]
  const total = long.map((_, row) => ((11 * row * row) % 907) + 2000)
  /** Each version's wages, and columns beside them. */
  const rehearse = (versions: readonly (readonly number[])[], more: readonly (readonly number[])[] = [total]) => {
    const { database, datasets, ledger, importTable, insertListing } = openProfile()
    const ids = versions.map((version, at) => {
      const name = at === 0 ? 'wages' : `wages@${at}`
      importTable(name, version.map((wage, row) => [wage, ...more.map((column) => (wage === 0 ? 0 : column[row] ?? 0))]), ['wage', ...more.map((_, column) => `c${column}`)])
      ledger.register(name)
      return insertListing(name, { minRows: 4 })
    })
    const { show } = createListingStore(database)
    return rehearseListing(show(ids.at(-1) ?? ''), { datasets, ledger, show })
      .filter(({ attack }) => attack === 'versions-together').map(({ words, cells, bits, answered, questions }) =>
        ({ words, cells, bits, all: answered === questions }))
  }
  const without = (...withdrawn: readonly number[]): number[] => wages.map((wage, row) => (withdrawn.includes(row) ? 0 : wage))
  const corrected = (values: readonly number[], ...rows: readonly number[]): number[] =>
    values.map((wage, row) => (rows.includes(row) ? 2 * wage + row : wage))

  it('tell a row by four sums: of the whole, of two groups left out, and of both and one row more', () => {
    const found = rehearse([wages, without(0, 1, 2, 3), without(4, 5, 6, 7), without(0, 1, 2, 3, 4, 5, 6, 7, 9)])
    expect(found).toEqual([{ words: expect.stringMatching(/of rows 1 to 24, to one of row 10 alone$/) as string, cells: 1,
      bits: expect.any(Number) as number, all: true }])
  })

  it('tell one that was corrected behind the end of a shorter version', () => {
    const found = rehearse([wages, long, corrected(long, 0, 1, 2, 3, 30)])
    expect(found).toEqual([{ words: expect.stringMatching(/of rows 25 to 48, to one of row 31 alone$/) as string, cells: 1,
      bits: expect.any(Number) as number, all: true }])
  })

  it('tell the few between three caps, and one that a rare column hides', () => {
    const caps = [16, 17, 19].map((row) => wages.map((wage) => Math.min(wage, wages[row] ?? 0)))
    expect(rehearse(caps)).toMatchObject([{ cells: 2, words: expect.stringContaining('rows 18, 19 alone') as string }])
    const rare = wages.map((_, row) => Number(row > 0 && row < 4))
    expect(rehearse([wages, wages.map((wage, row) => ([1, 2, 3, 9].includes(row) ? wage + 40 : wage))],
      [rare])).toMatchObject([{ cells: 1 }])
  })

  it('tell nothing, and it is said, where they might have been published so', () => {
    const clear = [{ words: expect.stringContaining('finds none') as string, cells: 0, bits: 0, all: true }]
    expect(rehearse([wages, without(0, 1, 2, 3), without(0, 1, 2, 3, 4, 5, 6, 7)])).toEqual(clear)
    expect(rehearse([wages, long, corrected(long, 24, 25, 26, 27, 28)])).toEqual(clear)
    expect(rehearse([wages, wages.map((wage) => 3 * wage + 1)])).toEqual(clear)
    expect(rehearse([wages])).toEqual([])
  })
})

describe('the attacks, on a listing with the class rule', () => {
  it.each(tables)('get nothing at all (S2)', ({ dataset, readCell }) => {
    for (const minRows of [2, 10]) {
      const reports = rehearseAttacks({ ...policy, minRows }, dataset, createPartition(dataset.rows), readCell)
        // What sorted rows tell of their neighbours is no matter of classes.
        .filter(({ attack }) => attack !== 'sorted-neighbours')
      expect(reports.map(({ cells, bits }) => cells + bits)).toEqual([0, 0, 0, 0, 0, 0])
      expect(reports.map(({ refusal }) => refusal?.code)).toEqual(Array.from({ length: 6 }, () => 'policy.min-rows'))
    }
    const wallets = rehearseAttacks(policy, dataset, createPartition(dataset.rows), readCell).find(({ attack }) => attack === 'two-wallets')
    expect(wallets).toMatchObject({ answered: 1, questions: 2 })
  })

  it.each(tables)('get nothing out of what was answered before either', ({ dataset, readCell }) => {
    const half = {
      version: 1 as const, datasetRoot: dataset.datasetRoot, rows: 60, columns: dataset.columns.length,
      cells: [{ scale: { numerator: '1', denominator: '1' }, constant: '0', terms: [[0, 30, '1'] as [number, number, string]] }],
      answer: { kind: 'tensor' as const, shape: [], cells: [0] },
    }
    const reports = rehearseAttacks(policy, dataset, refinePartition(createPartition(60), half), readCell)
    expect(reports.every(({ cells, bits }) => cells === 0 && bits === 0)).toBe(true)
  })
})

describe('a seller who rehearses', () => {
  let listings: ListingService
  let careful: string
  let careless: string

  beforeAll(async () => {
    const shop = await (await (await openStage()).createParty('seller')).open()
    ;({ listings } = await shop.trade())
    await prepareDataset(shop)
    careful = (await publishListing(shop, 'http://127.0.0.1:7373')).id
    careless = (await publishListing(shop, 'http://127.0.0.1:7373', { minRows: 1 })).id
  })

  it('is told that nothing gets through, or what each attack would get', () => {
    // Six by itself, and two listings of the one table together: what one answers counts for the other.
    expect(listings.rehearse(careful).map(({ attack, cells, refusal }) => [attack, cells, refusal?.code])).toEqual([
      ...['single-cell', 'one-hot', 'weight-packing', 'near-equal-weights', 'sum-minus-one', 'two-wallets'].map((attack) => [attack, 0, 'policy.min-rows']),
      // The other listing sells single rows: it is what gives out this one's.
      ['two-listings', 1, undefined],
    ])
    const reports = listings.rehearse(careless)
    expect(reports.slice(0, 6).every(({ cells, refusal }) => cells > 0 && refusal === null)).toBe(true)
    expect(reports.at(-1)).toMatchObject({ attack: 'two-listings', refusal: { code: 'policy.min-rows' }, cells: 0 })
    // Nothing was counted by trying.
    expect(listings.rehearse(careless)).toEqual(reports)
  })
})
