import { bitLength } from '../crypto/bytes.ts'
import { at } from '../crypto/lists.ts'
import type { LinearForm, WeightedRun } from '../crypto/types.ts'
import { costOf, costOfLoad, loadOf, partOf } from './form-cost.ts'
import { inversionCost } from './kernel/power-product.ts'

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

const createPiece = (runs: readonly WeightedRun[], weight: bigint): Piece => ({ runs, weight, cost: costOf(runs) })

/** About a seventh of a second under the longest keys: prompt to stop. */
const mostBatchCost = 10_000
/** Less is not worth a message and a join. */
const leastBatchCost = 250

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

/** A way to cut runs, made only where it is the best. */
interface Cut {
  /** Products of its longest piece and of what it adds to the join, about. */
  readonly cost: number
  make(): Piece[]
}

/** Runs in order, shared out evenly. */
const cutByRuns = (runs: readonly WeightedRun[], pieces: number): Cut => {
  const load = loadOf(runs)
  return {
    cost: costOfLoad(partOf(load, load.weights.positive / pieces, load.weights.negative / pieces)),
    make: () => {
      const total = runs.reduce((sum, run) => sum + runCost(run), 0)
      const groups: WeightedRun[][] = Array.from({ length: pieces }, () => [])
      let before = 0
      for (const run of runs) {
        // By its middle, which always lies before the end.
        at(groups, Math.floor(((before + runCost(run) / 2) / total) * pieces)).push(run)
        before += runCost(run)
      }
      return groups.filter((group) => group.length > 0).map((group) => createPiece(group, 1n))
    },
  }
}

/** Bits that are worth a product of their own, and cells so few that every piece may read them all. */
const leastBitsPerPiece = 8
const mostCellsInEveryPiece = 10_000

/**
 * All runs in every piece, but only some bits of their weights: piece j counts 2^(j·width) times, a square at the join for each bit passed
 * over. Terms stay as many as before, and so as cheap; digits have their weight's sign. null where weights are too short.
 */
const cutByBits = (runs: readonly WeightedRun[], pieces: number): Cut | null => {
  const load = loadOf(runs)
  const { bits, significantBits } = load.weights
  if (bits < leastBitsPerPiece * pieces) return null
  const width = Math.ceil(bits / pieces)
  const digits = { ...load.weights, bits: width, significantBits: significantBits / pieces }
  const digitOf = (weight: bigint, place: number): bigint => {
    const digit = BigInt.asUintN(width, (weight < 0n ? -weight : weight) >> BigInt(place * width))
    return weight < 0n ? -digit : digit
  }
  return {
    cost: costOfLoad({ ...load, weights: digits }) + width * (pieces - 1),
    make: () => Array.from({ length: pieces }, (_, place) => {
      const own = runs.map((run) => ({ ...run, weight: digitOf(run.weight, place) }))
      return createPiece(own.filter(({ weight }) => weight !== 0n), 1n << BigInt(place * width))
    }),
  }
}

/**
 * Runs of either sign apart, as the kernel computes them anyway: the pieces divide by nothing, the join once. Each sign is cut further
 * where there are pieces for it. null where all weights have one sign.
 */
const cutBySign = (runs: readonly WeightedRun[], pieces: number): Cut | null => {
  const load = loadOf(runs)
  const { positive, negative } = load.weights
  if (positive === 0 || negative === 0) return null
  const ofPositive = Math.min(pieces - 1, Math.max(1, Math.round((pieces * positive) / (positive + negative))))
  const estimate = (terms: number, parts: number): number => costOfLoad(partOf(load, terms, 0)) / parts
  const ofNegative = pieces - ofPositive
  const side = (sign: 1n | -1n, parts: number): Piece[] => {
    const own = runs.filter(({ weight }) => weight * sign > 0n).map((run) => ({ ...run, weight: run.weight * sign }))
    return (parts === 1 ? [createPiece(own, 1n)] : chooseCut(own, parts).make()).map((piece) => ({ ...piece, weight: piece.weight * sign }))
  }
  return {
    cost: inversionCost + Math.max(estimate(positive, ofPositive), estimate(negative, ofNegative)),
    make: () => [...side(1n, ofPositive), ...side(-1n, ofNegative)],
  }
}

