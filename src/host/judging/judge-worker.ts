import { parentPort } from 'node:worker_threads'
import { toThreadFailure } from '../thread-failure.ts'
import { runJudgeJob, type JudgeJob } from './judge-jobs.ts'
import type { JudgeReply } from './judges.ts'

// The entry of a worker thread: one job in, one reply out, in turn.
const port = parentPort
if (port === null) throw new Error('this module is the entry of a worker thread')

const answer = (job: JudgeJob): JudgeReply => {
  try {
    return { kind: 'result', result: runJudgeJob(job) }
  } catch (error) {
    return toThreadFailure(error)
  }
}

port.on('message', (job: JudgeJob) => { port.postMessage(answer(job)) })
