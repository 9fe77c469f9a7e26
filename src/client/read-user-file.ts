import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { AppError } from '../shared/errors.ts'

const reading = <T>(path: string, read: () => T): T => {
  try {
    return read()
  } catch (error) {
    throw new AppError('input.file-unreadable', `Cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`, { details: { path }, cause: error })
  }
}

/** A text file the user named. Throws `input.file-unreadable`. */
export const readUserFile = (path: string): string => reading(path, () => readFileSync(path, 'utf8'))

/** The same file's bytes. Throws `input.file-unreadable`. */
export const readUserFileBytes = (path: string): Uint8Array => reading(path, () => readFileSync(path))

/** The first bytes of a file the user named, however large it is. Throws `input.file-unreadable`. */
export const readUserFileStart = (path: string, bytes: number): Uint8Array => reading(path, () => {
  const descriptor = openSync(path, 'r')
  try {
    const start = new Uint8Array(bytes)
    return start.subarray(0, readSync(descriptor, start, 0, bytes, 0))
  } finally {
    closeSync(descriptor)
  }
})
