import { AppError } from '../shared/errors.ts'
import type { Progress } from './engine.ts'
import { freeBytes } from './free-bytes.ts'
import type { Task } from './messages.ts'
import type { WorkerPool } from './worker-pool.ts'

/** A part of a job, small enough that cancelling and progress are prompt. */
export interface Batch {
  /** Its share of the job's total. */
  readonly units: number
  createTask(): Task | Promise<Task>
  /** Takes what it needs from the bytes, whose memory is given back then. */
  accept(bytes: Uint8Array): void
}

export interface Job {
  /** Units in all: cells, or products for an evaluation. */
  readonly total: number
  /** Work of one kind takes as long a unit. */
  readonly kind: string
  /** The next batch, of about `units` units where the job can choose; null when there is none left. */
  takeBatch(units: number): Batch | null
}

const targetMilliseconds = 120
/** The least a last batch takes, so that lanes end together within that. */
const leastMilliseconds = 15
const firstUnits = 8

/** Milliseconds a unit took last, by kind of work: an engine's jobs learn from those before them. */
export type Rates = Map<string, number>

/** Sizes batches so that one takes about `targetMilliseconds`, from what such batches so far took, and the last ones are shared. */
const createSizer = (workers: number, rates: Rates, kind: string) => ({
  suggest: (unitsLeft: number): number => {
    const perUnit = rates.get(kind)
    if (perUnit === undefined) return Math.max(1, Math.min(firstUnits, Math.ceil(unitsLeft / workers)))
    const share = Math.max(Math.ceil(unitsLeft / workers), Math.round(leastMilliseconds / perUnit))
    return Math.max(1, Math.min(Math.round(targetMilliseconds / perUnit), share))
  },
  learn: (units: number, milliseconds: number): void => {
    rates.set(kind, Math.max(milliseconds, 0.01) / units)
  },
})

/** Counts a job's units and tells of them; the estimate is the time so far, stretched to what is left. */
export interface Meter {
  add(units: number): void
}

export const createMeter = (total: number, onProgress?: (progress: Progress) => void): Meter => {
  const started = performance.now()
  let done = 0
  const report = (): void => {
    const seconds = (performance.now() - started) / 1000
    onProgress?.({ done, total, estimatedSecondsLeft: done === 0 ? null : (seconds * (total - done)) / done })
  }
  report()
  return {
    add: (units) => {
      done += units
      report()
    },
  }
}

export const cancelledError = (): AppError => new AppError('runtime.cancelled', 'The job was cancelled.')

/**
 * Runs `action` with a signal that aborts when the caller's does or when it fails, and rejects at once with `runtime.cancelled` in the
 * first case: what is still under way then is dropped.
 */
export const withCancellation = async <T>(outer: AbortSignal | undefined, action: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  if (outer?.aborted === true) throw cancelledError()
  const stop = new AbortController()
  const aborted = new Promise<never>((_, reject) => {
    stop.signal.addEventListener('abort', () => reject(stop.signal.reason as Error), { once: true })
  })
  const cancel = (): void => stop.abort(cancelledError())
  outer?.addEventListener('abort', cancel, { once: true })
  // As a promise even where it throws before it returns one: else nobody would wait for `aborted`.
  const start = async (): Promise<T> => action(stop.signal)
  try {
    return await Promise.race([start(), aborted])
  } catch (error) {
    stop.abort(error)
    throw error
  } finally {
    outer?.removeEventListener('abort', cancel)
  }
}

/**
 * Runs a job's batches on the pool, as many at a time as it has workers, so that jobs share the workers evenly. Rejects at once with
 * `runtime.cancelled` when `signal` aborts, and with the first failure of a batch; what else is under way is dropped.
 */
export const runJob = async (pool: WorkerPool, job: Job, meter: Meter, signal: AbortSignal | undefined): Promise<void> => {
  const sizer = createSizer(pool.size, pool.rates, job.kind)
  let taken = 0
  const runLane = async (stop: AbortSignal): Promise<void> => {
    while (!stop.aborted) {
      const batch = job.takeBatch(sizer.suggest(job.total - taken))
      if (batch === null) return
      taken += batch.units
      const { bytes, milliseconds } = await pool.run(await batch.createTask(), stop)
      sizer.learn(batch.units, milliseconds)
      batch.accept(bytes)
      freeBytes(bytes)
      meter.add(batch.units)
    }
  }
  await withCancellation(signal, (stop) => Promise.all(Array.from({ length: pool.size }, () => runLane(stop))))
}
