import type { LinearForm, WeightedRun } from '../crypto/types.ts'

/** Cells `start … start + count − 1`, whose plain sum more than one run needs. */
export interface SharedSum {
  readonly start: number
  readonly count: number
}

/** Forms over the cells and, numbered behind them, the shared sums. */
export interface SharedForms {
  readonly sums: readonly SharedSum[]
  readonly forms: readonly LinearForm[]
}

/** A shorter sum is as soon made twice. */
const leastCells = 4
/** Beyond this many runs weights differ row by row: looking for sums in them would cost more than it finds. */
const mostRuns = 1 << 16

interface Segment extends SharedSum {
  uses: number
}

/** The cells cut wherever a run begins or ends, in order, with how many runs cover each piece. */
const segmentsOf = (runs: readonly WeightedRun[]): Segment[] => {
  const changes = new Map<number, number>()
  for (const { start, count } of runs) {
    changes.set(start, (changes.get(start) ?? 0) + 1)
    changes.set(start + count, (changes.get(start + count) ?? 0) - 1)
  }
  const edges = [...changes].sort(([a], [b]) => a - b)
  let uses = 0
  return edges.slice(0, -1).map(([start, change], i) => {
    uses += change
    return { start, count: (edges[i + 1]?.[0] ?? start) - start, uses }
  })
}

/** Appends a run, as part of the one before where they touch and weigh the same. */
const append = (runs: { start: number; count: number; weight: bigint }[], { start, count, weight }: WeightedRun): void => {
  const last = runs.at(-1)
  if (last?.weight === weight && last.start + last.count === start) last.count += count
  else runs.push({ start, count, weight })
}

/** The first sum that ends behind `cell`. */
const findSum = (sums: readonly SharedSum[], cell: number): number => {
  let [low, high] = [0, sums.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const sum = sums[middle]
    if (sum !== undefined && sum.start + sum.count <= cell) low = middle + 1
    else high = middle
  }
  return low
}

const rewrite = ({ runs, constant }: LinearForm, sums: readonly SharedSum[], cells: number): LinearForm => {
  const own: { start: number; count: number; weight: bigint }[] = []
  const shared: { start: number; count: number; weight: bigint }[] = []
  for (const { start, count, weight } of runs) {
    let from = start
    for (let i = findSum(sums, start); i < sums.length; i += 1) {
      const sum = sums[i]
      if (sum === undefined || sum.start >= start + count) break
      if (sum.start > from) append(own, { start: from, count: sum.start - from, weight })
      append(shared, { start: cells + i, count: 1, weight })
      from = sum.start + sum.count
    }
    if (from < start + count) append(own, { start: from, count: start + count - from, weight })
  }
  return { runs: [...own, ...shared], constant }
}

/**
 * What forms over `cells` cells have in common: plain sums of neighbouring cells, whatever they weigh in each, made once. A mean of all,
 * the means of the columns and their covariances need every cell once. Equal in value to what was given; null where nothing is shared.
 */
export const shareSums = (forms: readonly LinearForm[], cells: number): SharedForms | null => {
  const count = forms.reduce((sum, { runs }) => sum + runs.length, 0)
  if (forms.length < 2 || count > mostRuns) return null
  const sums = segmentsOf(forms.flatMap(({ runs }) => runs))
    .filter(({ count: length, uses }) => uses > 1 && length >= leastCells)
    .map(({ start, count: length }): SharedSum => ({ start, count: length }))
  return sums.length === 0 ? null : { sums, forms: forms.map((form) => rewrite(form, sums, cells)) }
}
