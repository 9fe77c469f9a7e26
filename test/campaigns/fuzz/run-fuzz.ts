import { Worker } from 'node:worker_threads'

/** How often each outcome came up, target by target. */
export type Tally = Readonly<Record<string, Readonly<Record<string, number>>>>

export interface FuzzWorkerData {
  readonly seed: string
  /** Float64: which target, which case, and since when (milliseconds of the clock). */
  readonly heartbeat: SharedArrayBuffer
}
export const heartbeatTarget = 0
export const heartbeatCase = 1
export const heartbeatTime = 2

export interface FuzzOrder {
  readonly from: number
  readonly to: number
}

export type FuzzMessage =
  | { readonly kind: 'ready'; readonly names: readonly string[] }
  | { readonly kind: 'slice'; readonly tally: Tally }
  | { readonly kind: 'fault'; readonly what: string }
  | { readonly kind: 'ended' }

export interface Fuzzer {
  readonly names: readonly string[]
  /** Runs cases `from` to `to` − 1. Rejects with the first fault, a hang past the deadline, or the thread's death, naming the case. */
  run(order: FuzzOrder): Promise<Tally>
  close(): Promise<void>
}

/** No input may take longer, on a busy machine; a table's thread gives it a minute by itself. A hang takes for ever. */
const deadlineMilliseconds = 90_000
const heapMegabytes = 2_048

/** All targets in a thread of their own, watched from this one: what hangs or dies there is seen here. */
export const openFuzzer = async (seed: string): Promise<Fuzzer> => {
  const heartbeat = new SharedArrayBuffer(3 * Float64Array.BYTES_PER_ELEMENT)
  const beats = new Float64Array(heartbeat)
  const worker = new Worker(new URL('./fuzz-worker.ts', import.meta.url), {
    workerData: { seed, heartbeat } satisfies FuzzWorkerData, resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
  })
  let names: readonly string[] = []
  const where = (): string => `case ${beats[heartbeatCase]} of ${names[beats[heartbeatTarget] ?? 0] ?? 'the start'}; HESYSTEM_SEED=${seed}`

  const exchange = (order: FuzzOrder | 'end' | null): Promise<FuzzMessage> => new Promise((resolve, reject) => {
    beats[heartbeatTime] = Date.now()
    const settle = (act: () => void): void => {
      clearInterval(timer)
      worker.off('message', onMessage).off('error', onError).off('exit', onExit)
      act()
    }
    const onMessage = (message: FuzzMessage): void => {
      settle(() => { if (message.kind === 'fault') reject(new Error(`${message.what}\nHESYSTEM_SEED=${seed}`)); else resolve(message) })
    }
    const onError = (error: unknown): void => { settle(() => { reject(new Error(`the thread died at ${where()}`, { cause: error })) }) }
    const onExit = (code: number): void => { settle(() => { reject(new Error(`the thread ended with ${code} at ${where()}`)) }) }
    // The start makes keys and encrypts a table: it has longer.
    const patience = order === null ? 10 * deadlineMilliseconds : deadlineMilliseconds
    const timer = setInterval(() => {
      if (Date.now() - (beats[heartbeatTime] ?? 0) > patience) settle(() => { reject(new Error(`hung at ${where()}`)) })
    }, 500)
    worker.on('message', onMessage).on('error', onError).on('exit', onExit)
    if (order !== null) worker.postMessage(order)
  })

  const ready = await exchange(null)
  names = ready.kind === 'ready' ? ready.names : []
  return {
    names,
    run: async (order) => {
      const message = await exchange(order)
      if (message.kind !== 'slice') throw new Error('the thread answered another order')
      return message.tally
    },
    close: async () => {
      await exchange('end')
      await worker.terminate()
    },
  }
}

const namesOf = (...records: readonly object[]): readonly string[] => [...new Set(records.flatMap((record) => Object.keys(record)))]

const addCounts = (left: Tally[string], right: Tally[string]): Tally[string] =>
  Object.fromEntries(namesOf(left, right).map((outcome) => [outcome, (left[outcome] ?? 0) + (right[outcome] ?? 0)]))

/** Both tallies together. */
export const addTallies = (left: Tally, right: Tally): Tally =>
  Object.fromEntries(namesOf(left, right).map((target) => [target, addCounts(left[target] ?? {}, right[target] ?? {})]))
