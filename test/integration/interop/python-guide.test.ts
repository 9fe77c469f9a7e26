import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { tableFromIPC } from '@uwdata/flechette'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { splitIntegers } from '../../../src/crypto/bytes.ts'
import { createHost } from '../../../src/host/index.ts'
import { createFolder, mean, openMarketplace, openShop, passphrase, table, type Marketplace, type Shop } from '../client/support.ts'

const checkout = fileURLToPath(new URL('../../../', import.meta.url))
const guide = readFileSync(join(checkout, 'docs/guides/python.md'), 'utf8')
const blocks = (language: string): string[] => [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, code]) => code ?? '')

/** Six processes, one after the other. */
const timeout = 300_000

describe('the guide to Python', { timeout }, () => {
  const project = createFolder()
  const home = join(project, 'home')
  let marketplace: Marketplace
  let shop: Shop

  /** The guide's commands, by the command line of this checkout and the system's own Python, which has gmpy2. */
  const run = async (commands: string): Promise<string> => {
    const prelude = `set -e\nhesystem() { "${process.execPath}" "${join(checkout, 'src/cli/main.ts')}" "$@"; }\npython3() { /usr/bin/python3 "$@"; }\n`
    const { stdout } = await promisify(execFile)('bash', ['-c', prelude + commands], {
      cwd: project,
      env: { ...process.env, HESYSTEM_HOME: home, HESYSTEM_PASSPHRASE_FILE: join(project, 'passphrase'), LISTING: shop.url },
    })
    return stdout
  }

  beforeAll(async () => {
    marketplace = await openMarketplace()
    shop = await openShop(marketplace)
    mkdirSync(project, { recursive: true })
    writeFileSync(join(project, 'passphrase'), passphrase)
    const buyer = await createHost({ home, secretStore: 'passphrase', environment: {}, askPassphrase: () => Promise.resolve(passphrase) })
    buyer.wallet.importPrivateKey(marketplace.takeAccount().privateKey)
    buyer.networks.add({ name: 'practice', kind: 'practice', ...marketplace.network })
    buyer.networks.use('practice')
    await buyer.close()
  })

  afterAll(async () => {
    await shop.close()
    await marketplace.stage.close()
    rmSync(project, { recursive: true, force: true })
  })

  it('has commands and a program that lead from the purchase to the answer as they stand', async () => {
    const [buy = '', compute = '', finish = ''] = blocks('sh')
    writeFileSync(join(project, 'question.ts'), blocks('ts').join('\n'))
    writeFileSync(join(project, 'compute.py'), blocks('python').join('\n'))
    await run(buy)
    await run(compute)
    await run(finish)
    const hours = table.map(([hour]) => hour)
    const wages = table.map(([, wage]) => wage)
    expect(JSON.parse(readFileSync(join(project, 'answer.json'), 'utf8'))).toEqual({
      meanWage: expect.closeTo(mean(wages), 9) as number,
      cost: expect.closeTo(wages.reduce((sum, wage, row) => sum + 2 * wage + (hours[row] ?? 0), 0), 6) as number,
    })
  })

  it('exports a file that an independent Arrow reader opens, ciphertext by ciphertext', async () => {
    await run('hesystem tensor export 1 --format arrow --out .')
    const { readTensor } = shop.seller.datasets
    const opened = tableFromIPC(new Uint8Array(readFileSync(join(project, 'purchase-1.arrow'))))
    const { commitment, source } = readTensor('wages', 'data')
    expect([opened.numRows, opened.names]).toEqual([table.length, ['hours', 'wage', 'union']])
    expect(Object.fromEntries(opened.schema.metadata ?? [])).toMatchObject({ format: 'hesystem-tensor/1', n: commitment.key.n, shape: '40,3' })
    const ours = splitIntegers(await source().read(40, 40), 512)
    const theirs = Array.from({ length: 40 }, (_, row) => splitIntegers(opened.getChild('wage').at(row) as Uint8Array, 512)[0])
    expect(theirs).toEqual(ours)
  })
})
