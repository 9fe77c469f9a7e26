import { noInteraction, subtractCounts, type InteractionCount } from '../compute/interaction.ts'
import { AppError, toAppError } from '../shared/errors.ts'
import { tensorMethods, type AnswerValue, type BackendArgument, type BackendResult, type TensorBackend } from './backend.ts'
import { assertArguments } from './check-arguments.ts'
import { describeClipped } from './clipped-ranges.ts'
import { callBackend, readKnownArguments } from './composed-calls.ts'
import type { ScriptLimits } from './limits.ts'
import { assertOperandShapes } from './operand-shapes.ts'
import { createTruths, truthMethods, type ScriptMethod } from './truths.ts'
import { parseAnswer, parseArguments } from './values.ts'

/** What is told of one call with its place in the script: what it asked of the key holder, and what a reader may not expect of it. */
export interface ToldOfCall {
  readonly method: string
  /** null where it asked nothing. */
  readonly count: InteractionCount | null
  readonly note: string | null
}

/** The host's side of one run: its tensors by handle, and the errors it has thrown into the sandbox. */
export interface HostCalls<T extends object> {
  /** The handle of the script's `data`. */
  readonly dataId: number
  /**
   * Answers `{"tensor": id}`, `{"value": …}` or `{"error": id, "message": …}`, the first two with `"told": true` where there is something
   * to tell of the call; never throws, whatever it is given.
   */
  call(method: string, receiverId: number, argumentsText: string): string
  /** What there is to tell of the last call, once. */
  takeTold(): ToldOfCall | null
  readAnswer(text: string): AnswerValue<T>
  findError(id: number): AppError | null
}

/** JSON has no infinities: they cross as their words, and are numbers again on the other side. */
const toWire = (value: number | readonly number[]): number | string | readonly number[] =>
  (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value)

const scriptMethods: readonly string[] = [...tensorMethods, ...truthMethods]
const isScriptMethod = (name: string): name is ScriptMethod => scriptMethods.includes(name)

/** Counts what a script uses up on the host's side, where the sandbox's own memory limit does not reach. */
const createWorkMeter = (limits: ScriptLimits) => {
  const used = { calls: 0, argumentCharacters: 0, cells: 0 }
  const names = { calls: 'tensor operations', argumentCharacters: 'characters of plain numbers', cells: 'cells in all tensors it made together' }
  return (kind: keyof typeof used, amount: number): void => {
    used[kind] += amount
    if (used[kind] <= limits[kind]) return
    throw new AppError('runtime.script-too-much-work', `the script used more than ${limits[kind]} ${names[kind]}`)
  }
}

/**
 * Serves one run of a script. A handle is an index into this run's own list: a made-up one names another tensor of the same
 * run or nothing, never a tensor of another run.
 */
export const createHostCalls = <T extends object>(backend: TensorBackend<T>, limits: ScriptLimits): HostCalls<T> => {
  const tensors: T[] = [backend.data]
  const errors: AppError[] = []
  const spend = createWorkMeter(limits)
  const truths = createTruths<T>()
  const findTensor = (id: number): T | undefined => tensors[id]

  const readShape = (tensor: T): readonly number[] => {
    const result = backend.call('shape', tensor, [])
    return result.kind === 'value' && typeof result.value !== 'number' ? result.value : []
  }

  const noteOf = (method: ScriptMethod, receiver: T, args: readonly BackendArgument<T>[], result: BackendResult<T>): string | null =>
    (result.kind === 'tensor' && (method === 'slice' || method === 'rows')
      ? describeClipped(method, args, readShape(receiver), readShape(result.tensor))
      : null)

  const perform = (method: string, receiverId: number, argumentsText: string): { result: BackendResult<T>; note: string | null } => {
    spend('calls', 1)
    spend('argumentCharacters', argumentsText.length)
    if (!isScriptMethod(method)) throw new AppError('input.tensor-value', `a tensor has no method ${JSON.stringify(method)}`)
    const receiver = findTensor(receiverId)
    if (receiver === undefined) throw new AppError('input.tensor-value', `${method} was called on something that is not a tensor of this run`)
    const { written, args: given } = parseArguments(method, argumentsText, findTensor)
    const args = readKnownArguments(method, backend, given, truths.isTruth)
    assertArguments(method, args)
    truths.assertPossible(method, receiver, written)
    assertOperandShapes(method, receiver, args, readShape)
    const result = callBackend(backend, method, receiver, args)
    truths.note(method, receiver, written, result)
    if (result.kind === 'tensor') spend('cells', backend.sizeOf(result.tensor))
    return { result, note: noteOf(method, receiver, args, result) }
  }

  let told: ToldOfCall | null = null
  const readCount = (): InteractionCount => backend.readCount?.() ?? noInteraction

  return {
    dataId: 0,
    takeTold: () => {
      const last = told
      told = null
      return last
    },
    call: (method, receiverId, argumentsText) => {
      try {
        const before = readCount()
        const { result, note } = perform(method, receiverId, argumentsText)
        const count = readCount()
        const isAsked = count !== before
        told = isAsked || note !== null ? { method, count: isAsked ? subtractCounts(count, before) : null, note } : null
        const reply = result.kind === 'tensor' ? { tensor: tensors.push(result.tensor) - 1 } : { value: toWire(result.value) }
        return JSON.stringify(told === null ? reply : { ...reply, told: true })
      } catch (error) {
        const appError = toAppError(error)
        // A script may catch and go on: past the limit every call fails alike and one entry serves them all.
        if (errors.at(-1)?.code !== 'runtime.script-too-much-work') errors.push(appError)
        return JSON.stringify({ error: errors.length - 1, message: appError.message })
      }
    },
    readAnswer: (text) => parseAnswer(text, findTensor),
    findError: (id) => errors[id] ?? null,
  }
}
