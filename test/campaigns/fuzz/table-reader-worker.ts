import { cleanTable } from '../../../src/host/datasets/clean.ts'
import { readTable, type TableJob } from '../../../src/host/datasets/table-job.ts'
import '../../../src/host/datasets/read-arrow.ts'
import '../../../src/host/datasets/read-excel.ts'
import '../../../src/host/datasets/read-parquet.ts'
import '../../../src/host/datasets/read-sqlite.ts'
import { outcomeOf } from './target.ts'

// The entry of a process that reads one table after the other, every reader loaded by the time it says that it is ready; what it says
// then is an outcome, or a fault.
const post = (reply: object): void => { process.send?.(reply) }

process.on('disconnect', () => { process.exit() })
process.on('message', (job: TableJob) => {
  outcomeOf(async () => { cleanTable(await readTable(job)) }).then(
    (outcome) => { post({ outcome }) },
    (error: unknown) => { post({ fault: error instanceof Error ? error.stack ?? error.message : String(error) }) },
  )
})
post({ ready: true })
