import { beforeAll, describe, expect, it } from 'vitest'
import { publicKeyOf } from '../../../src/host/buyer/compute.ts'
import { checkScript, fetchTestData, rehearse } from '../../../src/host/buyer/rehearse.ts'
import type { SellerClient } from '../../../src/host/buyer/seller-client.ts'
import { toBase64 } from '../../../src/host/base64.ts'
import { createTestKeyHolder } from '../../../src/host/buyer/test-key-holder.ts'
import { createTensorSource } from '../../../src/host/datasets/tensor-source.ts'
import { ciphertextLengthOf } from '../../../src/host/datasets/tensor-wire.ts'
import type { Host } from '../../../src/host/index.ts'
import { describeDataset } from '../../../src/host/trade/details-document.ts'
import type { IntegerForm } from '../../../src/compute/key-holder.ts'
import type { Details } from '../../../src/shared/schemas/details.ts'
import { productsSchema, testResultsSchema } from '../../../src/shared/schemas/http.ts'
import { refusalOf } from '../../e2e/support/refusal.ts'
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

describe('help under the test key, over HTTP', () => {
  let buyer: Host
  let details: Details
  let seller: SellerClient

  beforeAll(async () => {
    const stage = await openStage()
    const shop = await (await stage.createParty('seller')).open()
    await prepareDataset(shop)
    const { port } = await serve(shop)
    const listing = await publishListing(shop, `http://127.0.0.1:${port}`, { condition: 1 })
    buyer = await (await stage.createParty('buyer')).open()
    const opened = await (await buyer.trade()).openListing(listing.url)
    details = opened.details
    seller = opened.seller
  }, 180_000)

  it('compares for a rehearsal, which agrees with the plain run and says by line what the listing does not sell', async () => {
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
  }, 240_000)

  it('multiplies masked pairs, and a product by what was made before it', async () => {
    const { test, test_link: testLink, test_result_link: resultLink } = details
    const { rows, chunks } = await fetchTestData(details, seller)
    const table = createTensorSource({
      rows: test.rows, columns: test.columns, chunkRows: test.chunkRows, ciphertextLength: ciphertextLengthOf(test),
      readChunk: (index) => chunks[index] as Uint8Array,
    })
    const dataset = describeDataset(details, test)
    const parts = { key: publicKeyOf(test), table, dataset, engine: await buyer.engine(), seller, testLink, options: {} }
    const holder = createTestKeyHolder(parts)
    const cell = (index: number): IntegerForm => ({ constant: '0', terms: [[index, 1, '1']] })
    const cells = test.rows * test.columns
    await holder.multiply([[cell(0), cell(test.rows)], [cell(1), cell(1)]])
    await holder.multiply([[cell(cells), cell(2 * test.rows)]])

    const integer = (row: number, column: number): number => {
      const { numerator, denominator } = (details.columns[column] as Details['columns'][number]).scale
      return Math.round((rows[row] as readonly number[])[column] as number * Number(denominator) / Number(numerator))
    }
    const made = await holder.source.read(cells, 3)
    const { integers } = await seller.fetchJson(resultLink, testResultsSchema, { body: { ciphertexts: toBase64(made) } })
    const first = integer(0, 0) * integer(0, 1)
    expect(integers).toEqual([first, integer(1, 0) ** 2, first * integer(0, 2)].map(String))
  }, 120_000)

  it('refuses pairs that do not match, too many of them, and what is no ciphertext of the test key', async () => {
    const length = details.test.key.bits / 4
    const multiply = (left: Uint8Array, right: Uint8Array) => refusalOf(() =>
      seller.fetchJson(`${details.test_link}/products`, productsSchema, { body: { left: toBase64(left), right: toBase64(right) } }))
    const one = new Uint8Array(length).fill(0).with(length - 1, 1)
    expect(await multiply(one, new Uint8Array(2 * length))).toMatchObject({ code: 'input.invalid' })
    expect(await multiply(new Uint8Array(0), new Uint8Array(0))).toMatchObject({ code: 'input.invalid' })
    expect(await multiply(new Uint8Array(1025 * length), new Uint8Array(1025 * length))).toMatchObject({ code: 'input.invalid' })
    expect(await multiply(one, new Uint8Array(length))).toMatchObject({ code: 'crypto.invalid-ciphertext' })
    expect(await multiply(one, new Uint8Array(length).fill(255))).toMatchObject({ code: 'crypto.invalid-ciphertext' })
  }, 60_000)
})
