import { AppError, type ErrorCode } from '../shared/errors.ts'
import type { AnswerValue, BackendArgument } from './backend.ts'
import { parametersOf } from './parameters.ts'

/**
 * How values leave the sandbox: as JSON text, written by the prelude. Numbers, words, true, false, null and arrays stand for
 * themselves; `{"number": "NaN"}` is one that JSON has no word for, `{"tensor": id}` a handle, `{"record": [[key, value], …]}` a plain
 * object, and `{"refused": "a function"}` anything that cannot cross. The text comes from the script's side of the wall, so nothing about
 * it is believed.
 */
export interface ValueLimits {
  readonly depth: number
  readonly items: number
  readonly entries: number
  readonly keyLength: number
  readonly wordLength: number
}

/** What the schema of answers holds (shared/schemas/program.ts), so that what a script may export can also be sent. */
const answerLimits: ValueLimits = { depth: 16, items: 1000, entries: 1000, keyLength: 200, wordLength: 1000 }
/** Plain matrices have as many items as the data has cells, and no objects in them. */
const argumentLimits: ValueLimits = { depth: 8, items: Infinity, entries: 0, keyLength: 0, wordLength: 1000 }

interface Reader<T extends object> {
  readonly code: ErrorCode
  readonly limits: ValueLimits
  findTensor(id: number): T | undefined
  /** What follows `is undefined`. */
  readonly undefinedMeans: string
  /** Reads NaN, Infinity or -Infinity, or throws. */
  readNumber(word: string, path: string): number
}

const refuseNumber = (code: ErrorCode) => (word: string, path: string): never => {
  throw new AppError(code, `${path} is ${word}`)
}

const nonFinite: ReadonlyMap<string, number> = new Map([['NaN', Number.NaN], ['Infinity', Infinity], ['-Infinity', -Infinity]])

const readNonFinite = (word: string, path: string): number => {
  const number = nonFinite.get(word)
  if (number === undefined) throw new AppError('input.tensor-value', `${path} is ${word.slice(0, 100)}`)
  return number
}

const parseJson = (text: string, code: ErrorCode): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new AppError(code, 'the script handed over something unreadable', { cause: error })
  }
}

const memberOf = (value: object, key: string): unknown => (Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined)

const parseEntry = <T extends object>(entry: unknown, path: string, depth: number, reader: Reader<T>): [string, AnswerValue<T>] => {
  const [key, value] = Array.isArray(entry) ? (entry as readonly unknown[]) : []
  if (typeof key !== 'string' || key.length > reader.limits.keyLength) {
    throw new AppError(reader.code, `${path} has a key that is too long: keys are words of at most ${reader.limits.keyLength} characters`)
  }
  if (key === '__proto__') throw new AppError(reader.code, `${path} has the key "__proto__", which is JavaScript's own: give it another name`)
  return [key, parseValue(value, `${path}.${key}`, depth + 1, reader)]
}

const parseObject = <T extends object>(value: object, path: string, depth: number, reader: Reader<T>): AnswerValue<T> => {
  const id = memberOf(value, 'tensor')
  if (typeof id === 'number') {
    const tensor = reader.findTensor(id)
    if (tensor !== undefined) return tensor
    throw new AppError(reader.code, `${path} is not a tensor of this run`)
  }
  const number = memberOf(value, 'number')
  if (typeof number === 'string') return reader.readNumber(number, path)
  const entries = memberOf(value, 'record')
  if (reader.limits.entries > 0 && Array.isArray(entries) && entries.length <= reader.limits.entries) {
    return Object.fromEntries(entries.map((entry: unknown) => parseEntry(entry, path, depth, reader)))
  }
  const refused = memberOf(value, 'refused')
  if (typeof refused === 'string') throw new AppError(reader.code, `${path} is ${refused}${refused === 'undefined' ? reader.undefinedMeans : ''}`)
  throw new AppError(reader.code, `${path} is an object${reader.limits.entries === 0 ? '' : ` with more than ${reader.limits.entries} entries`}`)
}

const parseValue = <T extends object>(value: unknown, path: string, depth: number, reader: Reader<T>): AnswerValue<T> => {
  const { code, limits } = reader
  if (depth > limits.depth) throw new AppError(code, `${path} is nested more than ${limits.depth} deep`)
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value
  if (typeof value === 'string') {
    if (value.length <= limits.wordLength) return value
    throw new AppError(code, `${path} is a text of ${value.length} characters; at most ${limits.wordLength} are taken`)
  }
  if (!Array.isArray(value)) return parseObject(value as object, path, depth, reader)
  if (value.length > limits.items) throw new AppError(code, `${path} has ${value.length} items; at most ${limits.items} are taken`)
  return value.map((item: unknown, index) => parseValue(item, `${path}[${index}]`, depth + 1, reader))
}

