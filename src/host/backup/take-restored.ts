import { existsSync, renameSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { failpoint } from '../failpoint.ts'
import type { OpenProfileOptions } from '../secrets/open-profile.ts'
import { hasSystemCode } from '../secrets/private-file.ts'
import { findProfileHeader } from '../secrets/profile-header.ts'
import { syncPath } from './backup-file.ts'
import { discardProfile, restoreBackup, type RestoreReport, type RestoreTask } from './restore-backup.ts'
import { isUnusedProfile } from './unused-profile.ts'

/** Where a backup is restored to while a program has the profile in `home` open: whole, or not there at all. */
const waitingPlace = (home: string): string => `${resolve(home)}.restored`

/** Whether a restored profile waits to take the place of the one in `home`. */
export const isRestoredWaiting = (home: string): boolean => existsSync(waitingPlace(home))

/**
 * Restores a backup beside the profile in `home`, which must not have been used, to take its place at the next opening: a program
 * that has it open cannot have it changed under it. Throws `input.already-exists` where it was used, and what restoring throws.
 */
export const restoreBeside = async (task: RestoreTask): Promise<RestoreReport> => {
  const { home } = task
  if (!isUnusedProfile(home)) {
    throw new AppError('input.already-exists', `The profile in ${home} is in use already, and a backup is restored into one of its own: start HEsystem over another, empty folder (HESYSTEM_HOME names it) and restore there.`, {
      details: { path: home },
    })
  }
  return restoreBackup({ ...task, home: waitingPlace(home) })
}

/** As a rename, where another process may have been faster. */
const move = (from: string, to: string): void => {
  try {
    renameSync(from, to)
  } catch (error) {
    if (!hasSystemCode(error, 'ENOENT') && !hasSystemCode(error, 'ENOTEMPTY')) throw error
  }
}

/**
 * Before a profile is opened: gives one that was restored beside it its place, and goes on with that where a kill came between. A
 * profile that was used meanwhile stays, and the restored one beside it.
 */
export const takeRestored = async (options: OpenProfileOptions): Promise<void> => {
  const home = resolve(options.home)
  const waiting = waitingPlace(home)
  const unused = `${home}.unused`
  if (findProfileHeader(waiting) !== null && (!existsSync(home) || isUnusedProfile(home))) {
    await discardUnused(unused, options)
    if (existsSync(home)) move(home, unused)
    failpoint('restore.aside')
    move(waiting, home)
    syncPath(dirname(home))
    failpoint('restore.taken')
  }
  await discardUnused(unused, options)
}

/** What the restored profile was put in place of; a folder that holds anything of somebody's is left alone. */
const discardUnused = async (folder: string, options: OpenProfileOptions): Promise<void> => {
  if (findProfileHeader(folder) !== null && isUnusedProfile(folder)) await discardProfile(folder, options)
}
