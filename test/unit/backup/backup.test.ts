import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { createBackup } from '../../../src/host/backup/create-backup.ts'
import { restoreBackup } from '../../../src/host/backup/restore-backup.ts'
import { openProfile, type Profile } from '../../../src/host/secrets/open-profile.ts'
import { createProfileHeader, writeProfileHeader } from '../../../src/host/secrets/profile-header.ts'
import { createWalletService } from '../../../src/host/wallet/wallet-service.ts'
import { createMemoryKeychain } from '../secrets/support/memory-keychain.ts'
import { temporaryHome } from '../secrets/support/temporary-home.ts'

const passphrase = 'correct horse battery staple'
const now = (): Date => new Date('2026-11-20T12:00:00Z')
const keychain = createMemoryKeychain()
const access = { environment: {}, loadKeychain: async () => keychain }

const openWithWallet = async (): Promise<{ profile: Profile; home: string; file: string; address: string; mnemonic: string }> => {
  const home = temporaryHome()
  const profile = await openProfile({ home, ...access })
  const { address, mnemonic } = createWalletService(profile).create()
  return { profile, home, file: join(dirname(home), 'profile.backup'), address, mnemonic }
}

const restore = async (file: string, home: string, backupPassphrase = passphrase) =>
  restoreBackup({ ...access, path: file, home, backupPassphrase, now })

