import { fromTaskFailure } from './map-error.ts'
import { toPosted, type Task, type TaskReply, type WorkerSettings } from './messages.ts'
import { createThreadPool } from './thread-pool.ts'

export interface TaskResult {
  readonly bytes: Uint8Array
  readonly milliseconds: number
}

export interface WorkerPool {
  readonly size: number
  /** What its workers' batches took, for the next to be sized by. */
  readonly rates: Map<string, number>
  /** Runs a task on the next free worker, as ThreadPool.run does; its buffers are transferred. */
  run(task: Task, signal: AbortSignal): Promise<TaskResult>
  close(): Promise<void>
}

/** Every buffer of the task, so that nothing is copied and no key bytes stay behind. */
const transferList = (task: Task): ArrayBuffer[] =>
  [task.key.bytes, ...Object.values(task).filter((value) => value instanceof Uint8Array)].map((bytes) => bytes.buffer as ArrayBuffer)

/** The engine's worker threads (thread-pool.ts). */
export const createWorkerPool = (size: number, url: URL, settings: WorkerSettings): WorkerPool => {
  const { run, close } = createThreadPool<Task, TaskReply, TaskResult>({
    size, url, settings,
    post: (task) => ({ message: toPosted(task), transfer: transferList(task) }),
    read: (reply) => (reply.ok ? { result: reply } : { error: fromTaskFailure(reply.failure) }),
  })
  return { size, rates: new Map(), run, close }
}
