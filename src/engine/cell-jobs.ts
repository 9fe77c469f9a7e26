import { AppError } from '../shared/errors.ts'
import type { JobOptions } from './engine.ts'
import { createMeter, runJob } from './jobs.ts'
import type { Task } from './messages.ts'
import type { WorkerPool } from './worker-pool.ts'

/** Cells `start … start + count − 1` of a job. */
export interface CellRange {
  readonly start: number
  readonly count: number
}

/** One operation on each of `count` cells, any range of them a task of its own. */
export interface CellJob {
  readonly count: number
  /** What is done, under a key of which length: `encrypt private 2048`. */
  readonly kind: string
  createTask(range: CellRange): Task | Promise<Task>
  accept(bytes: Uint8Array, range: CellRange): void
}

export const runCells = async (pool: WorkerPool, job: CellJob, { signal, onProgress }: JobOptions = {}): Promise<void> => {
  let next = 0
  const takeBatch = (suggested: number) => {
    if (next >= job.count) return null
    const range = { start: next, count: Math.min(suggested, job.count - next) }
    next += range.count
    return { units: range.count, createTask: () => job.createTask(range), accept: (bytes: Uint8Array) => job.accept(bytes, range) }
  }
  await runJob(pool, { total: job.count, kind: job.kind, takeBatch }, createMeter(job.count, onProgress), signal)
}

/** A range's bytes in a buffer of their own, for a task to carry away. */
export const copyCells = (bytes: Uint8Array, { start, count }: CellRange, length: number): Uint8Array =>
  new Uint8Array(bytes.subarray(start * length, (start + count) * length))

/** How many cells of `length` bytes there are. Throws `crypto.invalid-ciphertext` where the bytes do not divide so. */
export const countCells = (bytes: Uint8Array, length: number): number => {
  if (bytes.length % length !== 0) {
    throw new AppError('crypto.invalid-ciphertext', `${bytes.length} bytes are not a whole number of ciphertexts of ${length} bytes.`)
  }
  return bytes.length / length
}

/** Throws `crypto.invalid-argument`, naming the first, for a value that is no BigInt: a number is not taken for one. */
export const assertBigInts = (what: string, values: readonly unknown[]): void => {
  const index = values.findIndex((value) => typeof value !== 'bigint')
  if (index >= 0) throw new AppError('crypto.invalid-argument', `The ${what} ${index} is no BigInt.`, { details: { index } })
}

/** Throws `crypto.invalid-argument` unless two operands have as many cells. */
export const assertSameCount = (ciphertexts: number, others: number): void => {
  if (ciphertexts !== others) {
    throw new AppError('crypto.invalid-argument', `The operands have ${ciphertexts} and ${others} cells; they must have as many.`)
  }
}
