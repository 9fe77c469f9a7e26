import { createCipheriv, createDecipheriv, createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import { assertPassphrase, type AskPassphrase } from './passphrase.ts'
import { hasSystemCode, writePrivateFile } from './private-file.ts'
import type { SecretStore } from './types.ts'

export interface PassphraseStore extends SecretStore {
  /** Seals every secret anew under `next`, in one file write. Throws `access.wrong-passphrase`, `input.passphrase-too-short`. */
  changePassphrase(next: string): Promise<void>
}

const cost = { N: 2 ** 17, r: 8, p: 1 } as const
const scryptMemoryBytes = 256 * 1024 * 1024
const tagBytes = 16

const base64Bytes = (bytes: number) => z.base64().refine((text) => Buffer.from(text, 'base64').length === bytes, `must be ${bytes} bytes in base64`)

/** Format 1 has its cost fixed, so that a changed file can ask neither for a weaker derivation nor for all memory. */
const fileSchema = z.strictObject({
  format: z.literal(1),
  kdf: z.strictObject({ name: z.literal('scrypt'), N: z.literal(cost.N), r: z.literal(cost.r), p: z.literal(cost.p), salt: base64Bytes(16) }),
  check: base64Bytes(32),
  cipher: z.literal('aes-256-gcm'),
  nonce: base64Bytes(12),
  sealed: z.base64(),
})
export type KeystoreFile = z.infer<typeof fileSchema>
export { fileSchema as keystoreSchema }

const secretsSchema = z.record(z.string(), z.base64())
/** Named secrets, each in base64. */
export type Secrets = z.infer<typeof secretsSchema>

interface WrappingKey {
  readonly salt: Buffer
  readonly key: Buffer
  /** SHA-256 of derived bytes of their own: tells a wrong passphrase from a damaged file without touching the sealed part. */
  readonly check: Buffer
}

const deriveKey = async (passphrase: string, salt: Buffer): Promise<WrappingKey> => {
  const scryptAsync = promisify<string, Buffer, number, object, Buffer>(scrypt)
  const derived = await scryptAsync(passphrase.normalize('NFKC'), salt, 64, { ...cost, maxmem: scryptMemoryBytes })
  return { salt, key: derived.subarray(0, 32), check: createHash('sha256').update(derived.subarray(32)).digest() }
}

const associatedData = (salt: Buffer): Buffer => Buffer.concat([Buffer.from('hesystem/keystore/1\0', 'utf8'), salt])

const sealSecrets = (wrapping: WrappingKey, secrets: Secrets): KeystoreFile => {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', wrapping.key, nonce, { authTagLength: tagBytes }).setAAD(associatedData(wrapping.salt))
  const sealed = Buffer.concat([cipher.update(JSON.stringify(secrets), 'utf8'), cipher.final(), cipher.getAuthTag()])
  return {
    format: 1,
    kdf: { name: 'scrypt', ...cost, salt: wrapping.salt.toString('base64') },
    check: wrapping.check.toString('base64'),
    cipher: 'aes-256-gcm',
    nonce: nonce.toString('base64'),
    sealed: sealed.toString('base64'),
  }
}

const corrupt = (path: string, cause: unknown): AppError =>
  new AppError('store.corrupt', `The keystore ${path} is damaged or was changed.`, { details: { path }, cause })

const openSecrets = (wrapping: WrappingKey, file: KeystoreFile, path: string): Secrets => {
  try {
    const sealed = Buffer.from(file.sealed, 'base64')
    const decipher = createDecipheriv('aes-256-gcm', wrapping.key, Buffer.from(file.nonce, 'base64'), { authTagLength: tagBytes })
      .setAAD(associatedData(wrapping.salt))
      .setAuthTag(sealed.subarray(-tagBytes))
    const text = Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()]).toString('utf8')
    return secretsSchema.parse(JSON.parse(text))
  } catch (error) {
    throw corrupt(path, error)
  }
}

