import { describe, expect, it } from 'vitest'
import { createAttacks } from '../../../src/policy/attacks.ts'
import { describeDataset } from '../../../src/host/trade/details-document.ts'
import { checkScript } from '../../../src/host/buyer/rehearse.ts'
import { prepareSecondMoments } from '../../../src/host/datasets/prepare-second-moments.ts'
import type { Host } from '../../../src/host/index.ts'
import type { DisclosedPolicy } from '../../../src/shared/schemas/details.ts'
import { refusal } from '../../unit/datasets/fixtures.ts'
import { mean, solve } from '../../unit/script/grammar/exact-array.ts'
import { fromNumber, minus, over, plus, times, toNumber, type Fraction } from '../../unit/script/grammar/fraction.ts'
import { openStage, serve } from '../../e2e/support/stage.ts'
import { prepareDataset, publishListing, tableCsv, tableRows } from '../../e2e/support/shop.ts'

const wages = tableRows.map(([wage]) => wage)
const hours = tableRows.map(([, own]) => own)
const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
const covarianceOf = (a: readonly number[], b: readonly number[]): number =>
  meanOf(a.map((value, row) => value * (b[row] as number))) - meanOf(a) * meanOf(b)

const script = (source: string) => ({ fileName: 'moments.ts', source })
const answered = script(`export default {
  deviation: data.col('wage').std(),
  r: data.cols('wage', 'hours').corr(),
  fit: data.cols('hours').leastSquares(data.col('wage')),
}
`)

