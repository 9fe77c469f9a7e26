import type { Keychain } from '../../../../src/host/secrets/types.ts'

/** A keychain in memory with keytar's manners. */
export const createMemoryKeychain = (): Keychain & { readonly entries: Map<string, string> } => {
  const entries = new Map<string, string>()
  const name = (service: string, account: string): string => `${service} ${account}`
  return {
    entries,
    getPassword: async (service, account) => entries.get(name(service, account)) ?? null,
    setPassword: async (service, account, password) => void entries.set(name(service, account), password),
    deletePassword: async (service, account) => entries.delete(name(service, account)),
  }
}
