import type { Draws } from '../../../campaigns/fuzz/draws.ts'
import {
  concatenate, drop, extremePlace, fold, mean, ordered, pick, quantile, reshape, sizeOf, sum, transpose, variance, type ExactArray,
} from './exact-array.ts'
import { impossible, settle, writeCall, type Expression, type Stage } from './expression.ts'
import { whole, type Fraction } from './fraction.ts'

/** Which axes an operation runs over: as the script says it, and all of them by number. */
const axesOf = (draws: Draws, rank: number): readonly [said: null | number | number[], axes: number[]] => {
  const all = Array.from({ length: rank }, (_, axis) => axis)
  if (rank === 0 || draws.once(3)) return [null, all]
  if (draws.once(5)) return [all, all]
  const axis = draws.below(rank)
  return [draws.once(3) ? axis - rank : axis, [axis]]
}

/** Over an axis, some or all; `isLateAllowed` where more than sums can be had. */
export const drawReduction = (draws: Draws, own: Expression, isLateAllowed: boolean): Expression => {
  const [said, axes] = axesOf(draws, own.exact.shape.length)
  const after: Stage = own.stage === 'known' ? 'known' : 'late'
  const result = (name: 'sum' | 'mean' | 'max' | 'min' | 'median', act: (cells: readonly Fraction[]) => Fraction): Expression =>
    settle(after, writeCall(own, name, said === null && draws.once(2) ? [] : [said]), fold(own.exact, axes, act))
  // What may tell of a single row or not is decrypted first: else whether the place is known at once hangs on that.
  const position = (name: 'argmax' | 'argmin', sign: 1 | -1): Expression => {
    // NumPy's run along one axis, or over all cells.
    if (Array.isArray(said)) return impossible()
    const of = own.stage === 'late' ? { ...own, ...writeCall(own, 'decrypted') } : own
    const exact = fold(own.exact, axes, (cells) => whole(BigInt(extremePlace(cells, sign))))
    return settle(own.stage === 'rows' ? 'known' : own.stage, writeCall(of, name, [said]), exact)
  }
  const names = ['sum', 'mean', 'sum', 'mean', 'max', 'min', 'argmax', 'argmin', 'median', 'quantile', 'var'] as const
  const name = draws.pick(own.stage === 'late' && !isLateAllowed ? names.slice(0, 2) : names)
  switch (name) {
    case 'sum': return result(name, sum)
    case 'mean': return result(name, mean)
    case 'max': return result(name, (cells) => cells[extremePlace(cells, 1)] as Fraction)
    case 'min': return result(name, (cells) => cells[extremePlace(cells, -1)] as Fraction)
    case 'argmax': return position(name, 1)
    case 'argmin': return position(name, -1)
    case 'median': return result(name, (cells) => quantile(cells, 0.5))
    case 'quantile': {
      const q = draws.pick([0, 0.25, 0.3, 0.5, 0.75, 1])
      return settle(after, writeCall(own, name, [q, said]), fold(own.exact, axes, (cells) => quantile(cells, q)))
    }
    case 'var': {
      const ddof = draws.below(2)
      const count = sizeOf(axes.map((axis) => own.exact.shape[axis] as number))
      if (count <= ddof || (own.stage !== 'known' && !isLateAllowed)) return impossible()
      return settle(after, writeCall(own, name, [said, ddof]), fold(own.exact, axes, (cells) => variance(cells, ddof)))
    }
  }
}

const shuffle = (draws: Draws, count: number): number[] => {
  const order = Array.from({ length: count }, (_, index) => index)
  for (let at = order.length - 1; at > 0; at -= 1) {
    const other = draws.below(at + 1);
    [order[at], order[other]] = [order[other] as number, order[at] as number]
  }
  return order
}

