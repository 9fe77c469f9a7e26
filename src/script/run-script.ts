import { toAppError, type AppError, type ErrorCode } from '../shared/errors.ts'
import {
  reflectedMethods, tensorMethodAliases, tensorMethods, tensorProperties, type AnswerValue, type TensorBackend,
} from './backend.ts'
import type { CompiledScript } from './compile-script.ts'
import { addCounts, noInteraction, type InteractionCount } from '../compute/interaction.ts'
import { describeUndefined, memberHints, uncalledHints } from './habits.ts'
import { createHostCalls, type HostCalls } from './host-calls.ts'
import { defaultScriptLimits, type ScriptLimits } from './limits.ts'
import { runInSandbox, type SandboxOutcome } from './sandbox.ts'
import { createScriptError, lineOf, type ScriptText } from './script-error.ts'
import type { Position } from './source-map.ts'

export type JsonValue = number | string | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue }

/** What a script may know of the table besides the tensor: public facts only. */
export interface ScriptListing {
  readonly rows: number
  /** The columns' names, in order. */
  readonly columns: readonly string[]
  readonly [key: string]: JsonValue
}

export interface ScriptRun<T extends object> extends ScriptText {
  readonly backend: TensorBackend<T>
  readonly listing: ScriptListing
  readonly limits?: Partial<ScriptLimits>
  /**
   * The clock of the deadline: the script's own time so far. By default the wall's; a runner with a thread of its own passes that
   * thread's processor time, so that neither a loaded machine nor waiting for a key holder stops a script.
   */
  readonly readOwnMilliseconds?: () => number
}

export interface ScriptOutcome<T extends object> {
  readonly answer: AnswerValue<T>
  /** What the script wrote with console.log, a line each. */
  readonly log: readonly string[]
  /** What it asked of the key holder: one entry for each place, however often a loop comes there. */
  readonly asked: readonly AskedAt[]
  /** What it may not expect of its own lines: the same words of the same line once, and not more than can be read. */
  readonly notes: readonly ScriptNote[]
  /** Tells an error of the answer where the script exports it. */
  placeError(error: AppError): AppError
}

export interface ScriptNote {
  /** null where the place is not known. */
  readonly line: number | null
  readonly words: string
}

const mostNotes = 20

/** What a place in a script asked of the key holder. */
export interface AskedAt extends InteractionCount {
  /** null where the place is not known. */
  readonly line: number | null
  /** The method, or the one that the operator stands for. */
  readonly operation: string
}

/** Collects lines up to the limits; the first that does not fit is replaced by a note. */
const createLog = ({ logLines, logCharacters }: ScriptLimits) => {
  const lines: string[] = []
  let characters = 0
  let isFull = false
  return {
    lines,
    write: (text: string): void => {
      if (isFull) return
      characters += text.length
      isFull = lines.length >= logLines || characters > logCharacters
      lines.push(isFull ? '(further output left out)' : text)
    },
  }
}

/** What a name that is not defined was meant to be, as far as its place tells. */
const describeMissing = (text: string, { source }: ScriptText, position: Position | null, columns: readonly string[]): string => {
  const name = /^ReferenceError: '(.+)' is not defined$/.exec(text)?.[1] ?? null
  if (name === null) return ''
  const line = position === null ? '' : lineOf(source, position.line)
  const after = position === null ? '' : line.slice(position.column - 1 + name.length)
  const meant = describeUndefined(name, after, line, columns)
  return meant === null ? '' : `: ${meant}`
}

const explain = (kind: 'syntax' | 'threw' | 'out-of-memory', reported: string, meant: string, { memoryBytes }: ScriptLimits): readonly [ErrorCode, string] => {
  switch (kind) {
    case 'syntax': return ['input.script-syntax', reported]
    case 'threw': return ['input.script-threw', `the script threw ${reported}${meant}`]
    case 'out-of-memory': return ['runtime.script-out-of-memory', `the script needed more than its ${Math.floor(memoryBytes / 2 ** 20)} MiB of memory`]
  }
}

/** The interpreter counts columns in code points, editors in UTF-16 units. */
const toUtf16 = (code: string, { line, column }: Position): Position => {
  const text = code.split('\n')[line - 1] ?? ''
  return { line, column: [...text].slice(0, column - 1).join('').length + 1 }
}

const placeError = (error: AppError, text: ScriptText, position: Position | null): AppError => {
  const { code, message, details, retryable } = error
  return createScriptError(code, message, text, position, { details, retryable, cause: error })
}

