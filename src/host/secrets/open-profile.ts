import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, isAppError } from '../../shared/errors.ts'
import { openProfileDatabase, type ProfileDatabase } from '../storage/database.ts'
import { chooseSecretStore, openSecretStore, type SecretAccess } from './open-secret-store.ts'
import { clearPartialFiles, ensurePrivateFolder, hasSystemCode } from './private-file.ts'
import { createProfileHeader, findProfileHeader, profileHeaderName, writeProfileHeader, type ProfileHeader } from './profile-header.ts'
import type { SecretStore, SecretStoreKind, Vault } from './types.ts'
import { createVault, dataKeyBytes } from './vault.ts'

export interface OpenProfileOptions extends SecretAccess {
  readonly home: string
  /** For a new profile: where its secrets shall rest (see chooseSecretStore). For one that exists it must agree or be left out. */
  readonly secretStore?: SecretStoreKind
}

export interface Profile {
  readonly home: string
  readonly profileId: string
  readonly secretStore: SecretStore
  readonly database: ProfileDatabase
  readonly vault: Vault
  close(): void
}

const lockAttempts = 200
const lockPauseMilliseconds = 50
const dataKeyName = 'data-key'
const checkPurpose = 'vault/check'
const checkText = new TextEncoder().encode('hesystem')

const keyMissing = (header: ProfileHeader, why: string, cause?: unknown): AppError =>
  new AppError('access.data-key-missing', `This profile's data key ${why} (secret store: ${header.secretStore}). Its sealed keys cannot be read without it.`, {
    details: { secretStore: header.secretStore, profileId: header.profileId },
    cause,
  })

const findCheck = (database: ProfileDatabase): Uint8Array | null =>
  database.prepare<[], { sealed: Uint8Array }>('SELECT sealed FROM vault_check WHERE id = 1').get()?.sealed ?? null

const findDataKey = async (store: SecretStore, header: ProfileHeader): Promise<Uint8Array | null> => {
  const dataKey = await store.find(dataKeyName)
  if (dataKey !== null && dataKey.length !== dataKeyBytes) throw keyMissing(header, 'has been overwritten with something else')
  return dataKey
}

const openVault = async (check: Uint8Array, store: SecretStore, header: ProfileHeader): Promise<Vault> => {
  const dataKey = await findDataKey(store, header)
  if (dataKey === null) throw keyMissing(header, 'is not there')
  const vault = createVault(dataKey)
  try {
    vault.open(checkPurpose, check)
  } catch (error) {
    if (!isAppError(error, 'crypto.unsealing-failed')) throw error
    throw keyMissing(header, 'is another one than this profile was made with', error)
  }
  return vault
}

/** Whether the data key in `store` is the one that this database was sealed with. Throws `access.data-key-missing`. */
export const assertDataKey = async (databasePath: string, store: SecretStore, header: ProfileHeader): Promise<void> => {
  const database = openProfileDatabase(databasePath)
  try {
    const check = findCheck(database)
    if (check === null) throw keyMissing(header, 'was never made')
    await openVault(check, store, header)
  } finally {
    database.close()
  }
}

/**
 * Takes the database's write lock, which the operating system gives back if this process dies. Waits without blocking the event
 * loop: the holder may be this very process.
 */
const lock = async (database: ProfileDatabase, home: string): Promise<void> => {
  const timeout = Number(database.pragma('busy_timeout', { simple: true }))
  database.pragma('busy_timeout = 0')
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        database.exec('BEGIN IMMEDIATE')
        return
      } catch (error) {
        if (!hasSystemCode(error, 'SQLITE_BUSY')) throw error
        if (attempt === lockAttempts) {
          throw new AppError('store.busy', `The profile ${home} is being made elsewhere.`, { details: { path: home }, retryable: true, cause: error })
        }
      }
      await sleep(lockPauseMilliseconds)
    }
  } finally {
    database.pragma(`busy_timeout = ${timeout}`)
  }
}

/**
 * The first opening makes the data key, under the database's write lock: of two processes that start at once one makes it and the
 * other finds it. A key that is there without a check was left by a stop in between, and is taken.
 */
const createOrOpenVault = async (database: ProfileDatabase, store: SecretStore, header: ProfileHeader, home: string): Promise<Vault> => {
  await lock(database, home)
  try {
    const check = findCheck(database)
    if (check !== null) return await openVault(check, store, header)
    let dataKey = await findDataKey(store, header)
    if (dataKey === null) {
      dataKey = randomBytes(dataKeyBytes)
      await store.write(dataKeyName, dataKey)
    }
    const vault = createVault(dataKey)
    database.prepare('INSERT INTO vault_check (id, sealed) VALUES (1, ?)').run(vault.seal(checkPurpose, checkText))
    database.exec('COMMIT')
    return vault
  } finally {
    if (database.inTransaction) database.exec('ROLLBACK')
  }
}

const assertSameStore = (header: ProfileHeader, requested: SecretStoreKind | undefined): void => {
  if (requested === undefined || requested === header.secretStore) return
  throw new AppError('input.secret-store-mismatch', `This profile keeps its secrets in the ${header.secretStore} store, not in ${requested}.`, {
    details: { found: header.secretStore, requested },
  })
}

/**
 * Opens the profile in `home`, making it where there is none: the folder (0700), `profile.json`, the data key in the secret store, and
 * the database `profile.sqlite`. A data key is made only for a profile that never had one. Where the chosen store cannot be used, no
 * profile is begun. Throws `access.keychain-unavailable`, `access.keychain-silent`, `access.passphrase-needed`, `access.wrong-passphrase`,
 * `access.data-key-missing`, `input.secret-store-mismatch`, `input.passphrase-too-short`, `store.*`.
 */
export const openProfile = async (options: OpenProfileOptions): Promise<Profile> => {
  const { home } = options
  const existing = findProfileHeader(home)
  const proposed = existing ?? createProfileHeader(chooseSecretStore(options.secretStore, options))
  let secretStore = await openSecretStore(proposed.secretStore, home, proposed.profileId, options)
  ensurePrivateFolder(home, profileHeaderName)
  clearPartialFiles(home)
  const header = existing ?? writeProfileHeader(home, proposed)
  assertSameStore(header, options.secretStore)
  if (header.profileId !== proposed.profileId) secretStore = await openSecretStore(header.secretStore, home, header.profileId, options)
  const database = openProfileDatabase(join(home, 'profile.sqlite'))
  try {
    const check = findCheck(database)
    const vault = check === null
      ? await createOrOpenVault(database, secretStore, header, home)
      : await openVault(check, secretStore, header)
    return { home, profileId: header.profileId, secretStore, database, vault, close: () => database.close() }
  } catch (error) {
    database.close()
    throw error
  }
}
