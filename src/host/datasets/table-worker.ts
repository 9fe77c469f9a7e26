import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { toAppError } from '../../shared/errors.ts'
import type { TakeBlock } from './packed-cells.ts'
import { readTableBlocks, type TableJob } from './table-job.ts'
import type { TableMessage } from './table-thread.ts'

// The entry of a process, or of a thread, that reads one file and is ended.
/** Resolves once the other side has it: a reader that is faster waits. */
const post = (message: TableMessage): Promise<void> => new Promise((resolve, reject) => {
  if (parentPort === null) {
    process.send?.(message, (fault: Error | null) => {
      if (fault === null) resolve()
      else reject(fault)
    })
    return
  }
  parentPort.postMessage(message)
  resolve()
})

/** A process is told its job, a thread is born with it. */
const receiveJob = async (): Promise<TableJob> => (parentPort === null ? ((await once(process, 'message')) as [TableJob])[0] : workerData as TableJob)

const take: TakeBlock = (column, block) => post({ kind: 'block', column, block })

try {
  await post({ kind: 'head', head: await readTableBlocks(await receiveJob(), take) })
} catch (error) {
  const { code, message, details } = toAppError(error)
  await post({ kind: 'failure', code, message, details })
}
