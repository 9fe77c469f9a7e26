import { AppError } from '../shared/errors.ts'
import { DeferredTensor } from './deferred.ts'
import { numberValue, visitValues, type DeferredValue } from './deferred-value.ts'
import { evaluateStep, plainResult, type StepResult } from './evaluate-steps.ts'
import type { Plain } from './plain.ts'

/** Whether nothing encrypted is below it: its numbers are known while the script runs, as those of a comparison are. */
export const isKnown = (tensor: unknown): tensor is DeferredTensor => tensor instanceof DeferredTensor && tensor.leaves.size === 0

const evaluate = (values: readonly DeferredValue[]): number[] => {
  const results = new Map<DeferredValue, StepResult>()
  const done = new Set<DeferredValue>()
  const resultOf = (value: DeferredValue): StepResult => results.get(value) as StepResult
  return values.map((root) => {
    visitValues(root, done, (value) => {
      if (value.kind === 'number') results.set(value, plainResult(value.value))
      if (value.kind === 'step') results.set(value, evaluateStep(value.operation, value.inputs.map(resultOf)))
    })
    return resultOf(root).number
  })
}

/** Numbers of a known tensor, row-major. */
export const readKnown = ({ values }: DeferredTensor): number[] => evaluate(values)

/** A known tensor with its steps done: what is made of it next is plain arithmetic. Infinities and NaN stay steps, which have no text. */
export const foldKnown = (tensor: DeferredTensor): DeferredTensor => {
  const numbers = evaluate(tensor.values)
  const values = tensor.values.map((value, index) => {
    const number = numbers[index] as number
    return Number.isFinite(number) ? numberValue(number) : value
  })
  return new DeferredTensor({ ...tensor, values })
}

/** Nested lists of its numbers, as plain operands are. */
export const knownToPlain = (tensor: DeferredTensor): Plain => {
  const numbers = evaluate(tensor.values)
  const nest = (axis: number, offset: number, size: number): Plain => {
    const length = tensor.shape[axis]
    if (length === undefined) return numbers[offset] as number
    return Array.from({ length }, (_, index) => nest(axis + 1, offset + (index * size) / length, size / length))
  }
  return nest(0, 0, numbers.length)
}

/**
 * The one number of a known tensor with a single cell; `subject` begins the error, and what would work ends it. Throws
 * `input.tensor-unknown`, `input.tensor-value`.
 */
export const knownItem = (subject: string, tensor: unknown, instead?: string): number => {
  if (!isKnown(tensor)) {
    throw new AppError(
      'input.tensor-unknown',
      `${subject}: its numbers are not known while the script runs, unless the seller compared encrypted cells for it; `
      + (instead ?? 'compare with > < == and take sum() or where()'),
    )
  }
  if (tensor.size !== 1) throw new AppError('input.tensor-value', `${subject}: it has ${tensor.size} cells; ${instead ?? 'sum(), max() or min() make one of many'}`)
  return evaluate(tensor.values)[0] as number
}
