import { bitLength } from '../crypto/bytes.ts'
import { at } from '../crypto/lists.ts'
import type { LinearForm, WeightedRun } from '../crypto/types.ts'
import { planPowerProduct, shapeOf } from './kernel/power-product.ts'

/** A part of a form: runs to be evaluated together; the result, raised to `weight`, is a factor of the form's. */
export interface Piece {
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

/** A weight's share of a product of many powers; a few bits a product, whether they are interleaved or sorted into buckets. */
const powerCost = (weight: bigint): number => {
  const bits = bitLength(weight)
  return bits <= 1 ? 0 : Math.ceil(bits / 5) + 2
}

const runCost = ({ count, weight }: WeightedRun): number => count + powerCost(weight)

/** Products, about, that runs of cells and the powers of their weights take together: as the kernel will plan them. */
export const costOf = (runs: readonly WeightedRun[]): number => {
  const cells = runs.reduce((sum, { count }) => sum + count, 0)
  const isPlain = runs.every(({ weight }) => weight === 1n)
  const shape = shapeOf(runs.map(({ weight }) => ({ exponent: weight })))
  return Math.max(1, cells + (isPlain ? 0 : planPowerProduct(shape).cost - runs.length))
}

const createPiece = (runs: readonly WeightedRun[], weight: bigint): Piece => ({ runs, weight, cost: costOf(runs) })

/** About half a tenth of a second under the longest keys: prompt to stop. */
const mostBatchCost = 6000
/** Less is not worth a message. */
const leastBatchCost = 64

/**
 * How many products a batch should have: enough to be worth a message, few enough to stop promptly; as many batches as there are
 * workers, or a multiple, so that all end together; and as few as that, since products of powers are cheaper the longer they are.
 */
export const chooseBatchCost = (forms: readonly LinearForm[], workers: number): number => {
  const total = forms.reduce((sum, { runs }) => sum + costOf(runs), 0)
  const rounds = Math.ceil(total / (mostBatchCost * workers))
  return Math.max(leastBatchCost, Math.ceil(total / (rounds * workers)))
}

/** A long run is cut evenly into plain products; its weight is applied once, when they are joined. */
const cutRun = ({ start, count, weight }: WeightedRun, most: number): Piece[] => {
  const length = Math.ceil(count / Math.ceil(count / most))
  return Array.from({ length: Math.ceil(count / length) }, (_, i) =>
    createPiece([{ start: start + i * length, count: Math.min(length, count - i * length), weight: 1n }], weight))
}

/** Cuts a form into pieces of about `most` products: one piece, of weight 1, for a form that is short enough. */
export const cutForm = ({ runs }: LinearForm, most: number): Piece[] => {
  const pieces: Piece[] = []
  let gathered: WeightedRun[] = []
  const finishPiece = (): void => {
    if (gathered.length > 0) pieces.push(createPiece(gathered, 1n))
    gathered = []
  }
  let cost = 0
  for (const run of runs) {
    if (run.count > most || cost + runCost(run) > most) {
      finishPiece()
      cost = 0
    }
    if (run.count > most) {
      pieces.push(...cutRun(run, most))
    } else {
      gathered.push(run)
      cost += runCost(run)
    }
  }
  finishPiece()
  return pieces.length === 0 ? [createPiece([], 1n)] : pieces
}

/** The form that joins the results of a form's pieces, in their order: neighbours of equal weight are one run. */
export const joiningForm = (pieces: readonly Piece[], constant: bigint): LinearForm => {
  const runs: { start: number; count: number; weight: bigint }[] = []
  pieces.forEach(({ weight }, index) => {
    const last = runs.at(-1)
    if (last?.weight === weight) last.count += 1
    else runs.push({ start: index, count: 1, weight })
  })
  return { runs, constant }
}

/** Gathers neighbouring pieces, in order, into batches of about `most` products. */
export const gatherPieces = <T extends Piece>(pieces: readonly T[], most: number): T[][] => {
  const batches: T[][] = []
  let cost = Infinity
  for (const piece of pieces) {
    if (cost + piece.cost > most) {
      batches.push([])
      cost = 0
    }
    batches.at(-1)?.push(piece)
    cost += piece.cost
  }
  return batches
}

/** The cells of the pieces' runs as disjoint intervals in rising order, touching ones joined. */
export const intervalsOf = (pieces: readonly Piece[]): Interval[] => {
  const runs = pieces.flatMap((piece) => piece.runs).sort((a, b) => a.start - b.start)
  const union: { start: number; count: number }[] = []
  for (const { start, count } of runs) {
    const last = union.at(-1)
    if (last !== undefined && start <= last.start + last.count) last.count = Math.max(last.count, start + count - last.start)
    else union.push({ start, count })
  }
  return union
}

/** Runs readdressed to where their cells stand when the intervals are laid end to end. */
export const localRuns = (runs: readonly WeightedRun[], intervals: readonly Interval[]): WeightedRun[] => {
  let end = 0
  const offsets = intervals.map(({ count }) => (end += count) - count)
  return runs.map((run) => {
    const index = intervals.findLastIndex(({ start }) => start <= run.start)
    return { ...run, start: at(offsets, index) + run.start - at(intervals, index).start }
  })
}