describe('a backup (S32)', () => {
  it('made beside somebody who writes gives wallet, secrets, scripts and settings back, in another home with keychain entries of its own', async () => {
    const { profile, home, file, address, mnemonic } = await openWithWallet()
    mkdirSync(join(home, 'scripts'))
    writeFileSync(join(home, 'scripts', 'mean.ts'), 'export default 1\n')
    writeFileSync(join(home, 'config.json'), '{}')
    const other = new Database(join(home, 'profile.sqlite'))
    other.exec("BEGIN IMMEDIATE; INSERT INTO setting (name, value) VALUES ('theme', '\"dark\"')")
    const report = await createBackup({ profile, path: file, passphrase, now })
    other.exec('COMMIT')
    other.close()
    profile.close()
    expect(report).toMatchObject({ path: file, bytes: statSync(file).size })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(home).filter((name) => name.includes('partial'))).toEqual([])

    const target = join(dirname(home), 'restored')
    expect(await restore(file, target)).toEqual({ home: target, backedUpAt: now().toISOString(), forgotten: [] })
    const again = await openProfile({ home: target, ...access })
    expect(again.profileId).not.toBe(profile.profileId)
    const wallet = createWalletService(again)
    expect([(await wallet.unlock()).address, wallet.exportMnemonic()]).toEqual([address, mnemonic])
    // What was not committed when the backup began is not in it.
    expect(again.database.prepare('SELECT count(*) AS count FROM setting').get()).toEqual({ count: 0 })
    again.close()
    expect(readFileSync(join(target, 'scripts', 'mean.ts'), 'utf8')).toBe('export default 1\n')
    expect(existsSync(join(target, 'config.json'))).toBe(true)
    expect(existsSync(`${target}.restoring`)).toBe(false)
  })

  it('holds nothing in the clear, neither keys nor what is no secret', async () => {
    const { profile, file, address, mnemonic } = await openWithWallet()
    const dataKey = Buffer.from(await profile.secretStore.find('data-key') ?? [])
    await createBackup({ profile, path: file, passphrase, now })
    profile.close()
    const bytes = readFileSync(file)
    expect(dataKey).toHaveLength(32)
    for (const text of [address, mnemonic, 'CREATE TABLE', passphrase, dataKey.toString('base64'), dataKey.toString('hex')]) expect(bytes.includes(text), text).toBe(false)
    expect(bytes.includes(dataKey)).toBe(false)
  })

  it('cut short or changed at any place is refused, and nothing is restored', async () => {
    const { profile, home, file } = await openWithWallet()
    await createBackup({ profile, path: file, passphrase, now })
    profile.close()
    const whole = readFileSync(file)
    const line = whole.indexOf('\n')
    const target = join(dirname(home), 'restored')
    const spoil = (change: (bytes: Buffer) => Buffer): string => {
      const spoilt = `${file}.spoilt`
      writeFileSync(spoilt, change(Buffer.from(whole)))
      return spoilt
    }
    const flip = (at: number) => (bytes: Buffer): Buffer => {
      bytes[at] = (bytes[at] ?? 0) ^ 1
      return bytes
    }
    const changes = [
      flip(line + 1), flip(line + 5000), flip(whole.length - 1), flip(line),
      ...[whole.length - 1, line + 3, 10].map((bytes) => (all: Buffer): Buffer => all.subarray(0, bytes)),
      (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('x')]), () => Buffer.alloc(0),
      // The header is bound too.
      (bytes: Buffer) => Buffer.concat([Buffer.from(bytes.toString('utf8', 0, line).replace('2026-11-20', '2026-11-21')), bytes.subarray(line)]),
    ]
    for (const [index, change] of changes.entries()) {
      await expect(restore(spoil(change), target), `change ${index}`).rejects.toMatchObject({ code: 'store.backup-invalid' })
      expect(existsSync(target) || existsSync(`${target}.restoring`), `change ${index}`).toBe(false)
    }
    await expect(restore(file, target, 'another passphrase, wrong')).rejects.toMatchObject({ code: 'access.wrong-passphrase', message: 'The passphrase does not open this backup.' })
    await expect(restore(spoil((bytes) => Buffer.concat([Buffer.from('{"hesystemBackup":2}\n'), bytes])), target)).rejects.toMatchObject({ code: 'store.newer-version' })
    await expect(restore(`${file}.none`, target)).rejects.toMatchObject({ code: 'input.file-unreadable' })
  }, 60_000)

  it('is neither written over another file nor restored over another profile', async () => {
    const { profile, home, file } = await openWithWallet()
    await createBackup({ profile, path: file, passphrase, now })
    const before = readFileSync(file)
    await expect(createBackup({ profile, path: file, passphrase, now })).rejects.toMatchObject({ code: 'input.already-exists' })
    await expect(createBackup({ profile, path: `${file}.2`, passphrase: 'short', now })).rejects.toMatchObject({ code: 'input.passphrase-too-short' })
    await expect(restore(file, home)).rejects.toMatchObject({ code: 'input.already-exists' })
    expect(readFileSync(file).equals(before)).toBe(true)
    profile.close()
  })

  it('left half-made, or half-restored, by a kill is begun anew', async () => {
    const { profile, home, file, address } = await openWithWallet()
    writeFileSync(`${file}.partial`, 'half')
    copyFileSync(join(home, 'profile.sqlite'), join(home, 'backup.partial'))
    await createBackup({ profile, path: file, passphrase, now })
    profile.close()
    const target = join(dirname(home), 'restored')
    mkdirSync(`${target}.restoring`)
    writeFileSync(join(`${target}.restoring`, 'profile.sqlite'), 'half')
    const half = createProfileHeader('keychain')
    writeProfileHeader(`${target}.restoring`, half)
    await keychain.setPassword('HEsystem', `${half.profileId}/data-key`, 'half')
    mkdirSync(target)
    await restore(file, target)
    expect([...keychain.entries.keys()].filter((name) => name.includes(half.profileId))).toEqual([])
    const again = await openProfile({ home: target, ...access })
    expect(createWalletService(again).show().address).toBe(address)
    again.close()
  })

  it('lets nothing be sent by itself that was only intended when it was made', async () => {
    const { profile, home, file } = await openWithWallet()
    profile.database.prepare(`INSERT INTO transactions (chain_id, account, key, attempt, purpose, data, value_wei, status, created_at)
      VALUES (1, '0x', 'buy:1', 1, 'Buy', '0x', '5', 'intended', '2026-11-19T00:00:00Z')`).run()
    await createBackup({ profile, path: file, passphrase, now })
    profile.close()
    const target = join(dirname(home), 'restored')
    expect((await restore(file, target)).forgotten).toEqual(['Buy'])
    const database = new Database(join(target, 'profile.sqlite'), { readonly: true })
    expect(database.prepare('SELECT count(*) AS count FROM transactions').get()).toEqual({ count: 0 })
    database.close()
  })
})
