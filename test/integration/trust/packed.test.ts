import { beforeAll, describe, expect, it } from 'vitest'
import { checkVerdictSchema } from '../../../src/shared/schemas/http.ts'
import { programSchema, type Program } from '../../../src/shared/schemas/program.ts'
import { deriveFromScript } from '../../../src/host/buyer/derive.ts'
import type { OpenedListing } from '../../../src/host/buyer/open-listing.ts'
import type { Trade } from '../../../src/host/index.ts'
import { verifyReceipt } from '../../../src/host/protocol/verify-receipt.ts'
import { expectedAnswer, prepareDataset, publishListing, script } from '../../e2e/support/shop.ts'
import { openStage, serve } from '../../e2e/support/stage.ts'

describe('a listing with packed columns', () => {
  let trade: Trade
  let listing: OpenedListing
  let withScript: (source: string) => Promise<Program>

  beforeAll(async () => {
    const stage = await openStage()
    const shop = await (await stage.createParty('seller')).open()
    await prepareDataset(shop, 'wages', { packed: true })
    expect(shop.datasets.show('wages').data).toMatchObject({ packedGroups: 1, chunks: 1 })
    const { port } = await serve(shop)
    const { url } = await publishListing(shop, `http://127.0.0.1:${port}`, { condition: 1 })
    trade = await (await (await stage.createParty('buyer')).open()).trade()
    listing = await trade.openListing(url)
    withScript = async (source) => (await deriveFromScript({ fileName: 'a.ts', source }, listing.details, listing.details.dataset)).program
  })

  it('names them in its terms and answers means of all columns from one ciphertext, the same numbers, proved', async () => {
    expect(listing.details.dataset).toMatchObject({ columns: 3, packed: [[0, 1, 2]] })
    const { purchases, receipts } = trade
    const { number } = await purchases.buy(listing.url)
    const result = await purchases.compute(number, script)
    const program = programSchema.parse(JSON.parse(result.program))
    expect(program).toMatchObject({ version: 3, packed: [[0, 0, 12]], cells: { length: 4 } })
    expect(result.ciphertexts.length).toBe(512)
    const { answer, integers, proofVerified } = await purchases.request(number)
    expect(JSON.parse(answer ?? '')).toEqual(expectedAnswer)
    expect(integers?.length).toBe(4)
    expect(proofVerified).toBe(true)
    await purchases.confirm(number)
    const { receipt } = await receipts.export(number)
    expect(verifyReceipt(JSON.parse(JSON.stringify(receipt)))).toMatchObject({ ok: true, decryptionProved: true, answer: expectedAnswer })
  })

  it('answers one column from its own ciphertexts: the others would open too', async () => {
    const { purchases } = trade
    const { number } = await purchases.buy(listing.url)
    const result = await purchases.compute(number, { fileName: 'one.ts', source: 'export default data.col("wage").mean()' })
    expect(programSchema.parse(JSON.parse(result.program)).version).toBe(1)
    expect(JSON.parse((await purchases.request(number)).answer ?? '')).toBe(expectedAnswer.meanWage)
  })

  it('refuses a program written by hand whose packed sum opens a number that is no part of its answer (S2)', async () => {
    const check = (program: Program, packed: [number, number, number][]) => {
      const { datasetRoot, rows, columns, cells, answer } = program
      const forged: Program = { version: 3, datasetRoot, rows, columns, cells, answer, steps: [], packed }
      return listing.seller.fetchJson(`${listing.details.meta_link}/check`, checkVerdictSchema, { body: { program: forged } })
    }
    const two = await withScript('export default data.cols("wage", "hours").mean(0)')
    expect(await check(two, [[0, 0, 12]])).toMatchObject({ allowed: false, code: 'policy.packed-slot' })
    const all = await withScript('export default data.mean(0)')
    expect(await check(all, [[0, 0, 12]])).toMatchObject({ allowed: true })
    expect(await check(all, [[0, 0, 11], [0, 0, 12]])).toMatchObject({ allowed: false, code: 'policy.packed-slot' })
    const few = await withScript('export default data.slice([0, 3]).mean(0)')
    expect(await check(few, [[0, 0, 3]])).toMatchObject({ allowed: false, code: 'policy.min-rows' })
  })
})
