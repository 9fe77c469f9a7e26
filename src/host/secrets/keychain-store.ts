import { AppError } from '../../shared/errors.ts'
import type { SecretStore } from './types.ts'

/** What is used of keytar. */
export interface Keychain {
  getPassword(service: string, account: string): Promise<string | null>
  setPassword(service: string, account: string, password: string): Promise<void>
  deletePassword(service: string, account: string): Promise<boolean>
}

export type LoadKeychain = () => Promise<Keychain>

const service = 'HEsystem'

/** keytar throws while it loads where the system library is missing, so it is named only here, and only when needed. */
export const loadSystemKeychain: LoadKeychain = async () => (await import('keytar')).default

const unavailable = (cause: unknown): AppError =>
  new AppError('access.keychain-unavailable', 'The system keychain cannot be used. A profile without one keeps its secrets under a passphrase (--secrets passphrase).', { cause })

/**
 * Secrets in the system keychain, as base64 under service `HEsystem` and account `profileId/name`, so that two homes never mix.
 * Asks the keychain one thing at once, so that a missing one is known before anything is written.
 * Throws `access.keychain-unavailable`, here and from every method.
 */
export const openKeychainStore = async (profileId: string, load: LoadKeychain = loadSystemKeychain): Promise<SecretStore> => {
  const attempt = async <T>(action: () => Promise<T>): Promise<T> => {
    try {
      return await action()
    } catch (error) {
      throw unavailable(error)
    }
  }
  const account = (name: string): string => `${profileId}/${name}`
  const keychain = await attempt(load)
  const find = async (name: string): Promise<Uint8Array | null> => {
    const text = await attempt(() => keychain.getPassword(service, account(name)))
    return text === null ? null : new Uint8Array(Buffer.from(text, 'base64'))
  }
  await find('probe')
  return {
    kind: 'keychain',
    find,
    write: (name, secret) => attempt(() => keychain.setPassword(service, account(name), Buffer.from(secret).toString('base64'))),
    remove: async (name) => {
      await attempt(() => keychain.deletePassword(service, account(name)))
    },
  }
}
