import type { OpenProfileOptions, Profile } from '../secrets/open-profile.ts'
import { findMark, listChangesSince, readMark, saveMark, type BackupMark, type ChangedSince } from './backup-mark.ts'
import { createBackup, type BackupReport } from './create-backup.ts'
import type { RestoreReport } from './restore-backup.ts'
import { isRestoredWaiting, restoreBeside } from './take-restored.ts'

export interface BackupState {
  /** How far the newest backup reaches; null: there was none. */
  readonly lastAt: string | null
  /** What was added since. */
  readonly since: readonly ChangedSince[]
}

/** Backups of the profile that is open. */
export interface BackupService {
  /**
   * Everything this profile is, in one encrypted file. `keep` writes down that its owner has it. Throws `input.already-exists`,
   * `input.passphrase-too-short`, `store.unwritable`, `store.corrupt`.
   */
  make(path: string, passphrase: string): Promise<{ readonly report: BackupReport, readonly keep: () => void }>
  state(): BackupState
  /** Restores a backup beside this profile, to take its place at the next opening; throws as `restoreBeside` does. */
  restore(path: string, passphrase: string): Promise<RestoreReport>
  isRestoredWaiting(): boolean
}

export const createBackupService = ({ profile, access, now }: {
  readonly profile: Profile, readonly access: OpenProfileOptions, readonly now: () => Date
}): BackupService => {
  const { home, database, secretStore } = profile
  return {
    make: async (path, passphrase) => {
      const mark: BackupMark = readMark(database, now())
      const report = await createBackup({ profile, path, passphrase, now })
      return { report, keep: () => { saveMark(database, mark) } }
    },
    state: () => {
      const mark = findMark(database)
      return { lastAt: mark?.at ?? null, since: mark === null ? [] : listChangesSince(database, mark) }
    },
    restore: (path, backupPassphrase) => restoreBeside({ ...access, home, secretStore: secretStore.kind, path, backupPassphrase, now }),
    isRestoredWaiting: () => isRestoredWaiting(home),
  }
}
