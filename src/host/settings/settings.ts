import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import { placeOfIssue } from '../../shared/parse.ts'
import type { ProfileDatabase } from '../storage/database.ts'

/** Every setting, with what holds until somebody says otherwise. */
const settingsSchema = z.strictObject({
  /** Name of the network in use. */
  activeNetwork: z.string().nullable().default(null),
  /** Confirm a verified answer without asking first, as the 2020 client did. */
  autoConfirm: z.boolean().default(true),
  /** Litigate after a missed delivery without asking first, as the 2020 client did. */
  autoLitigate: z.boolean().default(true),
  /** Reclaim after the expiration without asking first, as the 2020 server did. */
  autoReclaim: z.boolean().default(true),
  /** The window's colours: by default as the system has them. */
  theme: z.enum(['system', 'light', 'dark']).default('system'),
})
export type Settings = Readonly<z.infer<typeof settingsSchema>>

const updateSchema = z.strictObject({
  activeNetwork: settingsSchema.shape.activeNetwork.unwrap().exactOptional(),
  autoConfirm: z.boolean().exactOptional(),
  autoLitigate: z.boolean().exactOptional(),
  autoReclaim: z.boolean().exactOptional(),
  theme: settingsSchema.shape.theme.unwrap().exactOptional(),
})

export interface SettingsService {
  /** Throws `store.corrupt`. */
  get(): Settings
  /** Changes the named settings, all or none. Throws `input.setting-invalid`. */
  update(changes: Partial<Settings>): Settings
}

export const createSettingsService = (database: ProfileDatabase): SettingsService => {
  const get = (): Settings => {
    const rows = database.prepare<[], { name: string; value: string }>('SELECT name, value FROM setting').all()
    const parsed = settingsSchema.safeParse(Object.fromEntries(rows.map((row): [string, unknown] => [row.name, JSON.parse(row.value)])))
    if (!parsed.success) throw new AppError('store.corrupt', 'The settings of this profile cannot be read.', { cause: parsed.error })
    return parsed.data
  }
  const write = database.transaction((changes: Partial<Settings>): void => {
    const statement = database.prepare('INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)')
    for (const [name, value] of Object.entries(changes)) statement.run(name, JSON.stringify(value))
  })
  return {
    get,
    update: (changes) => {
      const parsed = updateSchema.safeParse(changes)
      if (!parsed.success) {
        const [issue] = parsed.error.issues
        const field = issue === undefined ? '' : placeOfIssue(issue)
        throw new AppError('input.setting-invalid', `The setting ${field} cannot be that: ${issue?.message ?? ''}`, { details: { field } })
      }
      write.immediate(parsed.data)
      return get()
    },
  }
}
