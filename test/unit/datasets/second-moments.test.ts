import fc from 'fast-check'
import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createCellEncoder, findFactors, listTableNames, type Factors } from '../../../src/compute/products.ts'
import { createDatasetService } from '../../../src/host/datasets/dataset-service.ts'
import type { Bounds } from '../../../src/host/datasets/column-bounds.ts'
import { hasNarrowCombination as hasNarrow } from '../../../src/host/datasets/narrow-combination.ts'
import { createMomentColumn, describeWithheld, judgeMoments, type IntegerTable } from '../../../src/host/datasets/second-moments.ts'
import { createVault } from '../../../src/host/secrets/vault.ts'
import { openProfileDatabase } from '../../../src/host/storage/database.ts'
import { createFakeEngine } from './fake-engine.ts'
import { createColumn, refusal } from './fixtures.ts'

/** The rank of a few rows of exact integers, by fractions-free elimination over the rationals. */
const rankOf = (rows: readonly (readonly number[])[]): number => {
  const left = rows.map((row) => row.map(BigInt))
  let rank = 0
  for (let column = 0; column < (left[0]?.length ?? 0); column += 1) {
    const at = left.findIndex((row, index) => index >= rank && row[column] !== 0n)
    if (at === -1) continue
    const [pivot] = left.splice(at, 1) as [bigint[]]
    left.splice(rank, 0, pivot)
    for (let index = rank + 1; index < left.length; index += 1) {
      const row = left[index] as bigint[]
      const factor = row[column] as bigint
      left[index] = row.map((value, other) => value * (pivot[column] as bigint) - (pivot[other] as bigint) * factor)
    }
    rank += 1
  }
  return rank
}

/** By trying every set of rows: leaving a few out lowers the rank if and only if some combination is 0 in all the others. */
const hasNarrowByForce = (columns: readonly (readonly number[])[], fewest: number): boolean => {
  const rows = (columns[0] ?? []).map((_, row) => columns.map((column) => column[row] as number))
  const whole = rankOf(rows)
  return Array.from({ length: 2 ** rows.length }, (_, set) => rows.filter((_row, index) => (set >> index) % 2 === 0))
    .some((rest) => rows.length - rest.length < fewest && rankOf(rest) < whole)
}

const hasNarrowCombination = (columns: readonly (readonly number[])[], fewest: number): boolean =>
  hasNarrow(columns.map((column) => Int32Array.from(column)), fewest)

const tableOf = (columns: readonly (readonly number[])[]): IntegerTable => ({
  rows: columns[0]?.length ?? 0,
  read: (column) => (columns[column] ?? []).map(BigInt),
})
const rule = { minRows: 10, maxShare: 0.25 }
const rows = 60
const columnOf = (value: (row: number) => number): number[] => Array.from({ length: rows }, (_, row) => value(row))
const wage = columnOf((row) => 900 + ((row * 7919) % 613))
const age = columnOf((row) => 20 + ((row * 31) % 45))
const groups = [0, 1, 2].map((group) => columnOf((row) => (row % 4 === group ? 1 : 0)))

describe('which combinations of columns tell a few rows apart', () => {
  it('agrees with trying every set of rows', () => {
    const column = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 9, maxLength: 9 })
    fc.assert(fc.property(fc.array(column, { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 5 }), (columns, fewest) => {
      expect(hasNarrowCombination(columns, fewest)).toBe(hasNarrowByForce(columns, fewest))
    }), { numRuns: 150 })
  })

  it('finds the one row that all flags but a rare one leave over', () => {
    const flags = [0, 1, 2, 3].map((group) => columnOf((row) => (row > 0 && row % 4 === group ? 1 : 0)))
    expect(hasNarrowCombination([columnOf(() => 1), ...flags], 10)).toBe(true)
    expect(hasNarrowCombination([columnOf(() => 1), ...flags.slice(1)], 10)).toBe(false)
  })
})

