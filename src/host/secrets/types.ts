/** Where secrets rest: the OS keychain, or a file wrapped by a passphrase where there is none (S30). Chosen openly, never silently. */
export type SecretStoreKind = 'keychain' | 'passphrase'

/** Named secrets of one profile. */
export interface SecretStore {
  readonly kind: SecretStoreKind
  find(name: string): Promise<Uint8Array | null>
  write(name: string, secret: Uint8Array): Promise<void>
  remove(name: string): Promise<void>
  /** Seals every secret anew under `next`, in one file write; there only where they rest under a passphrase. */
  changePassphrase?(next: string): Promise<void>
}

/** Encrypts what rests in the database under the profile's data key. `purpose` is bound as associated data. */
export interface Vault {
  seal(purpose: string, plaintext: Uint8Array): Uint8Array
  /** Throws `crypto.unsealing-failed`. */
  open(purpose: string, sealed: Uint8Array): Uint8Array
  /** 32 secret bytes that follow from data key and `purpose`: a profile restored from a backup has them again (HKDF-SHA256, RFC 5869). */
  derive(purpose: string): Uint8Array
}

/** What is used of keytar. */
export interface Keychain {
  getPassword(service: string, account: string): Promise<string | null>
  setPassword(service: string, account: string, password: string): Promise<void>
  deletePassword(service: string, account: string): Promise<boolean>
  /** Gives up what is still waited for. */
  close?(): void
}
