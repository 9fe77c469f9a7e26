import { HDNodeWallet, Mnemonic, Wallet } from 'ethers'
import { randomBytes } from 'node:crypto'
import { AppError } from '../../shared/errors.ts'

/** An Ethereum account in the clear: lives in memory only, between a parser and the vault. */
export interface Account {
  readonly address: string
  /** 0x and 64 hex digits. */
  readonly privateKey: string
  /** The words it was derived from, null where it came without. */
  readonly mnemonic: string | null
}

/** An HD node at the usual first account (BIP-44, m/44'/60'/0'/0/0). */
const fromHdNode = (node: HDNodeWallet): Account =>
  ({ address: node.address, privateKey: node.privateKey, mnemonic: node.mnemonic?.phrase ?? null })

// The errors below carry neither what was typed nor the library's error as cause: both could hold the secret.

/** Twelve new words from 128 bits of the system's randomness (BIP-39). */
export const createAccount = (): Account & { readonly mnemonic: string } => {
  const mnemonic = Mnemonic.fromEntropy(randomBytes(16))
  return { ...fromHdNode(HDNodeWallet.fromMnemonic(mnemonic)), mnemonic: mnemonic.phrase }
}

/** Throws `input.mnemonic-invalid`. Case and spacing do not matter; the checksum does (BIP-39). */
export const parseMnemonic = (words: string): Account => {
  const phrase = words.normalize('NFKD').trim().toLowerCase().split(/\s+/).join(' ')
  if (!Mnemonic.isValidMnemonic(phrase)) {
    throw new AppError('input.mnemonic-invalid', 'These words are no BIP-39 phrase: a word is unknown, missing or in the wrong place.')
  }
  return fromHdNode(HDNodeWallet.fromPhrase(phrase))
}

/** Throws `input.private-key-invalid`. */
export const parsePrivateKey = (text: string): Account => {
  const digits = /^(?:0x)?([0-9a-fA-F]{64})$/.exec(text.trim())?.[1]
  if (digits === undefined) throw new AppError('input.private-key-invalid', 'A private key is 64 hex digits, with or without 0x; this is something else.')
  try {
    const wallet = new Wallet(`0x${digits.toLowerCase()}`)
    return { address: wallet.address, privateKey: wallet.privateKey, mnemonic: null }
  } catch {
    throw new AppError('input.private-key-invalid', 'These 64 hex digits are no private key: it must lie between 1 and the order of secp256k1.')
  }
}

/**
 * Throws `input.address-mismatch` unless `given` (any case, with or without 0x) is the address of the account; `source` says who
 * named it.
 */
export const assertSameAddress = (given: string, address: string, source: string): void => {
  const digits = given.replace(/^0x/i, '').toLowerCase()
  if (address.slice(2).toLowerCase() === digits) return
  throw new AppError('input.address-mismatch', `${source} names the address 0x${digits.slice(0, 40)}, but its private key belongs to ${address}.`, {
    details: { given: `0x${digits.slice(0, 40)}`, derived: address },
  })
}

/** Reads a Web3 Secret Storage v3 keystore. Throws `input.keystore-invalid`. */
export const parseKeystore = async (json: string, password: string): Promise<Account> => {
  try {
    const wallet = await Wallet.fromEncryptedJson(json, password)
    return wallet instanceof HDNodeWallet ? fromHdNode(wallet) : { address: wallet.address, privateKey: wallet.privateKey, mnemonic: null }
  } catch (error) {
    const isPassword = error instanceof Error && error.message.startsWith('incorrect password')
    throw new AppError('input.keystore-invalid', isPassword ? 'The password does not open this keystore.' : 'This is no readable keystore file of version 3.')
  }
}

/** Writes a Web3 Secret Storage v3 keystore (scrypt, N = 2¹⁷); the words, where there are any, go with it. */
export const writeKeystore = async (account: Account, password: string): Promise<string> => {
  const wallet = account.mnemonic === null ? new Wallet(account.privateKey) : HDNodeWallet.fromPhrase(account.mnemonic)
  return wallet.encrypt(password)
}
