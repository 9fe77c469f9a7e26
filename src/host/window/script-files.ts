import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { parseAs } from '../../shared/parse.ts'
import { scriptNameSchema } from '../../shared/window-contract/workspace.ts'
import { clearPartialFiles, hasSystemCode, writePrivateFile } from '../secrets/private-file.ts'

export interface ScriptEntry {
  readonly name: string
  readonly bytes: number
  readonly changedAt: string
}

/** The buyer's scripts: plain files in a folder of the profile, which other editors may open too. */
export interface ScriptFiles {
  list(): Promise<ScriptEntry[]>
  /** Throws `input.not-found`, `input.invalid` for a name that is none. */
  read(name: string): Promise<ScriptEntry & { source: string }>
  /** Whole or not at all: a crash leaves the old text or the new one. Throws `store.unwritable`. */
  save(name: string, source: string): Promise<ScriptEntry>
  /** Throws `input.already-exists` for a name that is taken. */
  rename(name: string, to: string): Promise<ScriptEntry>
  remove(name: string): Promise<void>
}

const missing = (name: string): AppError => new AppError('input.not-found', `There is no script ${name} in this profile.`, { details: { script: name } })

export const createScriptFiles = (folder: string): ScriptFiles => {
  clearPartialFiles(folder)
  const pathOf = (name: string): string => join(folder, parseAs(scriptNameSchema, name, 'the script\'s name'))

  const describe = async (name: string): Promise<ScriptEntry> => {
    try {
      const { size, mtime } = await stat(pathOf(name))
      return { name, bytes: size, changedAt: mtime.toISOString() }
    } catch (error) {
      if (hasSystemCode(error, 'ENOENT')) throw missing(name)
      throw error
    }
  }

  return {
    list: async () => {
      const names = await readdir(folder).catch((error: unknown) => {
        if (hasSystemCode(error, 'ENOENT')) return []
        throw error
      })
      return Promise.all(names.filter((name) => scriptNameSchema.safeParse(name).success).sort().map(describe))
    },
    read: async (name) => {
      const entry = await describe(name)
      return { ...entry, source: await readFile(pathOf(name), 'utf8') }
    },
    save: async (name, source) => {
      const path = pathOf(name)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      writePrivateFile(path, source)
      return describe(name)
    },
    rename: async (name, to) => {
      const target = pathOf(to)
      await describe(name)
      const taken = await stat(target).then(() => true, () => false)
      if (taken) throw new AppError('input.already-exists', `There is a script ${to} already.`, { details: { script: to } })
      await rename(pathOf(name), target)
      return describe(to)
    },
    remove: async (name) => {
      await describe(name)
      await rm(pathOf(name))
    },
  }
}
