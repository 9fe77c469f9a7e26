/**
 * What NumPy would answer, in doubles, by the definition of each operation and nothing else: every cell is looked up by its
 * full index. Shares no code with src/compute.
 */
export interface NdArray {
  readonly shape: readonly number[]
  readonly at: (index: readonly number[]) => number
}

export type Nested = number | Nested[]

export const fromNested = (nested: unknown): NdArray => {
  const shape: number[] = []
  for (let part = nested; Array.isArray(part); part = (part as unknown[])[0]) shape.push(part.length)
  return { shape, at: (index) => index.reduce<unknown>((part, i) => (part as unknown[])[i], nested) as number }
}

const build = (shape: readonly number[], at: NdArray['at'], index: readonly number[] = []): Nested =>
  index.length === shape.length
    ? at(index)
    : Array.from({ length: shape[index.length] as number }, (_, i) => build(shape, at, [...index, i]))

export const toNested = ({ shape, at }: NdArray): Nested => build(shape, at)

/** Fixes the cells, so that a chain of operations does not compute them again and again. */
export const settle = (array: NdArray): NdArray => {
  const nested = toNested(array)
  return { shape: array.shape, at: fromNested(nested).at }
}

const everyIndex = (shape: readonly number[]): number[][] =>
  shape.reduce<number[][]>((indices, length) => indices.flatMap((index) => Array.from({ length }, (_, i) => [...index, i])), [[]])

export const elementwise = (a: NdArray, b: NdArray, f: (x: number, y: number) => number): NdArray => {
  const rank = Math.max(a.shape.length, b.shape.length)
  const lengthOf = ({ shape }: NdArray, axis: number) => shape[axis - (rank - shape.length)] ?? 1
  const shape = Array.from({ length: rank }, (_, axis) => (lengthOf(a, axis) === 1 ? lengthOf(b, axis) : lengthOf(a, axis)))
  const own = ({ shape: mine }: NdArray, index: readonly number[]) =>
    index.slice(rank - mine.length).map((i, axis) => (mine[axis] === 1 ? 0 : i))
  return { shape, at: (index) => f(a.at(own(a, index)), b.at(own(b, index))) }
}

export const sum = (a: NdArray, axes: readonly number[]): NdArray => {
  const kept = a.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))
  const inner = everyIndex(axes.map((axis) => a.shape[axis] as number))
  const full = (index: readonly number[], rest: readonly number[]) =>
    a.shape.map((_, axis) => (axes.includes(axis) ? rest[axes.indexOf(axis)] : index[kept.indexOf(axis)]) as number)
  return {
    shape: kept.map((axis) => a.shape[axis] as number),
    at: (index) => inner.reduce((total, rest) => total + a.at(full(index, rest)), 0),
  }
}

export const scalar = (value: number): NdArray => ({ shape: [], at: () => value })

export const mean = (a: NdArray, axes: readonly number[]): NdArray =>
  elementwise(sum(a, axes), scalar(axes.reduce((count, axis) => count * (a.shape[axis] as number), 1)), (x, y) => x / y)

export const transpose = (a: NdArray, axes: readonly number[]): NdArray => ({
  shape: axes.map((axis) => a.shape[axis] as number),
  at: (index) => a.at(a.shape.map((_, axis) => index[axes.indexOf(axis)] as number)),
})

/** Any picking: entry i of each axis is the entry picks[axis][i] of the original's. */
export const pick = (a: NdArray, picks: readonly (readonly number[])[]): NdArray => ({
  shape: picks.map((entries) => entries.length),
  at: (index) => a.at(index.map((i, axis) => picks[axis]?.[i] as number)),
})

export const dropFirst = (a: NdArray, first: number): NdArray => ({ shape: a.shape.slice(1), at: (index) => a.at([first, ...index]) })

export const reshape = (a: NdArray, shape: readonly number[]): NdArray => {
  const cells = everyIndex(a.shape).map((index) => a.at(index))
  return { shape, at: (index) => cells[index.reduce((flat, i, axis) => flat * (shape[axis] as number) + i, 0)] as number }
}

export const concat = (a: NdArray, b: NdArray, axis: number): NdArray => ({
  shape: a.shape.map((length, other) => (other === axis ? length + (b.shape[axis] as number) : length)),
  at: (index) => {
    const i = index[axis] as number
    const own = a.shape[axis] as number
    return i < own ? a.at(index) : b.at(index.with(axis, i - own))
  },
})

/** Σ over a's last axis and the first of a vector or matrix. */
export const dot = (a: NdArray, b: NdArray): NdArray => {
  const inner = b.shape[0] as number
  const rank = a.shape.length - 1
  return {
    shape: [...a.shape.slice(0, -1), ...b.shape.slice(1)],
    at: (index) => Array.from({ length: inner }, (_, k) => a.at([...index.slice(0, rank), k]) * b.at([k, ...index.slice(rank)]))
      .reduce((x, y) => x + y, 0),
  }
}