const toError = (
  outcome: Exclude<SandboxOutcome, { kind: 'answer' }>,
  text: ScriptText,
  script: CompiledScript,
  limits: ScriptLimits,
  hostCalls: HostCalls<object>,
  columns: readonly string[],
): AppError => {
  const findPosition = (position: Position | null): Position | null =>
    (position === null ? null : script.findPosition(toUtf16(script.code, position)))
  switch (outcome.kind) {
    case 'no-answer':
      return createScriptError('input.script-no-answer', script.answerMissing, text, script.answerPosition)
    case 'timeout': {
      const message = `the script was still running after ${limits.deadlineMilliseconds / 1000} s of processor time and was stopped`
      return createScriptError('runtime.script-timeout', message, text, findPosition(outcome.position))
    }
    case 'crashed':
      return createScriptError('runtime.script-crashed', `the script broke the sandbox it ran in (${outcome.reason})`, text, null)
    default: {
      const { report, kind } = outcome
      const position = findPosition(report.position)
      const hostError = kind === 'threw' && report.hostError !== null ? hostCalls.findError(report.hostError) : null
      if (hostError !== null) return placeError(hostError, text, position)
      const meant = kind === 'threw' ? describeMissing(report.text, text, position, columns) : ''
      const [code, message] = explain(kind, report.text, meant, limits)
      return createScriptError(code, message, text, position)
    }
  }
}

/**
 * Runs a script over a backend's tensors and gives back what it exports. The script is a TypeScript module that sees `data`
 * (a tensor), `listing` and `console`; it has no files, network, clock or chance, and limited time and memory (limits.ts).
 *
 * Throws AppErrors that carry `file`, `line`, `column` and `fragment` in their details where a place is known:
 * `input.script-syntax`, `input.script-import`, `input.script-no-answer`, `input.script-threw`, `input.answer-invalid`,
 * `input.tensor-value` and the backend's own for a method's arguments, `runtime.script-timeout`,
 * `runtime.script-out-of-memory`, `runtime.script-too-much-work`, `runtime.script-crashed`.
 *
 * The deadline holds wherever the interpreter polls for it: all of the script's own loops and regular expressions. A single
 * native call over a huge sparse array (`new Array(2 ** 32 - 1).join()`) is not interrupted:
 * the host runs scripts in a thread that can be ended (host/scripts/script-thread.ts).
 */
export const runScript = async <T extends object>(run: ScriptRun<T>): Promise<ScriptOutcome<T>> => {
  const text: ScriptText = { source: run.source, fileName: run.fileName }
  const limits = { ...defaultScriptLimits, ...run.limits }
  // The compiler is large: the first script loads it, not every command that never runs one.
  const { compileScript } = await import('./compile-script.ts')
  const script = compileScript(text)
  const hostCalls = createHostCalls(run.backend, limits)
  const log = createLog(limits)
  const asked = new Map<string, AskedAt>()
  const notes = new Map<string, ScriptNote>()
  const trace = (generated: Position | null): void => {
    const call = hostCalls.takeTold()
    if (call === null) return
    const position = generated === null ? null : script.findPosition(toUtf16(script.code, generated))
    const line = position?.line ?? null
    if (call.count !== null) {
      const place = `${line} ${call.method}`
      asked.set(place, { line, operation: call.method, ...addCounts(asked.get(place) ?? noInteraction, call.count) })
    }
    if (call.note !== null && notes.size < mostNotes) notes.set(`${line} ${call.note}`, { line, words: call.note })
  }
  const readOwnMilliseconds = run.readOwnMilliseconds ?? (() => Date.now())
  const settings = {
    methods: tensorMethods, properties: tensorProperties, aliases: tensorMethodAliases, listing: run.listing, dataId: hostCalls.dataId,
    operatorHelper: script.operatorHelper,
    reflected: reflectedMethods,
    hints: memberHints, uncalledHints,
  }
  const host = { call: hostCalls.call, log: log.write, trace, readOwnMilliseconds }
  const outcome = await runInSandbox({ code: script.code, settings, limits, host })
  if (outcome.kind !== 'answer') throw toError(outcome, text, script, limits, hostCalls, run.listing.columns)
  const placeAnswerError = (error: AppError): AppError => placeError(error, text, script.answerPosition)
  try {
    const answer = hostCalls.readAnswer(outcome.text)
    return { answer, log: log.lines, asked: [...asked.values()], notes: [...notes.values()], placeError: placeAnswerError }
  } catch (error) {
    throw placeAnswerError(toAppError(error))
  }
}
