import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import { hasSystemCode, writePrivateFile } from './private-file.ts'
import type { SecretStoreKind } from './types.ts'

export const profileHeaderName = 'profile.json'

const format = 1
const headerSchema = z.strictObject({
  format: z.literal(format),
  /** Names this profile's entries in the keychain; not a secret. */
  profileId: z.string().regex(/^[0-9a-f]{32}$/),
  secretStore: z.enum(['keychain', 'passphrase']),
})

/** What is said openly about a profile: who it is and where its secrets rest. */
export type ProfileHeader = z.infer<typeof headerSchema>

export const createProfileHeader = (secretStore: SecretStoreKind): ProfileHeader =>
  ({ format, profileId: randomBytes(16).toString('hex'), secretStore })

/** null where `home` is no profile yet. Throws `store.corrupt`, `store.newer-version`. */
export const findProfileHeader = (home: string): ProfileHeader | null => {
  const path = join(home, profileHeaderName)
  let found: unknown
  try {
    found = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if (hasSystemCode(error, 'ENOENT')) return null
    throw new AppError('store.corrupt', `${path} cannot be read.`, { details: { path }, cause: error })
  }
  const newer = z.object({ format: z.int().min(format + 1) }).safeParse(found)
  if (newer.success) {
    throw new AppError('store.newer-version', `${path} was written by a newer HEsystem (format ${newer.data.format}).`, { details: { path } })
  }
  const header = headerSchema.safeParse(found)
  if (!header.success) throw new AppError('store.corrupt', `${path} is no profile description.`, { details: { path }, cause: header.error })
  return header.data
}

/** Writes the header of a new profile; where another process was faster, theirs is returned. */
export const writeProfileHeader = (home: string, header: ProfileHeader): ProfileHeader => {
  const written = writePrivateFile(join(home, profileHeaderName), `${JSON.stringify(header, null, 2)}\n`, { exclusive: true })
  return written ? header : (findProfileHeader(home) ?? header)
}
