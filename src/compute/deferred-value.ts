import type { StepOperation } from '../shared/schemas/program.ts'
import type { Tensor } from './tensor.ts'

/** One number that is known only after decryption: an encrypted cell, a plain number, or an operation on such numbers. */
export type DeferredValue =
  | { readonly kind: 'cell'; readonly tensor: Tensor; readonly index: number }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'step'; readonly operation: StepOperation; readonly inputs: readonly DeferredValue[] }

// −0 is 0: they are one text.
export const numberValue = (value: number): DeferredValue => ({ kind: 'number', value: value + 0 })

/** A plain number; what is infinite, or none, has no text, and is the quotient that it is of. */
export const plainValue = (value: number): DeferredValue => {
  if (Number.isFinite(value)) return numberValue(value)
  return stepValue('div', numberValue(Number.isNaN(value) ? 0 : Math.sign(value)), numberValue(0))
}

export const stepValue = (operation: StepOperation, ...inputs: readonly DeferredValue[]): DeferredValue => ({ kind: 'step', operation, inputs })

/** Σ of any number of values: nothing is 0, one is itself. */
export const sumValues = (values: readonly DeferredValue[]): DeferredValue => {
  const [first] = values
  if (first === undefined) return numberValue(0)
  return values.length === 1 ? first : stepValue('sum', ...values)
}

/**
 * Visits a value and all below it, inputs before what is made of them and each object once, without recursion: chains are as long as
 * a script's loops.
 */
export const visitValues = (root: DeferredValue, done: Set<DeferredValue>, visit: (value: DeferredValue) => void): void => {
  const stack: { readonly value: DeferredValue; next: number }[] = [{ value: root, next: 0 }]
  while (stack.length > 0) {
    const top = stack.at(-1) as { readonly value: DeferredValue; next: number }
    const inputs = top.value.kind === 'step' ? top.value.inputs : []
    if (done.has(top.value)) {
      stack.pop()
    } else if (top.next < inputs.length) {
      stack.push({ value: inputs[top.next++] as DeferredValue, next: 0 })
    } else {
      done.add(top.value)
      visit(top.value)
      stack.pop()
    }
  }
}
