import { execFile } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPracticeChain, type PracticeChain } from '../../../src/host/chain/practice-chain.ts'
import { createFolder } from '../client/support.ts'

const checkout = fileURLToPath(new URL('../../../', import.meta.url))
const guide = readFileSync(join(checkout, 'docs/guides/networks.md'), 'utf8')
const block = (name: string): string => new RegExp(`^\`\`\`sh ${name}\\n(.*?)^\`\`\`$`, 'ms').exec(guide)?.[1] ?? `echo "no block ${name}"; exit 1`

describe('the guide to networks', { timeout: 120_000 }, () => {
  const project = createFolder()
  let chain: PracticeChain
  beforeAll(async () => { chain = await startPracticeChain() })
  afterAll(async () => {
    await chain.stop()
    rmSync(project, { recursive: true, force: true })
  })

  const shell = (commands: string, variables: Readonly<Record<string, string>> = {}): Promise<{ stdout: string, stderr: string }> => {
    const prelude = `set -e\nhesystem() { "${process.execPath}" "${join(checkout, 'src/cli/main.ts')}" --home "${join(project, 'home')}" "$@"; }\n`
    const env = { ...process.env, HESYSTEM_PASSPHRASE_FILE: join(project, 'passphrase'), RPC: chain.rpcUrl, CHAIN_ID: '31337', ...variables }
    return promisify(execFile)('bash', ['-c', prelude + commands], { cwd: project, env })
  }

  it('opens a market, comes to one that is there, and leads to its explorer', async () => {
    writeFileSync(join(project, 'passphrase'), 'a passphrase for tests\n')
    writeFileSync(join(project, 'key'), chain.accounts[0]?.privateKey ?? '')
    await shell('hesystem --secrets passphrase wallet import --private-key --secret-file key')
    const opened = await shell(block('open'))
    const [, contract = ''] = /^(0x[0-9a-fA-F]{40}) on mine \(chain 31337\)$/m.exec(opened.stdout) ?? []
    expect(opened.stdout).toContain(`The market is at ${contract} `)

    const used = await shell(block('use'), { CONTRACT: contract })
    expect(used.stdout).toContain(`Network theirs trades at ${contract} from now on.`)
    expect(used.stdout).toContain('Nothing is listed on this contract yet.')
    await expect(shell('hesystem contract use 0x0000000000000000000000000000000000000001')).rejects.toMatchObject({ stderr: expect.stringContaining('chain.wrong-contract') as string })

    const { stdout } = await shell(block('explorer'))
    expect(stdout).toMatch(/^ +mine .*explorer https:\/\/explorer\.example\.org$/m)
    expect((await shell('hesystem network remove mine')).stdout).toContain('Network mine is forgotten.')
  })
})