describe('a listing with second moments', () => {
  it('sells var, corr and least squares of whole columns for real, and of no group of rows (S2)', async () => {
    const stage = await openStage()
    const shop = await (await stage.createParty('seller')).open()
    await prepareDataset(shop)
    const made = await prepareSecondMoments(shop.datasets, 'wages', { columns: ['wage', 'hours'], minRows: 4 })
    expect(made.verdicts.map(({ name, withheld }) => [name, withheld])).toEqual([['wage*wage', null], ['hours*hours', null], ['wage*hours', null]])
    const { port } = await serve(shop)
    const listing = await publishListing(shop, `http://127.0.0.1:${port}`, { condition: 1 })
    expect(listing.details).toMatchObject({ num_rows: [12, 6], budgets: { totalCells: 18 } })

    const { purchases, openListing } = await (await (await stage.createParty('buyer')).open()).trade()
    const { details, seller, url } = await openListing(listing.url)
    const check = async (source: string) => checkScript(script(source), details, seller)
    expect(await check('export default data.col("wage").slice(0, 6).std()')).toMatchObject({ allowed: false, code: 'policy.second-moments-whole' })
    expect(await check('const w = data.col("wage"); export default (w * data.col("hours")).slice(0, 11).sum()')).toMatchObject({ allowed: false, code: 'policy.second-moments-whole' })
    expect(await check('export default data.col("wage").slice(0, 6).mean()')).toMatchObject({ allowed: false, code: 'policy.second-moments-whole' })
    expect(await check('export default [data.shape[1], data.col("wage").mean()]')).toMatchObject({ allowed: true })

    const { number } = await purchases.buy(url)
    await purchases.compute(number, answered)
    const { answer, proofVerified } = await purchases.request(number)
    const r = covarianceOf(wages, hours) / Math.sqrt(covarianceOf(wages, wages) * covarianceOf(hours, hours))
    const slope = covarianceOf(wages, hours) / covarianceOf(hours, hours)
    const found = JSON.parse(answer ?? 'null') as { deviation: number; r: number[][]; fit: number[] }
    expect(found.deviation).toBeCloseTo(Math.sqrt(covarianceOf(wages, wages)), 10)
    expect(found.r[0]?.[1]).toBeCloseTo(r, 10)
    expect(found.fit[1]).toBeCloseTo(slope, 10)
    expect(proofVerified).toBe(true)
  }, 180_000)

  it('sells a fit of columns that are nearly the same, to the last digit that doubles have', async () => {
    // Inches, and centimetres that were measured apart: but for thousandths the one is the other.
    const people = Array.from({ length: 24 }, (_, row) => {
      const inches = 60 + ((row * 37) % 29) / 2
      return [inches, Number((inches * 2.54 + (((row * row * 7) % 13) - 6) / 1000).toFixed(3)), 50 + ((row * 53) % 41)] as const
    })
    const stage = await openStage()
    const shop = await (await stage.createParty('seller')).open()
    await shop.datasets.importTable({ name: 'people', text: ['inches,centimetres,weight', ...people.map((row) => row.join(','))].join('\n') })
    shop.datasets.createTestData('people', { rows: 8 })
    await shop.datasets.encrypt('people', { keyBits: 2048 })
    await shop.datasets.encryptTestData('people', { keyBits: 2048 })
    const { verdicts } = await prepareSecondMoments(shop.datasets, 'people', { columns: ['inches', 'centimetres', 'weight'], minRows: 4 })
    expect(verdicts.map(({ withheld }) => withheld)).toEqual(verdicts.map(() => null))
    const { port } = await serve(shop)
    const listing = await publishListing(shop, `http://127.0.0.1:${port}`, { dataset: 'people', condition: 1 })
    const { purchases } = await (await (await stage.createParty('buyer')).open()).trade()
    const { number } = await purchases.buy(listing.url)
    await purchases.compute(number, script(`const [x, y] = [data.cols('inches', 'centimetres'), data.col('weight')]
const fit = x.leastSquares(y)
export default { fit, standardised: fit.slice(1, 3) * x.std(0) / y.std() }
`))
    const { answer, proofVerified } = await purchases.request(number)
    expect(proofVerified).toBe(true)
    const found = JSON.parse(answer ?? 'null') as { readonly fit: readonly number[]; readonly standardised: readonly number[] }

    const readColumn = (column: number): Fraction[] => people.map((row) => fromNumber(row[column] ?? Number.NaN))
    const [inches, centimetres, weight] = [readColumn(0), readColumn(1), readColumn(2)]
    const covary = (a: readonly Fraction[], b: readonly Fraction[]): Fraction =>
      minus(mean(a.map((value, row) => times(value, b[row] as Fraction))), times(mean(a), mean(b)))
    const weights = solve(
      [inches, centimetres].map((a) => [inches, centimetres].map((b) => covary(a, b))), [inches, centimetres].map((a) => covary(a, weight)),
    ) as [Fraction, Fraction]
    const intercept = minus(mean(weight), plus(times(weights[0], mean(inches)), times(weights[1], mean(centimetres))))
    expect(found.fit).toEqual([intercept, ...weights].map(toNumber))
    for (const [at, column] of [inches, centimetres].entries()) {
      const exact = toNumber(weights[at] as Fraction) * Math.sqrt(toNumber(over(covary(column, column), covary(weight, weight))))
      expect(Math.abs((found.standardised[at] ?? Number.NaN) / exact - 1)).toBeLessThan(1e-14)
    }
    // In doubles most of the digits are gone: the two products of the determinant are nearly equal.
    const doubles = (a: number, b: number): number => covarianceOf(people.map((row) => row[a] ?? 0), people.map((row) => row[b] ?? 0))
    const naive = (doubles(1, 1) * doubles(0, 2) - doubles(0, 1) * doubles(1, 2)) / (doubles(0, 0) * doubles(1, 1) - doubles(0, 1) ** 2)
    expect(Math.abs(naive / toNumber(weights[0]) - 1)).toBeGreaterThan(1e-9)
  }, 180_000)
})

describe('a listing of imported products', () => {
  /** A profile whose only listing is refused or made; nothing is encrypted but under a key of its own. */
  const offer = async (shop: Host, name: string, column: string, valueOf: (row: number) => number, product = `${column}*wage`): Promise<unknown> => {
    const lines = tableCsv.split('\n').map((line, row) =>
      (row === 0 ? `${line},${column},${product}` : `${line},${valueOf(row)},${valueOf(row) * (wages[row - 1] as number)}`))
    await shop.datasets.importTable({ name, text: lines.join('\n') })
    shop.datasets.createTestData(name, { rows: 8 })
    await shop.datasets.encrypt(name, { keyBits: 2048 })
    await shop.datasets.encryptTestData(name, { keyBits: 2048 })
    const { listings } = await shop.trade()
    return listings.create({ dataset: name, valueWei: 1000n, serverUrl: 'http://127.0.0.1:7373', minRows: 4 })
  }

  it('is refused where a flag is rare, however it came in, unless single rows are sold anyway', async () => {
    const shop = await (await (await openStage()).createParty('seller')).open()
    await expect(offer(shop, 'rare', 'manager', (row) => (row === 3 ? 1 : 0))).rejects.toEqual(refusal('input.second-moments-unsafe', { column: 'manager*wage', reason: 'few-rows' }))
    const { listings } = await shop.trade()
    await expect(listings.create({ dataset: 'rare', valueWei: 1000n, serverUrl: 'http://127.0.0.1:7373', minRows: 1 })).resolves.toMatchObject({ state: 'draft' })
    await expect(offer(shop, 'common', 'union', (row) => row % 2)).resolves.toMatchObject({ state: 'draft' })
    // Under another name it would be summed over groups of which one row has the flag.
    await expect(offer(shop, 'renamed', 'union', (row) => row % 2, 'union_pay'))
      .rejects.toEqual(refusal('input.second-moments-unsafe', { column: 'union_pay', flag: 'union', factor: 'wage' }))
  })
})

