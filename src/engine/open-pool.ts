import { availableParallelism } from 'node:os'
import { AppError } from '../shared/errors.ts'
import { selectBackend, type BackendChoice } from './backends.ts'
import { backendNames, mostWorkers, randomnessNames, type EngineOptions } from './engine.ts'
import { createWorkerPool, type WorkerPool } from './worker-pool.ts'
import { workerUrl } from './worker-url.ts'

export interface OpenedPool extends BackendChoice {
  readonly pool: WorkerPool
  readonly workers: number
}

const assertKnown = (what: string, value: string | undefined, names: readonly string[]): void => {
  if (value === undefined || names.some((name) => name === value)) return
  throw new AppError('crypto.invalid-argument', `There is no ${what} ${String(value)}; there are ${names.join(', ')}.`)
}

/** This computer's worker threads on the fastest backend that passes its self-test. Throws as createEngine does. */
export const openPool = (options: EngineOptions = {}): OpenedPool => {
  const workers = options.workers ?? availableParallelism()
  if (!Number.isSafeInteger(workers) || workers < 1 || workers > mostWorkers) {
    throw new AppError('crypto.invalid-argument', `An engine needs one worker or more, up to ${mostWorkers}, not ${workers}.`)
  }
  assertKnown('backend', options.backend, backendNames)
  assertKnown('randomness', options.randomness, randomnessNames)
  const choice = selectBackend(options.backend)
  const { backend, powers } = choice
  return { ...choice, workers, pool: createWorkerPool(workers, workerUrl(), { backend, powers, randomness: options.randomness ?? 'table' }) }
}
