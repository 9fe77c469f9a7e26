import { AppError } from '../shared/errors.ts'
import type { AnswerLayout } from '../shared/schemas/program.ts'
import { DeferredTensor } from './deferred.ts'
import { Tensor } from './tensor.ts'

type Leaf = number | string | boolean | null

/** What a script may export. */
export type AnswerValue = Leaf | Tensor | DeferredTensor | readonly AnswerValue[] | { readonly [name: string]: AnswerValue }

/** The same with numbers and nested arrays of numbers in the tensors' places. */
export type AnswerJson = Leaf | AnswerJson[] | { [name: string]: AnswerJson }

export const answerLimits = { depth: 16, items: 1000, nameLength: 200, textLength: 1000 } as const

const invalid = (path: string, why: string): AppError =>
  new AppError('input.answer-invalid', `${path === '' ? 'the answer' : `answer${path}`}: ${why}`, { details: { path } })

/** What `find` gives of the first item for which it gives anything. */
const findFirst = <T>(items: readonly T[], find: (item: T, index: number) => string | null): string | null => {
  for (const [index, item] of items.entries()) {
    const found = find(item, index)
    if (found !== null) return found
  }
  return null
}

/** `.name` or `[i]` behind `path`. */
export const pathTo = (path: string, step: string | number): string => (typeof step === 'number' ? `${path}[${step}]` : `${path}.${step}`)

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

/** Gives each tensor of the answer the numbers of its cells, and each deferred one the references of its values. */
export interface AnswerNumbering {
  numberCells(tensor: Tensor): number[]
  /** Called after numberCells for each of its leaves. */
  numberValues(tensor: DeferredTensor): number[]
}

const layoutDeferred = (tensor: DeferredTensor, numbering: AnswerNumbering): AnswerLayout => ({
  kind: 'deferred',
  shape: [...tensor.shape],
  leaves: Array.from(tensor.leaves, (leaf) => ({ shape: [...leaf.shape], cells: numbering.numberCells(leaf) })),
  values: numbering.numberValues(tensor),
})

/**
 * The layout of an exported value, depth first, in order. Throws `input.answer-invalid`, naming the place, for what no answer can
 * hold.
 */
export const layoutAnswer = (answer: unknown, numbering: AnswerNumbering, path = '', depth = 0): AnswerLayout => {
  if (answer instanceof Tensor) return { kind: 'tensor', shape: [...answer.shape], cells: numbering.numberCells(answer) }
  if (answer instanceof DeferredTensor) return layoutDeferred(answer, numbering)
  if (typeof answer !== 'object' || answer === null) return { kind: 'constant', value: readLeaf(answer, path) }
  if (depth >= answerLimits.depth) throw invalid(path, `nested more than ${answerLimits.depth} deep`)
  const visit = (value: unknown, step: string | number): AnswerLayout => layoutAnswer(value, numbering, pathTo(path, step), depth + 1)
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

/** The answer's encrypted tensors in order, each once, those below deferred ones included. Throws as `layoutAnswer`. */
export const collectTensors = (answer: unknown): Tensor[] => {
  const tensors = new Set<Tensor>()
  const numberCells = (tensor: Tensor): number[] => {
    tensors.add(tensor)
    return []
  }
  layoutAnswer(answer, { numberCells, numberValues: () => [] })
  return [...tensors]
}

/** What no JSON number can say, after a division by 0 for instance, is said in words, so that nothing passes for a number. */
const renderNumber = (value: number): Leaf => (Number.isFinite(value) ? value : String(value))

/** Nested arrays of `shape`, row-major; the bare value for a scalar. */
const nest = (shape: readonly number[], values: readonly Leaf[]): AnswerJson => {
  const build = (axis: number, offset: number, size: number): AnswerJson => {
    if (axis === shape.length) return values[offset] as Leaf
    const length = shape[axis] as number
    const inner = size / length
    return Array.from({ length }, (_, index) => build(axis + 1, offset + index * inner, inner))
  }
  return build(0, 0, values.length)
}

/** The answer with the numbers of its cells and deferred values filled in. */
export const renderAnswer = (layout: AnswerLayout, numberOf: (reference: number) => number): AnswerJson => {
  switch (layout.kind) {
    case 'constant':
      return layout.value
    case 'tensor':
      return nest(layout.shape, layout.cells.map((cell) => renderNumber(numberOf(cell))))
    case 'deferred':
      return nest(layout.shape, layout.values.map((reference) => renderNumber(numberOf(reference))))
    case 'list':
      return layout.items.map((item) => renderAnswer(item, numberOf))
    case 'record':
      return Object.fromEntries(layout.entries.map(([name, entry]) => [name, renderAnswer(entry, numberOf)]))
  }
}

/** `[i][j]` of the cell at `offset` of a shape, row-major; nothing for a scalar. */
export const indexOf = (shape: readonly number[], offset: number): string => {
  let left = offset
  return shape.map((length, axis) => {
    const inner = shape.slice(axis + 1).reduce((size, other) => size * other, 1)
    const index = Math.floor(left / inner) % length
    left %= inner
    return `[${index}]`
  }).join('')
}

/** Where in an answer a cell is used first, as its script would name it: `answer.means[2]`. */
export const nameCell = (layout: AnswerLayout, cell: number): string => {
  const visit = (part: AnswerLayout, path: string): string | null => {
    switch (part.kind) {
      case 'constant':
        return null
      case 'tensor': {
        const offset = part.cells.indexOf(cell)
        return offset === -1 ? null : `answer${path}${indexOf(part.shape, offset)}`.replace(/^answer$/, 'the answer')
      }
      case 'deferred': {
        const whole = path === '' ? 'the answer' : `answer${path}`
        return part.leaves.some(({ cells }) => cells.includes(cell)) ? `what is decrypted for ${whole}` : null
      }
      case 'list':
        return findFirst(part.items, (item, index) => visit(item, pathTo(path, index)))
      case 'record':
        return findFirst(part.entries, ([name, entry]) => visit(entry, pathTo(path, name)))
    }
  }
  return visit(layout, '') ?? `cell ${cell} of the answer`
}

/** The values of a layout that rest on the key holder's replies alone, each with its place: nothing is decrypted for them. */
export const repliedOfLayout = (layout: AnswerLayout, path = ''): { readonly path: string; readonly shape: readonly number[] }[] => {
  switch (layout.kind) {
    case 'constant':
    case 'tensor':
      return []
    case 'deferred':
      return layout.leaves.length === 0 ? [{ path, shape: layout.shape }] : []
    case 'list':
      return layout.items.flatMap((item, index) => repliedOfLayout(item, pathTo(path, index)))
    case 'record':
      return layout.entries.flatMap(([name, entry]) => repliedOfLayout(entry, pathTo(path, name)))
  }
}

/**
 * The encrypted tensors of a layout with the place each has in the answer ('' where the answer is one tensor); for a deferred value, the
 * leaves that are decrypted for it.
 */
export const tensorsOfLayout = (
  layout: AnswerLayout, path = '',
): { readonly path: string; readonly shape: readonly number[]; readonly cells: readonly number[] }[] => {
  switch (layout.kind) {
    case 'constant':
      return []
    case 'tensor':
      return [{ path, shape: layout.shape, cells: layout.cells }]
    case 'deferred':
      return layout.leaves.map(({ shape, cells }) => ({ path, shape, cells }))
    case 'list':
      return layout.items.flatMap((item, index) => tensorsOfLayout(item, pathTo(path, index)))
    case 'record':
      return layout.entries.flatMap(([name, entry]) => tensorsOfLayout(entry, pathTo(path, name)))
  }
}
