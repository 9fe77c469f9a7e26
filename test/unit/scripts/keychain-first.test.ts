import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findMissingKeychain } from '../../../scripts/keychain-first.ts'
import { createProfileHeader, writeProfileHeader } from '../../../src/host/secrets/profile-header.ts'

const missing = () => Promise.reject(new Error('no Secret Service'))
const emptyHome = (): string => mkdtempSync(join(tmpdir(), 'hesystem-start-'))

describe('before the window is built', () => {
  it('a keychain that is not there is told, with what would do without one', async () => {
    const words = await findMissingKeychain(['--home', emptyHome()], missing)
    expect(words).toContain('npm start -- --secrets passphrase')
    expect(words).toContain('access.keychain-unavailable')
    expect(await findMissingKeychain([`--home=${emptyHome()}`, '--secrets=keychain'], missing)).toBe(words)
  })

  it('nothing is asked of a keychain where a passphrase does', async () => {
    expect(await findMissingKeychain(['--secrets', 'passphrase', '--home', emptyHome()], missing)).toBeNull()
    const home = emptyHome()
    writeProfileHeader(home, createProfileHeader('passphrase'))
    expect(await findMissingKeychain(['--home', home], missing)).toBeNull()
  })
})
