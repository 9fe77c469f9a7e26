import {
  newQuickJSWASMModuleFromVariant, newVariant, RELEASE_SYNC,
  type CustomizeVariantOptions, type Intrinsics, type QuickJSContext, type QuickJSHandle, type QuickJSRuntime,
} from 'quickjs-emscripten'
import type { ScriptLimits } from './limits.ts'
import { preludeSource } from './prelude.ts'
import type { Position } from './source-map.ts'

/** The one piece of WebAssembly's API used here; this room is compiled without ambient types beyond ECMAScript's. */
declare const WebAssembly: { readonly Memory: new (pages: { initial: number; maximum: number }) => object }

/** What the sandbox may ask of the host: text in, text out, nothing thrown. */
export interface HostFunctions {
  call(method: string, receiverId: number, argumentsText: string): string
  log(text: string): void
  /** Where in the compiled code the last call stood. */
  trace(position: Position | null): void
  /** The script's own time so far, from any moment on. */
  readOwnMilliseconds(): number
}

export interface SandboxJob {
  readonly code: string
  /** JSON the prelude reads: names of methods, the listing, the handle of `data`. */
  readonly settings: object
  readonly limits: ScriptLimits
  readonly host: HostFunctions
}

/** What is known of something thrown in the sandbox; the text is the script's own and proves nothing. */
export interface ThrownReport {
  readonly text: string
  /** Where in the compiled code; null for a thrown value that is no Error. */
  readonly position: Position | null
  /** Which of the host's errors it is, by the number `call` gave it. */
  readonly hostError: number | null
}

export type SandboxOutcome =
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'no-answer' }
  | { readonly kind: 'syntax' | 'threw' | 'out-of-memory'; readonly report: ThrownReport }
  /** Where in the compiled code it was stopped, as far as the interpreter knows: by the last call before, or the function's beginning. */
  | { readonly kind: 'timeout'; readonly position: Position | null }
  | { readonly kind: 'crashed'; readonly reason: string }

const pageBytes = 64 * 1024
const initialPages = 256
const moduleName = 'script'

/** The language without a clock (Date), shared memory and typed arrays (Atomics); Eval is what evalCode itself needs. */
const intrinsics: Intrinsics = {
  BaseObjects: true, Eval: true, StringNormalize: true, RegExp: true, RegExpCompiler: true, JSON: true, Proxy: true, MapSet: true,
  Promise: true,
}

const emptyReport: ThrownReport = { text: '', position: null, hostError: null }

/** The innermost place in the script that a stack names. */
const findPosition = (stack: string): Position | null => {
  const match = new RegExp(`\\b${moduleName}:(\\d{1,9}):(\\d{1,9})\\)?$`, 'm').exec(stack)
  return match === null ? null : { line: Number(match[1]), column: Number(match[2]) }
}

const parseReport = (text: string): ThrownReport => {
  const report = JSON.parse(text) as { text: unknown; stack: unknown; hostError?: unknown }
  return {
    text: String(report.text),
    position: findPosition(String(report.stack)),
    hostError: typeof report.hostError === 'number' ? report.hostError : null,
  }
}

interface Deadline {
  isOver(): boolean
  /** Whether somebody was told that it is over. */
  hasPassed(): boolean
}

/**
 * The script's own time of one run. The interpreter polls `isOver` while it executes bytecode and regular expressions, every ten thousand
 * steps; the host's own work, of which one step may hold much, asks before each call.
 */
const createDeadline = (milliseconds: number, readOwnMilliseconds: () => number): Deadline => {
  const end = readOwnMilliseconds() + milliseconds
  let passed = false
  return {
    isOver: () => {
      if (readOwnMilliseconds() <= end) return false
      passed = true
      return true
    },
    hasPassed: () => passed,
  }
}

/**
 * A new instance of the interpreter for every run, with a memory of its own that cannot grow past the limit: nothing is left
 * of a run but the text it handed over. It is never disposed of piece by piece (after running out of memory the interpreter
 * may not survive its own clean-up); it is dropped whole.
 */
const createRuntime = async ({ memoryBytes, stackBytes }: ScriptLimits, interruptHandler: () => boolean): Promise<QuickJSRuntime> => {
  const maximum = Math.max(initialPages, Math.floor(memoryBytes / pageBytes))
  const options = { wasmMemory: new WebAssembly.Memory({ initial: initialPages, maximum }) } as CustomizeVariantOptions
  const quickjs = await newQuickJSWASMModuleFromVariant(newVariant(RELEASE_SYNC, options))
  return quickjs.newRuntime({ maxStackSizeBytes: stackBytes, interruptHandler })
}

