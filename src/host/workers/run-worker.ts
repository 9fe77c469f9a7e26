import { Worker } from 'bullmq'
import type { EngineOptions } from '../../engine/engine.ts'
import { toTaskFailure } from '../../engine/map-error.ts'
import { openPool } from '../../engine/open-pool.ts'
import type { TaskReply } from '../../engine/messages.ts'
import { isAppError } from '../../shared/errors.ts'
import { nameWorker, parseRedisUrl, queueName, workerTimes } from './queue.ts'
import { decodeTask, encodeReply } from './task-wire.ts'

export interface TaskWorkerOptions {
  readonly redisUrl: string
  readonly engine?: EngineOptions
  /** Told when a task begins, with its operation and whether it was another worker's that died. */
  readonly onTask?: (operation: string, again: boolean) => void
  readonly onTrouble: (error: unknown) => void
}

export interface TaskWorker {
  readonly threads: number
  readonly backend: string
  /** Finishes what it has begun and leaves the queue. */
  close(): Promise<void>
}

/**
 * Does public-key tasks from a queue in Redis, as many at once as it has threads. It has no profile, no wallet and no private key, and
 * refuses tasks that need one. Throws `input.redis-url-invalid`, `runtime.redis-unreachable`.
 */
export const runTaskWorker = async ({ redisUrl, engine, onTask, onTrouble }: TaskWorkerOptions): Promise<TaskWorker> => {
  const connection = parseRedisUrl(redisUrl)
  const { pool, workers: threads, backend } = openPool(engine)
  const stop = new AbortController()
  const answer = async (text: string, again: boolean): Promise<TaskReply> => {
    const task = decodeTask(text)
    onTask?.(task.operation, again)
    try {
      return { ok: true, ...await pool.run(task, stop.signal) }
    } catch (error) {
      if (!isAppError(error) || !error.code.startsWith('crypto.')) throw error
      return { ok: false, failure: toTaskFailure(error.cause) }
    }
  }
  const worker = new Worker<string, string>(queueName, async (job) => encodeReply(await answer(job.data, job.attemptsStarted > 1)), {
    connection, concurrency: threads, name: nameWorker(threads), ...workerTimes,
  })
  worker.on('error', onTrouble)
  await worker.waitUntilReady()
  return {
    threads,
    backend,
    close: async () => {
      await worker.close()
      await pool.close()
    },
  }
}
