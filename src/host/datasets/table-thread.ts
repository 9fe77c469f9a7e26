import { Worker } from 'node:worker_threads'
import { AppError, type ErrorCode, type ErrorDetails } from '../../shared/errors.ts'
import type { SourceTable } from './source-table.ts'
import type { TableJob } from './table-job.ts'

export type TableMessage =
  | { readonly kind: 'table'; readonly table: SourceTable }
  | { readonly kind: 'failure'; readonly code: ErrorCode; readonly message: string; readonly details: ErrorDetails }

export interface TableThreadLimits {
  readonly heapMegabytes?: number
  readonly deadlineMilliseconds?: number
}

const defaultHeapMegabytes = 2_048
const defaultDeadlineMilliseconds = 600_000

/** The worker's entry beside this module: TypeScript in the source tree, JavaScript in a bundled build. */
const workerUrl = (): URL => new URL(import.meta.url.endsWith('.js') ? './table-worker.js' : './table-worker.ts', import.meta.url)

const deathError = (fault: unknown, heapMegabytes: number): AppError =>
  ((fault as { code?: unknown } | null)?.code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? new AppError('input.table-too-large', `Reading the file needed more than ${heapMegabytes} MiB of memory.`, { details: { heapMegabytes } })
    : new AppError('input.table-unreadable', 'The thread that read the file ended in the midst of it.', { cause: fault }))

/**
 * Reads a binary table file in a thread of its own: formats whose lengths stand in the file can ask for any amount of memory and time,
 * and a damaged or hostile one then costs that thread, not the program. Throws what the readers throw, `input.table-too-large` past
 * the limits, and `input.table-unreadable`.
 */
export const readTableInThread = (job: TableJob, limits: TableThreadLimits = {}): Promise<SourceTable> => {
  const { heapMegabytes = defaultHeapMegabytes, deadlineMilliseconds = defaultDeadlineMilliseconds } = limits
  return new Promise<SourceTable>((resolve, reject) => {
    const worker = new Worker(workerUrl(), { workerData: job, resourceLimits: { maxOldGenerationSizeMb: heapMegabytes } })
    const end = (settle: () => void): void => {
      clearTimeout(timer)
      settle()
      void worker.terminate()
    }
    const fail = (error: AppError): void => { end(() => { reject(error) }) }
    const timer = setTimeout(() => {
      fail(new AppError('input.table-too-large', `The file was still being read after ${deadlineMilliseconds / 1000} s.`))
    }, deadlineMilliseconds)
    worker.on('message', (message: TableMessage) => {
      if (message.kind === 'table') end(() => { resolve(message.table) })
      else fail(new AppError(message.code, message.message, { details: message.details }))
    })
    worker.on('error', (fault) => { fail(deathError(fault, heapMegabytes)) })
    worker.on('exit', () => { fail(deathError(null, heapMegabytes)) })
  })
}
