import { compare, fromNumber, minus, over, plus, times, whole, zero, type Fraction } from './fraction.ts'

/** An array of exact numbers, row-major: NumPy's meaning of what scripts do, written a second time. */
export interface ExactArray {
  readonly shape: readonly number[]
  readonly cells: readonly Fraction[]
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1)

export const scalar = (value: Fraction): ExactArray => ({ shape: [], cells: [value] })

/** All places of a shape, in order. */
const placesOf = (shape: readonly number[]): number[][] => {
  let places: number[][] = [[]]
  for (const length of shape) places = places.flatMap((place) => Array.from({ length }, (_, at) => [...place, at]))
  return places
}

const offsetOf = (shape: readonly number[], place: readonly number[]): number =>
  shape.reduce((offset, length, axis) => offset * length + (place[axis] as number), 0)

export const at = ({ shape, cells }: ExactArray, place: readonly number[]): Fraction => cells[offsetOf(shape, place)] as Fraction

/** The array of `shape` whose cell at a place is another's at `from(place)`. */
const gather = (array: ExactArray, shape: readonly number[], from: (place: readonly number[]) => readonly number[]): ExactArray =>
  ({ shape, cells: placesOf(shape).map((place) => at(array, from(place))) })

/** null where they do not broadcast. */
export const broadcastShape = (left: readonly number[], right: readonly number[]): number[] | null => {
  const rank = Math.max(left.length, right.length)
  const shape: number[] = []
  for (let axis = 0; axis < rank; axis += 1) {
    const [a, b] = [left[axis - rank + left.length] ?? 1, right[axis - rank + right.length] ?? 1]
    if (a !== b && a !== 1 && b !== 1) return null
    shape.push(a === 1 ? b : a)
  }
  return shape
}

const stretch = (array: ExactArray, shape: readonly number[]): ExactArray =>
  gather(array, shape, (place) => {
    const own = place.slice(shape.length - array.shape.length)
    return array.shape.map((length, axis) => (length === 1 ? 0 : own[axis] as number))
  })

export const combine = (left: ExactArray, right: ExactArray, act: (a: Fraction, b: Fraction) => Fraction): ExactArray => {
  const shape = broadcastShape(left.shape, right.shape)
  if (shape === null) throw new RangeError('shapes do not broadcast')
  const [a, b] = [stretch(left, shape), stretch(right, shape)]
  return { shape, cells: a.cells.map((cell, index) => act(cell, b.cells[index] as Fraction)) }
}

export const map = ({ shape, cells }: ExactArray, act: (cell: Fraction) => Fraction): ExactArray => ({ shape, cells: cells.map(act) })

export const transpose = (array: ExactArray, axes: readonly number[]): ExactArray =>
  gather(array, axes.map((axis) => array.shape[axis] as number), (place) => axes.map((_, axis) => place[axes.indexOf(axis)] as number))

export const reshape = ({ cells }: ExactArray, shape: readonly number[]): ExactArray => ({ shape, cells })

/** Entries of one axis, by number. */
export const pick = (array: ExactArray, axis: number, entries: readonly number[]): ExactArray =>
  gather(array, array.shape.with(axis, entries.length), (place) => place.with(axis, entries[place[axis] as number] as number))

/** One entry of an axis, which is gone then. */
export const drop = (array: ExactArray, axis: number, entry: number): ExactArray =>
  reshape(pick(array, axis, [entry]), array.shape.toSpliced(axis, 1))

export const concatenate = (parts: readonly ExactArray[], axis: number): ExactArray => {
  const [first, ...rest] = parts as [ExactArray, ...ExactArray[]]
  return rest.reduce((left, right) => {
    const lengths = [left, right].map(({ shape }) => shape[axis] as number) as [number, number]
    const shape = left.shape.with(axis, lengths[0] + lengths[1])
    return {
      shape,
      cells: placesOf(shape).map((place) => {
        const own = place[axis] as number
        return own < lengths[0] ? at(left, place) : at(right, place.with(axis, own - lengths[0]))
      }),
    }
  }, first)
}

/** What `act` gives of the cells along the axes, which are gone then. */
export const fold = (array: ExactArray, axes: readonly number[], act: (cells: readonly Fraction[]) => Fraction): ExactArray => {
  const kept = array.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))
  const turned = transpose(array, [...kept, ...axes])
  const shape = kept.map((axis) => array.shape[axis] as number)
  const group = sizeOf(axes.map((axis) => array.shape[axis] as number))
  return { shape, cells: Array.from({ length: sizeOf(shape) }, (_, cell) => act(turned.cells.slice(cell * group, (cell + 1) * group))) }
}

export const sum = (cells: readonly Fraction[]): Fraction => cells.reduce(plus, zero)
export const mean = (cells: readonly Fraction[]): Fraction => over(sum(cells), whole(BigInt(cells.length)))
export const variance = (cells: readonly Fraction[], ddof: number): Fraction => {
  const centre = mean(cells)
  const squares = cells.map((cell) => times(minus(cell, centre), minus(cell, centre)))
  return over(sum(squares), whole(BigInt(cells.length - ddof)))
}
export const ordered = (cells: readonly Fraction[]): Fraction[] => [...cells].sort(compare)
/** The place of the first that no other exceeds, or falls below. */
export const extremePlace = (cells: readonly Fraction[], sign: 1 | -1): number =>
  cells.reduce((best, cell, index) => (sign * compare(cell, cells[best] as Fraction) > 0 ? index : best), 0)
/** Linear interpolation, at the position as doubles have it, from the nearer of the two neighbours as NumPy does. */
export const quantile = (cells: readonly Fraction[], q: number): Fraction => {
  const sorted = ordered(cells)
  const position = q * (cells.length - 1)
  const [below, above] = [sorted[Math.floor(position)] as Fraction, sorted[Math.ceil(position)] as Fraction]
  const part = position - Math.floor(position)
  const between = minus(above, below)
  return part < 0.5 ? plus(below, times(between, fromNumber(part))) : minus(above, times(between, fromNumber(1 - part)))
}

/** Over the last axis of the left and the first of the right, a vector or a matrix. */
export const product = (left: ExactArray, right: ExactArray): ExactArray => {
  const inner = right.shape[0] as number
  const shape = [...left.shape.slice(0, -1), ...right.shape.slice(1)]
  return {
    shape,
    cells: placesOf(shape).map((place) => {
      const [outer, own] = [place.slice(0, left.shape.length - 1), place.slice(left.shape.length - 1)]
      return sum(Array.from({ length: inner }, (_, k) => times(at(left, [...outer, k]), at(right, [k, ...own]))))
    }),
  }
}

/** The solution of a square system, exactly; null where it has none or many. */
export const solve = (matrix: readonly (readonly Fraction[])[], right: readonly Fraction[]): Fraction[] | null => {
  const rows = matrix.map((row, index) => [...row, right[index] as Fraction])
  const size = rows.length
  for (let k = 0; k < size; k += 1) {
    const found = rows.findIndex((row, index) => index >= k && (row[k] as Fraction).numerator !== 0n)
    if (found === -1) return null
    const [pivot, swapped] = [rows[found] as Fraction[], rows[k] as Fraction[]]
    rows[found] = swapped
    rows[k] = pivot
    rows.forEach((row, index) => {
      if (index === k) return
      const factor = over(row[k] as Fraction, pivot[k] as Fraction)
      rows[index] = row.map((cell, column) => minus(cell, times(factor, pivot[column] as Fraction)))
    })
  }
  return rows.map((row, index) => over(row[size] as Fraction, row[index] as Fraction))
}
