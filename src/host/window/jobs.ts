import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Progress } from '../../engine/engine.ts'
import { AppError, isAppError, toErrorDocument } from '../../shared/errors.ts'
import type { Job, JobOutcome } from '../../shared/window-contract/jobs.ts'
import { createBroadcast, type Broadcast } from './broadcast.ts'
import { toErrorJson } from './documents.ts'

export interface JobStart {
  readonly kind: Job['kind']
  readonly label: string
  readonly subject?: string
  /** False for what is on its way to the chain: nobody can take it back. By default true. */
  readonly stoppable?: boolean
}

/** What a job's work is given. */
export interface JobRun {
  readonly signal: AbortSignal
  readonly step: (words: string) => void
  readonly progress: (progress: Progress) => void
}

/** Long work under way, told to whoever watches; its end is kept while the program runs. */
export interface JobRegistry {
  /** Starts at once and returns; `work` gives what it came to. */
  start(job: JobStart, work: (run: JobRun) => Promise<JobOutcome>): Job
  /** A running job of that kind and subject. */
  findRunning(kind: Job['kind'], subject?: string): Job | null
  list(): readonly Job[]
  /** Throws `input.not-found`. */
  show(id: string): Job
  /** The job now and at each change, ten times a second at most; ends after its end. Throws `input.not-found`. */
  watch(id: string, signal?: AbortSignal): AsyncGenerator<Job, void, void>
  /** Resolves within a second, the job stopped or as it ended just before. What cannot be stopped goes on. */
  stop(id: string): Promise<Job>
  /** Stops everything that can be stopped and waits, a second at most. */
  close(): Promise<void>
}

interface Entry {
  job: Job
  readonly controller: AbortController
  readonly broadcast: Broadcast
}

const watchMilliseconds = 100
/** Work that does not heed its signal by then is left to end by itself, its outcome thrown away. */
const stopMilliseconds = 800
const mostEnded = 200

export const createJobRegistry = ({ now, onChange, onBug, onEnd = () => undefined }: {
  readonly now: () => Date
  readonly onChange: () => void
  readonly onEnd?: (job: Job) => void
  readonly onBug: (error: unknown) => void
}): JobRegistry => {
  const entries = new Map<string, Entry>()

  const find = (id: string): Entry => {
    const entry = entries.get(id)
    if (entry === undefined) throw new AppError('input.not-found', 'There is no such job since the program was started.', { details: { job: id.slice(0, 100) } })
    return entry
  }
  const forgetOldest = (): void => {
    const ended = [...entries.values()].filter(({ job }) => job.state !== 'running')
    for (const { job } of ended.slice(0, Math.max(0, ended.length - mostEnded))) entries.delete(job.id)
  }
  const update = (entry: Entry, change: Partial<Job>): void => {
    if (entry.job.state !== 'running') return
    entry.job = { ...entry.job, ...change }
    entry.broadcast.announce()
  }
  const end = (entry: Entry, change: Pick<Job, 'state'> & Partial<Pick<Job, 'outcome' | 'error'>>): void => {
    if (entry.job.state !== 'running') return
    update(entry, { ...change, endedAt: now().toISOString() })
    onEnd(entry.job)
    forgetOldest()
    onChange()
  }
  const fail = (entry: Entry, error: unknown): void => {
    const document = toErrorJson(toErrorDocument(error))
    if (!isAppError(error)) onBug(error)
    end(entry, entry.controller.signal.aborted ? { state: 'stopped', error: document } : { state: 'failed', error: document })
  }

  const stop = async (id: string): Promise<Job> => {
    const entry = find(id)
    if (entry.job.state !== 'running' || !entry.job.stoppable) return entry.job
    const giveUpAt = performance.now() + stopMilliseconds
    entry.controller.abort(new AppError('runtime.cancelled', `${entry.job.label}: stopped.`))
    const isRunning = (): boolean => entry.job.state === 'running'
    while (isRunning() && performance.now() < giveUpAt) await sleep(20)
    if (isRunning()) fail(entry, entry.controller.signal.reason)
    return entry.job
  }

  return {
    start: ({ kind, label, subject = null, stoppable = true }, work) => {
      const id = randomUUID()
      const entry: Entry = {
        controller: new AbortController(),
        broadcast: createBroadcast(),
        job: {
          id, kind, label, subject, stoppable, state: 'running', step: null, progress: null, outcome: null, error: null,
          startedAt: now().toISOString(), endedAt: null,
        },
      }
      entries.set(id, entry)
      onChange()
      const run: JobRun = {
        signal: entry.controller.signal,
        step: (words) => { update(entry, { step: words, progress: null }) },
        progress: ({ done, total, estimatedSecondsLeft: secondsLeft }) => { update(entry, { progress: { done, total, secondsLeft } }) },
      }
      work(run).then((outcome) => { end(entry, { state: 'done', outcome }) }, (error: unknown) => { fail(entry, error) })
      return entry.job
    },

    findRunning: (kind, subject) => [...entries.values()].map(({ job }) => job)
      .find((job) => job.state === 'running' && job.kind === kind && (subject === undefined || job.subject === subject)) ?? null,
    list: () => [...entries.values()].map(({ job }) => job).reverse(),
    show: (id) => find(id).job,

    async* watch(id, signal) {
      const entry = find(id)
      for (;;) {
        const seen = entry.broadcast.revision()
        const { job } = entry
        yield job
        if (job.state !== 'running') return
        await sleep(watchMilliseconds)
        await entry.broadcast.after(seen, signal)
        if (signal?.aborted === true) return
      }
    },

    stop,
    close: async () => { await Promise.all([...entries.keys()].map(stop)) },
  }
}
