import { createThreadPool } from '../../engine/thread-pool.ts'
import { fromThreadFailure, type ThreadFailure } from '../thread-failure.ts'
import { runJudgeJob, type JudgeJob, type JudgeResults } from './judge-jobs.ts'

/** Whoever does what takes long, so that the seller's server answers meanwhile. */
export interface Judges {
  /** Throws as `runJudgeJob`, and as a pool's thread that ended. */
  run<K extends JudgeJob['kind']>(job: JudgeJob & { readonly kind: K }): Promise<JudgeResults[K]>
  close(): Promise<void>
}

export type JudgeReply = { readonly kind: 'result'; readonly result: JudgeResults[JudgeJob['kind']] } | ThreadFailure

/** One of them may be busy with two large tables for long. */
const threads = 2

/** The thread's entry beside this module: TypeScript in the source tree, JavaScript in a bundled build. */
const workerUrl = (): URL => new URL(import.meta.url.endsWith('.js') ? './judge-worker.js' : './judge-worker.ts', import.meta.url)

/** Tables' marks and residues are megabytes, read for this one job. */
const buffersOf = (job: JudgeJob): ArrayBuffer[] => {
  if (job.kind !== 'rows' && job.kind !== 'versions') return []
  const tables = job.kind === 'rows' ? [job.known, job.asked] : job.question.tables.map(({ marks }) => marks)
  const residues = job.kind === 'rows' ? [] : job.question.tables.flatMap((table) => [...table.residues?.values() ?? []])
  return [...tables.flatMap((table) => table.map(({ marks }) => marks)), ...residues.filter((one) => one !== null)]
    .map(({ buffer }) => buffer as ArrayBuffer)
}

/** Judges in threads of their own, started when first needed. */
export const createJudges = (): Judges => {
  const pool = createThreadPool<JudgeJob, JudgeReply, JudgeResults[JudgeJob['kind']]>({
    size: threads,
    url: workerUrl(),
    post: (job) => ({ message: job, transfer: buffersOf(job) }),
    read: (reply) => (reply.kind === 'failure' ? { error: fromThreadFailure(reply) } : reply),
  })
  return {
    run: async <K extends JudgeJob['kind']>(job: JudgeJob & { readonly kind: K }) => await pool.run(job) as JudgeResults[K],
    close: pool.close,
  }
}

/** The same in the thread that asks: what is judged under the ledger's lock, and in tests of other things. */
export const judgeHere = <K extends JudgeJob['kind']>(job: JudgeJob & { readonly kind: K }): JudgeResults[K] => runJudgeJob(job) as JudgeResults[K]

export const judgesHere: Judges = {
  run: <K extends JudgeJob['kind']>(job: JudgeJob & { readonly kind: K }) => new Promise<JudgeResults[K]>((resolve) => { resolve(judgeHere<K>(job)) }),
  close: () => Promise.resolve(),
}
