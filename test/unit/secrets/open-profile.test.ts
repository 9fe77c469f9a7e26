import { chmodSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished, describe, expect, it } from 'vitest'
import { openProfile, type OpenProfileOptions, type Profile } from '../../../src/host/secrets/open-profile.ts'
import { createMemoryKeychain } from './support/memory-keychain.ts'
import { readAllFiles, temporaryHome } from './support/temporary-home.ts'

const open = async (options: OpenProfileOptions): Promise<Profile> => {
  const profile = await openProfile({ environment: {}, ...options })
  onTestFinished(() => profile.close())
  return profile
}
const secret = new TextEncoder().encode('a Paillier prime')
const noKeychain = async (): Promise<never> => {
  throw new Error('libsecret-1.so.0: cannot open shared object file')
}

describe('a profile in the keychain', () => {
  it('opens again with the same data key', async () => {
    const home = temporaryHome()
    const keychain = createMemoryKeychain()
    const loadKeychain = async () => keychain
    const first = await open({ home, loadKeychain })
    const sealed = first.vault.seal('prime', secret)
    first.close()
    const second = await open({ home, loadKeychain })
    expect(second.secretStore.kind).toBe('keychain')
    expect(second.profileId).toBe(first.profileId)
    expect(second.vault.open('prime', sealed)).toEqual(secret)
  })

  it('keeps two homes apart in one keychain', async () => {
    const keychain = createMemoryKeychain()
    const a = await open({ home: temporaryHome(), loadKeychain: async () => keychain })
    const b = await open({ home: temporaryHome(), loadKeychain: async () => keychain })
    expect([...keychain.entries.keys()]).toEqual([`HEsystem ${a.profileId}/data-key`, `HEsystem ${b.profileId}/data-key`])
    expect(new Set(keychain.entries.values()).size).toBe(2)
  })

  it('is not begun, nor turned into another kind, where there is no keychain', async () => {
    const home = temporaryHome()
    const asked: string[] = []
    const failure = open({ home, loadKeychain: noKeychain, askPassphrase: async (purpose) => { asked.push(purpose); return 'correct horse battery' } })
    await expect(failure).rejects.toMatchObject({ code: 'access.keychain-unavailable', cause: { message: expect.stringContaining('libsecret') as string } })
    await expect(failure).rejects.toThrow(/passphrase/)
    expect(asked).toEqual([])
    expect(existsSync(home)).toBe(false)
  })

  it('is not downgraded to a passphrase when its keychain is gone later', async () => {
    const home = temporaryHome()
    const keychain = createMemoryKeychain()
    ;(await open({ home, loadKeychain: async () => keychain })).close()
    const before = readAllFiles(home)
    const environment = { HESYSTEM_PASSPHRASE_FILE: '/some/file' }
    await expect(open({ home, loadKeychain: noKeychain, environment })).rejects.toMatchObject({ code: 'access.keychain-unavailable' })
    await expect(open({ home, loadKeychain: async () => keychain, secretStore: 'passphrase' })).rejects.toMatchObject({ code: 'input.secret-store-mismatch' })
    expect(readAllFiles(home).get(join(home, 'profile.json'))).toEqual(before.get(join(home, 'profile.json')))
    expect(existsSync(join(home, 'keystore.json'))).toBe(false)
  })

  it('never makes a new data key in place of a lost one', async () => {
    const home = temporaryHome()
    const keychain = createMemoryKeychain()
    ;(await open({ home, loadKeychain: async () => keychain })).close()
    const emptied = createMemoryKeychain()
    await expect(open({ home, loadKeychain: async () => emptied })).rejects.toMatchObject({ code: 'access.data-key-missing' })
    expect(emptied.entries.size).toBe(0)
    ;(await open({ home, loadKeychain: async () => keychain })).close()
  })

  it('tells another data key from its own', async () => {
    const home = temporaryHome()
    const keychain = createMemoryKeychain()
    const first = await open({ home, loadKeychain: async () => keychain })
    first.close()
    const { profileId } = first
    keychain.entries.set(`HEsystem ${profileId}/data-key`, Buffer.alloc(32, 7).toString('base64'))
    await expect(open({ home, loadKeychain: async () => keychain })).rejects.toMatchObject({ code: 'access.data-key-missing' })
    keychain.entries.set(`HEsystem ${profileId}/data-key`, 'c2hvcnQ=')
    await expect(open({ home, loadKeychain: async () => keychain })).rejects.toMatchObject({ code: 'access.data-key-missing' })
  })

  it('is made once when it is opened twice at the same moment', async () => {
    const home = temporaryHome()
    const keychain = createMemoryKeychain()
    const setSlowly = async (service: string, account: string, password: string): Promise<void> => {
      await sleep(100)
      await keychain.setPassword(service, account, password)
    }
    const loadKeychain = async () => ({ ...keychain, setPassword: setSlowly })
    const [one, other] = await Promise.all([open({ home, loadKeychain }), open({ home, loadKeychain })])
    expect(other.profileId).toBe(one.profileId)
    expect(other.vault.open('prime', one.vault.seal('prime', secret))).toEqual(secret)
    expect(keychain.entries.size).toBe(1)
  })

  it('takes the data key that a first opening left behind when it was stopped', async () => {
    const home = temporaryHome()
    const keychain = createMemoryKeychain()
    const first = await open({ home, loadKeychain: async () => keychain })
    const sealed = first.vault.seal('prime', secret)
    first.database.exec('DELETE FROM vault_check')
    first.close()
    expect((await open({ home, loadKeychain: async () => keychain })).vault.open('prime', sealed)).toEqual(secret)
  })
})

