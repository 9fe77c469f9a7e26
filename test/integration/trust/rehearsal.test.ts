import { beforeAll, describe, expect, it } from 'vitest'
import { assertCanonicalProgram } from '../../../src/compute/canonical.ts'
import { evaluateProgramOnIntegers } from '../../../src/compute/program.ts'
import { createAttacks } from '../../../src/policy/attacks.ts'
import { createPartition, refinePartition } from '../../../src/policy/partition.ts'
import { rehearseAttacks } from '../../../src/policy/rehearse.ts'
import type { ListingService } from '../../../src/host/seller/listing-service.ts'
import { createTable } from '../../unit/compute/support.ts'
import { prepareDataset, publishListing } from '../../e2e/support/shop.ts'
import { openStage } from '../../e2e/support/stage.ts'

const policy = { mode: 'disclosed' as const, minRows: 10, condition: 1, maxAnswerCells: 256, maxAnswerBits: 192 }
const binary = Array.from({ length: 60 }, (_, row) => (row * row) % 3 === 1 ? 1 : 0)
const tables = [
  createTable([{ decimals: 0, integers: binary }]),
  createTable([{ decimals: 0, integers: binary.map((value, row) => 1000 * row - 7 * value - 3000) }, { decimals: 2, integers: binary }]),
]

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

describe('the attacks, on a listing with the class rule', () => {
  it.each(tables)('get nothing at all (S2)', ({ dataset, readCell }) => {
    for (const minRows of [2, 10]) {
      const reports = rehearseAttacks({ ...policy, minRows }, dataset, createPartition(dataset.rows), readCell)
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
    expect(listings.rehearse(careful).map(({ cells }) => cells)).toEqual([0, 0, 0, 0, 0, 0])
    const reports = listings.rehearse(careless)
    expect(reports.every(({ cells, refusal }) => cells > 0 && refusal === null)).toBe(true)
    // Nothing was counted by trying.
    expect(listings.rehearse(careless)).toEqual(reports)
  })
})
