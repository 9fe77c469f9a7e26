import { randomUUID } from 'node:crypto'
import { Queue, QueueEvents } from 'bullmq'
import { fromTaskFailure } from '../../engine/map-error.ts'
import type { PublicTask, RemoteTasks } from '../../engine/split-pool.ts'
import type { TaskResult } from '../../engine/worker-pool.ts'
import { AppError } from '../../shared/errors.ts'
import { parseRedisUrl, queueName, threadsOf } from './queue.ts'
import { decodeReply, encodeTask } from './task-wire.ts'

const pollMilliseconds = 1_000
const patienceMilliseconds = 3_000
/** Replies are taken from the queue as they come; what nobody took in this time is dropped. */
const keepSeconds = 600

const unreachable = (cause?: unknown): AppError =>
  new AppError('runtime.redis-unreachable', 'The Redis of the workers does not answer.', { retryable: true, ...(cause === undefined ? {} : { cause }) })

interface Waiting {
  readonly settle: (outcome: TaskResult | null | Error) => void
}

const readReply = (text: unknown): TaskResult | Error => {
  try {
    const reply = decodeReply(String(text))
    return reply.ok ? reply : fromTaskFailure(reply.failure)
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

const deadWorker = (why: unknown): AppError =>
  new AppError('runtime.worker-died', 'Two workers ended in the midst of one task, or one could not read it.', { retryable: true, cause: new Error(String(why)) })

/** Opens within `patienceMilliseconds` or not at all. */
const inTime = async (ready: Promise<unknown>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => { timer = setTimeout(() => { reject(unreachable()) }, patienceMilliseconds) })
  try {
    await Promise.race([ready, late])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * The workers on a queue in Redis, as an engine uses them. Where the last of them goes, tasks that wait are taken back and done at
 * home. Throws `input.redis-url-invalid`, `runtime.redis-unreachable`.
 */
export const openRemoteTasks = async (redisUrl: string, onTrouble: (error: unknown) => void = () => undefined): Promise<RemoteTasks> => {
  const connection = parseRedisUrl(redisUrl)
  const queue = new Queue<string, string>(queueName, { connection, streams: { events: { maxLen: 1_000 } } })
  const events = new QueueEvents(queueName, { connection })
  const waiting = new Map<string, Waiting>()
  let threads = 0
  const countThreads = async (): Promise<void> => {
    threads = (await queue.getWorkers()).reduce((sum, { name, rawname }) => sum + Math.max(threadsOf(name), threadsOf(rawname)), 0)
  }

  queue.on('error', onTrouble)
  events.on('error', onTrouble)
  events.on('completed', ({ jobId, returnvalue }) => { waiting.get(jobId)?.settle(readReply(returnvalue)) })
  events.on('failed', ({ jobId, failedReason }) => { waiting.get(jobId)?.settle(deadWorker(failedReason)) })
  try {
    await inTime(Promise.all([queue.waitUntilReady(), events.waitUntilReady()]).then(countThreads))
  } catch (error) {
    void Promise.allSettled([queue.disconnect(), events.disconnect()])
    throw error
  }

  /** An event may be lost with a connection, and a task left where no worker is: what waits is looked after. */
  const lookAfter = async (id: string, { settle }: Waiting): Promise<void> => {
    // The state first: a job that was read before it ended has no reply yet.
    const state = await queue.getJobState(id)
    if (state === 'completed' || state === 'failed') {
      const job = await queue.getJob(id)
      if (job !== undefined) settle(state === 'completed' ? readReply(job.returnvalue) : deadWorker(job.failedReason))
      return
    }
    // A task that a dead worker still holds cannot be removed before its lock runs out.
    if (threads === 0 && await queue.remove(id) === 1) settle(null)
  }
  let looking: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    looking = looking.then(countThreads)
      .then(async () => { for (const [id, task] of waiting) await lookAfter(id, task) })
      .catch(onTrouble)
  }, pollMilliseconds)
  timer.unref()

  const run = (task: PublicTask, signal: AbortSignal): Promise<TaskResult | null> => new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const id = randomUUID()
    const discard = (): void => { queue.remove(id).catch(onTrouble) }
    const onAbort = (): void => {
      waiting.delete(id)
      discard()
      reject(signal.reason as Error)
    }
    waiting.set(id, {
      settle: (outcome) => {
        waiting.delete(id)
        signal.removeEventListener('abort', onAbort)
        if (outcome !== null) discard()
        if (outcome instanceof Error) reject(outcome)
        else resolve(outcome)
      },
    })
    signal.addEventListener('abort', onAbort, { once: true })
    const keep = { age: keepSeconds }
    queue.add(task.operation, encodeTask(task), { jobId: id, removeOnComplete: keep, removeOnFail: keep })
      .catch((error: unknown) => { waiting.get(id)?.settle(unreachable(error)) })
  })

  return {
    threads: () => threads,
    run,
    close: async () => {
      clearInterval(timer)
      await looking
      for (const { settle } of waiting.values()) settle(new AppError('runtime.engine-closed', 'The engine was closed.'))
      await Promise.all([events.close(), queue.close()])
    },
  }
}