/** Some of the cells, or all in another arrangement. */
export const drawSelection = (draws: Draws, own: Expression): Expression => {
  const { shape } = own.exact
  const [length = 0] = shape
  if (length === 0) return impossible()
  const range = (count: number, start = 0): number[] => Array.from({ length: count }, (_, index) => start + index)
  switch (draws.below(8)) {
    case 0: {
      const entry = draws.below(length)
      const said = draws.once(2) ? entry - length : entry
      const source = said < 0 ? `${own.source}.get(${said})` : `${own.source}[${said}]`
      return settle(own.stage, writeCall(own, 'get', [said], source), drop(own.exact, 0, entry))
    }
    case 1: {
      const [start, step] = [draws.below(length), draws.pick([1, 2, -1])]
      if (step < 0) {
        return settle(own.stage, writeCall(own, 'slice', [[null, start === 0 ? null : start - 1, -1]]), pick(own.exact, 0, range(length - start, start).toReversed()))
      }
      return settle(own.stage, writeCall(own, 'slice', [[start, null, step]]), pick(own.exact, 0, range(length - start, start).filter((entry) => (entry - start) % step === 0)))
    }
    case 2: {
      const start = draws.below(length)
      const count = 1 + draws.below(length - start)
      return settle(own.stage, writeCall(own, draws.pick(['slice', 'rows'] as const), [start, start + count]), pick(own.exact, 0, range(count, start)))
    }
    case 3: {
      const entries = Array.from({ length: 1 + draws.below(length) }, () => draws.below(length))
      return settle(own.stage, writeCall(own, 'rows', [entries]), pick(own.exact, 0, entries))
    }
    case 4: return settle(own.stage, writeCall(own, 'transpose', [], `${own.source}.t()`), transpose(own.exact, range(shape.length).toReversed()))
    case 5: {
      const axes = shuffle(draws, shape.length)
      return settle(own.stage, writeCall(own, 'transpose', axes), transpose(own.exact, axes))
    }
    case 6: {
      const size = sizeOf(shape)
      const first = draws.pick(range(size, 1).filter((divisor) => size % divisor === 0))
      return draws.once(3)
        ? settle(own.stage, writeCall(own, 'reshape', [-1]), reshape(own.exact, [size]))
        : settle(own.stage, writeCall(own, 'reshape', [first, -1]), reshape(own.exact, [first, size / first]))
    }
    default: {
      if (shape.length < 2) return impossible()
      const entry = draws.below(shape[1] as number)
      return settle(own.stage, writeCall(own, 'slice', [null, entry]), drop(own.exact, 1, entry))
    }
  }
}

/** In rising order along an axis, or all. */
export const drawSorted = (draws: Draws, own: Expression): Expression => {
  const { shape } = own.exact
  const stage = own.stage === 'known' ? 'known' : 'late'
  if (shape.length === 0 || draws.once(3)) {
    return settle(stage, writeCall(own, 'sort', [null]), { shape: [sizeOf(shape)], cells: ordered(own.exact.cells) })
  }
  const axis = draws.below(shape.length)
  const order = [...shape.keys()].filter((other) => other !== axis).concat(axis)
  const turned = transpose(own.exact, order)
  const length = shape[axis] as number
  const groups = Array.from({ length: turned.cells.length / length }, (_, group) =>
    turned.cells.slice(group * length, (group + 1) * length))
  const sorted: ExactArray = { shape: turned.shape, cells: groups.flatMap(ordered) }
  return settle(stage, writeCall(own, 'sort', [axis]), transpose(sorted, order.map((_, place) => order.indexOf(place))))
}

/** Two parts of one stage, end to end along an axis, or flattened. */
export const drawJoined = (draws: Draws, left: Expression, right: Expression, stage: Stage): Expression => {
  const { shape } = left.exact
  const run = (axis: number | null): Expression['run'] => (calls) => calls.call('concat', left.run(calls), [[right.run(calls)], axis])
  if (shape.length === 0 || draws.once(3)) {
    const parts = [left, right].map(({ exact }) => reshape(exact, [sizeOf(exact.shape)]))
    return settle(stage, { source: `${left.source}.concat(${right.source}, null)`, run: run(null) }, concatenate(parts, 0))
  }
  const axis = draws.below(shape.length)
  const fits = right.exact.shape.length === shape.length && shape.every((length, at) => at === axis || length === right.exact.shape[at])
  if (!fits) return impossible()
  return settle(stage, { source: `${left.source}.concat([${right.source}], ${axis})`, run: run(axis) }, concatenate([left.exact, right.exact], axis))
}