/** The cut whose longest piece and join are shortest. */
const chooseCut = (runs: readonly WeightedRun[], pieces: number): Cut => {
  const byRuns = cutByRuns(runs, pieces)
  if (loadOf(runs).cells > mostCellsInEveryPiece) return byRuns
  const others = [cutByBits(runs, pieces), cutBySign(runs, pieces)].filter((cut) => cut !== null)
  return others.reduce((best, cut) => (cut.cost < best.cost ? cut : best), byRuns)
}

/** Cuts a form into as many even pieces as it takes batches of about `most` products: one, of weight 1, where it is short enough. */
export const cutForm = ({ runs }: LinearForm, most: number): Piece[] => {
  if (costOf(runs) <= most) return [createPiece(runs, 1n)]
  // Shorter ones are shared out evenly enough as they are.
  const isLong = (run: WeightedRun): boolean => run.count > most / 2
  const long = runs.filter(isLong)
  const rest = long.length === 0 ? runs : runs.filter((run) => !isLong(run))
  const count = Math.ceil(costOf(rest) / most)
  const pieces = long.flatMap((run) => cutRun(run, most))
  if (count === 1) return rest.length === 0 && pieces.length > 0 ? pieces : [...pieces, createPiece(rest, 1n)]
  return [...pieces, ...chooseCut(rest, count).make()]
}

/** What the busiest of the workers has to do, if each takes the next batch as soon as it is free. */
export const longestLane = (batches: readonly (readonly Piece[])[], workers: number): number => {
  const lanes = new Array<number>(workers).fill(0)
  for (const pieces of batches) {
    const next = lanes.indexOf(Math.min(...lanes))
    lanes[next] = at(lanes, next) + pieces.reduce((sum, { cost }) => sum + cost, 0)
  }
  return Math.max(...lanes)
}

/** How much longer than an even share the busiest worker's may be before plain sums are cut finer. */
const unevenness = 1.05
const finest = 4

const isPlain = ({ runs }: LinearForm): boolean => runs.every(({ weight }) => weight === 1n)

/**
 * Each form's pieces: cut where it exceeds a batch, plain sums finer too where whole ones would leave a worker idle at the end. They can be
 * cut at the price of a product.
 */
export const cutForms = (forms: readonly LinearForm[], most: number, workers: number): Piece[][] => {
  const cutPlain = (parts: number): Piece[][] =>
    forms.map((form) => cutForm(form, parts > 1 && isPlain(form) ? Math.max(leastBatchCost / 2, Math.ceil(most / parts)) : most))
  let best = cutPlain(1)
  if (workers === 1) return best
  const laneOf = (pieces: readonly Piece[][]): number => longestLane(gatherPieces(pieces.flat(), most), workers)
  const share = forms.reduce((sum, { runs }) => sum + costOf(runs), 0) / workers
  for (let parts = 2; parts <= finest && laneOf(best) > unevenness * share; parts += 1) {
    const finer = cutPlain(parts)
    if (laneOf(finer) < laneOf(best)) best = finer
  }
  return best
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

/** So many cells that nobody asked for are sooner read along than left out. */
const mostCellsBetween = 8

/** The cells of intervals in rising order as disjoint ones, those joined that have no more than so many cells between them. */
const joinIntervals = (intervals: readonly Interval[], cellsBetween: number): Interval[] => {
  const union: { start: number; count: number }[] = []
  for (const { start, count } of intervals) {
    const last = union.at(-1)
    if (last === undefined || start > last.start + last.count + cellsBetween) union.push({ start, count })
    else last.count = Math.max(last.count, start + count - last.start)
  }
  return union
}

/** The cells that runs name, and no others, as disjoint intervals in rising order. */
export const intervalsOf = (forms: readonly Pick<LinearForm, 'runs'>[]): Interval[] =>
  joinIntervals(forms.flatMap(({ runs }) => runs).sort((a, b) => a.start - b.start), 0)

/** The intervals to be read for these, near ones joined. */
export const readingsOf = (intervals: readonly Interval[]): Interval[] => joinIntervals(intervals, mostCellsBetween)

/** Runs readdressed to where their cells stand when the intervals are laid end to end. */
export const localRuns = (runs: readonly WeightedRun[], intervals: readonly Interval[]): WeightedRun[] => {
  let end = 0
  const offsets = intervals.map(({ count }) => (end += count) - count)
  return runs.map((run) => {
    const index = intervals.findLastIndex(({ start }) => start <= run.start)
    return { ...run, start: at(offsets, index) + run.start - at(intervals, index).start }
  })
}