interface PreludeFunctions {
  readonly encodeAnswer: QuickJSHandle
  readonly reportError: QuickJSHandle
}

const installPrelude = (vm: QuickJSContext, { settings, host }: SandboxJob, deadline: Deadline): PreludeFunctions => {
  const functions = vm.newObject()
  vm.setProp(functions, 'call', vm.newFunction('call', (method, id, text) => {
    // A script may catch this, and go on: all its calls end so, until the interpreter polls.
    if (deadline.isOver()) throw new RangeError('the script\'s time is over')
    return vm.newString(host.call(vm.getString(method), vm.getNumber(id), vm.getString(text)))
  }))
  vm.setProp(functions, 'log', vm.newFunction('log', (text) => host.log(vm.getString(text))))
  vm.setProp(functions, 'trace', vm.newFunction('trace', (stack) => host.trace(findPosition(vm.getString(stack)))))
  const prelude = vm.unwrapResult(vm.evalCode(preludeSource, 'prelude'))
  const installed = vm.unwrapResult(vm.callFunction(prelude, vm.undefined, functions, vm.newString(JSON.stringify(settings))))
  return { encodeAnswer: vm.getProp(installed, 'encodeAnswer'), reportError: vm.getProp(installed, 'reportError') }
}

const isOutOfMemory = (text: string): boolean => text.startsWith('InternalError: out of memory')

const findStop = (vm: QuickJSContext, error: QuickJSHandle): Position | null => {
  const stack = vm.typeof(error) === 'object' ? vm.getProp(error, 'stack') : error
  return vm.typeof(stack) === 'string' ? findPosition(vm.getString(stack)) : null
}

const run = (runtime: QuickJSRuntime, deadline: Deadline, job: SandboxJob): SandboxOutcome => {
  const vm = runtime.newContext({ intrinsics })
  const prelude = installPrelude(vm, job, deadline)

  const fail = (error: QuickJSHandle, kind: 'syntax' | 'threw'): SandboxOutcome => {
    // What was stopped cannot describe itself any more; its stack is read from outside.
    if (deadline.hasPassed()) return { kind: 'timeout', position: findStop(vm, error) }
    const described = vm.callFunction(prelude.reportError, vm.undefined, error)
    if (deadline.hasPassed()) return { kind: 'timeout', position: null }
    // What cannot even be described left no memory to do it in.
    if (described.error !== undefined) return { kind: 'out-of-memory', report: emptyReport }
    const report = parseReport(vm.getString(described.value))
    return { kind: report.hostError === null && isOutOfMemory(report.text) ? 'out-of-memory' : kind, report }
  }

  const compiled = vm.evalCode(job.code, moduleName, { type: 'module', compileOnly: true })
  if (compiled.error !== undefined) return fail(compiled.error, 'syntax')
  const evaluated = vm.evalCode(job.code, moduleName, { type: 'module' })
  if (evaluated.error !== undefined) return fail(evaluated.error, 'threw')
  if (deadline.hasPassed()) return { kind: 'timeout', position: null }
  const exported = vm.getProp(evaluated.value, 'default')
  if (vm.typeof(exported) === 'undefined') return { kind: 'no-answer' }
  const answer = vm.callFunction(prelude.encodeAnswer, vm.undefined, exported)
  return answer.error === undefined ? { kind: 'answer', text: vm.getString(answer.value) } : fail(answer.error, 'threw')
}

/** Runs compiled code to its end or its limits. Never throws for what the script does: every ending is an outcome. */
export const runInSandbox = async (job: SandboxJob): Promise<SandboxOutcome> => {
  const deadline = createDeadline(job.limits.deadlineMilliseconds, job.host.readOwnMilliseconds)
  const runtime = await createRuntime(job.limits, deadline.isOver)
  try {
    return run(runtime, deadline, job)
  } catch (cause) {
    // Recursion inside the interpreter's native code can use up the host's stack before the interpreter counts its own.
    if (cause instanceof RangeError) return { kind: 'threw', report: { ...emptyReport, text: 'InternalError: stack overflow' } }
    // A machine under load may need all the time there is before the script's first line.
    if (deadline.hasPassed()) return { kind: 'timeout', position: null }
    // The interpreter itself gave up. Only words are kept of the error, which may hold on to the whole instance.
    return { kind: 'crashed', reason: String(cause) }
  }
}
