import type { WeightedRun } from '../crypto/types.ts'
import { planPowerProduct, shapeOf, type PowerShape } from './kernel/power-product.ts'

/** What the cost of runs is told by. */
export interface Load {
  readonly cells: number
  readonly runs: number
  /** Whether every weight is 1. */
  readonly isPlain: boolean
  readonly weights: PowerShape
}

// Runs are never changed, and the plan asks again and again for those of a form, where a look at every weight takes its time.
const loads = new WeakMap<readonly WeightedRun[], Load>()

export const loadOf = (runs: readonly WeightedRun[]): Load => {
  const known = loads.get(runs)
  if (known !== undefined) return known
  const load = {
    cells: runs.reduce((sum, { count }) => sum + count, 0),
    runs: runs.length,
    isPlain: runs.every(({ weight }) => weight === 1n),
    weights: shapeOf(runs.map(({ weight }) => ({ exponent: weight }))),
  }
  loads.set(runs, load)
  return load
}

/** The load of a part with so many of the terms of either sign, as long as the others. */
export const partOf = ({ cells, runs, isPlain, weights }: Load, positive: number, negative: number): Load => {
  const share = runs === 0 ? 0 : (positive + negative) / runs
  return { cells: cells * share, runs: runs * share, isPlain, weights: { ...weights, positive, negative } }
}

/** Products, about, that cells and the powers of their weights take together: as the kernel will plan them. */
export const costOfLoad = ({ cells, runs, isPlain, weights }: Load): number =>
  Math.max(1, cells + (isPlain ? 0 : planPowerProduct(weights).cost - runs))

/** The same of runs. */
export const costOf = (runs: readonly WeightedRun[]): number => costOfLoad(loadOf(runs))
