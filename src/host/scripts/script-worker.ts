import { parentPort, workerData } from 'node:worker_threads'
import { fromCryptoError } from '../../engine/map-error.ts'
import { CryptoError } from '../../crypto/errors.ts'
import { toAppError } from '../../shared/errors.ts'
import type { AskChannel } from './ask-channel.ts'
import { runScriptJob, type ScriptJob } from './script-job.ts'
import type { ScriptMessage } from './script-thread.ts'

// The entry of a thread that does one job and is ended.
const port = parentPort
if (port === null) throw new Error('this module is the entry of a worker thread')

const post = (message: ScriptMessage): void => { port.postMessage(message) }

const toFailure = (error: unknown): ScriptMessage => {
  const { code, message, details, retryable, cause } = toAppError(error instanceof CryptoError ? fromCryptoError(error) : error)
  const stack = code === 'bug.unexpected' && cause instanceof Error ? cause.stack ?? null : null
  return { kind: 'failure', code, message, details, retryable, stack }
}

const { job, channel } = workerData as { readonly job: ScriptJob; readonly channel: AskChannel | null }

post({ kind: 'started' })
try {
  post({ kind: 'result', result: await runScriptJob(job, channel, () => { post({ kind: 'answered' }) }) })
} catch (error) {
  post(toFailure(error))
}
