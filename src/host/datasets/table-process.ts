import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { AppError } from '../../shared/errors.ts'
import type { SourceTable } from './source-table.ts'
import type { TableJob } from './table-job.ts'
import { createReceiver, deathError, lateError, limitsFor, readTableInThread, workerUrl, type TableMessage, type TableThreadLimits } from './table-thread.ts'

/**
 * Reads a binary table file in a process of its own: formats whose lengths stand in the file can ask for any amount of memory and time,
 * and a damaged or hostile one then costs that process, not the program: one of 312 bytes ended the whole program from within a thread
 * (docs/adr/0702). Throws what the readers throw, `input.table-too-large` past the limits, and `input.table-unreadable`.
 */
export const readTableInProcess = (job: TableJob, limits: TableThreadLimits = {}): Promise<SourceTable> => {
  const { heapMegabytes, deadlineMilliseconds } = { ...limitsFor(job), ...limits }
  return new Promise<SourceTable>((resolve, reject) => {
    // Nothing of our environment, which may name secrets, and nothing of what it says when it dies.
    const child = fork(fileURLToPath(workerUrl()), [], { serialization: 'advanced', execArgv: [`--max-old-space-size=${heapMegabytes}`], env: {}, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    const end = (settle: () => void): void => {
      clearTimeout(timer)
      settle()
      child.kill('SIGKILL')
    }
    const fail = (error: AppError): void => { end(() => { reject(error) }) }
    const timer = setTimeout(() => { fail(lateError(deadlineMilliseconds)) }, deadlineMilliseconds)
    const { receive } = createReceiver()
    child.on('message', (message) => {
      const told = receive(message as TableMessage)
      if (told instanceof AppError) fail(told)
      else if (told !== null) end(() => { resolve(told) })
    })
    child.once('error', (fault) => { fail(deathError(fault, false, heapMegabytes)) })
    // V8 ends a process that is out of memory by SIGABRT.
    child.once('exit', (code, signal) => { fail(deathError(null, signal === 'SIGABRT' || code === 134, heapMegabytes)) })
    child.send(job, (fault) => { if (fault !== null) fail(deathError(fault, false, heapMegabytes)) })
  })
}

/** A packaged Electron can start no Node process (S27's fuses): there it is a thread. */
export const readTableApart: typeof readTableInProcess = process.versions['electron'] === undefined ? readTableInProcess : readTableInThread
