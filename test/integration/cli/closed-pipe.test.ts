import { spawn, type StdioOptions } from 'node:child_process'
import { mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { mainPath } from '../../e2e/support/command-line.ts'

const home = mkdtempSync(join(tmpdir(), 'hesystem-pipe-'))
afterAll(() => { rmSync(home, { recursive: true, force: true }) })

const run = (args: readonly string[], stdio: StdioOptions, closeFirst: boolean) => {
  const environment = { ...process.env, HESYSTEM_HOME: home, NODE_OPTIONS: '' }
  const child = spawn(process.execPath, [mainPath, ...args], { stdio, env: environment })
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => { said += text })
  // The reader is gone before the first word, as after `| head` has seen enough.
  if (closeFirst) child.stdout?.destroy()
  return new Promise<{ code: number | null; said: string }>((resolve) => { child.once('close', (code) => { resolve({ code, said }) }) })
}

describe('a command whose output nobody reads any more', { timeout: 60_000 }, () => {
  it.each<string[]>([['--help'], ['listing', '--help'], ['config', 'schema'], ['--json', 'config', 'show']])('ends without a word and as others do: %s %s %s', async (...args) => {
    expect(await run(args, ['ignore', 'pipe', 'pipe'], true)).toEqual({ code: 141, said: '' })
  })

  it('does not go on where it would have, until somebody stopped it', async () => {
    const { code, said } = await run(['chain', 'practice'], ['ignore', 'pipe', 'pipe'], true)
    expect({ code, said }).toEqual({ code: 141, said: expect.not.stringContaining('EPIPE') as string })
  })

  it('says that a full disk took nothing of it', async () => {
    const { code, said } = await run(['--help'], ['ignore', openSync('/dev/full', 'w'), 'pipe'], false)
    expect(code).toBe(1)
    expect(said).toMatch(/^error input\.file-unwritable: The output cannot be written: .*ENOSPC.*\n {2}Check that/)
  })
})
