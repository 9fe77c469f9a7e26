import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { HDNodeWallet, verifyMessage, Wallet } from 'ethers'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { createVault } from '../../../src/host/secrets/vault.ts'
import { openProfileDatabase, type ProfileDatabase } from '../../../src/host/storage/database.ts'
import { createWalletService, type WalletService } from '../../../src/host/wallet/wallet-service.ts'
import { readAllFiles, temporaryHome } from '../secrets/support/temporary-home.ts'

// The widely published development phrase; its first account is known.
const words = 'test test test test test test test test test test test junk'
const firstAddress = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const firstKey = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'

describe('the wallet', () => {
  let wallet: WalletService
  let database: ProfileDatabase
  let home = ''
  const dataKey = randomBytes(32)

  beforeEach(() => {
    home = temporaryHome()
    mkdirSync(home)
    const opened = openProfileDatabase(join(home, 'profile.sqlite'))
    onTestFinished(() => void opened.close())
    database = opened
    wallet = createWalletService({ database, vault: createVault(dataKey) })
  })

  it('is created with words that lead to its address', async () => {
    expect(wallet.find()).toBeNull()
    const { mnemonic, address } = wallet.create()
    expect(mnemonic.split(' ')).toHaveLength(12)
    expect(HDNodeWallet.fromPhrase(mnemonic).address).toBe(address)
    expect(wallet.show()).toEqual({ address, hasMnemonic: true, backedUp: false })
    expect(wallet.exportMnemonic()).toBe(mnemonic)
    wallet.markBackedUp()
    expect(wallet.show().backedUp).toBe(true)
    const signer = await wallet.unlock()
    expect(verifyMessage('hello', await signer.signMessage('hello'))).toBe(address)
  })

  it('is imported from known words', async () => {
    expect(wallet.importMnemonic(`  ${words.toUpperCase().replaceAll(' ', '\n ')} `)).toEqual({ address: firstAddress, hasMnemonic: true, backedUp: true })
    expect((await wallet.unlock()).address).toBe(firstAddress)
    expect(wallet.exportMnemonic()).toBe(words)
  })

  it.each([firstKey, firstKey.slice(2), ` ${firstKey.slice(2).toUpperCase()}\n`])('is imported from a private key, with or without 0x (%#)', async (key) => {
    expect(wallet.importPrivateKey(key)).toMatchObject({ address: firstAddress, hasMnemonic: false })
    expect(() => wallet.exportMnemonic()).toThrow(expect.objectContaining({ code: 'access.mnemonic-missing' }))
  })

  it('is imported from a keystore made elsewhere', async () => {
    // Web3 Secret Storage Definition, the PBKDF2 test vector.
    const keystore = JSON.stringify({
      version: 3,
      id: '3198bc9c-6672-5ab3-d995-4942343ae5b6',
      crypto: {
        cipher: 'aes-128-ctr',
        cipherparams: { iv: '6087dab2f9fdbbfaddc31a909735c1e6' },
        ciphertext: '5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46',
        kdf: 'pbkdf2',
        kdfparams: { c: 262144, dklen: 32, prf: 'hmac-sha256', salt: 'ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd' },
        mac: '517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2',
      },
    })
    const imported = await wallet.importKeystore(keystore, 'testpassword')
    expect(imported.address).toBe(new Wallet('0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d').address)
  })

  it('goes out as a keystore and comes back, words and all', async () => {
    wallet.importMnemonic(words)
    const keystore = await wallet.exportKeystore('a keystore password')
    expect(keystore).not.toContain('test')
    wallet.remove(firstAddress.toLowerCase())
    await expect(wallet.importKeystore(keystore, 'another password')).rejects.toMatchObject({ code: 'input.keystore-invalid' })
    expect(wallet.find()).toBeNull()
    expect(await wallet.importKeystore(keystore, 'a keystore password')).toMatchObject({ address: firstAddress, hasMnemonic: true })
  })

  it('is imported from the 2020 user_info.txt, with its dead endpoint named', () => {
    const text = `address = ${firstAddress}\nprivate_key = ${firstKey.slice(2)}\nendpoint_url = https://ropsten.infura.io/v3/0123`
    expect(wallet.importUserInfo(text)).toMatchObject({ address: firstAddress, endpointUrl: 'https://ropsten.infura.io/v3/0123', deadNetwork: { name: 'Ropsten' } })
  })

  it('is never overwritten', async () => {
    wallet.importPrivateKey(firstKey)
    const exists = expect.objectContaining({ code: 'access.wallet-exists' }) as Error
    expect(() => wallet.create()).toThrow(exists)
    expect(() => wallet.importMnemonic(words)).toThrow(exists)
    expect(() => wallet.importPrivateKey(`${'0'.repeat(63)}1`)).toThrow(exists)
    await expect(wallet.importKeystore('{}', '')).rejects.toEqual(exists)
    expect(wallet.show().address).toBe(firstAddress)
  })

  it('is removed only when its address is repeated', () => {
    wallet.importPrivateKey(firstKey)
    expect(() => wallet.remove(Wallet.createRandom().address)).toThrow(expect.objectContaining({ code: 'input.address-mismatch' }))
    expect(wallet.find()).not.toBeNull()
    wallet.remove(firstAddress)
    expect(() => wallet.show()).toThrow(expect.objectContaining({ code: 'access.wallet-missing' }))
  })

  it.each([
    ['a phrase with one wrong word', 'input.mnemonic-invalid', () => wallet.importMnemonic(words.replace('junk', 'secretword')), 'secretword'],
    ['a phrase with a wrong checksum', 'input.mnemonic-invalid', () => wallet.importMnemonic(words.replace('junk', 'zebra')), 'zebra'],
    ['a key with a digit too few', 'input.private-key-invalid', () => wallet.importPrivateKey(firstKey.slice(0, -1)), firstKey.slice(6, 30)],
    ['a key beyond the curve\'s order', 'input.private-key-invalid', () => wallet.importPrivateKey('f'.repeat(64)), 'ffffffff'],
    ['a key of zero', 'input.private-key-invalid', () => wallet.importPrivateKey('0'.repeat(64)), '00000000'],
    ['a keystore that is none', 'input.keystore-invalid', () => wallet.importKeystore('{"version": 3, "secret": "swordfish"}', 'swordfish'), 'swordfish'],
  ])('refuses %s without repeating it, and stays empty', async (_, code, attempt, secret) => {
    const failure = await (async () => attempt())().catch((error: unknown) => error)
    expect(failure).toMatchObject({ code })
    const told = failure instanceof Error ? `${failure.message} ${failure.stack} ${JSON.stringify(failure)} ${String(failure.cause)}` : ''
    expect(told).not.toContain(secret)
    expect(wallet.find()).toBeNull()
  })

  it('leaves no key and no word in any file of the profile, in whatever form', async () => {
    wallet.importMnemonic(words)
    await wallet.unlock()
    const key = Buffer.from(firstKey.slice(2), 'hex')
    const forms = [key, ...['hex', 'base64', 'base64url'].map((form) => Buffer.from(key.toString(form as BufferEncoding))),
      Buffer.from(firstKey.toUpperCase().slice(2)), Buffer.from('test test'), Buffer.from('junk')]
    const files = readAllFiles(home)
    expect([...files.keys()].some((file) => file.endsWith('-wal'))).toBe(true)
    expect([...files.values()].some((bytes) => bytes.includes(firstAddress))).toBe(true)
    for (const [file, bytes] of files) for (const form of forms) expect(bytes.includes(form), file).toBe(false)
  })

  it('is opened by its own data key only, and not after its rows were tampered with', async () => {
    wallet.importMnemonic(words)
    const stranger = createWalletService({ database, vault: createVault(randomBytes(32)) })
    await expect(stranger.unlock()).rejects.toMatchObject({ code: 'crypto.unsealing-failed' })
    database.prepare('UPDATE wallet SET address = ?').run(Wallet.createRandom().address)
    await expect(wallet.unlock()).rejects.toMatchObject({ code: 'crypto.unsealing-failed' })
  })
})
