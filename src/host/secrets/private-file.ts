import { randomBytes } from 'node:crypto'
import { chmodSync, closeSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { failpoint } from '../failpoint.ts'

export interface PrivateFileOptions {
  /** Refuse (returning false) where the file is already there, decided by the file system, not by a look beforehand. */
  readonly exclusive?: boolean
}

/** Whether Node or SQLite threw `error` with that code. */
export const hasSystemCode = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code

/** Makes a rename or link survive a power cut. Windows cannot open a folder, and needs no such call. */
const syncFolder = (folder: string): void => {
  if (process.platform === 'win32') return
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

const partialName = /\.[0-9a-f]{12}\.partial$/
/** A writer whose partial file another process took for one that a kill had left writes it again. */
const writeAttempts = 5

const listNames = (folder: string): string[] => {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (hasSystemCode(error, 'ENOENT')) return []
    throw error
  }
}

/** Removes what writers of private files in `folder` left when they were killed; nothing where there is no such folder. */
export const clearPartialFiles = (folder: string): void => {
  for (const name of listNames(folder)) {
    if (partialName.test(name)) rmSync(join(folder, name), { force: true })
  }
}

const writeOnce = (path: string, text: string, isExclusive: boolean): void => {
  const partial = `${path}.${randomBytes(6).toString('hex')}.partial`
  try {
    const descriptor = openSync(partial, 'wx', 0o600)
    try {
      writeFileSync(descriptor, text)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    failpoint(`file.before:${basename(path)}`)
    if (isExclusive) linkSync(partial, path)
    else renameSync(partial, path)
    syncFolder(dirname(path))
    failpoint(`file.after:${basename(path)}`)
  } finally {
    rmSync(partial, { force: true })
  }
}

/**
 * Writes a file that only its owner may read (0600): whole or not at all, also after a power cut. Returns whether it was written.
 * Throws `store.unwritable`.
 */
export const writePrivateFile = (path: string, text: string, options: PrivateFileOptions = {}): boolean => {
  const isExclusive = options.exclusive === true
  for (let attempt = 1; ; attempt += 1) {
    try {
      writeOnce(path, text, isExclusive)
      return true
    } catch (error) {
      if (isExclusive && hasSystemCode(error, 'EEXIST')) return false
      if (hasSystemCode(error, 'ENOENT') && existsSync(dirname(path)) && attempt < writeAttempts) continue
      throw new AppError('store.unwritable', `${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`, {
        details: { path },
        cause: error,
      })
    }
  }
}

/**
 * Makes `home` a folder that only its owner may enter (0700). One that is there with looser rights is tightened if it is empty or
 * a profile (`marker` is in it), and otherwise refused: a shared folder is not closed behind its other users' backs.
 * Throws `store.unsafe-home`, `store.unwritable`.
 */
export const ensurePrivateFolder = (home: string, marker: string): void => {
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 })
    if (process.platform === 'win32' || (statSync(home).mode & 0o077) === 0) return
    const entries = readdirSync(home)
    if (entries.length > 0 && !entries.includes(marker)) {
      throw new AppError('store.unsafe-home', `The folder ${home} holds other things and is open to other users.`, { details: { path: home } })
    }
    chmodSync(home, 0o700)
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('store.unwritable', `The profile folder ${home} cannot be made: ${error instanceof Error ? error.message : String(error)}`, {
      details: { path: home },
      cause: error,
    })
  }
}
