import { AppError } from '../shared/errors.ts'
import type { AnswerLayout } from '../shared/schemas/program.ts'
import { Tensor } from './tensor.ts'

type Leaf = number | string | boolean | null

/** What a script may export. */
export type AnswerValue = Leaf | Tensor | readonly AnswerValue[] | { readonly [name: string]: AnswerValue }

/** The same with numbers and nested arrays of numbers in the tensors' places. */
export type AnswerJson = Leaf | AnswerJson[] | { [name: string]: AnswerJson }

export const answerLimits = { depth: 16, items: 1000, nameLength: 200, textLength: 1000 } as const

const invalid = (path: string, why: string): AppError =>
  new AppError('input.answer-invalid', `${path === '' ? 'the answer' : `answer${path}`}: ${why}`, { details: { path } })

/** `.name` or `[i]` behind `path`. */
const pathTo = (path: string, step: string | number): string => (typeof step === 'number' ? `${path}[${step}]` : `${path}.${step}`)

const readLeaf = (value: unknown, path: string): Leaf => {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw invalid(path, `${value} is not a finite number`)
    // −0 is 0: they are one text.
    return value + 0
  }
  if (typeof value === 'string' && value.length > answerLimits.textLength) {
    throw invalid(path, `a text may have ${answerLimits.textLength} characters`)
  }
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value
  throw invalid(path, `${typeof value} cannot be part of an answer`)
}

const assertCount = (count: number, path: string): void => {
  if (count > answerLimits.items) throw invalid(path, `${count} items, of which ${answerLimits.items} are allowed`)
}

const isRecord = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

/** Gives each tensor of the answer the numbers of its cells. */
type NumberCells = (tensor: Tensor) => number[]

/**
 * The layout of an exported value, depth first, in order. Throws `input.answer-invalid`, naming the place, for what no answer can
 * hold.
 */
export const layoutAnswer = (answer: unknown, numberCells: NumberCells, path = '', depth = 0): AnswerLayout => {
  if (answer instanceof Tensor) return { kind: 'tensor', shape: [...answer.shape], cells: numberCells(answer) }
  if (typeof answer !== 'object' || answer === null) return { kind: 'constant', value: readLeaf(answer, path) }
  if (depth >= answerLimits.depth) throw invalid(path, `nested more than ${answerLimits.depth} deep`)
  const visit = (value: unknown, step: string | number): AnswerLayout => layoutAnswer(value, numberCells, pathTo(path, step), depth + 1)
  if (Array.isArray(answer)) {
    assertCount(answer.length, path)
    return { kind: 'list', items: Array.from(answer, visit) }
  }
  if (!isRecord(answer)) throw invalid(path, 'only plain objects, arrays and tensors can hold values')
  const entries = Object.entries(answer)
  assertCount(entries.length, path)
  for (const [name] of entries) {
    if (name.length > answerLimits.nameLength) throw invalid(path, `a name may have ${answerLimits.nameLength} characters`)
  }
  return { kind: 'record', entries: entries.map(([name, value]) => [name, visit(value, name)]) }
}

/** The answer's tensors in order, each once. Throws as `layoutAnswer`. */
export const collectTensors = (answer: unknown): Tensor[] => {
  const tensors = new Set<Tensor>()
  layoutAnswer(answer, (tensor) => {
    tensors.add(tensor)
    return []
  })
  return [...tensors]
}

/** Nested arrays of `shape`, row-major; the bare value for a scalar. */
const nest = (shape: readonly number[], values: readonly number[]): AnswerJson => {
  const build = (axis: number, offset: number, size: number): AnswerJson => {
    if (axis === shape.length) return values[offset] as number
    const length = shape[axis] as number
    const inner = size / length
    return Array.from({ length }, (_, index) => build(axis + 1, offset + index * inner, inner))
  }
  return build(0, 0, values.length)
}

/** The answer with the numbers of its cells filled in. */
export const renderAnswer = (layout: AnswerLayout, numbers: readonly number[]): AnswerJson => {
  switch (layout.kind) {
    case 'constant':
      return layout.value
    case 'tensor':
      return nest(layout.shape, layout.cells.map((cell) => numbers[cell] as number))
    case 'list':
      return layout.items.map((item) => renderAnswer(item, numbers))
    case 'record':
      return Object.fromEntries(layout.entries.map(([name, entry]) => [name, renderAnswer(entry, numbers)]))
  }
}

/** The tensors of a layout with the place each has in the answer ('' where the answer is one tensor). */
export const tensorsOfLayout = (
  layout: AnswerLayout, path = '',
): { readonly path: string; readonly shape: readonly number[]; readonly cells: readonly number[] }[] => {
  switch (layout.kind) {
    case 'constant':
      return []
    case 'tensor':
      return [{ path, shape: layout.shape, cells: layout.cells }]
    case 'list':
      return layout.items.flatMap((item, index) => tensorsOfLayout(item, pathTo(path, index)))
    case 'record':
      return layout.entries.flatMap(([name, entry]) => tensorsOfLayout(entry, pathTo(path, name)))
  }
}
