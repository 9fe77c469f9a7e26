import { randomBytes } from 'node:crypto'
import { chmodSync, closeSync, fsyncSync, linkSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
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

/**
 * Writes a file that only its owner may read (0600): whole or not at all, also after a power cut. Returns whether it was written.
 * Throws `store.unwritable`.
 */
export const writePrivateFile = (path: string, text: string, options: PrivateFileOptions = {}): boolean => {
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
    if (options.exclusive === true) linkSync(partial, path)
    else renameSync(partial, path)
    syncFolder(dirname(path))
    failpoint(`file.after:${basename(path)}`)
    return true
  } catch (error) {
    if (options.exclusive === true && hasSystemCode(error, 'EEXIST')) return false
    throw new AppError('store.unwritable', `${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`, {
      details: { path },
      cause: error,
    })
  } finally {
    rmSync(partial, { force: true })
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
