import { Worker } from 'node:worker_threads'
import { defaultScriptLimits } from '../../script/limits.ts'
import type { ReferenceTable } from '../../script/reference-backend.ts'
import { createScriptError } from '../../script/script-error.ts'
import type { JsonValue, ScriptListing } from '../../script/run-script.ts'
import { AppError } from '../../shared/errors.ts'
import { fromThreadFailure, type ThreadFailure } from '../thread-failure.ts'
import { createAnsweringEnd, type RemoteKeyHolder } from './ask-channel.ts'
import type { DerivedScript, DescribedTable, ScriptFile, ScriptJob, ScriptJobResult } from './script-job.ts'

/** What the thread says on its way: `answered` once the script has ended and only its program is still to be derived. */
export type ScriptMessage =
  | { readonly kind: 'started' | 'answered' }
  | { readonly kind: 'result'; readonly result: ScriptJobResult }
  | ThreadFailure

export interface ScriptThreadOptions {
  readonly signal?: AbortSignal
  /** The thread's own time from its start of work to the script's end; past it the thread is ended, whatever it does. */
  readonly deadlineMilliseconds?: number
  /** Whom the script may ask; its thread sleeps while it waits, which is not its own time. */
  readonly keyHolder?: RemoteKeyHolder
}

/** The sandbox stops loops at its own deadline, with a better word; only what it cannot stop runs into this one. */
const graceMilliseconds = 2_000
/** How often a deadline is put off for a thread that others kept from its processor, and how long a thread may take to say what it used. */
const mostDelays = 10
const replyMilliseconds = 1_000
const shortestDelayMilliseconds = 100
/** Deriving a program follows a graph whose size is limited; this is far more than the largest takes. */
const deriveMilliseconds = 300_000
/** The heap beside the sandbox's own memory: syntax tree, graph and program. */
const heapMegabytes = 2_048

/** The worker's entry beside this module: TypeScript in the source tree, JavaScript in a bundled build. */
const workerUrl = (): URL => new URL(import.meta.url.endsWith('.js') ? './script-worker.js' : './script-worker.ts', import.meta.url)

const startWorker = (): Worker => new Worker(workerUrl(), { resourceLimits: { maxOldGenerationSizeMb: heapMegabytes } })

/** A thread that has loaded all it takes and waits for its one job; where scripts are written, the next is made ready as one is taken. */
interface Spare {
  readonly worker: Worker
  readonly timer: NodeJS.Timeout
}
let spare: Spare | null = null
let untilMilliseconds = 0
/** How long after scripts were last worked on a thread is held ready: it takes some eighty megabytes. */
const readyMilliseconds = 600_000

const dropSpare = (): void => {
  if (spare === null) return
  clearTimeout(spare.timer)
  void spare.worker.terminate()
  spare = null
}

const prepareWorker = (): void => {
  if (spare !== null || Date.now() > untilMilliseconds) return
  const worker = startWorker()
  const timer = setTimeout(dropSpare, readyMilliseconds)
  timer.unref()
  worker.unref()
  const forget = (): void => { if (spare?.worker === worker) spare = null }
  worker.once('error', forget)
  worker.once('exit', forget)
  spare = { worker, timer }
}

const takeWorker = (): Worker => {
  const worker = spare?.worker ?? startWorker()
  clearTimeout(spare?.timer)
  spare = null
  worker.removeAllListeners()
  worker.ref()
  prepareWorker()
  return worker
}

/** Loading the compiler takes longer than a script: who is about to run some says so here, and threads are ready for the next minutes. */
export const keepThreadReady = (): void => {
  untilMilliseconds = Date.now() + readyMilliseconds
  prepareWorker()
}

/** Lets go of the thread that is held ready. */
export const releaseReadyThread = (): void => {
  untilMilliseconds = 0
  dropSpare()
}

const timeoutError = (script: ScriptFile, milliseconds: number): AppError =>
  createScriptError('runtime.script-timeout', `the script was still running after ${milliseconds / 1000} s of processor time and was stopped`, script, null)

/** What a thread that ended by itself says about its job. */
const deathError = (script: ScriptFile, fault: unknown): AppError =>
  (fault as { code?: unknown } | null)?.code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? createScriptError('runtime.script-out-of-memory', `the script and its tensors needed more than ${heapMegabytes} MiB of memory`, script, null)
    : createScriptError('runtime.script-crashed', 'the thread that ran the script ended in the midst of it', script, null, { cause: fault })