/** Reads the exported answer. Throws `input.answer-invalid` naming the part that is no answer. */
export const parseAnswer = <T extends object>(text: string, findTensor: (id: number) => T | undefined): AnswerValue<T> =>
  parseValue(parseJson(text, 'input.answer-invalid'), 'answer', 0, { code: 'input.answer-invalid', limits: answerLimits, findTensor, undefinedMeans: '', readNumber: refuseNumber('input.answer-invalid') })

const undefinedMeans = ': a name without a value, or a place or member that is not there; an argument that is not meant is left out'

/** Methods whose arguments stand beside a tensor: NumPy takes true for 1 there, and any number. */
export const ofOperands: readonly string[] = [
  'add', 'sub', 'mul', 'div', 'pow', 'rsub', 'rdiv', 'rpow', 'gt', 'lt', 'ge', 'le', 'eq', 'ne', 'where', 'dot', 'matmul', 'and', 'or', 'xor',
]

/** Where a truth behind the axis is NumPy's keepdims. */
const alongAxes: readonly string[] = ['sum', 'mean', 'max', 'min', 'argmax', 'argmin', 'median', 'var', 'std', 'quantile']

const noKeptAxes = (method: string): string =>
  `${method} keeps no axis of 1: x.mean(0) stands beside rows as it is, and x.mean(1).reshape(-1, 1) beside columns`

const toArgument = <T extends object>(method: string, value: AnswerValue<T>, path: string): BackendArgument<T> => {
  if (value === null && ofOperands.includes(method)) {
    throw new AppError('input.tensor-value', path === '' ? `${method}: an argument before those with names is missing` : `${path} is null, where a number or a tensor is needed`)
  }
  if (typeof value === 'boolean') {
    if (ofOperands.includes(method)) return value ? 1 : 0
    const instead = method === 'rows' || method === 'cols'
      ? `: ${method} takes numbers, mask.flatMap((keep, i) => (keep ? [i] : [])) are those of a plain mask`
      : alongAxes.includes(method) ? `: ${noKeptAxes(method)}` : ''
    throw new AppError('input.tensor-value', `${path} is ${String(value)}${instead}`)
  }
  return Array.isArray(value)
    ? value.map((item: AnswerValue<T>, index) => toArgument(method, item, `${path}[${index}]`))
    : (value as BackendArgument<T>)
}

interface Placed {
  readonly value: unknown
  readonly path: string
}

/** `{ axis: 0, ddof: 1 }` behind the others names arguments: each goes to its place. Throws `input.tensor-value`. */
const placeNamed = (method: string, values: readonly unknown[]): readonly Placed[] => {
  const names = parametersOf(method)
  const pathOf = (index: number): string => `${method}: ${names[index] === undefined ? `argument ${index + 1}` : `argument ${index + 1} (${names[index]})`}`
  const placed: Placed[] = values.map((value, index) => ({ value, path: pathOf(index) }))
  const last = values.at(-1)
  const entries = typeof last === 'object' && last !== null ? memberOf(last, 'record') : undefined
  if (!Array.isArray(entries) || names.length === 0) return placed
  placed.pop()
  for (const entry of entries as readonly unknown[]) {
    const [name, value] = Array.isArray(entry) ? (entry as readonly unknown[]) : []
    const place = typeof name === 'string' ? names.indexOf(name) : -1
    if (name === 'keepdims') throw new AppError('input.tensor-value', noKeptAxes(method))
    if (place === -1) {
      throw new AppError('input.tensor-value', `${method} has no argument ${JSON.stringify(name ?? null).slice(0, 100)}; it takes { ${names.join(', ')} }`)
    }
    if (place < values.length - 1) throw new AppError('input.tensor-value', `${method} is given its ${names[place]} twice, by place and by name`)
    while (placed.length <= place) placed.push({ value: null, path: '' })
    placed[place] = { value, path: `${method}: ${names[place]}` }
  }
  return placed
}

export interface ParsedArguments<T extends object> {
  /** As the script wrote them, where true and false are no numbers. */
  readonly written: readonly AnswerValue<T>[]
  readonly args: readonly BackendArgument<T>[]
}

/** Reads the arguments of one method call, those with names in their places. Throws `input.tensor-value` naming the argument. */
export const parseArguments = <T extends object>(
  method: string,
  text: string,
  findTensor: (id: number) => T | undefined,
): ParsedArguments<T> => {
  const values = parseJson(text, 'input.tensor-value')
  if (!Array.isArray(values)) throw new AppError('input.tensor-value', `${method} was called without an argument list`)
  const readNumber = ofOperands.includes(method) ? readNonFinite : refuseNumber('input.tensor-value')
  const placed = placeNamed(method, values)
  const written = placed.map(({ value, path }) =>
    parseValue(value, path, 0, { code: 'input.tensor-value', limits: argumentLimits, findTensor, undefinedMeans, readNumber }))
  return { written, args: written.map((value, index) => toArgument(method, value, placed[index]?.path ?? '')) }
}
