import { Worker } from 'node:worker_threads'
import { AppError } from '../shared/errors.ts'

/** How a pool's tasks and replies cross to its threads. */
export interface ThreadPoolOptions<Task, Reply, Result> {
  readonly size: number
  /** The entry of a thread: one task in, one reply out, in turn. */
  readonly url: URL
  /** Given to each thread when it starts. */
  readonly settings?: unknown
  /** What is posted of a task, and the buffers of it that are moved, not copied. */
  post(task: Task): { readonly message: unknown; readonly transfer: ArrayBuffer[] }
  /** The result that a reply is, or the error that it tells of. */
  read(reply: Reply): { readonly result: Result } | { readonly error: Error }
}

export interface ThreadPool<Task, Result> {
  readonly size: number
  /**
   * Runs a task on the next free thread. Rejects with the task's error, `runtime.cancelled` as soon as `signal` aborts (a thread in the
   * midst of it finishes in vain), `runtime.worker-died`, `runtime.engine-closed`.
   */
  run(task: Task, signal?: AbortSignal): Promise<Result>
  close(): Promise<void>
}

interface Assignment<Task, Result> {
  readonly task: Task
  readonly settle: (outcome: { readonly result: Result } | { readonly error: Error }) => void
}

interface Seat<Task, Result> {
  readonly worker: Worker
  current: Assignment<Task, Result> | null
}

const closedError = (): AppError => new AppError('runtime.engine-closed', 'The engine was closed.')

const workerDiedError = (cause: unknown): AppError =>
  new AppError('runtime.worker-died', 'A worker thread ended in the midst of a task.', { retryable: true, cause })

/**
 * A pool of `size` worker threads, each started when first needed and replaced when it dies: the task it had is rejected, the
 * others are not touched. Idle workers do not keep the process alive.
 */
export const createThreadPool = <Task, Reply, Result>(
  { size, url, settings, post, read }: ThreadPoolOptions<Task, Reply, Result>,
): ThreadPool<Task, Result> => {
  const seats = new Set<Seat<Task, Result>>()
  const queue: Assignment<Task, Result>[] = []
  let closed = false

  const seatWorker = (): Seat<Task, Result> => {
    const worker = new Worker(url, { workerData: settings })
    const seat: Seat<Task, Result> = { worker, current: null }
    let fault: unknown = null
    worker.on('message', (reply: Reply) => {
      release(seat, read(reply))
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

  const release = (seat: Seat<Task, Result>, outcome: { readonly result: Result } | { readonly error: Error }): void => {
    const { current } = seat
    seat.current = null
    seat.worker.unref()
    current?.settle(outcome)
    assignNext()
  }

  const findFreeSeat = (): Seat<Task, Result> | null => {
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
      const { message, transfer } = post(assignment.task)
      seat.worker.postMessage(message, transfer)
    }
  }

  const run = (task: Task, signal?: AbortSignal): Promise<Result> => new Promise((resolve, reject) => {
    const onAbort = (): void => {
      const waiting = queue.indexOf(assignment)
      if (waiting >= 0) queue.splice(waiting, 1)
      reject(signal?.reason as Error)
    }
    const assignment: Assignment<Task, Result> = {
      task,
      settle: (outcome) => {
        signal?.removeEventListener('abort', onAbort)
        if ('error' in outcome) reject(outcome.error)
        else resolve(outcome.result)
      },
    }
    if (closed) throw closedError()
    signal?.throwIfAborted()
    signal?.addEventListener('abort', onAbort, { once: true })
    queue.push(assignment)
    assignNext()
  })

  const close = async (): Promise<void> => {
    closed = true
    for (const { settle } of queue.splice(0)) settle({ error: closedError() })
    await Promise.all([...seats].map(({ worker }) => worker.terminate()))
  }

  return { size, run, close }
}
