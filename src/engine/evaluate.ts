import { at } from '../crypto/lists.ts'
import { invalidCiphertextError } from '../crypto/paillier.ts'
import type { LinearForm, PaillierPublicKey } from '../crypto/types.ts'
import { AppError, isAppError } from '../shared/errors.ts'
import { assertBigInts, type CellRange } from './cell-jobs.ts'
import type { CiphertextSource, JobOptions } from './engine.ts'
import { findInvalidCell } from './find-invalid-cell.ts'
import { createMeter, runJob, type Batch } from './jobs.ts'
import {
  chooseBatchCost, cutForms, gatherPieces, intervalsOf, joiningForm, localRuns, readingsOf, type Interval, type Piece,
} from './linear-form-plan.ts'
import { fromCryptoError } from './map-error.ts'
import { shareSums } from './shared-sums.ts'
import { createKeyBytes, prepareKey } from './task-key.ts'
import type { WorkerPool } from './worker-pool.ts'

/** Forms over a few ciphertexts, for one task, and where each form's result is put. */
interface Evaluation {
  readonly forms: readonly LinearForm[]
  readonly targets: readonly Uint8Array[]
  readonly cost: number
  readCiphertexts(): Uint8Array | Promise<Uint8Array>
}

interface PlacedPiece extends Piece {
  readonly constant: bigint
  readonly target: Uint8Array
}

const assertForms = (forms: readonly LinearForm[], count: number): void => {
  if (!Number.isSafeInteger(count)) throw new AppError('crypto.invalid-argument', `A source has a whole number of cells, not ${count}.`)
  assertBigInts('constant of form', forms.map(({ constant }) => constant))
  forms.forEach(({ runs }, index) => {
    let end = 0
    assertBigInts(`weight in form ${index} of run`, runs.map(({ weight }) => weight))
    for (const run of runs) {
      if (!Number.isSafeInteger(run.start) || !Number.isSafeInteger(run.count)) {
        throw new AppError('crypto.invalid-argument', `Form ${index} has a run of ${run.count} from ${run.start}: no whole numbers.`, { details: { index } })
      }
      if (run.weight === 0n || run.count < 1 || run.start < end || run.start + run.count > count) {
        throw new AppError('crypto.invalid-argument', `Form ${index} has a run of ${run.count} from ${run.start} that is empty, out of `
          + `order, of weight 0 or outside the ${count} cells.`, { details: { index } })
      }
      end = run.start + run.count
    }
  })
}

const readIntervals = async (source: CiphertextSource, intervals: readonly Interval[], length: number): Promise<Uint8Array> => {
  const bytes = new Uint8Array(intervals.reduce((sum, { count }) => sum + count, 0) * length)
  let offset = 0
  let next = 0
  for (const { start, count } of readingsOf(intervals)) {
    const part = await source.read(start, count)
    if (part.length !== count * length) {
      throw new AppError('crypto.invalid-ciphertext', `${count} ciphertexts from ${start} have ${part.length} bytes, not ${count * length}.`)
    }
    // What was read along between them is left out: nobody named it, so nobody judges it.
    for (let named = intervals[next]; named !== undefined && named.start < start + count; named = intervals[next += 1]) {
      const from = (named.start - start) * length
      bytes.set(part.subarray(from, from + named.count * length), offset)
      offset += named.count * length
    }
  }
  return bytes
}

/** The cells `start … start + count − 1` of intervals laid end to end. */
const sliceIntervals = (intervals: readonly Interval[], { start, count }: CellRange): Interval[] => {
  let end = 0
  return intervals.flatMap((interval) => {
    const begin = end
    end += interval.count
    const [from, to] = [Math.max(start, begin), Math.min(start + count, end)]
    return from < to ? [{ start: interval.start + from - begin, count: to - from }] : []
  })
}

/** The error that names the first cell, of all that forms name, that is no ciphertext: a batch knows only that it has one. */
const nameInvalidCell = async (
  pool: WorkerPool, key: PaillierPublicKey, inputs: CiphertextSource, forms: readonly LinearForm[], signal: AbortSignal | undefined,
): Promise<AppError | null> => {
  const { ciphertextBytes: length } = prepareKey(key)
  const named = intervalsOf(forms)
  const count = named.reduce((sum, interval) => sum + interval.count, 0)
  const index = await findInvalidCell(
    pool, key, count, (range) => readIntervals(inputs, sliceIntervals(named, range), length), signal === undefined ? {} : { signal },
  )
  const [cell] = index === null ? [] : sliceIntervals(named, { start: index, count: 1 })
  return cell === undefined ? null : fromCryptoError(invalidCiphertextError(cell.start))
}

const firstCell = ({ runs: [first] }: Piece): number => first?.start ?? 0

const sumOfCosts = (parts: readonly { readonly cost: number }[]): number => parts.reduce((sum, { cost }) => sum + cost, 0)

