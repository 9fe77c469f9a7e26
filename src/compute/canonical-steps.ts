import { AppError } from '../shared/errors.ts'
import { stepArity, type ProgramStep } from '../shared/schemas/program.ts'

/** Throws `input.program-not-canonical`. */
export const refuse = (where: string, why: string): never => {
  throw new AppError('input.program-not-canonical', `program: ${where}: ${why}`, { details: { where } })
}

/** Holds the steps after decryption to the one order in which deriveProgram writes them. */
export interface StepChecker {
  /** The values of one deferred tensor, in order, whose cells may be `cells` only. */
  checkValues(values: readonly number[], cells: ReadonlySet<number>): void
  /** Every step has been used. */
  checkEnd(): void
}

const assertInputs = ([operation, ...inputs]: ProgramStep, step: number): void => {
  const where = `step ${step}`
  if (operation === 'number') {
    if (Object.is(inputs[0], -0)) refuse(where, 'zero has no sign')
    return
  }
  const arity = stepArity[operation]
  if (arity === undefined ? inputs.length < 2 : inputs.length !== arity) refuse(where, `${operation} does not take ${inputs.length} inputs`)
  if (inputs.some((reference) => reference < 0 && -1 - reference >= step)) refuse(where, 'it uses a step that does not come before it')
}

/** The first input of these is a plain number, not a value: a position, a fraction. */
const assertPlainFirst = (steps: readonly ProgramStep[], [operation, first]: ProgramStep, step: number): void => {
  if (operation !== 'order' && operation !== 'quantile') return
  const plain = first === undefined || first >= 0 ? undefined : steps[-1 - first]
  if (plain?.[0] !== 'number') refuse(`step ${step}`, `${operation} begins with a plain number`)
}

/** Many tensors over the same long steps would be checked again and again; no script's answer comes near. */
const maxWork = 1 << 20

/** Throws `input.program-not-canonical`, naming the step. Linear in the length of the steps. */
export const createStepChecker = (unread: readonly unknown[]): StepChecker => {
  const steps = unread as readonly ProgramStep[]
  const texts = new Set<string>()
  // What each step's cells are must be known for every tensor that uses it, so each tensor walks its steps anew.
  let numbered = 0
  let work = 0
  steps.forEach((step, index) => {
    assertInputs(step, index)
    assertPlainFirst(steps, step, index)
    const text = step.join(',')
    if (texts.has(text)) refuse(`step ${index}`, 'an earlier step is the same')
    texts.add(text)
  })

  const inputsOf = (step: number): readonly number[] => {
    const [operation, ...inputs] = steps[step] as ProgramStep
    return operation === 'number' ? [] : (inputs)
  }

  const visit = (root: number, cells: ReadonlySet<number>, seen: Set<number>): void => {
    const stack = [{ reference: root, next: 0 }]
    while (stack.length > 0) {
      const top = stack.at(-1) as { readonly reference: number; next: number }
      const step = -1 - top.reference
      if (step < 0 || seen.has(step)) {
        if (step < 0 && !cells.has(top.reference)) refuse('answer', `cell ${top.reference} is used, and is not below the value that uses it`)
        stack.pop()
        continue
      }
      if (step >= steps.length) refuse('answer', `step ${step} is not there`)
      const input = inputsOf(step)[top.next++]
      if (input !== undefined) {
        work += 1
        stack.push({ reference: input, next: 0 })
        continue
      }
      seen.add(step)
      if (step > numbered) refuse('answer', `step ${step} is used before step ${numbered}`)
      numbered = Math.max(numbered, step + 1)
      stack.pop()
    }
    if (work > maxWork) refuse('answer', 'its values share too many steps')
  }

  return {
    checkValues: (values, cells) => {
      const seen = new Set<number>()
      for (const value of values) visit(value, cells, seen)
    },
    checkEnd: () => {
      if (numbered !== steps.length) refuse('answer', `step ${numbered} is not used`)
    },
  }
}
