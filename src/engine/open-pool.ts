import { availableParallelism } from 'node:os'
import { AppError } from '../shared/errors.ts'
import { selectBackend, type BackendChoice } from './backends.ts'
import type { EngineOptions } from './engine.ts'
import { createWorkerPool, type WorkerPool } from './worker-pool.ts'
import { workerUrl } from './worker-url.ts'

export interface OpenedPool extends BackendChoice {
  readonly pool: WorkerPool
  readonly workers: number
}

/** This computer's worker threads on the fastest backend that passes its self-test. Throws as createEngine does. */
export const openPool = (options: EngineOptions = {}): OpenedPool => {
  const workers = options.workers ?? availableParallelism()
  if (!Number.isSafeInteger(workers) || workers < 1) {
    throw new AppError('crypto.invalid-argument', `An engine needs one worker or more, not ${workers}.`)
  }
  const choice = selectBackend(options.backend)
  const { backend, powers } = choice
  return { ...choice, workers, pool: createWorkerPool(workers, workerUrl(), { backend, powers, randomness: options.randomness ?? 'table' }) }
}