/** An evaluation in its two stages: what is read from the source, and what joins the pieces of forms that were cut. */
interface Plan {
  readonly parts: readonly Evaluation[]
  readonly joins: readonly Evaluation[]
  readonly results: Uint8Array
}

const planForms = (inputs: CiphertextSource, forms: readonly LinearForm[], length: number, workers: number): Plan => {
  const results = new Uint8Array(forms.length * length)
  const most = chooseBatchCost(forms, workers)
  const cellAt = (bytes: Uint8Array, index: number): Uint8Array => bytes.subarray(index * length, (index + 1) * length)
  const joins: Evaluation[] = []
  const cut = cutForms(forms, most, workers)
  const placed = forms.flatMap((form, index): PlacedPiece[] => {
    const pieces = at(cut, index)
    const target = cellAt(results, index)
    if (pieces.length === 1) return pieces.map((piece) => ({ ...piece, constant: form.constant, target }))
    const partials = new Uint8Array(pieces.length * length)
    joins.push({ forms: [joiningForm(pieces, form.constant)], targets: [target], cost: pieces.length, readCiphertexts: () => partials })
    return pieces.map((piece, place) => ({ ...piece, constant: 0n, target: cellAt(partials, place) }))
  })
  // Pieces of different forms over the same cells become neighbours, so that a batch reads those once.
  const parts = gatherPieces(placed.toSorted((a, b) => firstCell(a) - firstCell(b)), most).map((pieces): Evaluation => {
    const intervals = intervalsOf(pieces)
    return {
      forms: pieces.map(({ runs, constant }) => ({ runs: localRuns(runs, intervals), constant })),
      targets: pieces.map(({ target }) => target),
      cost: sumOfCosts(pieces),
      readCiphertexts: () => readIntervals(inputs, intervals, length),
    }
  })
  return { parts, joins, results }
}

/** The source with ciphertexts behind it, which are there once read. */
const withSums = (inputs: CiphertextSource, sums: Uint8Array, length: number): CiphertextSource => ({
  count: inputs.count + sums.length / length,
  read: async (start, count) => {
    const own = Math.max(0, Math.min(count, inputs.count - start))
    const behind = start + own - inputs.count
    const bytes = new Uint8Array(count * length)
    if (own > 0) bytes.set(await inputs.read(start, own))
    if (own < count) bytes.set(sums.subarray(behind * length, (behind + count - own) * length), own * length)
    return bytes
  },
})

/** Sums that several forms need come first; the forms are then of what is left and of those sums. */
const planAll = (inputs: CiphertextSource, forms: readonly LinearForm[], length: number, workers: number): Plan[] => {
  const shared = shareSums(forms, inputs.count)
  if (shared === null) return [planForms(inputs, forms, length, workers)]
  const first = planForms(inputs, shared.sums.map((sum) => ({ runs: [{ ...sum, weight: 1n }], constant: 0n })), length, workers)
  return [first, planForms(withSums(inputs, first.results, length), shared.forms, length, workers)]
}

/**
 * `Engine.evaluate`: sums that forms share are made once; forms are cut into pieces, the pieces of a batch evaluated from one bounded read
 * of the source, and the pieces of a form that was cut joined by one evaluation more. None of it ever shows in the result. A cell that is
 * no ciphertext is refused where a form names it, by its index.
 */
export const evaluateForms = async (
  pool: WorkerPool,
  key: PaillierPublicKey,
  inputs: CiphertextSource,
  forms: readonly LinearForm[],
  { signal, onProgress }: JobOptions = {},
): Promise<Uint8Array> => {
  assertForms(forms, inputs.count)
  const { ciphertextBytes: length } = prepareKey(key)
  const plans = planAll(inputs, forms, length, pool.size)
  const toBatch = (evaluation: Evaluation): Batch => ({
    units: evaluation.cost,
    createTask: async () =>
      ({ operation: 'evaluate', key: createKeyBytes(key), ciphertexts: await evaluation.readCiphertexts(), forms: evaluation.forms }),
    accept: (bytes) => evaluation.targets.forEach((target, i) => target.set(bytes.subarray(i * length, (i + 1) * length))),
  })
  const stages = plans.flatMap(({ parts, joins }) => [parts, joins])
  const meter = createMeter(stages.reduce((sum, stage) => sum + sumOfCosts(stage), 0), onProgress)
  for (const stage of stages) {
    const left = stage.values()
    const takeBatch = (): Batch | null => {
      const { done, value } = left.next()
      return done === true ? null : toBatch(value)
    }
    try {
      await runJob(pool, { total: sumOfCosts(stage), kind: `evaluate ${length}`, takeBatch }, meter, signal)
    } catch (error) {
      if (!isAppError(error, 'crypto.invalid-ciphertext')) throw error
      throw await nameInvalidCell(pool, key, inputs, forms, signal) ?? error
    }
  }
  return plans.at(-1)?.results ?? new Uint8Array(0)
}
