import type { Inequality, Program } from '../shared/schemas/program.ts'

/**
 * Rows in classes, as runs: rows starts[i] … starts[i + 1] − 1 are in class classes[i]. Classes are numbered by first
 * appearance and neighbouring runs differ, so equal partitions are equal objects.
 */
export interface Partition {
  readonly rows: number
  readonly starts: readonly number[]
  readonly classes: readonly number[]
}

/** A function of the row that is constant on runs: what one coordinate of the weight vectors, or many together, look like. */
interface RowFunction {
  readonly starts: readonly number[]
  readonly values: readonly number[]
}

/** All rows in one class: what is known before the first query. */
export const createPartition = (rows: number): Partition => ({ rows, starts: [0], classes: [0] })

/**
 * Two functions of the row as one: rows share a value where they shared both. Pairs are named by first appearance ("naming",
 * Karp, Miller, Rosenberg 1972), so equality stays exact: there is no hash for an adversary to collide.
 */
const pair = (left: RowFunction, right: RowFunction): RowFunction => {
  const starts: number[] = []
  const values: number[] = []
  const names = new Map<number, number>()
  const base = right.starts.length
  let l = 0
  let r = 0
  for (let row = 0; row < Infinity;) {
    // A function of k runs has at most k values, all below k: the pair's number is unique and exact.
    const key = (left.values[l] as number) * base + (right.values[r] as number)
    const name = names.get(key) ?? names.size
    names.set(key, name)
    if (values.at(-1) !== name) {
      starts.push(row)
      values.push(name)
    }
    const nextLeft = left.starts[l + 1] ?? Infinity
    const nextRight = right.starts[r + 1] ?? Infinity
    row = Math.min(nextLeft, nextRight)
    if (nextLeft === row) l++
    if (nextRight === row) r++
  }
  return { starts, values }
}

/** Pairs many functions as a balanced tree while they come: n runs in all cost O(n log n), and few lists are held at once. */
class Pairing {
  readonly #stack: { readonly height: number; readonly function: RowFunction }[] = []

  add(rowFunction: RowFunction): void {
    let top = { height: 0, function: rowFunction }
    while (this.#stack.at(-1)?.height === top.height) {
      const left = this.#stack.pop() as { height: number; function: RowFunction }
      top = { height: top.height + 1, function: pair(left.function, top.function) }
    }
    this.#stack.push(top)
  }

  finish(rows: RowFunction): RowFunction {
    return this.#stack.reduceRight((joined, { function: next }) => pair(next, joined), rows)
  }
}

/** The weights of one column's rows, put together from the runs that touch the column without covering it. */
class ColumnWeights {
  readonly #starts: number[] = []
  readonly #values: number[] = []
  readonly #names = new Map<string, number>()
  #end = 0

  add(from: number, to: number, weight: string): void {
    if (from > this.#end) this.#push(this.#end, '0')
    this.#push(from, weight)
    this.#end = to
  }

  finish(rows: number): RowFunction {
    if (this.#end < rows) this.#push(this.#end, '0')
    return { starts: this.#starts, values: this.#values }
  }

  #push(start: number, weight: string): void {
    const name = this.#names.get(weight) ?? this.#names.size
    this.#names.set(weight, name)
    this.#starts.push(start)
    this.#values.push(name)
  }
}

/** One run's rows in a column that it touches without covering. */
interface ColumnPart {
  readonly column: number
  readonly from: number
  readonly to: number
  readonly weight: string
}

/** At most two parts per run, in rising order: the columns between that it covers wholly tell no row from another. */
function* partsOf({ terms }: Pick<Inequality, 'terms'>, rows: number): Generator<ColumnPart> {
  const part = (from: number, to: number, weight: string): ColumnPart => {
    const column = Math.floor(from / rows)
    return { column, from: from - column * rows, to: to - column * rows, weight }
  }
  for (const [start, count, weight] of terms) {
    const end = start + count
    const firstWhole = Math.ceil(start / rows) * rows
    const lastWhole = Math.floor(end / rows) * rows
    if (firstWhole > lastWhole) {
      yield part(start, end, weight)
    } else {
      if (start < firstWhole) yield part(start, firstWhole, weight)
      if (lastWhole < end) yield part(lastWhole, end, weight)
    }
  }
}

/** Adds the functions of one cell, one per column in which its rows' weights differ. */
const addCell = (pairing: Pairing, cell: Pick<Inequality, 'terms'>, rows: number): void => {
  let column = -1
  let weights = new ColumnWeights()
  for (const part of partsOf(cell, rows)) {
    if (part.column !== column) {
      if (column !== -1) pairing.add(weights.finish(rows))
      weights = new ColumnWeights()
      column = part.column
    }
    weights.add(part.from, part.to, part.weight)
  }
  if (column !== -1) pairing.add(weights.finish(rows))
}

/**
 * The partition after one more answered program: two rows stay in one class when they were, and when every cell of the program, and
 * every comparison on its way, gives them the same weights in every column. O(t log t) for t runs of program and partition together.
 */
export const refinePartition = (partition: Partition, program: Program): Partition => {
  const pairing = new Pairing()
  for (const cell of [...program.cells, ...program.comparisons ?? []]) addCell(pairing, cell, partition.rows)
  const { starts, values } = pairing.finish({ starts: partition.starts, values: partition.classes })
  return { rows: partition.rows, starts, classes: values }
}

/** The same rows and more behind them, which are told apart from all of these: what was asked before left them out. */
const extendPartition = (partition: Partition, rows: number): Partition => {
  const { rows: before, starts, classes } = partition
  if (rows <= before) return partition
  return { rows, starts: [...starts, before], classes: [...classes, classes.reduce((most, name) => Math.max(most, name), -1) + 1] }
}

/**
 * `refinePartition` for a source whose table grew at its end: answers about a shorter table and a longer one are held
 * together, so that the difference of the two isolates no fewer rows than the rule asks for.
 */
export const refineSource = (source: Partition, program: Program): Partition => {
  if (source.rows === program.rows) return refinePartition(source, program)
  const rows = Math.max(source.rows, program.rows)
  const known = extendPartition(source, rows)
  const asked = extendPartition(refinePartition(createPartition(program.rows), program), rows)
  const { starts, values } = pair({ starts: known.starts, values: known.classes }, { starts: asked.starts, values: asked.classes })
  return { rows, starts, classes: values }
}

/** Rows in the smallest class. */
export const smallestClass = ({ rows, starts, classes }: Partition): number => {
  const sizes: number[] = []
  classes.forEach((name, run) => {
    sizes[name] = (sizes[name] ?? 0) + (starts[run + 1] ?? rows) - (starts[run] as number)
  })
  return sizes.reduce((least, size) => Math.min(least, size), rows)
}
