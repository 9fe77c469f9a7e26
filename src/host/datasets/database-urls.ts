import { AppError } from '../../shared/errors.ts'
import type { SecretStore } from '../secrets/types.ts'

/** PostgreSQL URLs, with the passwords in them, kept by name in the profile's secret store. */
export interface DatabaseUrls {
  /** Throws `input.postgres-url-missing` for what is no such URL, `input.invalid` for the name. */
  keep(name: string, url: string): Promise<void>
  /** Throws `input.postgres-url-missing`. */
  read(name: string): Promise<string>
}

const entryOf = (name: string): string => {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) throw new AppError('input.invalid', 'The name of a kept URL has 1 to 64 letters, digits, dots, hyphens and underscores.')
  return `postgres/${name}`
}

export const createDatabaseUrls = (secrets: SecretStore): DatabaseUrls => ({
  keep: async (name, url) => {
    if (!/^postgres(ql)?:\/\/\S+$/.test(url)) throw new AppError('input.postgres-url-missing', 'A PostgreSQL URL begins with postgres://.')
    await secrets.write(entryOf(name), new TextEncoder().encode(url))
  },
  read: async (name) => {
    const secret = await secrets.find(entryOf(name))
    if (secret === null) throw new AppError('input.postgres-url-missing', `No PostgreSQL URL is kept under the name “${name}”.`, { details: { name } })
    return new TextDecoder().decode(secret)
  },
})
