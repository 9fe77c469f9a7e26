import { readFileSync } from 'node:fs'
import { AppError } from '../shared/errors.ts'

/** A text file the user named. Throws `input.file-unreadable`. */
export const readUserFile = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new AppError('input.file-unreadable', `Cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`, { details: { path }, cause: error })
  }
}
