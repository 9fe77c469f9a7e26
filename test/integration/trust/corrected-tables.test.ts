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
    const prepare = async (values: readonly number[]): Promise<void> => {
      const lines = values.map((wage, row) => `${20 + ((7 * row) % 31)},${wage}`)
      await shop.datasets.importTable({ name: 'staff', text: ['age,wage', ...lines].join('\n'), newVersion: true })
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
})
