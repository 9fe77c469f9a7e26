import { statSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { AppError, type ErrorCode, type ErrorDetails } from '../../shared/errors.ts'
import { createCellStore, type CellBlock } from './packed-cells.ts'
import { assembleTable, type SourceTable, type TableHead } from './source-table.ts'
import type { TableJob } from './table-job.ts'

export type TableMessage =
  | { readonly kind: 'block'; readonly column: number; readonly block: CellBlock }
  | { readonly kind: 'head'; readonly head: TableHead }
  | { readonly kind: 'failure'; readonly code: ErrorCode; readonly message: string; readonly details: ErrorDetails }

export interface TableThreadLimits {
  readonly heapMegabytes?: number
  readonly deadlineMilliseconds?: number
}

const mebibyte = 1024 * 1024

/**
 * What a file may cost by its size: a few bytes that say they unpack to more than any memory holds are found out in a moment. The largest
 * get two gibibytes and ten minutes, and so does a database that is read where it is.
 */
export const limitsFor = ({ format, source }: TableJob): Required<TableThreadLimits> => {
  const bytes = typeof source !== 'string' ? source.length : format === 'sqlite' ? Infinity : statSync(source).size
  const megabytes = bytes / mebibyte
  return {
    heapMegabytes: Math.min(2_048, Math.round(256 + 40 * megabytes)),
    deadlineMilliseconds: Math.min(600_000, 60_000 + 10_000 * megabytes),
  }
}

/** What a reader tells, until it is a table or a failure: `receive` gives the table once it is whole. */
export const createReceiver = (): { readonly receive: (message: TableMessage) => SourceTable | AppError | null } => {
  const store = createCellStore()
  return {
    receive: (message) => {
      if (message.kind === 'failure') return new AppError(message.code, message.message, { details: message.details })
      if (message.kind === 'head') return assembleTable(message.head, store)
      void store.take(message.column, message.block)
      return null
    },
  }
}

/** The worker's entry beside this module: TypeScript in the source tree, JavaScript in a bundled build. */
export const workerUrl = (): URL => new URL(import.meta.url.endsWith('.js') ? './table-worker.js' : './table-worker.ts', import.meta.url)

/** What is told of a reader that did not live to tell anything. */
export const deathError = (fault: unknown, outOfMemory: boolean, heapMegabytes: number): AppError =>
  (outOfMemory
    ? new AppError('input.table-too-large', `Reading the file needed more than ${heapMegabytes} MiB of memory.`, { details: { heapMegabytes } })
    : new AppError('input.table-unreadable', 'What read the file ended in the midst of it.', { cause: fault }))

/** Past the deadline. */
export const lateError = (deadlineMilliseconds: number): AppError =>
  new AppError('input.table-too-large', `The file was still being read after ${Math.round(deadlineMilliseconds / 1000)} s.`)

/**
 * Reads a binary table file in a thread of its own: what stands in for a process where none can be started. Memory that grows in one leap
 * can still end the program, and a loop inside SQLite cannot be ended. Throws what the readers throw, `input.table-too-large` past
 * the limits, and `input.table-unreadable`.
 */
export const readTableInThread = (job: TableJob, limits: TableThreadLimits = {}): Promise<SourceTable> => {
  const { heapMegabytes, deadlineMilliseconds } = { ...limitsFor(job), ...limits }
  return new Promise<SourceTable>((resolve, reject) => {
    const worker = new Worker(workerUrl(), { workerData: job, resourceLimits: { maxOldGenerationSizeMb: heapMegabytes } })
    const end = (settle: () => void): void => {
      clearTimeout(timer)
      settle()
      void worker.terminate()
    }
    const fail = (error: AppError): void => { end(() => { reject(error) }) }
    const timer = setTimeout(() => {
      fail(lateError(deadlineMilliseconds))
    }, deadlineMilliseconds)
    const { receive } = createReceiver()
    worker.on('message', (message: TableMessage) => {
      const told = receive(message)
      if (told instanceof AppError) fail(told)
      else if (told !== null) end(() => { resolve(told) })
    })
    worker.on('error', (fault) => {
      fail(deathError(fault, (fault as { code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY', heapMegabytes))
    })
    worker.on('exit', () => { fail(deathError(null, false, heapMegabytes)) })
  })
}
