import { parentPort, workerData } from 'node:worker_threads'
import { toAppError } from '../../shared/errors.ts'
import { readTable, type TableJob } from './table-job.ts'
import type { TableMessage } from './table-thread.ts'

// The entry of a thread that reads one file and is ended.
const port = parentPort
if (port === null) throw new Error('this module is the entry of a worker thread')

const post = (message: TableMessage): void => { port.postMessage(message) }

try {
  post({ kind: 'table', table: await readTable(workerData as TableJob) })
} catch (error) {
  const { code, message, details } = toAppError(error)
  post({ kind: 'failure', code, message, details })
}
