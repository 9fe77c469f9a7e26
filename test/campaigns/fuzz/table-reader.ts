import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { TableJob } from '../../../src/host/datasets/table-job.ts'
import { readTableInProcess } from '../../../src/host/datasets/table-process.ts'
import { codeOf } from './target.ts'

/** Reads tables one after the other in one process: a process for each, as imports have, would take a hundred times as long. */
export interface TableReader {
  /** What came of it. The first few tables that it does not survive, or not soon enough, are read again as an import would read them. */
  read(job: TableJob): Promise<string>
  close(): Promise<void>
}

interface Reply {
  readonly outcome?: string
  readonly fault?: string
}

/** The samples have some hundred bytes: an honest one is read in a millisecond. One in forty of the others claims to be endless. */
const patienceMilliseconds = 400
const heapMegabytes = 128
/** An import has a minute and a gigabyte; what is shown is the same with less. */
const importLimits = { heapMegabytes, deadlineMilliseconds: 4_000 } as const
/** Each costs a process and seconds, and shows nothing new. */
const mostReadAgain = 3

/** The reply, or null from one that died or is still at it. */
const ask = (worker: ChildProcess, job: TableJob): Promise<Reply | null> => new Promise((resolve) => {
  const settle = (reply: unknown): void => {
    clearTimeout(timer)
    worker.off('message', settle).off('error', giveUp).off('exit', giveUp)
    resolve(reply as Reply | null)
  }
  const giveUp = (): void => { settle(null) }
  const timer = setTimeout(giveUp, patienceMilliseconds)
  worker.on('message', settle).on('error', giveUp).on('exit', giveUp)
  worker.send(job)
})

/** As an import reads it: whatever the file does costs its process, which ends with a code. */
const readAsImported = async (job: TableJob): Promise<string> => {
  try {
    await readTableInProcess(job, importLimits)
    return 'taken'
  } catch (error) {
    return `${codeOf(error)}, by the process's limits`
  }
}

const openWorker = async (): Promise<ChildProcess> => {
  const child = fork(fileURLToPath(new URL('./table-reader-worker.ts', import.meta.url)), [], {
    serialization: 'advanced', execArgv: [`--max-old-space-size=${heapMegabytes}`], stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  // Its death is seen by whoever asks; without a listener it would be ours.
  child.on('error', () => undefined)
  await once(child, 'message')
  return child
}

export const createTableReader = async (): Promise<TableReader> => {
  let worker = await openWorker()
  let readAgain = 0
  return {
    read: async (job) => {
      const reply = await ask(worker, job)
      if (reply?.fault !== undefined) throw new Error(reply.fault)
      if (reply?.outcome !== undefined) return reply.outcome
      worker.kill('SIGKILL')
      worker = await openWorker()
      if (readAgain === mostReadAgain) return 'ended with its process'
      readAgain += 1
      return readAsImported(job)
    },
    close: () => {
      worker.kill('SIGKILL')
      return Promise.resolve()
    },
  }
}