/** What a thread has computed so far; null where it does not answer, being in the midst of native code, or is gone. */
const readOwnMilliseconds = async (worker: Worker): Promise<number | null> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => { timer = setTimeout(resolve, replyMilliseconds, null) })
  try {
    return await Promise.race([late, worker.cpuUsage().then(({ user, system }) => (user + system) / 1000, () => null)])
  } finally {
    clearTimeout(timer)
  }
}

/** A job in a thread of its own, which is ended with it, at the deadline, or when `signal` aborts: nothing a script does outlives it. */
const runInThread = (job: ScriptJob, { signal, deadlineMilliseconds, keyHolder }: ScriptThreadOptions): Promise<ScriptJobResult> => {
  const limit = deadlineMilliseconds ?? defaultScriptLimits.deadlineMilliseconds + graceMilliseconds
  return new Promise<ScriptJobResult>((resolve, reject) => {
    signal?.throwIfAborted()
    let timer: NodeJS.Timeout | undefined
    let isOver = false
    let isAsking = false
    const answering = keyHolder === undefined ? null : createAnsweringEnd(keyHolder, () => {
      isAsking = true
      clearTimeout(timer)
    }, () => {
      isAsking = false
      stopAfter(limit)
    })
    const channel = answering?.channel ?? null
    const worker = takeWorker()
    const end = (settle: () => void): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      settle()
      isOver = true
      answering?.close()
      void worker.terminate()
    }
    const abort = (): void => { end(() => { reject(signal?.reason as Error) }) }
    let armed = 0
    const stopAfter = (milliseconds: number): void => {
      clearTimeout(timer)
      if (isOver || isAsking) return
      const arming = (armed += 1)
      const before = readOwnMilliseconds(worker)
      const check = async (delaysLeft: number): Promise<void> => {
        const [from, to] = [await before, await readOwnMilliseconds(worker)]
        if (isOver || isAsking || arming !== armed) return
        const left = from === null || to === null || delaysLeft === 0 ? 0 : milliseconds - (to - from)
        if (left <= 0) end(() => { reject(timeoutError(job.script, milliseconds)) })
        else timer = setTimeout(() => { void check(delaysLeft - 1) }, Math.max(left, shortestDelayMilliseconds))
      }
      timer = setTimeout(() => { void check(mostDelays) }, milliseconds)
    }
    worker.on('message', (message: ScriptMessage) => {
      if (message.kind === 'result') end(() => { resolve(message.result) })
      else if (message.kind === 'failure') end(() => { reject(fromThreadFailure(message)) })
      else stopAfter(message.kind === 'started' ? limit : deriveMilliseconds)
    })
    worker.on('error', (fault) => { end(() => { reject(deathError(job.script, fault)) }) })
    worker.on('exit', () => { end(() => { reject(deathError(job.script, null)) }) })
    signal?.addEventListener('abort', abort, { once: true })
    worker.postMessage({ job, channel }, channel === null ? [] : [channel.port])
  })
}

/**
 * The program behind a script over a described table, with the plain answer where the table's numbers are given. The script, its
 * parsing and its graph live in a thread that is ended with the job. Throws as runScript and deriveProgram, and
 * `runtime.script-timeout`, `runtime.script-out-of-memory`, `runtime.script-crashed` for what the sandbox itself cannot stop.
 */
export const deriveInThread = async (
  script: ScriptFile, listing: ScriptListing, table: DescribedTable, options: ScriptThreadOptions = {},
): Promise<DerivedScript> => {
  const result = await runInThread({ kind: 'derive', script, listing, table }, options)
  if (result.kind !== 'derive') throw new AppError('bug.unexpected', 'A script\'s thread answered another job.')
  return result.derived
}

/** The answer a script would have on plain numbers, by the evaluator that shares nothing with compute/. Throws as deriveInThread. */
export const evaluateInThread = async (
  script: ScriptFile, listing: ScriptListing, table: ReferenceTable, options: ScriptThreadOptions = {},
): Promise<JsonValue> => {
  const result = await runInThread({ kind: 'evaluate', script, listing, table }, options)
  if (result.kind !== 'evaluate') throw new AppError('bug.unexpected', 'A script\'s thread answered another job.')
  return result.answer
}
