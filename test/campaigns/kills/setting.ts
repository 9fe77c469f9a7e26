import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createHost, type Host } from '../../../src/host/index.ts'
import type { Keychain } from '../../../src/host/secrets/types.ts'

export type Role = 'seller' | 'buyer'
export const roles: readonly Role[] = ['seller', 'buyer']

/** What the processes of one round know of each other; written as JSON beside their homes. */
export interface Setting {
  readonly rpcUrl: string
  readonly contract: string
  /** Where the seller's server listens, whichever process serves. */
  readonly port: number
  readonly privateKeys: Readonly<Record<Role, string>>
  readonly csv: string
  /** Which of the answers the buyer asks for. */
  readonly answer: number
  readonly valueWei: string
  /** Rows a chunk, so that a table of a few rows has several. */
  readonly chunkRows: number
}

export const settingName = 'setting.json'
export const homeOf = (folder: string, role: Role): string => join(folder, role)
export const readSetting = (folder: string): Setting => JSON.parse(readFileSync(join(folder, settingName), 'utf8')) as Setting

/** A keychain that lies in the home, so that a copied home takes its secrets along and no passphrase has to be stretched. */
const createFileKeychain = (path: string): Keychain => {
  const read = (): Record<string, string> => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) as Record<string, string> : {})
  const write = (entries: Record<string, string>): void => {
    writeFileSync(`${path}.next`, JSON.stringify(entries))
    renameSync(`${path}.next`, path)
  }
  return {
    getPassword: async (_service, account) => read()[account] ?? null,
    setPassword: async (_service, account, password) => { write({ ...read(), [account]: password }) },
    deletePassword: async (_service, account) => {
      const { [account]: gone, ...rest } = read()
      write(rest)
      return gone !== undefined
    },
  }
}

export const keychainOf = (home: string): string => `${home}-keychain.json`

/** The secrets of a home, where the parties of this campaign keep them. */
export const secretsOf = (home: string) => ({
  environment: {},
  secretStore: 'keychain',
  loadKeychain: async () => createFileKeychain(keychainOf(home)),
} as const)

export const openHost = (folder: string, role: Role): Promise<Host> => {
  const home = homeOf(folder, role)
  return createHost({ home, ...secretsOf(home), engine: { workers: 1, backend: 'wasm' } })
}