describe('which second moments are offered (S2)', () => {
  it('squares and products of columns that vary', () => {
    const pairs: readonly Factors[] = [[0, 0], [0, 1], [0, 2], [0, 3], [0, 4], [2, 1]]
    expect(judgeMoments(tableOf([wage, age, ...groups]), pairs, rule)).toEqual([null, null, null, null, null, null])
  })

  it.each<[string, number[], string]>([
    ['a rare flag: Σ flag·wage is a few people\'s wages', columnOf((row) => (row < 9 ? 1 : 0)), 'few-rows'],
    ['a flag that few do not have: what is left of Σ wage is theirs', columnOf((row) => (row < 9 ? 0 : 1)), 'commonest-value'],
    ['a column of one value but for a few', columnOf((row) => (row < 9 ? row + 5 : 3)), 'commonest-value'],
    ['a column that one row makes up most of', columnOf((row) => (row === 7 ? 100_000 : row + 1)), 'one-row'],
  ])('not with %s', (_, column, reason) => {
    expect(judgeMoments(tableOf([wage, column]), [[0, 1]], rule)).toEqual([reason])
  })

  it('not where the difference to what is offered already would be about a few rows', () => {
    const almost = groups[0]?.map((value, row) => (row === 4 ? 0 : value)) ?? []
    expect(judgeMoments(tableOf([wage, groups[0] ?? [], almost]), [[0, 1], [0, 2]], rule)).toEqual([null, 'told-apart'])
    // Four groups that together leave one row over.
    const four = [0, 1, 2, 3].map((group) => columnOf((row) => (row > 0 && row % 4 === group ? 1 : 0)))
    expect(judgeMoments(tableOf([wage, ...four]), [[0, 1], [0, 2], [0, 3], [0, 4]], rule)).toEqual([null, null, null, 'told-apart'])
  })
})

describe('a column of second moments', () => {
  it('has bounds that enclose every product, from those of its factors alone', () => {
    const bound = fc.double({ min: -1e6, max: 1e6, noNaN: true })
    const part = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(fc.property(bound, bound, bound, bound, fc.boolean(), part, part, (a, b, c, d, isSquare, s, t) => {
      const left = createColumn('a', { lower: Math.min(a, b), upper: Math.max(a, b) })
      const right = isSquare ? left : createColumn('b', { lower: Math.min(c, d), upper: Math.max(c, d) })
      const { lower, upper } = createMomentColumn([left, right], isSquare ? [0, 0] : [0, 1])
      // Rounded, the point between two bounds can lie an ulp beyond the upper one.
      const within = ({ lower: from, upper: to }: Bounds, at: number): number => Math.min(from + at * (to - from), to)
      const x = within(left, s)
      const product = isSquare ? x * x : x * within(right, t)
      expect(product).toBeGreaterThanOrEqual(lower)
      expect(product).toBeLessThanOrEqual(upper)
    }))
  })

  it('holds exact products where doubles cannot', () => {
    const columns = [createColumn('a'), createColumn('b')]
    const all = [...columns, createMomentColumn(columns, [0, 1])]
    expect(createCellEncoder(all)([9_007_199_254_740.99, 0.97, 0], 2)).toBe(900_719_925_474_099n * 97n)
    expect(findFactors(all)).toEqual([null, null, [0, 1]])
    expect(listTableNames(all)).toEqual(['a', 'b'])
  })
})

const open = () => {
  const engine = createFakeEngine()
  const vault = createVault(new Uint8Array(randomBytes(32)))
  const service = createDatasetService({ database: openProfileDatabase(':memory:'), vault, engine: () => Promise.resolve(engine) })
  return { engine, service }
}
const csv = ['wage,age,union', ...wage.map((value, row) => `${value / 100},${age[row]},${groups[0]?.[row]}`)].join('\n')
const offered = ['wage*wage', 'age*age', 'wage*age', 'wage*union', 'age*union']

