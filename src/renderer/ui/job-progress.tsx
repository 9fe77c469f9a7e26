import { Button } from '@mantine/core'
import { useEffect, useRef } from 'react'
import type { Job, JobOutcome } from '../../shared/window-contract/jobs.ts'
import { shell, useDo, useJob } from '../app/api.ts'
import { ErrorPanel, Trouble } from './trouble.tsx'
import { sayDuration } from './values.tsx'

export const Meter = ({ done, total, label }: { readonly done: number, readonly total: number, readonly label: string }) => (
  <div
    className={total === 0 ? 'meter unknown' : 'meter'} role="progressbar" aria-label={label}
    {...(total === 0 ? {} : { 'aria-valuenow': Math.round((100 * done) / total), 'aria-valuemin': 0, 'aria-valuemax': 100 })}
  >
    <i style={total === 0 ? {} : { width: `${(100 * done) / total}%` }} />
  </div>
)

const firstMilliseconds = 3000

/** One job: what it does, how far it is, how long it takes, and Stop; how it ended, in words. */
export const JobCard = ({ job, words = job.label }: { readonly job: Job, readonly words?: string }) => {
  const stop = useDo((id: string) => shell.jobs.stop({ id }), 'jobs')
  if (job.state === 'failed' && job.error !== null) return <ErrorPanel document={job.error} />
  if (job.state === 'stopped') return <p className="note" role="status">{job.label}: stopped. Nothing was lost; it can be started again.</p>
  if (job.state === 'done') return <p className="note good" role="status">{job.label}: done.</p>
  const { progress } = job
  // An estimate from the first moments is of their start, not of the work.
  const secondsLeft = Date.now() - Date.parse(job.startedAt) < firstMilliseconds ? null : progress?.secondsLeft ?? null
  return (
    <div className="job" role="status">
      <div className="row between">
        <span className="truncate">{job.step ?? words}</span>
        <span className="row">
          {secondsLeft === null ? null : <span className="time">{sayDuration(secondsLeft)} left</span>}
          {job.stoppable ? <Button variant="default" loading={stop.isPending} onClick={() => { stop.mutate(job.id) }}>Stop</Button> : null}
        </span>
      </div>
      <Meter done={progress?.done ?? 0} total={progress?.total ?? 0} label={job.label} />
    </div>
  )
}

interface WatchedProperties {
  readonly id: string | null
  readonly onDone?: (outcome: JobOutcome) => void
  /** Draws nothing once the job has come to its good end. */
  readonly quietEnd?: boolean
  /** Instead of the job's label while it names no step: where the label stands above it already. */
  readonly words?: string
}

/** Follows a job and tells once what it came to. */
export const WatchedJob = ({ id, onDone, quietEnd = true, words }: WatchedProperties) => {
  const { job, error } = useJob(id)
  const told = useRef<string | null>(null)
  useEffect(() => {
    if (job?.state !== 'done' || job.outcome === null || told.current === job.id) return
    told.current = job.id
    onDone?.(job.outcome)
  }, [job, onDone])
  if (error !== null) return <Trouble error={error} />
  if (job === null || (quietEnd && job.state === 'done')) return null
  return <JobCard job={job} {...(words === undefined ? {} : { words })} />
}
