import { affineAlgebra, subtractForms, type AffineForms } from './affine.ts'
import { createKnown, type DeferredTensor } from './deferred.ts'
import { evaluateGraph } from './graph.ts'
import { signOfScale, type Interaction } from './interaction.ts'
import { resolveAxes, type Axes } from './reduction.ts'
import { mergeSort, mostMergeComparisons, playTournament, selectRanks, together, type Asking, type Pair } from './sorting.ts'
import { shapeError, sizeOf, type Shape } from './shape.ts'
import { transposeState } from './selection.ts'
import { gatherState, type ColumnNames } from './state.ts'
import { Tensor } from './tensor.ts'

/** A tensor's cells in groups along some axes, each group end to end. */
interface Groups {
  readonly turned: Tensor
  readonly shape: Shape
  readonly names: ColumnNames | null
  readonly length: number
  readonly members: readonly (readonly number[])[]
}

const groupAlong = (operation: string, tensor: Tensor, axes: Axes): Groups => {
  const reduced = resolveAxes(operation, axes, tensor.shape)
  const kept = [...tensor.shape.keys()].filter((axis) => !reduced.includes(axis))
  const shape = kept.map((axis) => tensor.shape[axis] as number)
  const length = sizeOf(reduced.map((axis) => tensor.shape[axis] as number))
  if (length === 0) throw shapeError(operation, tensor.shape, [], 'there is nothing to choose from')
  const { names } = tensor
  return {
    turned: new Tensor(transposeState(operation, tensor, [...kept, ...reduced])),
    shape,
    names: names === null || reduced.includes(names.axis) ? null : { ...names, axis: kept.indexOf(names.axis) },
    length,
    members: Array.from({ length: sizeOf(shape) }, (_, group) => Array.from({ length }, (_member, index) => group * length + index)),
  }
}

/** Runs what each group asks side by side: one round to the key holder for all of them. */
const runTogether = <T>(operation: string, interaction: Interaction, tensor: Tensor, parts: readonly Asking<T>[]): T[] => {
  const [forms] = evaluateGraph([tensor.node], affineAlgebra) as [AffineForms]
  const asking = together(parts)
  let step = asking.next()
  while (step.done !== true) {
    step = asking.next(interaction.compare(operation, subtractForms(forms, step.value), signOfScale(tensor), false))
  }
  return step.value
}

const pickCells = (tensor: Tensor, cells: readonly number[], shape: Shape, names: ColumnNames | null): Tensor =>
  new Tensor(gatherState(tensor, Int32Array.from(cells), shape, names))

/** The cell of each group that wins a knock-out: one comparison fewer than it has members, a round for each level. */
const findWinners = (operation: string, interaction: Interaction, tensor: Tensor, axes: Axes): Groups & { winners: number[] } => {
  const groups = groupAlong(operation, tensor, axes)
  // Of equals the first wins, as in NumPy.
  const beats = ([left, right]: Pair): Pair => (operation.endsWith('max') ? [left, right] : [right, left])
  const parts = groups.members.map((members) => playTournament(members, beats))
  return { ...groups, winners: runTogether(operation, interaction, groups.turned, parts) }
}

/** max or min of encrypted cells over an axis, or all: still encrypted. */
export const extremeByComparison = (operation: 'max' | 'min', interaction: Interaction, tensor: Tensor, axes: Axes): Tensor => {
  const { turned, shape, names, winners } = findWinners(operation, interaction, tensor, axes)
  return pickCells(turned, winners, shape, names)
}

/** argmax or argmin of encrypted cells: known. */
export const positionByComparison = (operation: 'argmax' | 'argmin', interaction: Interaction, tensor: Tensor, axes: Axes): DeferredTensor => {
  const { shape, names, winners, length } = findWinners(operation, interaction, tensor, axes)
  return createKnown(shape, winners.map((winner) => winner % length), names)
}

/** The cells along an axis in rising order, equal ones as they stand: still encrypted. Throws `policy.budget-spent` before asking. */
export const sortByComparison = (interaction: Interaction, tensor: Tensor, axis: number): Tensor => {
  const [last = 0] = resolveAxes('sort', axis, tensor.shape)
  const { turned, members, length } = groupAlong('sort', tensor, last)
  interaction.assertComparisons('sort', members.length * mostMergeComparisons(length))
  const sorted = runTogether('sort', interaction, turned, members.map((group) => mergeSort(group)))
  const order = [...tensor.shape.keys()].filter((other) => other !== last).concat(last)
  const picked = pickCells(turned, sorted.flat(), turned.shape, null)
  return new Tensor(transposeState('sort', picked, order.map((_, position) => order.indexOf(position))))
}

/** NumPy's quantile by linear interpolation between two encrypted cells of each group: still encrypted. Precondition: 0 ≤ q ≤ 1. */
export const quantileByComparison = (operation: string, interaction: Interaction, tensor: Tensor, q: number, axes: Axes): Tensor => {
  const { turned, shape, names, length, members } = groupAlong(operation, tensor, axes)
  const position = q * (length - 1)
  const ranks = [...new Set([Math.floor(position), Math.ceil(position)])]
  interaction.assertComparisons(operation, members.length * (length - 1))
  const picked = runTogether(operation, interaction, turned, members.map((group) => selectRanks(group, ranks)))
  const below = pickCells(turned, picked.map((cells) => cells[0] as number), shape, names)
  if (ranks.length === 1) return below
  const above = pickCells(turned, picked.map((cells) => cells[1] as number), shape, names)
  const [step, fraction] = [above.sub(below), position - Math.floor(position)]
  // From the nearer neighbour, as after decryption.
  return fraction < 0.5 ? below.add(step.mul(fraction)) : above.sub(step.mul(1 - fraction))
}
