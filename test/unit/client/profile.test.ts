import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPassphraseAsker, type Ask } from '../../../src/client/ask.ts'
import { defaultHome } from '../../../src/host/index.ts'
import { chooseProfile } from '../../../src/client/profile.ts'

const key = `0x${'11'.repeat(32)}`
const address = '0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A'
const nobody: Ask = ({ name }) => Promise.reject(new Error(`asked for ${name}`))

describe('the profile of a session', () => {
  let home: string

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'hesystem-profile-'))
    vi.stubEnv('HESYSTEM_HOME', home)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(home, { recursive: true, force: true })
  })

  const passphraseOf = async (privateKey: string): Promise<string | undefined> =>
    (await chooseProfile({ privateKey }, nobody)).hostOptions.askPassphrase?.('unlock')

  it('is one of its own where only a key is given, under a passphrase that follows from the key', async () => {
    const { account, hostOptions } = await chooseProfile({ privateKey: key }, nobody)
    expect(account?.address).toBe(address)
    expect(hostOptions).toMatchObject({ home: join(home, 'accounts', address.toLowerCase()), secretStore: 'passphrase', environment: {} })
    const passphrase = await passphraseOf(key)
    expect(passphrase).toMatch(/^[0-9a-f]{64}$/)
    expect(passphrase).not.toBe(key.slice(2))
    expect(await passphraseOf(key.slice(2))).toBe(passphrase)
    expect(await passphraseOf(`0x${'12'.repeat(32)}`)).not.toBe(passphrase)
  })

  it('is the folder that is named, new ones under the passphrase that is given', async () => {
    const { hostOptions } = await chooseProfile({ privateKey: key, home: join(home, 'mine'), passphrase: 'a given passphrase' }, nobody)
    expect(hostOptions).toMatchObject({ home: join(home, 'mine'), secretStore: 'passphrase', environment: {} })
    expect(await hostOptions.askPassphrase?.('create')).toBe('a given passphrase')
  })

  it('refuses contradictions, and writes nothing', async () => {
    await expect(chooseProfile({ privateKey: key, userInfo: 'user_info.txt' }, nobody)).rejects.toMatchObject({ code: 'input.invalid' })
    await expect(chooseProfile({ userInfo: join(home, 'nowhere.txt') }, nobody)).rejects.toMatchObject({ code: 'input.file-unreadable' })
    await expect(chooseProfile({ privateKey: key, address: `0x${'ab'.repeat(20)}` }, nobody)).rejects.toMatchObject({ code: 'input.address-mismatch' })
    const sayPerhaps: Ask = ({ name }) => Promise.resolve(name === 'privateKey' ? key : 'perhaps')
    await expect(chooseProfile({}, sayPerhaps)).rejects.toMatchObject({ code: 'input.invalid', details: { option: 'save' } })
    expect(readdirSync(home)).toEqual([])
  })

  it('lies below the user\'s own folder where HESYSTEM_HOME does not say otherwise', () => {
    expect(defaultHome()).toBe(home)
    vi.stubEnv('HESYSTEM_HOME', undefined)
    expect(defaultHome()).toMatch(/[\\/]\.hesystem$/)
  })
})

describe('a passphrase that is asked for', () => {
  it('is typed twice when it is chosen, and once when it is repeated', async () => {
    const typed = ['long enough words', 'long enough words', 'long enough words']
    const ask = vi.fn(() => Promise.resolve(typed.shift() ?? ''))
    expect(await createPassphraseAsker(ask)('create')).toBe('long enough words')
    expect(ask).toHaveBeenCalledTimes(2)
    expect(await createPassphraseAsker(ask)('unlock')).toBe('long enough words')
    expect(ask).toHaveBeenCalledTimes(3)
  })

  it('is refused where the two differ', async () => {
    const typed = ['long enough words', 'other words']
    await expect(createPassphraseAsker(() => Promise.resolve(typed.shift() ?? ''))('create')).rejects.toMatchObject({ code: 'input.invalid' })
  })
})
