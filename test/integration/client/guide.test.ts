import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFolder, mean, openMarketplace, openShop, table, type Marketplace, type Shop } from './support.ts'

const checkout = fileURLToPath(new URL('../../../', import.meta.url))

/** The guide's program: its blocks of TypeScript, in order. */
const readProgram = (): string =>
  [...readFileSync(join(checkout, 'docs/guides/client.md'), 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code).join('\n')

describe('the guide to the client', () => {
  const project = createFolder()
  let marketplace: Marketplace
  let shop: Shop

  beforeAll(async () => {
    marketplace = await openMarketplace()
    shop = await openShop(marketplace)
  })

  afterAll(async () => {
    await shop.close()
    await marketplace.stage.close()
    rmSync(project, { recursive: true, force: true })
  })

  it('has a program that runs as it stands, in a project that links the package', async () => {
    const { address, privateKey } = marketplace.takeAccount()
    mkdirSync(join(project, 'node_modules'))
    symlinkSync(checkout, join(project, 'node_modules', 'hesystem'), 'dir')
    writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module' }))
    writeFileSync(join(project, 'user_info.txt'), `address = ${address}\nprivate_key = ${privateKey}\nendpoint_url = ${marketplace.network.rpcUrl}\n`)
    writeFileSync(join(project, 'buy.ts'), readProgram())

    const { stdout } = await promisify(execFile)(process.execPath, ['buy.ts', shop.url, marketplace.network.contract], {
      cwd: project, env: { ...process.env, HESYSTEM_HOME: join(project, 'home') },
    })
    const said: unknown = Object.assign({}, ...stdout.trim().split('\n').map((line) => JSON.parse(line) as object))
    expect(said).toMatchObject({
      rehearsal: { largestDifference: 0 },
      bought: 'wages',
      shape: [40, 3],
      answer: {
        meanWage: expect.closeTo(mean(table.map(([, wage]) => wage)), 9),
        unionShare: expect.closeTo(mean(table.map(([, , union]) => union)), 9),
        score: expect.closeTo(mean(table.map(([hours, wage, union]) => 0.5 * hours + 2 * wage + union)), 9),
      },
      state: 'Refunded',
      // The refund of the second purchase, and the guarantee of the first.
      amountWei: '2000000',
    })
  })
})
