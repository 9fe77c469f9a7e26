import { parentPort, workerData } from 'node:worker_threads'
import { toThreadFailure } from '../thread-failure.ts'
import type { AskChannel } from './ask-channel.ts'
import { runScriptJob, type ScriptJob } from './script-job.ts'
import type { ScriptMessage } from './script-thread.ts'

// The entry of a thread that does one job and is ended.
const port = parentPort
if (port === null) throw new Error('this module is the entry of a worker thread')

const post = (message: ScriptMessage): void => { port.postMessage(message) }

const { job, channel } = workerData as { readonly job: ScriptJob; readonly channel: AskChannel | null }

post({ kind: 'started' })
try {
  post({ kind: 'result', result: await runScriptJob(job, channel, () => { post({ kind: 'answered' }) }) })
} catch (error) {
  post(toThreadFailure(error))
}
