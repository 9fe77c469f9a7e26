import { cleanTable } from '../../../src/host/datasets/clean.ts'
import { readTable, type TableJob } from '../../../src/host/datasets/table-job.ts'
import { outcomeOf } from './target.ts'

// The entry of a process that reads one table after the other; what it says is an outcome, or a fault.
const post = (reply: object): void => { process.send?.(reply) }

process.on('disconnect', () => { process.exit() })
process.on('message', (job: TableJob) => {
  outcomeOf(async () => { cleanTable(await readTable(job)) }).then(
    (outcome) => { post({ outcome }) },
    (error: unknown) => { post({ fault: error instanceof Error ? error.stack ?? error.message : String(error) }) },
  )
})
