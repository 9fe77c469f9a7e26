import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createProgram } from '../../../src/cli/program.ts'

const first = 'the first passphrase of this profile'
const second = 'the second passphrase of this profile'
const ofBackup = 'the passphrase of the backup alone'

describe('backup, restore and wallet passphrase, as commands (S30, S32)', () => {
  let folder: string
  let address: string
  const at = (name: string): string => join(folder, name)
  const secretFile = (name: string, text: string): string => {
    writeFileSync(at(name), text, { mode: 0o600 })
    return at(name)
  }

  /** One command with `--json`, in this process: its document, or what it threw. */
  const run = async (home: string, passphrase: string, ...words: string[]): Promise<unknown> => {
    vi.stubEnv('HESYSTEM_PASSPHRASE_FILE', secretFile('profile-passphrase', passphrase))
    const written: string[] = []
    vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written.push(String(text))
      return true
    })
    try {
      await createProgram(true).parseAsync(['node', 'hesystem', '--home', at(home), '--json', ...words])
    } finally {
      vi.restoreAllMocks()
    }
    return JSON.parse(written.join(''))
  }
  const withCode = (code: string): unknown => expect.objectContaining({ code })

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hesystem-commands-'))
    address = (await run('seller', first, 'wallet', 'create') as { address: string }).address
  })
  afterEach(() => { vi.unstubAllEnvs() })
  afterAll(() => { rmSync(folder, { recursive: true, force: true }) })

  it('a backup is one file, made once: what stands at its place is not written over', async () => {
    const secret = secretFile('backup-passphrase', ofBackup)
    expect(await run('seller', first, 'backup', at('kept'), '--secret-file', secret)).toMatchObject({ path: at('kept') })
    const before = readFileSync(at('kept'))
    await expect(run('seller', first, 'backup', at('kept'), '--secret-file', secret)).rejects.toEqual(withCode('input.already-exists'))
    expect(readFileSync(at('kept')).equals(before)).toBe(true)
  })

  it('a backup under too short a passphrase is refused and leaves no file', async () => {
    await expect(run('seller', first, 'backup', at('short'), '--secret-file', secretFile('few', 'abc'))).rejects.toEqual(withCode('input.passphrase-too-short'))
    expect(existsSync(at('short'))).toBe(false)
  })

  it('it is not restored by a wrong passphrase, nor over a profile; what is there stays', async () => {
    const wrong = secretFile('wrong', 'another passphrase than the one')
    await expect(run('restored', first, 'restore', at('kept'), '--secret-file', wrong)).rejects.toEqual(withCode('access.wrong-passphrase'))
    expect(readdirSync(folder).filter((name) => name.startsWith('restored'))).toEqual([])
    const right = secretFile('backup-passphrase', ofBackup)
    await expect(run('seller', first, 'restore', at('kept'), '--secret-file', right)).rejects.toEqual(withCode('input.already-exists'))
    expect(await run('seller', first, 'wallet', 'show')).toMatchObject({ address })
  })

  it('it is restored into an empty home, with its wallet, under a passphrase of that home\'s own', async () => {
    const right = secretFile('backup-passphrase', ofBackup)
    expect(await run('restored', second, 'restore', at('kept'), '--secret-file', right)).toMatchObject({ home: at('restored'), forgotten: [] })
    expect(await run('restored', second, 'wallet', 'show')).toMatchObject({ address })
  })

  it('a changed passphrase opens the profile, the old one does no more; by a wrong one it is not changed', async () => {
    const next = secretFile('next', second)
    await expect(run('seller', 'not the passphrase at all', 'wallet', 'passphrase', '--secret-file', next)).rejects.toEqual(withCode('access.wrong-passphrase'))
    expect(await run('seller', first, 'wallet', 'passphrase', '--secret-file', next)).toEqual({ changed: true })
    expect(await run('seller', second, 'wallet', 'show')).toMatchObject({ address })
    await expect(run('seller', first, 'wallet', 'show')).rejects.toEqual(withCode('access.wrong-passphrase'))
  })
})
