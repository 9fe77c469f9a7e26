import { parentPort } from 'node:worker_threads'
import { toThreadFailure } from '../thread-failure.ts'
import type { AskChannel } from './ask-channel.ts'
import { runScriptJob, type ScriptJob } from './script-job.ts'
import type { ScriptMessage } from './script-thread.ts'

// The entry of a thread that does one job, once it is given it, and is ended.
const port = parentPort
if (port === null) throw new Error('this module is the entry of a worker thread')

const post = (message: ScriptMessage): void => { port.postMessage(message) }

port.once('message', ({ job, channel }: { readonly job: ScriptJob; readonly channel: AskChannel | null }) => {
  post({ kind: 'started' })
  runScriptJob(job, channel, () => { post({ kind: 'answered' }) })
    .then((result) => { post({ kind: 'result', result }) }, (error: unknown) => { post(toThreadFailure(error)) })
})
// A thread that waits has the compiler already when its job comes.
await import('../../script/compile-script.ts')