describe('second moments of one table at two lengths (S4)', () => {
  it('are not offered where the rows between would tell one person, though neither listing has answered yet; and are left alone by rehearsed attacks', async () => {
    // Of the last eight rows one is senior.
    const rows = Array.from({ length: 32 }, (_, row) => `${100 + 7 * row},${row < 24 ? row % 2 : Number(row === 30)}`)
    const shop = await (await (await openStage()).createParty('seller')).open()
    const { listings } = await shop.trade()
    const offer = async (length: number) => {
      const name = `staff${length}`
      await shop.datasets.importTable({ name, text: ['wage,senior', ...rows.slice(0, length)].join('\n') })
      shop.datasets.createTestData(name, { rows: 8 })
      await shop.datasets.encrypt(name, { keyBits: 2048 })
      await shop.datasets.encryptTestData(name, { keyBits: 2048 })
      await prepareSecondMoments(shop.datasets, name, { columns: ['wage', 'senior'], minRows: 4 })
      return listings.create({ dataset: name, valueWei: 1000n, serverUrl: 'http://127.0.0.1:7373', minRows: 4 })
    }
    const { details } = await offer(24)
    await expect(offer(32)).rejects.toEqual(refusal('input.second-moments-unsafe', { column: 'wage*senior', reason: 'few-rows' }))

    expect(details.columns.map(({ name }) => name)).toContain('wage*wage')
    const [attack] = createAttacks(describeDataset(details), details.policy as DisclosedPolicy)
    const [cell = -1] = attack?.queries[0]?.cells[0]?.terms[0] ?? []
    expect(details.columns[Math.floor(cell / 24)]?.name).toBe('wage')
  })
})

describe('a table that is sold with second moments and without (S2, S4)', () => {
  it('is answered on no group of rows in either listing, since the moments less the group\'s sum could be one person\'s', async () => {
    const stage = await openStage()
    const shop = await (await stage.createParty('seller')).open()
    const { port } = await serve(shop)
    const lines = Array.from({ length: 24 }, (_, row) => [1000 + (row * 337) % 911, row % 3 === 0 ? 1 : 0] as const)
    const publish = async (name: string, columns: string, cells: (line: readonly [number, number]) => readonly number[]) => {
      await shop.datasets.importTable({ name, text: [columns, ...lines.map((line) => cells(line).join(','))].join('\n') })
      shop.datasets.createTestData(name, { rows: 8 })
      await shop.datasets.encrypt(name, { keyBits: 2048 })
      await shop.datasets.encryptTestData(name, { keyBits: 2048 })
      return publishListing(shop, `http://127.0.0.1:${port}`, { dataset: name, condition: 1, maxTotalCells: 100 })
    }
    const plain = await publish('plain', 'wage,senior', (line) => line)
    const { openListing } = await (await (await stage.createParty('buyer')).open()).trade()
    const { details, seller } = await openListing(plain.url)
    const check = (source: string) => checkScript(script(source), details, seller)
    const ofGroup = 'export default data.col("wage").slice(0, 12).sum()'
    expect(await check(ofGroup)).toMatchObject({ allowed: true })
    await publish('staff', 'wage,senior,wage*senior', ([wage, senior]) => [wage, senior, wage * senior])
    expect(await check(ofGroup)).toMatchObject({ allowed: false, code: 'policy.second-moments-whole' })
    expect(await check('export default data.mean(0)')).toMatchObject({ allowed: true })
  }, 180_000)
})
