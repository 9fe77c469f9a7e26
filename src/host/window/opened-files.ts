import { randomUUID } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { AppError } from '../../shared/errors.ts'

/** Files that the system asked the program to open: the window names them by ids, so that it can read these and no others. */
export interface OpenedFiles {
  /** The window's place that shows it. */
  open(path: string): string
  /** Throws `input.not-found` for an id that was never given, `input.file-unreadable`. */
  read(id: string): { readonly fileName: string, readonly text: string }
}

/** What the window may be sent as a receipt. */
const mostBytes = 5_000_000

export const createOpenedFiles = (): OpenedFiles => {
  const paths = new Map<string, string>()
  const unreadable = (path: string, why: string, cause?: unknown): AppError =>
    new AppError('input.file-unreadable', `Cannot read ${path}: ${why}`, { details: { path }, ...(cause === undefined ? {} : { cause }) })
  return {
    open: (path) => {
      const id = randomUUID()
      paths.set(id, path)
      return `#/activity/verify?${new URLSearchParams({ opened: id }).toString()}`
    },
    read: (id) => {
      const path = paths.get(id)
      if (path === undefined) throw new AppError('input.not-found', 'This file was opened before the program was started anew: open it again.')
      try {
        const file = statSync(path)
        if (file.isFile() && file.size <= mostBytes) return { fileName: basename(path), text: readFileSync(path, 'utf8') }
      } catch (error) {
        throw unreadable(path, error instanceof Error ? error.message : String(error), error)
      }
      throw unreadable(path, `no file of at most ${mostBytes / 1_000_000} MB.`)
    },
  }
}
