import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../../../scripts/run-command.ts'

/** What a campaign has done so far, so that it can be stopped and taken up again. */
export interface Checkpoint<Tally> {
  readonly seed: string
  /** Cases, runs or whatever the campaign counts. */
  done: number
  /** Seconds of work, all times together. */
  seconds: number
  tally: Tally
}

export interface CheckpointFile<Tally> {
  readonly checkpoint: Checkpoint<Tally>
  readonly resumed: boolean
  /** Durable once it returns: a kill leaves this one or the one before. */
  save(): void
}

/** Takes up `.tmp/campaign-NAME.json`, or begins it: with HESYSTEM_SEED, or a fresh seed. */
export const openCheckpoint = <Tally>(name: string, empty: Tally, fresh = false): CheckpointFile<Tally> => {
  const folder = join(projectRoot, '.tmp')
  const path = join(folder, `campaign-${name}.json`)
  mkdirSync(folder, { recursive: true })
  const resumed = existsSync(path) && !fresh
  const checkpoint: Checkpoint<Tally> = resumed
    ? JSON.parse(readFileSync(path, 'utf8')) as Checkpoint<Tally>
    : { seed: process.env['HESYSTEM_SEED'] ?? randomBytes(6).toString('hex'), done: 0, seconds: 0, tally: empty }
  let since = performance.now()
  return {
    checkpoint,
    resumed,
    save: () => {
      const now = performance.now()
      checkpoint.seconds += (now - since) / 1000
      since = now
      writeFileSync(`${path}.new`, JSON.stringify(checkpoint))
      renameSync(`${path}.new`, path)
    },
  }
}
