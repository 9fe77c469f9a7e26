import { join } from 'node:path'
import { loadSystemKeychain, openKeychainStore, type LoadKeychain } from './keychain-store.ts'
import { createPassphraseStore } from './passphrase-store.ts'
import { createPassphraseSource, passphraseFileVariable, type AskPassphrase } from './passphrase.ts'
import type { SecretStore, SecretStoreKind } from './types.ts'

/** What the shell gives: who types passphrases, the environment, and (in tests) another keychain. */
export interface SecretAccess {
  readonly askPassphrase?: AskPassphrase
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly loadKeychain?: LoadKeychain
  /** How long the keychain may take to answer ; by default a minute, in which a person can unlock it. */
  readonly keychainPatienceMilliseconds?: number
}

/**
 * Where a new profile's secrets go: what was asked for; without a word, a passphrase file named in the environment is one;
 * otherwise the keychain. What was chosen is written in profile.json and never changes by itself.
 */
export const chooseSecretStore = (requested: SecretStoreKind | undefined, access: SecretAccess): SecretStoreKind =>
  requested ?? ((access.environment ?? process.env)[passphraseFileVariable] ? 'passphrase' : 'keychain')

/** Opens the store of that kind, and no other: where it cannot be used, this throws (`access.keychain-unavailable`). */
export const openSecretStore = async (
  kind: SecretStoreKind,
  home: string,
  profileId: string,
  access: SecretAccess,
): Promise<SecretStore> => {
  switch (kind) {
    case 'keychain':
      return openKeychainStore(profileId, access.loadKeychain ?? loadSystemKeychain, access.keychainPatienceMilliseconds)
    case 'passphrase':
      return createPassphraseStore(join(home, 'keystore.json'), createPassphraseSource(access.environment ?? process.env, access.askPassphrase))
  }
}
