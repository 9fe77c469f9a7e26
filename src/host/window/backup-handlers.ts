import { join } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { pieceBytes } from '../../shared/window-contract/backup.ts'
import { assertPassphrase } from '../secrets/passphrase.ts'
import type { WindowContext } from './context.ts'
import type { Handlers } from './handlers.ts'
import { createTransfers } from './transfers.ts'

export interface BackupHandlers {
  readonly handlers: Handlers<'backup'>
  close(): void
}

/** The reply to whoever asked goes out first. */
const restartMilliseconds = 200

/** `restart`: opens the profile's folder anew, which the restored one then has; the shell's to do. */
export const createBackupHandlers = ({ host, jobs }: WindowContext, restart: () => void): BackupHandlers => {
  const { backups } = host
  const transfers = createTransfers(join(host.home, 'transfers'))
  const keepers = new Map<string, () => void>()
  /** What was sent to be restored. */
  let sent: string | null = null

  const putAway = (file: string): void => {
    transfers.drop(file)
    keepers.delete(file)
  }
  const handlers: Handlers<'backup'> = {
    state: () => {
      const { lastAt, since } = backups.state()
      return { lastAt, since: [...since] }
    },
    make: ({ passphrase }) => {
      assertPassphrase(passphrase)
      const running = jobs.findRunning('backup')
      if (running !== null) return { job: running.id }
      for (const file of [...keepers.keys()]) putAway(file)
      const job = jobs.start({ kind: 'backup', label: 'Backing up everything', stoppable: false }, async () => {
        const { file, path } = transfers.begin()
        const { report: { bytes, createdAt }, keep } = await backups.make(path, passphrase)
        keepers.set(file, keep)
        return { kind: 'backed-up', file, fileName: `hesystem-${createdAt.slice(0, 10)}.hebackup`, bytes }
      })
      return { job: job.id }
    },
    read: async ({ file, offset }) => ({ contentBase64: Buffer.from(await transfers.read(file, offset, pieceBytes)).toString('base64') }),
    putAway: ({ file, isSaved }) => {
      if (isSaved) keepers.get(file)?.()
      putAway(file)
      return {}
    },
    send: async ({ file, offset, contentBase64 }) => {
      if (file === null) {
        if (sent !== null) transfers.drop(sent)
        sent = transfers.begin().file
      }
      const target = file ?? sent ?? ''
      await transfers.append(target, offset, Buffer.from(contentBase64, 'base64'))
      return { file: target }
    },
    restore: ({ file, passphrase }) => {
      const path = transfers.pathOf(file)
      if (jobs.findRunning('restore') !== null) throw new AppError('input.already-exists', 'A backup is being restored already.')
      const job = jobs.start({ kind: 'restore', label: 'Restoring the backup', stoppable: false }, async () => {
        const { backedUpAt, forgotten } = await backups.restore(path, passphrase)
        transfers.drop(file)
        return { kind: 'restored', backedUpAt, forgotten: [...forgotten] }
      })
      return { job: job.id }
    },
    open: () => {
      if (!backups.isRestoredWaiting()) throw new AppError('input.not-found', 'No restored profile waits to be opened.')
      setTimeout(restart, restartMilliseconds)
      return {}
    },
  }
  return { handlers, close: () => { transfers.close() } }
}
