import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { toAppError } from '../../shared/errors.ts'
import { readTable, type TableJob } from './table-job.ts'
import type { TableMessage } from './table-thread.ts'

// The entry of a process, or of a thread, that reads one file and is ended.
const post = (message: TableMessage): void => {
  if (parentPort !== null) parentPort.postMessage(message)
  else process.send?.(message)
}

/** A process is told its job, a thread is born with it. */
const receiveJob = async (): Promise<TableJob> => (parentPort === null ? ((await once(process, 'message')) as [TableJob])[0] : workerData as TableJob)

try {
  post({ kind: 'table', table: await readTable(await receiveJob()) })
} catch (error) {
  const { code, message, details } = toAppError(error)
  post({ kind: 'failure', code, message, details })
}
