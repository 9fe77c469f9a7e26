import { ciphertextLength } from '../crypto/bytes.ts'
import type { LinearForm, PaillierPublicKey } from '../crypto/types.ts'
import { AppError } from '../shared/errors.ts'
import type { CiphertextSource, JobOptions } from './engine.ts'
import { createMeter, runJob, type Batch } from './jobs.ts'
import { chooseBatchCost, joiningForm, localRuns, planForms, type Interval, type Piece, type PieceBatch } from './linear-form-plan.ts'
import type { Task } from './messages.ts'
import { createKeyBytes } from './task-key.ts'
import type { WorkerPool } from './worker-pool.ts'

const assertForms = (forms: readonly LinearForm[], count: number): void => {
  forms.forEach(({ runs }, index) => {
    let end = 0
    for (const run of runs) {
      if (run.weight === 0n || run.count < 1 || run.start < end || run.start + run.count > count) {
        throw new AppError('crypto.invalid-argument', `Form ${index} has a run of ${run.count} from ${run.start} which is empty, out of `
          + `order, of weight 0 or outside the ${count} cells.`, { details: { index } })
      }
      end = run.start + run.count
    }
  })
}

const readIntervals = async (source: CiphertextSource, intervals: readonly Interval[], length: number): Promise<Uint8Array> => {
  const bytes = new Uint8Array(intervals.reduce((sum, { count }) => sum + count, 0) * length)
  let offset = 0
  for (const { start, count } of intervals) {
    const part = await source.read(start, count)
    if (part.length !== count * length) {
      throw new AppError('crypto.invalid-ciphertext', `The ${count} ciphertexts from ${start} have ${part.length} bytes, not ${count * length}.`)
    }
    bytes.set(part, offset)
    offset += part.length
  }
  return bytes
}

const concatenate = (parts: readonly Uint8Array[], length: number): Uint8Array => {
  const bytes = new Uint8Array(parts.length * length)
  parts.forEach((part, i) => bytes.set(part, i * length))
  return bytes
}

const sumOfCosts = (parts: readonly { readonly cost: number }[]): number => parts.reduce((sum, { cost }) => sum + cost, 0)

/**
 * `Engine.evaluate`. Forms are cut into pieces (linear-form-plan.ts), the pieces of a batch evaluated from one bounded read of the
 * source, and the pieces of a form that was cut joined by one more evaluation. Which pieces there are never shows in the result.
 */
export const evaluateForms = async (
  pool: WorkerPool,
  key: PaillierPublicKey,
  inputs: CiphertextSource,
  forms: readonly LinearForm[],
  { signal, onProgress }: JobOptions = {},
): Promise<Uint8Array> => {
  assertForms(forms, inputs.count)
  const length = ciphertextLength(key.bits)
  const results = new Uint8Array(forms.length * length)
  const batches = planForms(forms, chooseBatchCost(forms, pool.size))
  const piecesOf: Piece[][] = forms.map(() => [])
  for (const { pieces } of batches) for (const piece of pieces) piecesOf[piece.form]!.push(piece)
  const partials = new Map<Piece, Uint8Array>()
  const isWhole = (piece: Piece): boolean => piecesOf[piece.form]!.length === 1

  const evaluateTask = (ciphertexts: Uint8Array, local: readonly LinearForm[]): Task =>
    ({ operation: 'evaluate', key: createKeyBytes(key), ciphertexts, forms: local })

  const pieceBatch = ({ pieces, intervals, cost }: PieceBatch): Batch => ({
    units: cost,
    createTask: async () => evaluateTask(await readIntervals(inputs, intervals, length), pieces.map((piece) => ({
      runs: localRuns(piece, intervals),
      constant: isWhole(piece) ? forms[piece.form]!.constant : 0n,
    }))),
    accept: (bytes) => pieces.forEach((piece, i) => {
      const result = bytes.subarray(i * length, (i + 1) * length)
      if (isWhole(piece)) results.set(result, piece.form * length)
      else partials.set(piece, result)
    }),
  })

  const joins = forms.flatMap(({ constant }, index) => {
    const pieces = piecesOf[index]!
    if (pieces.length === 1) return []
    const form = joiningForm(pieces, constant)
    return [{ index, pieces, form, cost: pieces.length }]
  })
  const joinBatch = ({ index, pieces, form, cost }: (typeof joins)[number]): Batch => ({
    units: cost,
    createTask: () => evaluateTask(concatenate(pieces.map((piece) => partials.get(piece)!), length), [form]),
    accept: (bytes) => results.set(bytes, index * length),
  })

  const runAll = async <T>(parts: readonly T[], total: number, toBatch: (part: T) => Batch): Promise<void> => {
    const left = parts.values()
    const takeBatch = (): Batch | null => {
      const { done, value } = left.next()
      return done === true ? null : toBatch(value)
    }
    await runJob(pool, { total, takeBatch }, meter, signal)
  }

  const meter = createMeter(sumOfCosts(batches) + sumOfCosts(joins), onProgress)
  await runAll(batches, sumOfCosts(batches), pieceBatch)
  await runAll(joins, sumOfCosts(joins), joinBatch)
  return results
}
