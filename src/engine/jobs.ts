import { AppError } from '../shared/errors.ts'
import type { Progress } from './engine.ts'
import type { Task } from './messages.ts'
import type { WorkerPool } from './worker-pool.ts'

/** A part of a job, small enough that cancelling and progress are prompt. */
export interface Batch {
  /** Its share of the job's total. */
  readonly units: number
  createTask(): Task | Promise<Task>
  accept(bytes: Uint8Array): void
}

export interface Job {
  /** Units in all: cells, or products for an evaluation. */
  readonly total: number
  /** The next batch, of about `units` units where the job can choose; null when there is none left. */
  takeBatch(units: number): Batch | null
}

const targetMilliseconds = 120
const firstUnits = 8

/** Sizes batches so that one takes about `targetMilliseconds`, from what the batches so far took, and the last ones are shared. */
const createSizer = (workers: number) => {
  let perUnit: number | null = null
  return {
    suggest: (unitsLeft: number): number => {
      const wanted = perUnit === null ? firstUnits : Math.round(targetMilliseconds / perUnit)
      return Math.max(1, Math.min(wanted, Math.ceil(unitsLeft / workers)))
    },
    learn: (units: number, milliseconds: number): void => {
      perUnit = Math.max(milliseconds, 0.01) / units
    },
  }
}

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
  try {
    return await Promise.race([action(stop.signal), aborted])
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
  const sizer = createSizer(pool.size)
  let taken = 0
  const runLane = async (stop: AbortSignal): Promise<void> => {
    while (!stop.aborted) {
      const batch = job.takeBatch(sizer.suggest(job.total - taken))
      if (batch === null) return
      taken += batch.units
      const { bytes, milliseconds } = await pool.run(await batch.createTask(), stop)
      sizer.learn(batch.units, milliseconds)
      batch.accept(bytes)
      meter.add(batch.units)
    }
  }
  await withCancellation(signal, (stop) => Promise.all(Array.from({ length: pool.size }, () => runLane(stop))))
}
