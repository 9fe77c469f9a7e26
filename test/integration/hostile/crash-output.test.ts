import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTerminal } from '../../../src/cli/terminal.ts'
import { openProfile } from '../../../src/host/secrets/open-profile.ts'
import { noteFigure } from '../../campaigns/support/figures.ts'
import { launch } from '../../e2e/support/command-line.ts'
import { formsOf } from './secret-forms.ts'

const fault = new URL('../../e2e/faults/dies-holding-secrets.ts', import.meta.url).href

describe('a program that dies while it holds secrets (S30, S31)', () => {
  let folder: string
  let environment: Record<string, string>
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hesystem-crash-'))
    environment = { HESYSTEM_PASSPHRASE_FILE: join(folder, 'passphrase') }
    writeFileSync(join(folder, 'passphrase'), 'a passphrase for tests only', { mode: 0o600 })
    const profile = await openProfile({ home: join(folder, 'home'), secretStore: 'passphrase', environment })
    profile.close()
  })
  afterAll(() => { rmSync(folder, { recursive: true, force: true }) })

  it.each([
    ['of an exception that nobody catches', 'uncaught', 'bug.unexpected'],
    ['of a promise that nobody waits for', 'rejected', 'bug.unexpected'],
    ['with an error of its own', 'thrown', 'store.corrupt'],
  ])('%s ends with its code and says no byte of them', async (_how, way, code) => {
    const held = join(folder, way)
    const { exitCode, stdout, stderr } = await launch(['--home', join(folder, 'home'), '--json', 'wallet', 'show'], {
      ...environment, NODE_OPTIONS: `--import=${fault}`, HELD: held, DIES: way,
    }).ended
    expect(exitCode, stderr).toBe(1)
    expect(stderr).toContain(`"code": "${code}"`)
    const { 'data-key': dataKey = '' } = JSON.parse(readFileSync(held, 'utf8')) as Record<string, string>
    const key = Buffer.from(dataKey, 'base64')
    expect(key).toHaveLength(32)
    noteFigure('deaths of a program that held its data key')
    const said = Buffer.from(stdout + stderr)
    for (const form of [...formsOf(key), ...formsOf(readFileSync(held))]) expect(said.includes(form), form.toString('latin1')).toBe(false)
  })

  it('says where a bug is, and not what it held', () => {
    const written: string[] = []
    const stream = { write: (text: string) => written.push(text) > 0 }
    const streams = { stdout: stream, stderr: stream } as unknown as Pick<NodeJS.Process, 'stdout' | 'stderr'>
    const key = '5e'.repeat(32)
    createTerminal(false, streams).error(new Error(`invalid private key 0x${key} at https://rpc.example/v3/${key.slice(0, 20)}`))
    expect(written.join('')).toMatch(/error bug\.unexpected: [^]*invalid private key \[redacted\] at https:\/\/rpc\.example\/\[redacted\][^]*crash-output\.test\.ts:\d+/)
    expect(written.join('')).not.toContain(key.slice(0, 20))
  })
})
