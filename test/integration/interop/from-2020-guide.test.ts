import { execFile } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPracticeChain, type PracticeChain } from '../../../src/host/chain/practice-chain.ts'
import { createFolder } from '../client/support.ts'

const checkout = fileURLToPath(new URL('../../../', import.meta.url))
const guide = readFileSync(join(checkout, 'docs/guides/from-2020.md'), 'utf8')
const blocks = (language: string): string[] => [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, code]) => code ?? '')

/** Eleven processes, one after the other. */
const timeout = 300_000

describe('the guide from the 2020 system', { timeout }, () => {
  const project = createFolder()
  const home = join(project, 'home')
  let chain: PracticeChain

  /** The guide's commands, by the command line of this checkout; every line a document on stdout. */
  const run = async (commands: string): Promise<string> => {
    const prelude = `set -e\nhesystem() { "${process.execPath}" "${join(checkout, 'src/cli/main.ts')}" "$@"; }\n`
    const { stdout } = await promisify(execFile)('bash', ['-c', prelude + commands], {
      cwd: project,
      env: {
        ...process.env, HESYSTEM_HOME: home, HESYSTEM_PASSPHRASE_FILE: join(project, 'passphrase'), RPC: chain.rpcUrl, CHAIN_ID: String(chain.chainId),
      },
    })
    return stdout
  }

  beforeAll(async () => {
    chain = await startPracticeChain()
    const [{ address, privateKey } = { address: '', privateKey: '' }] = chain.accounts
    const write = (name: string, text: string): void => { writeFileSync(join(project, name), text) }
    write('passphrase', 'a passphrase for tests')
    write('user_info.txt', `{'address': '${address}', 'private_key': '${privateKey.slice(2)}', 'endpoint_url': 'https://ropsten.infura.io/v3/0'}`)
    write('contract_info.txt', blocks('text').join(''))
    const rows = Array.from({ length: 12 }, (_, row) => `${8.25 + row},${20 + row},${row % 3 === 0 ? 1 : 0}`)
    write('staff.csv', ['wage,hours,union', ...rows, 'NA,3,1'].join('\n'))
    write('staff-next.csv', ['wage,hours,union', ...rows, '9.5,38,0'].join('\n'))
  })

  afterAll(async () => {
    await chain.stop()
    rmSync(project, { recursive: true, force: true })
  })

  it('has commands that lead from the old files to a published listing as they stand, and to its next version', async () => {
    const [wallet = '', network = '', dataset = '', listing = '', publish = '', again = ''] = blocks('sh')
    const imported = await run(wallet)
    expect(imported).toContain(chain.accounts[0]?.address)
    expect(imported).toContain('Ropsten, which was switched off')
    const told = await run(wallet.replace('hesystem ', 'hesystem --json --home other '))
    expect(JSON.parse(told)).toMatchObject({ endpointUrl: 'https://ropsten.infura.io/[redacted]' })
    expect(await run(network)).toMatch(/The market is at 0x[0-9a-fA-F]{40}/)
    expect(await run(dataset)).toContain('staff: 12 rows × 3 columns')
    const draft = JSON.parse(await run(listing.replace('hesystem ', 'hesystem --json '))) as Record<string, unknown>
    expect(draft).toMatchObject({
      id: 'staff', dataset: 'staff', state: 'draft', rows: 12, columns: 3,
      terms: { valueWei: '10000000000000000', guaranteeWei: '5000000000000000', expirationSeconds: 86_400 }, policy: { condition: 2 },
    })
    expect(await run(publish)).toContain('published as listing 1  of staff  0.01 ether')
    expect(await run('hesystem listing create staff --contract-info contract_info.txt --id other')).toContain('24 h for the buyer to confirm; along each axis an answer may have 1/2')
    const listed = JSON.parse((await run(again.replace('hesystem listing', 'hesystem --json listing'))).replace(/^[^{]*/, '')) as { listings: unknown[] }
    expect(listed.listings).toMatchObject(expect.arrayContaining([expect.objectContaining({ id: 'staff', dataset: 'staff@1', state: 'published', rows: 12 })]))
    expect(await run('hesystem dataset list')).toMatch(/^staff {2}13 × 3\nstaff@1 {2}12 × 3$/m)
  })
})
