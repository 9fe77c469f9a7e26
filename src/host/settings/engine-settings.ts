import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { backendNames, mostWorkers, type EngineOptions } from '../../engine/engine.ts'
import { AppError } from '../../shared/errors.ts'
import { parseJsonAs } from '../../shared/parse.ts'
import { writePrivateFile } from '../secrets/private-file.ts'

/** The `engine` section of a configuration. */
export const engineSectionSchema = z.strictObject({
  threads: z.int().min(1).max(mostWorkers).nullable().default(null).describe('threads for Paillier work; null: one per core'),
  backend: z.enum(backendNames).nullable().default(null).describe('what does it; null: the fastest that passes its self-test'),
})
export type EngineSection = z.infer<typeof engineSectionSchema>

const fileSchema = z.looseObject({ engine: engineSectionSchema.prefault({}) })

export const toEngineOptions = ({ threads, backend }: EngineSection): EngineOptions =>
  ({ ...(threads === null ? {} : { workers: threads }), ...(backend === null ? {} : { backend }) })

/** What the profile's own configuration says of the engine. */
export interface EngineSettings {
  /** Throws `input.configuration-invalid`. */
  get(): EngineSection
  /** For the next start; all else in the file stays. Throws `input.configuration-invalid`, `store.unwritable`. */
  keep(section: EngineSection): void
}

const readFile = (path: string): string | null => {
  try {
    return existsSync(path) ? readFileSync(path, 'utf8') : null
  } catch (error) {
    throw new AppError('input.configuration-invalid', `The configuration ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

export const createEngineSettings = (home: string): EngineSettings => {
  const path = join(home, 'config.json')
  const read = (): z.infer<typeof fileSchema> => parseJsonAs(fileSchema, readFile(path) ?? '{}', `the configuration ${path}`, 'input.configuration-invalid')
  return {
    get: () => read().engine,
    keep: (section) => {
      const { engine: _before, ...others } = read()
      const said = Object.entries(section).filter(([, value]) => value !== null)
      const engine = said.length === 0 ? {} : { engine: Object.fromEntries(said) }
      writePrivateFile(path, `${JSON.stringify({ ...others, ...engine }, null, 2)}\n`)
    },
  }
}
