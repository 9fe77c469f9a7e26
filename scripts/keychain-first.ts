import { openKeychainStore, loadSystemKeychain, type LoadKeychain } from '../src/host/secrets/keychain-store.ts'
import { chooseSecretStore } from '../src/host/secrets/open-secret-store.ts'
import { findProfileHeader } from '../src/host/secrets/profile-header.ts'
import { defaultHome } from '../src/host/secrets/profile-home.ts'
import { isAppError } from '../src/shared/errors.ts'

const valueOf = (name: string, given: readonly string[]): string | undefined => {
  const at = given.findIndex((argument) => argument === name || argument.startsWith(`${name}=`))
  return at === -1 ? undefined : given[at]?.split('=')[1] ?? given[at + 1]
}

const patienceMilliseconds = 3_000

/**
 * What keeps a profile that rests in the keychain from being opened, told before anything long is begun; null where nothing is known to.
 * One that is locked is waited for later, when somebody can unlock it.
 */
export const findMissingKeychain = async (given: readonly string[], load: LoadKeychain = loadSystemKeychain): Promise<string | null> => {
  const asked = valueOf('--secrets', given)
  const home = valueOf('--home', given) ?? defaultHome()
  const store = findProfileHeader(home)?.secretStore ?? chooseSecretStore(asked === 'passphrase' || asked === 'keychain' ? asked : undefined, {})
  if (store === 'passphrase') return null
  try {
    await openKeychainStore('start', load, patienceMilliseconds)
    return null
  } catch (error) {
    if (isAppError(error, 'access.keychain-unavailable')) return `${error.message}\n${error.next}\n(${error.code})`
    return null
  }
}
