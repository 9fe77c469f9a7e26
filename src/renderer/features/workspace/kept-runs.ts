import { z } from 'zod'
import type { Job } from '../../../shared/window-contract/jobs.ts'
import { rehearsalSchema } from '../../../shared/window-contract/rehearsal.ts'

const runSchema = z.strictObject({ at: z.string(), fileName: z.string(), url: z.string(), label: z.string().default(''), rehearsal: rehearsalSchema })

/** A test run that was kept, under a name of its owner's. */
export type KeptRun = Readonly<z.infer<typeof runSchema>>

const mostRuns = 24

/** A run that an older version wrote in other words is left out, and takes none of the others along. */
export const readRuns = (stored: unknown): readonly KeptRun[] =>
  (Array.isArray(stored) ? stored : []).flatMap((run: unknown) => runSchema.safeParse(run).data ?? [])

const toRun = ({ kind, state, subject, endedAt, outcome }: Job): KeptRun[] =>
  (kind !== 'rehearse' || state !== 'done' || subject === null || endedAt === null || outcome?.kind !== 'rehearsal'
    ? []
    : [{ at: endedAt, fileName: outcome.fileName, url: subject, label: '', rehearsal: outcome.rehearsal }])

/** The runs with those that have ended since, wherever the window was by then; newest first. The very same where there is none. */
export const withEnded = (runs: readonly KeptRun[], jobs: readonly Job[]): readonly KeptRun[] => {
  const known = new Set(runs.map(({ at, url }) => `${at} ${url}`))
  const ended = jobs.flatMap(toRun).filter(({ at, url }) => !known.has(`${at} ${url}`))
  const all = [...ended, ...runs].sort((left, right) => Date.parse(right.at) - Date.parse(left.at)).slice(0, mostRuns)
  return all.some((run) => ended.includes(run)) ? all : runs
}

/** Whether a result is of the run before: another, on the same table, has not come to one. */
export const sayBefore = (job: Job | null): string | null => {
  switch (job?.state) {
    case 'running': return 'The run before. The new one is still going.'
    case 'failed': return 'The run before. The new one failed: see above.'
    case 'stopped': return 'The run before. The new one was stopped.'
    default: return null
  }
}