const findFile = (path: string): KeystoreFile | null => {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    if (hasSystemCode(error, 'ENOENT')) return null
    throw corrupt(path, error)
  }
}

const unlock = async (file: KeystoreFile, passphrase: string, path: string, what: 'profile' | 'backup'): Promise<WrappingKey> => {
  const wrapping = await deriveKey(passphrase, Buffer.from(file.kdf.salt, 'base64'))
  if (!timingSafeEqual(wrapping.check, Buffer.from(file.check, 'base64'))) {
    throw new AppError('access.wrong-passphrase', `The passphrase does not open this ${what}.`, { details: { path } })
  }
  return wrapping
}

/** Secrets sealed under a passphrase, in the keystore's form and strength, for a file elsewhere. Throws `input.passphrase-too-short`. */
export const sealUnderPassphrase = async (secrets: Secrets, passphrase: string): Promise<KeystoreFile> => {
  assertPassphrase(passphrase)
  return sealSecrets(await deriveKey(passphrase, randomBytes(16)), secrets)
}

/** What `sealUnderPassphrase` sealed for a backup. Throws `access.wrong-passphrase`, `store.corrupt`; `path` is named in both. */
export const openUnderPassphrase = async (file: KeystoreFile, passphrase: string, path: string): Promise<Secrets> =>
  openSecrets(await unlock(file, passphrase, path, 'backup'), file, path)

/**
 * Secrets in one file (0600, written atomically), sealed by AES-256-GCM under a key that scrypt (RFC 7914; N = 2¹⁷, r = 8, p = 1)
 * derives from a passphrase. The passphrase is asked for once, when it is first needed; only the derived key is kept.
 * Methods throw `access.wrong-passphrase`, `access.passphrase-needed`, `input.passphrase-too-short` (a new file), `store.corrupt`,
 * `store.unwritable`.
 */
export const createPassphraseStore = (path: string, ask: AskPassphrase): PassphraseStore => {
  let unlocked: WrappingKey | null = null

  const unlockFile = async (file: KeystoreFile): Promise<WrappingKey> => {
    if (unlocked !== null && unlocked.salt.toString('base64') === file.kdf.salt) return unlocked
    unlocked = await unlock(file, await ask('unlock'), path, 'profile')
    return unlocked
  }
  const chooseKey = async (): Promise<WrappingKey> => {
    const passphrase = await ask('create')
    assertPassphrase(passphrase)
    unlocked = await deriveKey(passphrase, randomBytes(16))
    return unlocked
  }
  const save = (wrapping: WrappingKey, secrets: Secrets): void => {
    writePrivateFile(path, `${JSON.stringify(sealSecrets(wrapping, secrets), null, 2)}\n`)
  }
  const read = async (): Promise<{ wrapping: WrappingKey; secrets: Secrets } | null> => {
    const file = findFile(path)
    if (file === null) return null
    const wrapping = await unlockFile(file)
    return { wrapping, secrets: openSecrets(wrapping, file, path) }
  }

  return {
    kind: 'passphrase',
    find: async (name) => {
      const text = (await read())?.secrets[name]
      return text === undefined ? null : new Uint8Array(Buffer.from(text, 'base64'))
    },
    write: async (name, secret) => {
      const { wrapping, secrets } = (await read()) ?? { wrapping: await chooseKey(), secrets: {} }
      save(wrapping, { ...secrets, [name]: Buffer.from(secret).toString('base64') })
    },
    remove: async (name) => {
      const present = await read()
      if (present === null) return
      save(present.wrapping, Object.fromEntries(Object.entries(present.secrets).filter(([key]) => key !== name)))
    },
    changePassphrase: async (next) => {
      assertPassphrase(next)
      const present = await read()
      const wrapping = await deriveKey(next, randomBytes(16))
      save(wrapping, present?.secrets ?? {})
      unlocked = wrapping
    },
  }
}
