import { describe, expect, it } from 'vitest'
import { checkScript, rehearse } from '../../../src/host/buyer/rehearse.ts'
import { openStage, serve } from '../../e2e/support/stage.ts'
import { prepareDataset, publishListing } from '../../e2e/support/shop.ts'

const source = `const wage = data.col('wage')
const above = wage > wage.mean()
export default {
  largest: wage.max(),
  whoEarnsMost: wage.argmax(),
  above: above.sum(),
  meanAbove: (above * wage).sum() / above.sum(),
  median: wage.median(),
}
`

describe('a rehearsal with comparisons', () => {
  it('gets them free under the test key, agrees with the plain run, and says by line what the listing does not sell', async () => {
    const stage = await openStage()
    const shop = await (await stage.createParty('seller')).open()
    await prepareDataset(shop)
    const { port } = await serve(shop)
    const listing = await publishListing(shop, `http://127.0.0.1:${port}`, { condition: 1 })
    const buyer = await (await stage.createParty('buyer')).open()
    const { details, seller } = await (await buyer.trade()).openListing(listing.url)
    const script = { fileName: 'above.ts', source }

    const { plain, encrypted, largestDifference, gauge, verdict } = await rehearse(script, details, seller, await buyer.engine())
    expect(encrypted).toEqual(plain)
    expect(largestDifference).toBe(0)
    expect(gauge.asked.map(({ line, operation }) => [line, operation])).toEqual([[2, 'gt'], [4, 'max'], [8, 'median']])
    expect(gauge.asked.map(({ comparisons }) => comparisons).slice(0, 2)).toEqual([12, 11])
    const refused = {
      allowed: false, code: 'policy.comparisons-not-sold',
      message: 'above.ts:2:20: gt: comparing encrypted cells needs the seller\'s help, and the listing sells no comparisons',
    }
    expect(verdict).toEqual(refused)
    expect(await checkScript(script, details, seller)).toMatchObject({ ...refused, gauge: { interaction: gauge.interaction } })
    await expect(rehearse({ fileName: 'a.ts', source: 'export default data * data' }, details, seller, await buyer.engine()))
      .rejects.toMatchObject({ code: 'input.tensor-not-additive' })
  })
})
