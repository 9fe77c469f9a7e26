import { createRational, multiplyRational, one, rationalToNumber, type Rational } from '../crypto/rational.ts'
import type { LinearForm } from '../crypto/types.ts'
import { AppError } from '../shared/errors.ts'
import type { AnswerLayout, Inequality, Program, ProgramCell, ProgramStep } from '../shared/schemas/program.ts'
import { affineAlgebra, type AffineForms } from './affine.ts'
import { collectTensors, layoutAnswer, renderAnswer, repliedOfLayout, tensorsOfLayout, type AnswerJson, type AnswerValue } from './answer.ts'
import { encodeCell, encodeInequality } from './canonical.ts'
import type { DatasetDescription } from './columns.ts'
import { visitValues, type DeferredValue } from './deferred-value.ts'
import { evaluateStep, plainResult, type StepResult } from './evaluate-steps.ts'
import { evaluateGraph } from './graph.ts'
import { reduceForm } from './integer-form.ts'
import { createIntegerAlgebra, type ReadCell } from './integers.ts'
import { createNumbering, createStepNumbering, evaluateSteps, exactCell } from './program-steps.ts'
import { assertSameDataset, type Tensor } from './tensor.ts'

const rationalJson = ({ numerator, denominator }: Rational): ProgramCell['scale'] =>
  ({ numerator: String(numerator), denominator: String(denominator) })

/** The canonical form of one affine form times a scale (shared/schemas/program.ts says what that is). */
const canonicalCell = (forms: AffineForms, index: number, scale: Rational): ProgramCell => {
  const { factor, form } = reduceForm(forms, index)
  return { scale: rationalJson(factor === 0n ? one : multiplyRational(scale, createRational(factor))), ...form }
}

/** The constant 1, which says nothing. */
const anchorCell: ProgramCell = { scale: { numerator: '1', denominator: '1' }, constant: '1', terms: [] }

/**
 * An answer that the key holder's replies made known altogether has nothing left to decrypt; so that it can still be asked for,
 * proved and put on a receipt, its first tensor is given one cell to stand on. null where nothing came of encrypted cells at all.
 */
const anchorLayout = (layout: AnswerLayout, cell: number): AnswerLayout | null => {
  const anchorFirst = <T>(parts: readonly T[], anchor: (part: T) => T | null): T[] | null => {
    for (const [index, part] of parts.entries()) {
      const anchored = anchor(part)
      if (anchored !== null) return parts.with(index, anchored)
    }
    return null
  }
  switch (layout.kind) {
    case 'deferred':
      return { ...layout, leaves: [{ shape: [], cells: [cell] }] }
    case 'list': {
      const items = anchorFirst(layout.items, (item) => anchorLayout(item, cell))
      return items === null ? null : { ...layout, items }
    }
    case 'record': {
      const entries = anchorFirst(layout.entries, ([name, entry]): (typeof layout.entries)[number] | null => {
        const anchored = anchorLayout(entry, cell)
        return anchored === null ? null : [name, anchored]
      })
      return entries === null ? null : { ...layout, entries }
    }
    default:
      return null
  }
}

const tensorsOfDataset = (answer: AnswerValue, dataset: DatasetDescription): Tensor[] => {
  const tensors = collectTensors(answer)
  for (const tensor of tensors) assertSameDataset('export', tensor.dataset, dataset)
  return tensors
}

/**
 * The program of an answer: each cell's canonical form, equal cells once, numbered by first use. Equal answers, however spelled, give
 * equal programs; what is computed after decryption is kept as it was written, equal steps once. `comparisons`
 * are what the key holder was asked openly on the way. Throws `input.answer-invalid` (also
 * where nothing in the answer is encrypted), `input.tensor-mixed`, `input.tensor-too-large`.
 */
