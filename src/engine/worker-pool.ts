import { Worker } from 'node:worker_threads'
import { AppError } from '../shared/errors.ts'
import { fromTaskFailure } from './map-error.ts'
import { toPosted, type Task, type TaskReply, type WorkerSettings } from './messages.ts'

export interface TaskResult {
  readonly bytes: Uint8Array
  readonly milliseconds: number
}

export interface WorkerPool {
  readonly size: number
  /** What its workers' batches took, for the next to be sized by. */
  readonly rates: Map<string, number>
  /**
   * Runs a task on the next free worker; its buffers are transferred. Rejects with the task's error, `runtime.cancelled` as soon as
   * `signal` aborts (a worker in the midst of it finishes in vain), `runtime.worker-died`, `runtime.engine-closed`.
   */
  run(task: Task, signal: AbortSignal): Promise<TaskResult>
  close(): Promise<void>
}

interface Assignment {
  readonly task: Task
  readonly settle: (outcome: TaskResult | { readonly error: Error }) => void
}

interface Seat {
  readonly worker: Worker
  current: Assignment | null
}

const closedError = (): AppError => new AppError('runtime.engine-closed', 'The engine was closed.')

const workerDiedError = (cause: unknown): AppError =>
  new AppError('runtime.worker-died', 'A worker thread ended in the midst of a task.', { retryable: true, cause })

/** Every buffer of the task, so that nothing is copied and no key bytes stay behind. */
const transferList = (task: Task): ArrayBuffer[] =>
  [task.key.bytes, ...Object.values(task).filter((value) => value instanceof Uint8Array)].map((bytes) => bytes.buffer as ArrayBuffer)

/**
 * A pool of `size` worker threads, each started when first needed and replaced when it dies: the task it had is rejected, the
 * others are not touched. Idle workers do not keep the process alive.
 */
export const createWorkerPool = (size: number, url: URL, settings: WorkerSettings): WorkerPool => {
  const seats = new Set<Seat>()
  const queue: Assignment[] = []
  let closed = false

  const seatWorker = (): Seat => {
    const worker = new Worker(url, { workerData: settings })
    const seat: Seat = { worker, current: null }
    let fault: unknown = null
    worker.on('message', (reply: TaskReply) => {
      release(seat, reply.ok ? reply : { error: fromTaskFailure(reply.failure) })
    })
    worker.on('error', (error) => {
      fault = error
    })
    worker.on('exit', () => {
      seats.delete(seat)
      release(seat, { error: closed ? closedError() : workerDiedError(fault) })
    })
    seats.add(seat)
    return seat
  }

  const release = (seat: Seat, outcome: TaskResult | { readonly error: Error }): void => {
    const { current } = seat
    seat.current = null
    seat.worker.unref()
    current?.settle(outcome)
    assignNext()
  }

  const findFreeSeat = (): Seat | null => {
    for (const seat of seats) if (seat.current === null) return seat
    return seats.size < size ? seatWorker() : null
  }

  const assignNext = (): void => {
    while (queue.length > 0) {
      const seat = findFreeSeat()
      const assignment = seat === null ? undefined : queue.shift()
      if (seat === null || assignment === undefined) return
      seat.current = assignment
      seat.worker.ref()
      seat.worker.postMessage(toPosted(assignment.task), transferList(assignment.task))
    }
  }

  const run = (task: Task, signal: AbortSignal): Promise<TaskResult> => new Promise((resolve, reject) => {
    const onAbort = (): void => {
      const waiting = queue.indexOf(assignment)
      if (waiting >= 0) queue.splice(waiting, 1)
      reject(signal.reason as Error)
    }
    const assignment: Assignment = {
      task,
      settle: (outcome) => {
        signal.removeEventListener('abort', onAbort)
        if ('error' in outcome) reject(outcome.error)
        else resolve(outcome)
      },
    }
    if (closed) throw closedError()
    signal.throwIfAborted()
    signal.addEventListener('abort', onAbort, { once: true })
    queue.push(assignment)
    assignNext()
  })

  const close = async (): Promise<void> => {
    closed = true
    for (const { settle } of queue.splice(0)) settle({ error: closedError() })
    await Promise.all([...seats].map(({ worker }) => worker.terminate()))
  }

  return { size, rates: new Map(), run, close }
}
