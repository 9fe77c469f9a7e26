import { describe, expect, it } from 'vitest'
import { checkScript } from '../../../src/host/buyer/rehearse.ts'
import type { CheckVerdict } from '../../../src/shared/schemas/http.ts'
import { refusalOf } from '../../e2e/support/refusal.ts'
import { publishListing } from '../../e2e/support/shop.ts'
import { openStage, serve } from '../../e2e/support/stage.ts'

const wages = Array.from({ length: 24 }, (_, row) => 1000 + 37 * row + ((row * row) % 11))
const sumOf = (rows: number): string => `export default data.col("wage").slice(0, ${rows}).sum()\n`

describe('a table and its corrected version, both on sale (S4)', () => {
  it('are not published where the withdrawn row is the difference of two sums, and answered of all rows only where a group could hold a single corrected one', async () => {
    const stage = await openStage()
    const shop = await (await stage.createParty('seller')).open()
    const url = `http://127.0.0.1:${(await serve(shop)).port}`
    const buyer = await (await (await stage.createParty('buyer')).open()).trade()
    const prepare = async (values: readonly number[], column = 'wage'): Promise<void> => {
      const lines = values.map((wage, row) => `${20 + ((7 * row) % 31)},${wage}`)
      await shop.datasets.importTable({ name: 'staff', text: [`age,${column}`, ...lines].join('\n'), newVersion: true })
      shop.datasets.createTestData('staff', { rows: 8 })
      await shop.datasets.encrypt('staff', { keyBits: 2048 })
      await shop.datasets.encryptTestData('staff', { keyBits: 2048 })
    }
    const check = async (listing: string, rows: number): Promise<CheckVerdict> => {
      const { details, seller } = await buyer.openListing(listing)
      return checkScript({ fileName: 'sum.ts', source: sumOf(rows) }, details, seller)
    }
    const ask = async (listing: string, rows: number): Promise<number> => {
      const { number } = await buyer.purchases.buy(listing)
      await buyer.purchases.compute(number, { fileName: 'sum.ts', source: sumOf(rows) })
      return Number((await buyer.purchases.request(number)).answer)
    }

    await prepare(wages)
    const first = await publishListing(shop, url, { dataset: 'staff' })
    expect(await ask(first.url, 24)).toBe(wages.reduce((sum, wage) => sum + wage, 0))
    expect(await check(first.url, 12)).toMatchObject({ allowed: true })

    await prepare(wages.map((wage, row) => (row === 9 ? 0 : wage)))
    const refusal = await refusalOf(() => publishListing(shop, url, { dataset: 'staff' }))
    expect(refusal).toMatchObject({ code: 'policy.source-corrected', details: { listing: first.id, column: 'wage', rows: 1, limit: 4 } })

    // In other units and under a name of its own, sum(wage) − sum(wage_cents) / 100 would be the same row's wage.
    await prepare(wages.map((wage, row) => (row === 9 ? 0 : 100 * wage)), 'wage_cents')
    const recoded = await refusalOf(() => publishListing(shop, url, { dataset: 'staff' }))
    expect(recoded).toMatchObject({ code: 'policy.source-corrected', details: { listing: first.id, reason: 'recoded', columns: 'wage, wage_cents' } })

    await prepare(wages.map((wage, row) => (row % 5 === 0 ? wage + 3 * row + 1 : wage)))
    const second = await publishListing(shop, url, { dataset: 'staff' })
    for (const listing of [first.url, second.url]) {
      expect(await check(listing, 24)).toMatchObject({ allowed: true })
      expect(await check(listing, 12)).toMatchObject({ allowed: false, code: 'policy.corrected-whole' })
    }
    // The rehearsal puts its questions to both listings, as buyers could, and is refused as they would be.
    const { listings } = await shop.trade()
    for (const { id } of [first, second]) {
      const together = listings.rehearse(id).filter(({ attack }) => attack === 'two-listings' || attack === 'corrected-row')
      expect(together.map(({ attack, cells, refusal }) => [attack, cells, refusal?.code])).toEqual([['two-listings', 0, 'policy.min-rows'], ['corrected-row', 0, 'policy.corrected-whole']])
    }
  }, 240_000)
  it('are not published where two corrected columns together tell one row, and are where both were corrected alike', async () => {
    const stage = await openStage()
    const shop = await (await stage.createParty('seller')).open()
    const url = `http://127.0.0.1:${(await serve(shop)).port}`
    const prepare = async (raises: readonly [base: number, total: number]): Promise<void> => {
      const pay = (row: number, at: 0 | 1): number => (row < raises[at] ? 40 + 3 * row : 0)
      const lines = wages.map((_, row) => `${3 + (row % 6)},${((7 * row * row) % 501) + 300 + pay(row, 0)},${((11 * row * row) % 907) + 2000 + pay(row, 1)}`)
      await shop.datasets.importTable({ name: 'pair', text: ['grade,base,total', ...lines].join('\n'), newVersion: true })
      shop.datasets.createTestData('pair', { rows: 8 })
      await shop.datasets.encrypt('pair', { keyBits: 2048 })
      await shop.datasets.encryptTestData('pair', { keyBits: 2048 })
    }
    await prepare([0, 0])
    const { id } = await publishListing(shop, url, { dataset: 'pair' })
    await prepare([5, 4])
    const refusal = await refusalOf(() => publishListing(shop, url, { dataset: 'pair' }))
    expect(refusal).toMatchObject({ code: 'policy.source-corrected', details: { listing: id, reason: 'together', columns: 'base, total', limit: 4 } })
    await prepare([5, 5])
    expect((await publishListing(shop, url, { dataset: 'pair' })).id).toBe('pair-2')
  }, 240_000)
})