export const deriveProgram = (answer: AnswerValue, dataset: DatasetDescription, comparisons: readonly Inequality[] = []): Program => {
  const tensors = tensorsOfDataset(answer, dataset)
  const forms = evaluateGraph(tensors.map(({ node }) => node), affineAlgebra)
  const formsOf = new Map(tensors.map((tensor, index) => [tensor, forms[index] as AffineForms]))
  const cells: ProgramCell[] = []
  const steps: ProgramStep[] = []
  const numberCell = createNumbering(cells, encodeCell)
  const cellOf = (tensor: Tensor, index: number): number =>
    numberCell(canonicalCell(formsOf.get(tensor) as AffineForms, index, tensor.scale))
  const layout = layoutAnswer(answer, {
    numberCells: (tensor) => Array.from({ length: tensor.size }, (_, index) => cellOf(tensor, index)),
    numberValues: createStepNumbering(steps, ({ tensor, index }) => cellOf(tensor, index)),
  })
  const anchored = cells.length === 0 ? anchorLayout(layout, 0) : layout
  if (anchored !== null && cells.length === 0) cells.push(anchorCell)
  if (anchored === null) {
    throw new AppError('input.answer-invalid', 'the answer: nothing in it is encrypted, so there is nothing to buy', { details: { path: '' } })
  }
  const { datasetRoot, rows, columns } = dataset
  const asked = comparisons.length === 0 ? {} : { comparisons: [...comparisons] }
  const fields = { datasetRoot, rows, columns: columns.length, cells, answer: anchored, ...asked }
  return steps.length === 0 ? { version: 1, ...fields } : { version: 2, ...fields, steps: steps as Extract<Program, { version: 2 }>['steps'] }
}

const encodeLayout = (layout: AnswerLayout): string => {
  switch (layout.kind) {
    case 'constant':
      return `{"kind":"constant","value":${JSON.stringify(layout.value)}}`
    case 'tensor':
      return `{"kind":"tensor","shape":[${layout.shape.join(',')}],"cells":[${layout.cells.join(',')}]}`
    case 'deferred':
      return `{"kind":"deferred","shape":[${layout.shape.join(',')}],"leaves":[${layout.leaves.map(({ shape, cells }) =>
        `{"shape":[${shape.join(',')}],"cells":[${cells.join(',')}]}`).join(',')}],"values":[${layout.values.join(',')}]}`
    case 'list':
      return `{"kind":"list","items":[${layout.items.map(encodeLayout).join(',')}]}`
    case 'record':
      return `{"kind":"record","entries":[${layout.entries.map(([name, entry]) => `[${JSON.stringify(name)},${encodeLayout(entry)}]`).join(',')}]}`
  }
}

/** The program's one JSON text, for hashing and sending: fixed order of keys, no spaces. */
export const encodeProgram = (program: Program): string => {
  const { version, datasetRoot, rows, columns, cells, answer, comparisons = [] } = program
  const steps = program.version === 1 ? '' : `,"steps":${JSON.stringify(program.steps)}`
  const packed = program.version === 3 ? `,"packed":${JSON.stringify(program.packed)}` : ''
  const asked = comparisons.length === 0 ? '' : `,"comparisons":[${comparisons.map(encodeInequality).join(',')}]`
  const table = `"datasetRoot":"${datasetRoot}","rows":${rows},"columns":${columns}`
  return `{"version":${version},${table},"cells":[${cells.map(encodeCell).join(',')}],"answer":${encodeLayout(answer)}${steps}${packed}${asked}}`
}

export const toLinearForm = ({ constant, terms }: Omit<ProgramCell, 'scale'>): LinearForm => ({
  runs: terms.map(([start, count, weight]) => ({ start, count, weight: BigInt(weight) })),
  constant: BigInt(constant),
})

/**
 * One form per cell, over the table's own cells (packed-program.ts says what of them is read packed). The scales stay behind: they are
 * applied when the answer is read.
 */
export const programToForms = (program: Program): LinearForm[] => program.cells.map(toLinearForm)

/** What decryption must give, cell by cell: Σ weight·x + constant over the integers themselves. */
export const evaluateProgramOnIntegers = (program: Program, readCell: ReadCell): bigint[] =>
  programToForms(program).map(({ runs, constant }) =>
    runs.reduce((total, { start, count, weight }) => {
      let sum = 0n
      for (let cell = start; cell < start + count; cell++) sum += readCell(cell)
      return total + weight * sum
    }, constant))