describe('a profile under a passphrase', () => {
  const passphraseFile = (): string => {
    const path = `${temporaryHome()}-passphrase`
    writeFileSync(path, 'correct horse battery\n')
    return path
  }

  it('is chosen by naming a passphrase file, opens again, and refuses another passphrase', async () => {
    const home = temporaryHome()
    const environment = { HESYSTEM_PASSPHRASE_FILE: passphraseFile() }
    const first = await open({ home, environment, loadKeychain: noKeychain })
    const sealed = first.vault.seal('prime', secret)
    first.close()
    const second = await open({ home, askPassphrase: async () => 'correct horse battery' })
    expect(second.secretStore.kind).toBe('passphrase')
    expect(second.vault.open('prime', sealed)).toEqual(secret)
    await expect(open({ home, askPassphrase: async () => 'incorrect horse' })).rejects.toMatchObject({ code: 'access.wrong-passphrase' })
    await expect(open({ home })).rejects.toMatchObject({ code: 'access.passphrase-needed' })
  })

  it('names a lost keystore file instead of beginning anew', async () => {
    const home = temporaryHome()
    const askPassphrase = async () => 'correct horse battery'
    ;(await open({ home, secretStore: 'passphrase', askPassphrase })).close()
    rmSync(join(home, 'keystore.json'))
    await expect(open({ home, askPassphrase })).rejects.toMatchObject({ code: 'access.data-key-missing' })
    expect(existsSync(join(home, 'keystore.json'))).toBe(false)
  })
})

describe('the profile folder', () => {
  const loadKeychain = async () => createMemoryKeychain()

  it('is 0700, and every file in it 0600, also the write-ahead log', async () => {
    const home = temporaryHome()
    const profile = await open({ home, secretStore: 'passphrase', askPassphrase: async () => 'correct horse battery' })
    profile.database.exec('CREATE TABLE scratch (a)')
    expect(statSync(home).mode & 0o777).toBe(0o700)
    const files = [...readAllFiles(home).keys()]
    expect(files.map((file) => file.slice(home.length + 1))).toEqual(expect.arrayContaining(['keystore.json', 'profile.json', 'profile.sqlite', 'profile.sqlite-wal']))
    for (const file of files) expect(statSync(file).mode & 0o777, file).toBe(0o600)
  })

  it('is made private where it was an open profile, and refused where it is shared with other things', async () => {
    const home = temporaryHome()
    const keychain = createMemoryKeychain()
    ;(await open({ home, loadKeychain: async () => keychain })).close()
    chmodSync(home, 0o755)
    ;(await open({ home, loadKeychain: async () => keychain })).close()
    expect(statSync(home).mode & 0o777).toBe(0o700)

    const shared = temporaryHome()
    mkdirSync(shared)
    writeFileSync(join(shared, 'holiday.jpg'), '')
    chmodSync(shared, 0o755)
    await expect(open({ home: shared, loadKeychain })).rejects.toMatchObject({ code: 'store.unsafe-home' })
    expect([...readAllFiles(shared).keys()]).toEqual([join(shared, 'holiday.jpg')])
  })

  it('refuses a damaged or newer profile.json and leaves it be', async () => {
    const home = temporaryHome()
    mkdirSync(home, { mode: 0o700 })
    writeFileSync(join(home, 'profile.json'), '{"format": 1, "secretStore": "cloud"}')
    await expect(open({ home, loadKeychain })).rejects.toMatchObject({ code: 'store.corrupt' })
    writeFileSync(join(home, 'profile.json'), '{"format": 2}')
    await expect(open({ home, loadKeychain })).rejects.toMatchObject({ code: 'store.newer-version' })
    expect([...readAllFiles(home).keys()]).toEqual([join(home, 'profile.json')])
  })
})
