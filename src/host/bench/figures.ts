import type { KeyBits } from '../../crypto/types.ts'
import type { OperationName } from './operations.ts'

/** Median and range of repeats. */
export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

/** One contender's time for one operation, in milliseconds each: processor time, and by the clock. */
export interface Figure {
  readonly cpuMilliseconds: Spread
  readonly wallMilliseconds: Spread
}

export type Against = 'paillier-bigint' | 'gmpy2' | 'python-paillier' | 'one-worker'

export interface BarResult {
  readonly against: Against
  /** null: reported, without a bar. */
  readonly atLeast: number | null
  /** Median over the rounds of that round's ratio. */
  readonly ratio: Spread
  readonly held: boolean | null
}

export interface BenchRow {
  readonly bits: KeyBits
  readonly operation: OperationName
  readonly figures: Readonly<Record<string, Figure>>
  readonly bars: readonly BarResult[]
  /** What a script's gauge would have shown before each round for one worker, and that round's time over it; null where none is made. */
  readonly estimate: { readonly milliseconds: Spread; readonly truthOverEstimate: Spread } | null
}

/** One line of a chart: milliseconds at each of `at`. */
export interface GrowthLine {
  readonly name: string
  readonly milliseconds: readonly number[]
}

export interface Growth {
  readonly over: 'rows' | 'columns' | 'key bits' | 'workers'
  readonly what: string
  readonly at: readonly number[]
  readonly lines: readonly GrowthLine[]
}

export const spreadOf = (values: readonly number[]): Spread => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const median = sorted.length % 2 === 1 ? sorted[middle] ?? 0 : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
  return { median, least: sorted[0] ?? 0, most: sorted.at(-1) ?? 0 }
}

/** Milliseconds of one repeat. */
export interface Sample {
  readonly cpu: number
  readonly wall: number
}

/** Processor time of all threads of this process, and the clock, for one of `count` repeats of `run`. */
export const measure = async (run: () => Promise<void>, count: number): Promise<Sample> => {
  const cpuBefore = process.cpuUsage()
  const start = performance.now()
  await run()
  const wall = (performance.now() - start) / count
  const { user, system } = process.cpuUsage(cpuBefore)
  return { cpu: (user + system) / 1000 / count, wall }
}