const scaledNumber = (integer: bigint, { numerator, denominator }: Rational): number =>
  rationalToNumber({ numerator: integer * numerator, denominator })

/** The answer as JSON, from the decrypted integer of each cell: integer × scale, the nearest double. */
export const readAnswer = (program: Program, integers: readonly bigint[]): AnswerJson => {
  if (integers.length !== program.cells.length) {
    throw new AppError('input.invalid', `the program has ${program.cells.length} cells, ${integers.length} integers were given`, {
      details: { expected: program.cells.length, found: integers.length },
    })
  }
  const scales = program.cells.map(({ scale }) => ({ numerator: BigInt(scale.numerator), denominator: BigInt(scale.denominator) }))
  const steps = program.version === 1 ? [] : evaluateSteps(program, integers, scales)
  return renderAnswer(program.answer, (reference) =>
    reference < 0
      ? (steps[-1 - reference] as StepResult).number
      : scaledNumber(integers[reference] as bigint, scales[reference] as Rational))
}

/** The true answer of a test run: the same graph over the plain integers, without program or ciphertext. */
export const evaluatePlain = (answer: AnswerValue, dataset: DatasetDescription, readCell: ReadCell): AnswerJson => {
  const tensors = tensorsOfDataset(answer, dataset)
  const integers = evaluateGraph(tensors.map(({ node }) => node), createIntegerAlgebra(readCell))
  const indices = new Map(tensors.map((tensor, index) => [tensor, index]))
  const integerOf = (tensor: Tensor, cell: number): bigint => integers[indices.get(tensor) as number]?.[cell] as bigint
  const numbers: number[] = []
  const results = new Map<DeferredValue, StepResult>()
  const done = new Set<DeferredValue>()
  const evaluate = (value: DeferredValue): StepResult => {
    switch (value.kind) {
      case 'cell': return exactCell(integerOf(value.tensor, value.index), value.tensor.scale)
      case 'number': return plainResult(value.value)
      case 'step': return evaluateStep(value.operation, value.inputs.map((input) => results.get(input) as StepResult))
    }
  }
  const layout = layoutAnswer(answer, {
    numberCells: (tensor) => Array.from({ length: tensor.size }, (_, cell) =>
      numbers.push(scaledNumber(integerOf(tensor, cell), tensor.scale)) - 1),
    numberValues: ({ values }) => values.map((value) => {
      visitValues(value, done, (part) => { results.set(part, evaluate(part)) })
      return numbers.push((results.get(value) as StepResult).number) - 1
    }),
  })
  return renderAnswer(layout, (position) => numbers[position] as number)
}

/** The largest rounding-error bound among the answer's tensors, in units of the values. */
export const answerError = (answer: AnswerValue): number => collectTensors(answer).reduce((most, { error }) => Math.max(most, error), 0)

/** Where in the answer each tensor stands, and its shape. */
export const answerShapes = (program: Program): { readonly path: string; readonly shape: readonly number[] }[] =>
  tensorsOfLayout(program.answer).map(({ path, shape }) => ({ path, shape }))

/** Where in the answer a value stands that rests on replies alone, and its shape. */
export const repliedShapes = (program: Program): { readonly path: string; readonly shape: readonly number[] }[] =>
  repliedOfLayout(program.answer)

export interface ProgramDescription {
  /** Cells to decrypt. */
  readonly cells: number
  /** Weighted runs over all cells. */
  readonly terms: number
  /** Ciphertexts that are multiplied in, over all cells. */
  readonly ciphertextOperations: number
  /** Operations on numbers after decryption. */
  readonly steps: number
}

export const describeProgram = (program: Program): ProgramDescription => ({
  cells: program.cells.length,
  terms: program.cells.reduce((sum, { terms }) => sum + terms.length, 0),
  ciphertextOperations: program.cells.reduce((sum, { terms }) => terms.reduce((inner, [, count]) => inner + count, sum), 0),
  steps: program.version === 1 ? 0 : program.steps.length,
})
