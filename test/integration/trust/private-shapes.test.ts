import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { checkScript, rehearse } from '../../../src/host/buyer/rehearse.ts'
import type { Host, Trade } from '../../../src/host/index.ts'
import { prepareDataset, valueWei } from '../../e2e/support/shop.ts'
import { openStage, serve, type Party, type Stage } from '../../e2e/support/stage.ts'

const csv = 'pay,age\n10.5,20\n-2.25,30\n9,41\n0.3,60\n'
const turned = 'export default data.t()\n'
const asItIs = 'export default data * 2\n'

describe('the shape of an answer in private mode, which the seller never sees', () => {
  let stage: Stage
  let shop: Host
  let buyer: Party
  let url: string
  let trade: Trade

  beforeAll(async () => {
    stage = await openStage()
    shop = await (await stage.createParty('seller')).open()
    const origin = `http://127.0.0.1:${(await serve(shop)).port}`
    await prepareDataset(shop, 'small', { text: csv, testRows: 4 })
    const { listings } = await shop.trade()
    const draft = { dataset: 'small', valueWei, serverUrl: origin, mode: 'private' as const, condition: 1, maxAnswerCells: 8, maxTotalCells: 16 }
    const { id } = await listings.create(draft)
    await listings.publish(id)
    url = `${origin}/v1/listings/${id}`
    buyer = await stage.createParty('buyer')
    writeFileSync(join(stage.folder, 'turned.ts'), turned)
    writeFileSync(join(stage.folder, 'as-it-is.ts'), asItIs)
  }, 180_000)

  it('is held to the condition by the buyer\'s own machine: in the rehearsal, in the check, and before a payment that names the script', async () => {
    trade = await (await stage.createParty('looker')).open().then((host) => host.trade())
    const { details, seller } = await trade.openListing(url)
    const engine = await shop.engine()
    const refused = { allowed: false, code: 'policy.condition', message: 'the answer has shape (2, 4); under condition 1, axis 1 may be at most 2' }
    const rehearsed = await rehearse({ fileName: 'turned.ts', source: turned }, details, seller, engine)
    expect(rehearsed.verdict).toEqual(refused)
    expect(rehearsed.gauge.shapes).toEqual([{ path: '', shape: [2, 4], limit: [4, 2], fits: false }])
    expect(rehearsed.encrypted).toEqual([[10.5, -2.25, 9, 0.3], [20, 30, 41, 60]].map((row) => row.map(() => expect.any(Number) as number)))
    expect(await checkScript({ fileName: 'turned.ts', source: turned }, details, seller)).toMatchObject(refused)
    expect((await rehearse({ fileName: 'as-it-is.ts', source: asItIs }, details, seller, engine)).verdict).toEqual({ allowed: true })

    const said = await buyer.cli.refuse('buy', url, '--script', join(stage.folder, 'turned.ts'))
    expect(said).toMatchObject({ code: 'policy.refused', details: { code: 'policy.condition' } })
    expect(said.message).toBe(`Nothing was paid: the listing would refuse turned.ts: ${refused.message} (policy.condition)`)
    expect(await buyer.cli.run('purchases', 'list')).toEqual({ purchases: [], elsewhere: [] })
    expect(await buyer.cli.run('buy', url, '--script', join(stage.folder, 'as-it-is.ts'))).toMatchObject({ purchase: '1', state: 'Paid' })
  }, 180_000)
})
