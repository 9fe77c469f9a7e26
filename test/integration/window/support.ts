import type { Job, JobOutcome } from '../../../src/shared/window-contract/jobs.ts'
import type { Confirmation, Move } from '../../../src/shared/window-contract/signing.ts'
import type { WindowClient } from '../../../src/shared/window-contract/index.ts'

/** A window's client as somebody at the desk uses it: watches jobs to their end, looks at what is signed and confirms it. */
export interface Desk {
  awaitEnd(job: string): Promise<Job>
  /** Throws unless the job came to that. */
  awaitOutcome<Kind extends JobOutcome['kind']>(job: string, kind: Kind): Promise<Extract<JobOutcome, { kind: Kind }>>
  confirm(move: Move): Promise<{ readonly shown: Confirmation, readonly job: string }>
  /** Confirms and waits for the outcome. */
  carryOut<Kind extends JobOutcome['kind']>(move: Move, kind: Kind): Promise<Extract<JobOutcome, { kind: Kind }>>
}

export const createDesk = (client: WindowClient): Desk => {
  const awaitEnd: Desk['awaitEnd'] = async (id) => {
    let last: Job | null = null
    for await (const job of await client.jobs.watch({ id })) last = job
    if (last === null) throw new Error('the job told nothing')
    return last
  }
  const awaitOutcome: Desk['awaitOutcome'] = async <Kind extends JobOutcome['kind']>(id: string, kind: Kind) => {
    const { outcome, error, state } = await awaitEnd(id)
    if (outcome?.kind !== kind) throw new Error(`the job is ${state}, with ${JSON.stringify(outcome ?? error)}`)
    return outcome as Extract<JobOutcome, { kind: Kind }>
  }
  const confirm: Desk['confirm'] = async (move) => {
    const shown = await client.signing.prepare(move)
    return { shown, ...await client.signing.confirm({ id: shown.id }) }
  }
  return { awaitEnd, awaitOutcome, confirm, carryOut: async (move, kind) => awaitOutcome((await confirm(move)).job, kind) }
}

/** What is sold. */
const rows = Array.from({ length: 24 }, (_, index) => `${(index * 7) % 24 + 1.5};${index % 2 === 0 ? 'north' : 'south'}`)
export const file = { fileName: 'sales.csv', contentBase64: Buffer.from(`revenue;region\n${rows.join('\n')}\n`).toString('base64') }
export const decisions = { columns: { revenue: { unit: 'EUR', description: 'Revenue of a shop in a day', lower: 0, upper: 30 } } }

/** A table of takings, encrypted, with test data of as many rows. */
export const importTakings = async (client: WindowClient, desk: Desk, name: string, takings: readonly number[]): Promise<void> => {
  const { file: opened } = await client.datasets.openFile({
    fileName: `${name}.csv`, contentBase64: Buffer.from(`takings\n${takings.join('\n')}\n`).toString('base64'),
  })
  await client.datasets.import({
    name, source: { kind: 'file', file: opened },
    decisions: { columns: { takings: { unit: 'EUR', description: 'Takings of a day', lower: 0, upper: 10 } } },
  })
  await desk.awaitOutcome((await client.datasets.encrypt({ name, keyBits: 2048 })).job, 'dataset')
  await desk.awaitOutcome((await client.datasets.testData({ name, keyBits: 2048, rows: takings.length })).job, 'dataset')
}
