import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { createPassphraseStore, type PassphraseStore } from '../../../src/host/secrets/passphrase-store.ts'
import { createPassphraseSource } from '../../../src/host/secrets/passphrase.ts'
import { writePrivateFile } from '../../../src/host/secrets/private-file.ts'
import { temporaryHome } from './support/temporary-home.ts'

const passphrase = 'correct horse battery'
const secret = Uint8Array.of(1, 2, 3, 250)

describe('the passphrase store', () => {
  let path = ''
  const open = (typed = passphrase): PassphraseStore => createPassphraseStore(path, async () => typed)

  beforeEach(() => {
    const home = temporaryHome()
    mkdirSync(home)
    path = join(home, 'keystore.json')
  })

  it('gives back what was written, also when opened anew', async () => {
    const store = open()
    expect(await store.find('data-key')).toBeNull()
    await store.write('data-key', secret)
    await store.write('other', Uint8Array.of(9))
    expect(await open().find('data-key')).toEqual(secret)
    await store.remove('other')
    expect(await open().find('other')).toBeNull()
    expect(await open().find('data-key')).toEqual(secret)
  })

  it('takes the same passphrase typed with composed or decomposed letters', async () => {
    await open('Zwölf Boxkämpfer'.normalize('NFC')).write('a', secret)
    expect(await open('Zwölf Boxkämpfer'.normalize('NFD')).find('a')).toEqual(secret)
  })

  it('refuses a wrong passphrase by its own code, without repeating it', async () => {
    await open().write('data-key', secret)
    const failure = await open('wrong horse battery').find('data-key').catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'access.wrong-passphrase' })
    expect(String(failure)).not.toContain('wrong horse')
  })

  it('asks again after a wrong passphrase', async () => {
    await open().write('data-key', secret)
    const typed = ['wrong horse battery', passphrase]
    const store = createPassphraseStore(path, async () => typed.shift() ?? '')
    await expect(store.find('data-key')).rejects.toMatchObject({ code: 'access.wrong-passphrase' })
    expect(await store.find('data-key')).toEqual(secret)
  })

  it.each([
    ['a changed sealed part', (text: string) => text.replace(/"sealed": "(.)/, (_, first: string) => `"sealed": "${first === 'A' ? 'B' : 'A'}`)],
    ['a shortened sealed part', (text: string) => text.replace(/"sealed": "[^"]+"/, '"sealed": "AAAA"')],
    ['a weaker derivation', (text: string) => text.replace('"N": 131072', '"N": 2')],
    ['no JSON at all', (text: string) => text.slice(0, 40)],
  ])('refuses a file with %s as damaged', async (_, change) => {
    await open().write('data-key', secret)
    writeFileSync(path, change(readFileSync(path, 'utf8')))
    await expect(open().find('data-key')).rejects.toMatchObject({ code: 'store.corrupt' })
  })

  it('changes the passphrase and keeps the secrets', async () => {
    const store = open()
    await store.write('data-key', secret)
    await expect(store.changePassphrase('short')).rejects.toMatchObject({ code: 'input.passphrase-too-short' })
    await store.changePassphrase('another passphrase')
    expect(await store.find('data-key')).toEqual(secret)
    expect(await open('another passphrase').find('data-key')).toEqual(secret)
    await expect(open().find('data-key')).rejects.toMatchObject({ code: 'access.wrong-passphrase' })
  })

  it('does not let a new file begin under a short passphrase', async () => {
    await expect(open('elevenchars').write('data-key', secret)).rejects.toMatchObject({ code: 'input.passphrase-too-short' })
    expect(() => statSync(path)).toThrow(/ENOENT/)
  })

  it('is readable by its owner only, and holds no secret in the clear', async () => {
    await open().write('data-key', new TextEncoder().encode('very secret text'))
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const text = readFileSync(path, 'utf8')
    expect(text).not.toContain(Buffer.from('very secret text').toString('base64'))
    expect(text).not.toContain('data-key')
  })

  it('leaves no half-written file beside a target that cannot be replaced', () => {
    mkdirSync(path)
    expect(() => writePrivateFile(path, 'text')).toThrow(expect.objectContaining({ code: 'store.unwritable' }))
    expect(readdirSync(dirname(path))).toEqual(['keystore.json'])
  })
})

describe('where passphrases come from', () => {
  it('reads the file that the environment names, without its last line break', async () => {
    const home = temporaryHome()
    mkdirSync(home)
    writeFileSync(join(home, 'passphrase'), 'from a file, spaced \n')
    const source = createPassphraseSource({ HESYSTEM_PASSPHRASE_FILE: join(home, 'passphrase') }, async () => 'typed')
    expect(await source('unlock')).toBe('from a file, spaced ')
  })

  it('names the file that cannot be read', async () => {
    const source = createPassphraseSource({ HESYSTEM_PASSPHRASE_FILE: '/nowhere/passphrase' })
    await expect(source('unlock')).rejects.toMatchObject({ code: 'access.passphrase-needed', details: { path: '/nowhere/passphrase' } })
  })

  it('asks for whom to ask when there is neither file nor person', async () => {
    await expect(createPassphraseSource({})('unlock')).rejects.toMatchObject({ code: 'access.passphrase-needed' })
  })
})
