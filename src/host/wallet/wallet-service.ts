import { getBytes, hexlify, Wallet, type BaseWallet } from 'ethers'
import { AppError } from '../../shared/errors.ts'
import { parseUserInfo, type UserInfo } from '../legacy/user-info.ts'
import { assertPassphrase } from '../secrets/passphrase.ts'
import type { Vault } from '../secrets/types.ts'
import type { ProfileDatabase } from '../storage/database.ts'
import { createAccount, parseKeystore, parseMnemonic, parsePrivateKey, writeKeystore, type Account } from './account.ts'

export interface WalletSummary {
  readonly address: string
  readonly hasMnemonic: boolean
  readonly backedUp: boolean
}

export interface CreatedWallet extends WalletSummary {
  /** Twelve words, told here once; later only by exportMnemonic. */
  readonly mnemonic: string
}

/** What else the file said: its endpoint is not yet a network; a dead one needs a replacement. */
export type ImportedUserInfo = WalletSummary & Pick<UserInfo, 'endpointUrl' | 'deadNetwork' | 'ignoredFields'>

export interface WalletServiceOptions {
  readonly database: ProfileDatabase
  readonly vault: Vault
  readonly now?: () => number
}

/** One Ethereum account per profile. A wallet that is there is never overwritten (`access.wallet-exists`). */
export interface WalletService {
  create(): CreatedWallet
  /** BIP-39 words, at the first account of m/44'/60'/0'/0. Throws `input.mnemonic-invalid`. */
  importMnemonic(words: string): WalletSummary
  /** 64 hex digits, with or without 0x. Throws `input.private-key-invalid`. */
  importPrivateKey(privateKey: string): WalletSummary
  /** Web3 Secret Storage v3. Throws `input.keystore-invalid`. */
  importKeystore(json: string, password: string): Promise<WalletSummary>
  /** The 2020 `user_info.txt`. Throws `input.legacy-file-invalid`, `input.private-key-invalid`, `input.address-mismatch`. */
  importUserInfo(text: string): ImportedUserInfo
  find(): WalletSummary | null
  /** Like find, but throws `access.wallet-missing`. */
  show(): WalletSummary
  /** Throws `access.mnemonic-missing` where the wallet came without words. */
  exportMnemonic(): string
  /** Web3 Secret Storage v3 under `password`. Throws `input.passphrase-too-short`. */
  exportKeystore(password: string): Promise<string>
  /** The owner has put the words or the keystore away safely. */
  markBackedUp(): void
  /** The signer, connected to nothing. */
  unlock(): Promise<BaseWallet>
  /** Forgets the wallet; `address` must be repeated. What is on it is lost where no backup exists. */
  remove(address: string): void
}

interface WalletRow {
  readonly address: string
  readonly sealed_private_key: Uint8Array
  readonly sealed_mnemonic: Uint8Array | null
  readonly backed_up: number
}

const privateKeyPurpose = (address: string): string => `wallet/private-key/${address}`
const mnemonicPurpose = (address: string): string => `wallet/mnemonic/${address}`

const summarise = (row: WalletRow): WalletSummary =>
  ({ address: row.address, hasMnemonic: row.sealed_mnemonic !== null, backedUp: row.backed_up === 1 })

const openAccount = (row: WalletRow, vault: Vault): Account => {
  const { address, sealed_private_key: key, sealed_mnemonic: words } = row
  const privateKey = hexlify(vault.open(privateKeyPurpose(address), key))
  const mnemonic = words === null ? null : new TextDecoder().decode(vault.open(mnemonicPurpose(address), words))
  return { address, privateKey, mnemonic }
}

export const createWalletService = ({ database, vault, now = Date.now }: WalletServiceOptions): WalletService => {
  const findRow = (): WalletRow | null =>
    database.prepare<[], WalletRow>('SELECT address, sealed_private_key, sealed_mnemonic, backed_up FROM wallet WHERE id = 1').get() ?? null

  const requireRow = (): WalletRow => {
    const row = findRow()
    if (row === null) throw new AppError('access.wallet-missing', 'This profile has no wallet yet.')
    return row
  }

  const assertNone = (): void => {
    const row = findRow()
    if (row !== null) {
      throw new AppError('access.wallet-exists', `This profile already has the wallet ${row.address}.`, { details: { address: row.address } })
    }
  }

  // Looked at again inside the write: two imports at once must not replace one another.
  const save = database.transaction((account: Account, backedUp: boolean): WalletSummary => {
    assertNone()
    const { address, mnemonic } = account
    database.prepare('INSERT INTO wallet (id, address, sealed_private_key, sealed_mnemonic, backed_up, created_at) VALUES (1, ?, ?, ?, ?, ?)').run(
      address,
      vault.seal(privateKeyPurpose(address), getBytes(account.privateKey)),
      mnemonic === null ? null : vault.seal(mnemonicPurpose(address), new TextEncoder().encode(mnemonic)),
      backedUp ? 1 : 0,
      now(),
    )
    return { address, hasMnemonic: mnemonic !== null, backedUp }
  })
  const saveImported = (account: Account): WalletSummary => save.immediate(account, true)

  return {
    create: () => {
      assertNone()
      const account = createAccount()
      return { ...save.immediate(account, false), mnemonic: account.mnemonic }
    },
    importMnemonic: (words) => saveImported(parseMnemonic(words)),
    importPrivateKey: (privateKey) => saveImported(parsePrivateKey(privateKey)),
    importKeystore: async (json, password) => {
      assertNone()
      return saveImported(await parseKeystore(json, password))
    },
    importUserInfo: (text) => {
      const { privateKey, endpointUrl, deadNetwork, ignoredFields } = parseUserInfo(text)
      return { ...saveImported(parsePrivateKey(privateKey)), endpointUrl, deadNetwork, ignoredFields }
    },
    find: () => {
      const row = findRow()
      return row === null ? null : summarise(row)
    },
    show: () => summarise(requireRow()),
    exportMnemonic: () => {
      const { mnemonic } = openAccount(requireRow(), vault)
      if (mnemonic === null) throw new AppError('access.mnemonic-missing', 'This wallet was imported without its words.')
      return mnemonic
    },
    exportKeystore: async (password) => {
      assertPassphrase(password)
      return writeKeystore(openAccount(requireRow(), vault), password)
    },
    markBackedUp: () => {
      requireRow()
      database.prepare('UPDATE wallet SET backed_up = 1 WHERE id = 1').run()
    },
    unlock: async () => new Wallet(openAccount(requireRow(), vault).privateKey),
    remove: (address) => {
      const row = requireRow()
      if (row.address.toLowerCase() !== address.toLowerCase()) {
        throw new AppError('input.address-mismatch', `The wallet of this profile is ${row.address}, not the address given.`, { details: { address: row.address } })
      }
      database.prepare('DELETE FROM wallet WHERE id = 1').run()
    },
  }
}
