import { parentPort, workerData } from 'node:worker_threads'
import { createAskedTargets } from './asked.ts'
import { createDraws } from './draws.ts'
import { createHeadlessTargets } from './headless.ts'
import { createHttpTargets } from './http.ts'
import { createImporterTargets } from './importers.ts'
import { heartbeatCase, heartbeatTarget, heartbeatTime, type FuzzMessage, type FuzzOrder, type FuzzWorkerData, type Tally } from './run-fuzz.ts'
import { openSellerStage } from './seller-stage.ts'
import type { FuzzTarget } from './target.ts'

const port = parentPort
if (port === null) throw new Error('this module is the entry of a worker thread')
const { seed, heartbeat: shared } = workerData as FuzzWorkerData
const heartbeat = new Float64Array(shared)

const stage = await openSellerStage()
const targets: readonly FuzzTarget[] = [
  ...await createImporterTargets(), ...await createHttpTargets(stage), ...await createHeadlessTargets(), ...createAskedTargets(stage),
]

/** Sockets take a hundred times as long as calls in this process: they get a case in a hundred. */
const isSlow = ({ name }: FuzzTarget): boolean => name.startsWith('sockets') || name.startsWith('calls')
const slow = targets.filter(isSlow)
/** So do whole requests: they get one in 25, which leaves all other cases what they were. */
const asked = targets.filter(({ name }) => name.startsWith('asked'))
const fast = targets.filter((target) => !isSlow(target) && !asked.includes(target))
/** Half of the cases are for the seller's server. */
const server = fast.filter(({ name }) => name.startsWith('HTTP'))
const importers = fast.filter((target) => !server.includes(target))

const targetOf = (index: number): FuzzTarget => {
  const [list, at] = index % 25 === 12
    ? [asked, Math.floor(index / 25)]
    : index % 100 === 99
      ? [slow, Math.floor(index / 100)]
      : [index % 2 === 0 ? server : importers, Math.floor(index / 2)]
  const target = list[at % list.length]
  if (target === undefined) throw new Error('there is no target')
  return target
}

const post = (message: FuzzMessage): void => { port.postMessage(message) }

const runSlice = async ({ from, to }: FuzzOrder): Promise<Tally> => {
  const tally: Record<string, Record<string, number>> = {}
  for (let index = from; index < to; index += 1) {
    const target = targetOf(index)
    heartbeat[heartbeatTarget] = targets.indexOf(target)
    heartbeat[heartbeatCase] = index
    heartbeat[heartbeatTime] = Date.now()
    try {
      const outcome = await target.run(createDraws(`${seed}/${target.name}/${index}`))
      const counts = tally[target.name] ??= {}
      counts[outcome] = (counts[outcome] ?? 0) + 1
    } catch (error) {
      throw new Error(`case ${index}, ${target.name}`, { cause: error })
    }
  }
  return tally
}

const describe = (error: unknown): string =>
  (error instanceof Error ? `${error.stack ?? error.message}${error.cause === undefined ? '' : `\ncaused by ${describe(error.cause)}`}` : String(error))

const end = async (): Promise<void> => {
  for (const target of targets.toReversed()) await target.close?.()
  // A closed port posts nothing: the word first.
  post({ kind: 'ended' })
  port.close()
}

port.on('message', (order: FuzzOrder | 'end') => {
  if (order === 'end') end().catch((error: unknown) => { post({ kind: 'fault', what: describe(error) }) })
  else runSlice(order).then((tally) => { post({ kind: 'slice', tally }) }, (error: unknown) => { post({ kind: 'fault', what: describe(error) }) })
})
post({ kind: 'ready', names: targets.map(({ name }) => name) })
