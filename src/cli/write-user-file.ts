import { writeFileSync } from 'node:fs'
import { AppError } from '../shared/errors.ts'

/** Writes what the user asked for where the user said. Throws `input.file-unwritable`. */
export const writeUserFile = (path: string, content: string | Uint8Array): void => {
  try {
    writeFileSync(path, content)
  } catch (error) {
    throw new AppError('input.file-unwritable', `Cannot write ${path}: ${error instanceof Error ? error.message : String(error)}`, { details: { path }, cause: error })
  }
}
