import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../shared/errors.ts'

/** Files on their way between program and window, piece by piece; they lie in a folder of the profile's that is empty at each start. */
export interface Transfers {
  /** Where a new file goes. */
  begin(): { readonly file: string, readonly path: string }
  /** Throws `input.not-found`. */
  pathOf(file: string): string
  /** At most `bytes` from `offset` on. Throws `input.not-found`. */
  read(file: string, offset: number, bytes: number): Promise<Uint8Array>
  /** Throws `input.not-found`, `input.invalid` where the piece does not go on from what is there. */
  append(file: string, offset: number, piece: Uint8Array): Promise<void>
  drop(file: string): void
  close(): void
}

export const createTransfers = (folder: string): Transfers => {
  const paths = new Map<string, string>()
  rmSync(folder, { recursive: true, force: true })

  const pathOf = (file: string): string => {
    const path = paths.get(file)
    if (path === undefined || !existsSync(path)) throw new AppError('input.not-found', 'This file is no longer held by the program: begin it anew.')
    return path
  }

  return {
    begin: () => {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      const file = randomUUID()
      const path = join(folder, file)
      paths.set(file, path)
      return { file, path }
    },
    pathOf,
    read: async (file, offset, bytes) => {
      const handle = await open(pathOf(file), 'r')
      try {
        const piece = new Uint8Array(bytes)
        const { bytesRead } = await handle.read(piece, 0, bytes, offset)
        return piece.subarray(0, bytesRead)
      } finally {
        await handle.close()
      }
    },
    append: async (file, offset, piece) => {
      const path = offset === 0 ? paths.get(file) ?? pathOf(file) : pathOf(file)
      const handle = await open(path, 'a', 0o600)
      try {
        const { size } = statSync(path)
        if (size !== offset) throw new AppError('input.invalid', `The file has ${size} bytes so far; a piece from byte ${offset} on does not go on from there.`, { details: { size, offset } })
        await handle.write(piece)
      } finally {
        await handle.close()
      }
    },
    drop: (file) => {
      const path = paths.get(file)
      paths.delete(file)
      if (path !== undefined) rmSync(path, { force: true })
    },
    close: () => { rmSync(folder, { recursive: true, force: true }) },
  }
}
