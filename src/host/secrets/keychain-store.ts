import { AppError } from '../../shared/errors.ts'
import type { Keychain, SecretStore } from './types.ts'

export type LoadKeychain = () => Promise<Keychain>

const service = 'HEsystem'

/** So long a person may take to type the keychain's password where the system asks for it. */
const usualPatienceMilliseconds = 60_000

/**
 * keytar throws while it loads where the system library is missing, so it is named only where it is needed: in a process of its own, that
 * can be ended, or in a packaged Electron, which can start none (S27's fuses), here.
 */
export const loadSystemKeychain: LoadKeychain = async () =>
  (process.versions['electron'] === undefined ? (await import('./keychain-process.ts')).openKeychainProcess() : (await import('keytar')).default)

const unavailable = (cause: unknown): AppError =>
  new AppError('access.keychain-unavailable', 'The system keychain cannot be used. A profile without one keeps its secrets under a passphrase (--secrets passphrase).', { cause })

const silent = (milliseconds: number): AppError =>
  new AppError('access.keychain-silent', `The system keychain has not answered for ${milliseconds / 1000} s: it may be locked, and ask for its password where nobody sees it.`, {
    details: { seconds: milliseconds / 1000 }, retryable: true,
  })

/**
 * Secrets in the system keychain, as base64 under service `HEsystem` and account `profileId/name`, so that two homes never mix.
 * Asks the keychain one thing at once, so that a missing one is known before anything is written.
 * Throws `access.keychain-unavailable`, and after that patience without an answer `access.keychain-silent`, here and from every method.
 */
export const openKeychainStore = async (
  profileId: string, load: LoadKeychain = loadSystemKeychain, patienceMilliseconds: number = usualPatienceMilliseconds,
): Promise<SecretStore> => {
  const attempt = async <T>(action: () => Promise<T>, giveUp: () => void = () => undefined): Promise<T> => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => { reject(silent(patienceMilliseconds)) }, patienceMilliseconds)
    })
    try {
      return await Promise.race([action(), late])
    } catch (error) {
      if (!(error instanceof AppError)) throw unavailable(error)
      giveUp()
      throw error
    } finally {
      clearTimeout(timer)
    }
  }
  const account = (name: string): string => `${profileId}/${name}`
  const keychain = await attempt(load)
  const ask = <T>(action: () => Promise<T>): Promise<T> => attempt(action, () => { keychain.close?.() })
  const find = async (name: string): Promise<Uint8Array | null> => {
    const text = await ask(() => keychain.getPassword(service, account(name)))
    return text === null ? null : new Uint8Array(Buffer.from(text, 'base64'))
  }
  await find('probe')
  return {
    kind: 'keychain',
    find,
    write: (name, secret) => ask(() => keychain.setPassword(service, account(name), Buffer.from(secret).toString('base64'))),
    remove: async (name) => {
      await ask(() => keychain.deletePassword(service, account(name)))
    },
  }
}
