import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failpointLogVariable, failpointVariable } from '../../../src/host/failpoint.ts'
import { openProfile } from '../../../src/host/secrets/open-profile.ts'
import { createPassphraseStore } from '../../../src/host/secrets/passphrase-store.ts'
import { isAppError } from '../../../src/shared/errors.ts'
import { noteFigure, testLength } from '../../campaigns/support/figures.ts'
import { launch, type Ended, type Environment } from '../../e2e/support/command-line.ts'

const passphraseOf = (turn: number): string => `the passphrase of turn ${turn} in this profile`

describe('a passphrase changed by a process that is killed in the midst of it (S30, S32)', () => {
  let folder: string
  let home: string
  let dataKey: string

  const secretFile = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }
  const change = (from: number, to: number, environment: Environment = {}): Promise<Ended> => launch(
    ['--home', home, '--json', 'wallet', 'passphrase', '--secret-file', secretFile('next', passphraseOf(to))],
    { HESYSTEM_PASSPHRASE_FILE: secretFile('present', passphraseOf(from)), ...environment },
  ).ended

  /** The data key under this passphrase, or null where it does not open. */
  const openWith = async (turn: number): Promise<string | null> => {
    try {
      const found = await createPassphraseStore(join(home, 'keystore.json'), () => Promise.resolve(passphraseOf(turn))).find('data-key')
      return Buffer.from(found ?? []).toString('hex')
    } catch (error) {
      if (!isAppError(error, 'access.wrong-passphrase')) throw error
      return null
    }
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hesystem-passphrase-'))
    home = join(folder, 'home')
    const profile = await openProfile({ home, secretStore: 'passphrase', environment: { HESYSTEM_PASSPHRASE_FILE: secretFile('present', passphraseOf(0)) } })
    profile.close()
    dataKey = await openWith(0) ?? ''
    expect(dataKey).toHaveLength(64)
  })
  afterAll(() => { rmSync(folder, { recursive: true, force: true }) })

  it('opens by the old one or by the new one at every point it passes, never by neither or both, and is changed by a second try', async () => {
    const log = join(folder, 'points')
    expect((await change(0, 1, { [failpointLogVariable]: log })).exitCode).toBe(0)
    const points = readFileSync(log, 'utf8').trim().split('\n')
    expect(points).toEqual(['file.before:keystore.json', 'file.after:keystore.json'])

    let turn = 1
    for (let round = 0; round < testLength(); round += 1) {
      expect((await change(turn, turn + 1, { [failpointVariable]: 'file.before:keystore.json' })).signal).toBe('SIGKILL')
      expect([await openWith(turn), await openWith(turn + 1)]).toEqual([dataKey, null])
      expect((await change(turn, turn + 1, { [failpointVariable]: 'file.after:keystore.json' })).signal).toBe('SIGKILL')
      expect([await openWith(turn), await openWith(turn + 1)]).toEqual([null, dataKey])
      turn += 1
      noteFigure('kills in the midst of a change of passphrase', 2)
    }
    expect((await change(turn, turn + 1)).exitCode).toBe(0)
    expect([await openWith(turn), await openWith(turn + 1)]).toEqual([null, dataKey])
    // What the first kill left half-written was sealed under a passphrase of its own, and is gone.
    expect(readdirSync(home).filter((name) => name.startsWith('keystore'))).toEqual(['keystore.json'])
  }, 300_000)
})
