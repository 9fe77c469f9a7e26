import type { Task } from './messages.ts'
import type { TaskResult, WorkerPool } from './worker-pool.ts'

const sharedOperations = ['encrypt', 'evaluate', 'add', 'subtract', 'scale', 'rerandomise'] as const

/** What may leave this computer: arithmetic under a public key. What is to be believed, such as a proof, is checked at home. */
export type PublicTask = Task & { readonly key: { readonly kind: 'public' }; readonly operation: (typeof sharedOperations)[number] }

/** Threads elsewhere that hold public keys only. */
export interface RemoteTasks {
  /** How many there are now; none is an answer too. */
  threads(): number
  /** Rejects as WorkerPool.run does; null where no thread was left to do it: the task comes back, unharmed. */
  run(task: PublicTask, signal: AbortSignal): Promise<TaskResult | null>
  close(): Promise<void>
}

const mayLeave = (task: Task): task is PublicTask =>
  task.key.kind === 'public' && sharedOperations.some((operation) => operation === task.operation)

/**
 * A pool over this computer's threads and others': what needs a private key or is a check stays home; of the rest, what finds no free
 * seat here goes out. A task that nobody elsewhere can do is done here.
 */
export const createSplitPool = (local: WorkerPool, remote: RemoteTasks): WorkerPool => {
  let busy = 0
  const runHere = async (task: Task, signal: AbortSignal): Promise<TaskResult> => {
    busy += 1
    try {
      return await local.run(task, signal)
    } finally {
      busy -= 1
    }
  }
  return {
    get size() { return local.size + remote.threads() },
    rates: local.rates,
    run: async (task, signal) => {
      if (!mayLeave(task) || busy < local.size || remote.threads() === 0) return runHere(task, signal)
      return await remote.run(task, signal) ?? runHere(task, signal)
    },
    close: async () => {
      await Promise.all([local.close(), remote.close()])
    },
  }
}