describe('a dataset with second moments', () => {
  it('has them beside its columns, in the table and in its test data, exact under every ciphertext', async () => {
    const { engine, service } = open()
    await service.importTable({ name: 'wages', text: csv })
    service.createTestData('wages')
    expect(service.addSecondMoments('wages').verdicts).toEqual(offered.map((name) => ({ name, withheld: null })))
    expect(service.readColumns('wages').map(({ name }) => name)).toEqual(['wage', 'age', 'union', ...offered])
    await service.encrypt('wages', { keyBits: 2048 })
    await service.encryptTestData('wages', { keyBits: 2048 })
    for (const [kind, rowsOf] of [['data', service.readRows('wages')], ['test', service.readTestRows('wages')]] as const) {
      const integers = await engine.decrypt(service.readKeyPair('wages', kind), await service.readTensor('wages', kind).readChunk(0))
      const at = (column: number, row: number): bigint => integers[column * rowsOf.length + row] as bigint
      rowsOf.forEach(([w = 0, a = 0], row) => {
        expect(at(5, row)).toBe(BigInt(Math.round(w * 100)) * BigInt(a))
        expect(at(3, row)).toBe(BigInt(Math.round(w * 100)) ** 2n)
      })
    }
    expect(() => service.addSecondMoments('wages')).toThrow(refusal('input.second-moments-made'))
  })

  it('is a next version of one that was encrypted without; names what it withholds', async () => {
    const { service } = open()
    await service.importTable({ name: 'wages', text: `${csv.replace('union', 'union,rare').split('\n').map((line, row) => (row === 0 ? line : `${line},${row < 5 ? 1 : 0}`)).join('\n')}` })
    await service.encrypt('wages', { keyBits: 2048 })
    const { verdicts } = service.addSecondMoments('wages', { columns: ['wage', 'rare'] })
    expect(verdicts).toEqual([{ name: 'wage*wage', withheld: null }, { name: 'wage*rare', withheld: 'few-rows' }])
    expect(service.list().map(({ name, columns, data }) => [name, columns, data === null])).toEqual([['wages', 5, true], ['wages@1', 4, false]])
  })

  it('is refused where nothing can be offered, and left as it was', async () => {
    const { service } = open()
    await service.importTable({ name: 'few', text: csv.split('\n').slice(0, 9).join('\n') })
    expect(() => service.addSecondMoments('few')).toThrow(refusal('input.second-moments-none'))
    expect(() => service.addSecondMoments('few', { columns: ['height'] })).toThrow(refusal('input.csv-unknown-column', { name: 'height' }))
    expect(service.readColumns('few')).toHaveLength(3)
  })

  it('takes imported columns named a*b for what they say, and refuses those that are something else', async () => {
    const { service } = open()
    await service.importTable({ name: 'own', text: 'a,b,a*b\n0.1,3,0.30000000000000004\n2,5,10\n' })
    expect(service.readColumns('own')[2]).toMatchObject({ name: 'a*b', scale: { numerator: '1', denominator: '10' } })
    await expect(service.importTable({ name: 'other', text: 'a,b,a*b\n1,3,3\n2,5,11\n' })).rejects.toEqual(refusal('input.product-column-invalid', { name: 'a*b', row: 2 }))
  })

  it('says why one large row is withheld also where single rows are sold, which that rule knows nothing of', () => {
    const single = { minRows: 1, maxShare: 0.25 }
    const estates = columnOf((row) => (row === 0 ? 1000 : 1))
    expect(judgeMoments(tableOf([estates]), [[0, 0]], single)).toEqual(['one-row'])
    expect(describeWithheld('one-row', single)).toBe(
      'one row has more than 25 % of its total, or of the total of one of its two columns, which is a rule of its own, whatever the minimum of rows')
    expect(describeWithheld('one-row', rule)).toBe('one row has more than 25 % of its total, or of the total of one of its two columns')
  })
})
