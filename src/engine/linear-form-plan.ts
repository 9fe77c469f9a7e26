import { bitLength } from '../crypto/bytes.ts'
import type { LinearForm, WeightedRun } from '../crypto/types.ts'

/** A part of one form: runs to be evaluated together, the result then raised to `weight` and multiplied with the form's other pieces. */
export interface Piece {
  readonly form: number
  readonly runs: readonly WeightedRun[]
  readonly weight: bigint
  /** About how many products modulo n² it takes. */
  readonly cost: number
}

/** Cells `start … start + count − 1` of the input. */
export interface Interval {
  readonly start: number
  readonly count: number
}

/** Pieces done by one worker in one go, on the cells of `intervals` laid end to end. */
export interface PieceBatch {
  readonly pieces: readonly Piece[]
  readonly intervals: readonly Interval[]
  readonly cost: number
}

const powerCost = (weight: bigint): number => {
  const bits = bitLength(weight)
  return bits <= 1 ? 0 : Math.ceil(bits * 1.25)
}

const runCost = ({ count, weight }: WeightedRun): number => count + powerCost(weight)

const pieceOf = (form: number, runs: readonly WeightedRun[], weight: bigint): Piece => ({
  form,
  runs,
  weight,
  cost: runs.reduce((sum, run) => sum + runCost(run), 1),
})

/** A long run is cut into plain products; its weight is applied once, when they are joined. */
const cutRun = (form: number, { start, count, weight }: WeightedRun, most: number): Piece[] =>
  Array.from({ length: Math.ceil(count / most) }, (_, i) =>
    pieceOf(form, [{ start: start + i * most, count: Math.min(most, count - i * most), weight: 1n }], weight))

const cutForm = ({ runs }: LinearForm, form: number, most: number): Piece[] => {
  const pieces: Piece[] = []
  let gathered: WeightedRun[] = []
  let cost = 0
  const finishPiece = (): void => {
    if (gathered.length > 0) pieces.push(pieceOf(form, gathered, 1n))
    gathered = []
    cost = 0
  }
  for (const run of runs) {
    if (run.count > most) {
      pieces.push(...cutRun(form, run, most))
      continue
    }
    if (cost + runCost(run) > most) finishPiece()
    gathered.push(run)
    cost += runCost(run)
  }
  finishPiece()
  return pieces.length === 0 ? [pieceOf(form, [], 1n)] : pieces
}

/** The union of the pieces' runs as disjoint intervals in rising order, touching ones joined. */
const unionOf = (pieces: readonly Piece[]): Interval[] => {
  const runs = pieces.flatMap((piece) => piece.runs).sort((a, b) => a.start - b.start)
  const union: { start: number; count: number }[] = []
  for (const { start, count } of runs) {
    const last = union.at(-1)
    if (last !== undefined && start <= last.start + last.count) last.count = Math.max(last.count, start + count - last.start)
    else union.push({ start, count })
  }
  return union
}

/**
 * Cuts forms into batches of about `most` products each, in the forms' order: long forms over several, short ones together, so that
 * every batch reads a bounded number of cells.
 */
export const planForms = (forms: readonly LinearForm[], most: number): PieceBatch[] => {
  const batches: PieceBatch[] = []
  let pieces: Piece[] = []
  let cost = 0
  const finishBatch = (): void => {
    if (pieces.length > 0) batches.push({ pieces, intervals: unionOf(pieces), cost })
    pieces = []
    cost = 0
  }
  forms.forEach((form, index) => {
    for (const piece of cutForm(form, index, most)) {
      if (cost + piece.cost > most) finishBatch()
      pieces.push(piece)
      cost += piece.cost
    }
  })
  finishBatch()
  return batches
}

/** A piece's runs, readdressed to where their cells stand when the batch's intervals are laid end to end. */
export const localRuns = (piece: Piece, intervals: readonly Interval[]): WeightedRun[] => {
  const offsets: number[] = []
  let offset = 0
  for (const { count } of intervals) {
    offsets.push(offset)
    offset += count
  }
  return piece.runs.map((run) => {
    const index = intervals.findLastIndex(({ start }) => start <= run.start)
    return { ...run, start: offsets[index]! + run.start - intervals[index]!.start }
  })
}

/** The form that joins a form's piece results, in their order: neighbours of equal weight are one run. */
export const joiningForm = (pieces: readonly Piece[], constant: bigint): LinearForm => {
  const runs: { start: number; count: number; weight: bigint }[] = []
  pieces.forEach(({ weight }, index) => {
    const last = runs.at(-1)
    if (last !== undefined && last.weight === weight) last.count += 1
    else runs.push({ start: index, count: 1, weight })
  })
  return { runs, constant }
}

/** Products that the whole evaluation takes, and with it the size of a batch: small enough to share and to stop, large enough to pay. */
export const chooseBatchCost = (forms: readonly LinearForm[], workers: number): number => {
  const total = forms.reduce((sum, { runs }) => sum + runs.reduce((cost, run) => cost + runCost(run), 1), 0)
  return Math.min(4000, Math.max(64, Math.ceil(total / (4 * workers))))
}
