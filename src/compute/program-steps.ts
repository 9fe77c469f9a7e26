import { createRational, type Rational } from '../crypto/rational.ts'
import { AppError } from '../shared/errors.ts'
import type { Program, ProgramStep } from '../shared/schemas/program.ts'
import { visitValues, type DeferredValue } from './deferred-value.ts'
import type { DeferredTensor } from './deferred.ts'
import { evaluateStep, exactResult, plainResult, type StepResult } from './evaluate-steps.ts'

/** Numbers each different text once, from 0 on. */
export const createNumbering = <T>(items: T[], encode: (item: T) => string): ((item: T) => number) => {
  const numbers = new Map<string, number>()
  return (item) => {
    const text = encode(item)
    const number = numbers.get(text) ?? items.push(item) - 1
    numbers.set(text, number)
    return number
  }
}

/** More steps than any answer needs; each is sent. */
const maxSteps = 1 << 20

/** Gives deferred values their references: cells by `numberCell`, steps as −1 − their position in `steps`, equal ones once. */
export const createStepNumbering = (steps: ProgramStep[], numberCell: (value: DeferredValue & { kind: 'cell' }) => number) => {
  const numberStep = createNumbering(steps, (step) => step.join(','))
  const references = new Map<DeferredValue, number>()
  const done = new Set<DeferredValue>()
  const toStep = (value: DeferredValue & { kind: 'number' | 'step' }): ProgramStep =>
    value.kind === 'number' ? ['number', value.value] : [value.operation, ...value.inputs.map((input) => references.get(input) as number)]
  const refer = (value: DeferredValue): void => {
    references.set(value, value.kind === 'cell' ? numberCell(value) : -1 - numberStep(toStep(value)))
    if (steps.length > maxSteps) {
      const message = `the answer needs more than ${maxSteps} steps after decryption`
      throw new AppError('input.tensor-too-large', message, { details: { limit: maxSteps } })
    }
  }
  return ({ values }: DeferredTensor): number[] => values.map((value) => {
    visitValues(value, done, refer)
    return references.get(value) as number
  })
}

/** The values of a program's steps, in order, from the decrypted integers and the scales of its cells. */
export const evaluateSteps = (
  { steps }: Extract<Program, { version: 2 | 3 }>, integers: readonly bigint[], scales: readonly Rational[],
): StepResult[] => {
  const cells = integers.map((integer, cell) => exactCell(integer, scales[cell] as Rational))
  const results: StepResult[] = []
  for (const step of steps) {
    const [operation, ...inputs] = step as ProgramStep
    const valueOf = (reference: number): StepResult => (reference < 0 ? results[-1 - reference] : cells[reference]) as StepResult
    results.push(operation === 'number' ? plainResult(inputs[0]) : evaluateStep(operation, inputs.map(valueOf)))
  }
  return results
}

/** integer × scale. */
export const exactCell = (integer: bigint, { numerator, denominator }: Rational): StepResult =>
  exactResult(createRational(integer * numerator, denominator))
