import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/shared/errors.ts'
import { createHostCalls } from '../../../src/script/host-calls.ts'
import { defaultScriptLimits } from '../../../src/script/limits.ts'
import { createReferenceBackend } from '../../../src/script/reference-backend.ts'
import { runScript } from '../../../src/script/run-script.ts'
import { evaluate, expectFailure, failureOf, listing, run, table } from './support.ts'

/** The sandbox still works, and what an earlier script did to its own world is gone. */
const expectFreshWorld = async (): Promise<void> => {
  expect(await evaluate('export default [data.col(\'age\').sum(), typeof ({} as any).polluted, typeof (globalThis as any).left, [1, 2].map((x) => x * 2)]'))
    .toEqual([91, 'undefined', 'undefined', [2, 4]])
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  expect((globalThis as Record<string, unknown>)['left']).toBeUndefined()
}

describe('a script has nothing to escape to (S16)', () => {
  it.each([
    ['process by a constructor', 'constructor.constructor("return process")()'],
    ['process by a function\'s constructor', '(() => 1).constructor("return process")()'],
    ['process by a tensor\'s constructor', 'data.constructor.constructor("return process")()'],
    ['process by a method\'s constructor', 'data.mean.constructor("return process")()'],
    ['process by the console', 'console.log.constructor("return process")()'],
    ['process by eval', 'eval("process")'],
    ['process by an indirect eval', 'eval?.("process")'],
    ['process by a generator\'s constructor', '[...(function* () {}).constructor("yield process")()]'],
    ['process by an error\'s constructor', '(() => { try { null!.x } catch (e) { return e.constructor.constructor("return process")() } })()'],
    ['process by a host error\'s constructor', '(() => { try { data.col("no") } catch (e) { return e.constructor.constructor("return process")() } })()'],
    ['require through eval', 'eval("require")("fs")'],
    ['process', 'process.exit(1)'],
    ['process by the global object', '(globalThis as any).process.exit(1)'],
    ['module', 'module.exports'],
    ['fetch', 'fetch("http://127.0.0.1")'],
    ['a timer', 'setTimeout(() => 1, 1)'],
    ['WebAssembly', 'new WebAssembly.Memory({ initial: 1 })'],
    ['shared memory', 'new SharedArrayBuffer(8)'],
    ['Atomics', 'Atomics.wait(new Int32Array(1), 0, 0)'],
    ['the interpreter\'s own modules', 'std.exit(0)'],
  ])('%s', async (_, expression) => {
    await expectFailure(`export default ${expression}`, 'input.script-threw', /is not defined|of undefined|a script runs as it is written/)
  })

  it('an import hidden from the parser is read by nothing', async () => {
    for (const made of ['eval?.("import(\'fs\')")', 'eval("import(\'fs\')")', 'new (class extends Function {})("return import(\'fs\')")()']) {
      await expectFailure(`export default ${made}`, 'input.script-threw', /a script runs as it is written/)
    }
  })

  it('its globals are the language\'s, and data, listing, console', async () => {
    const names = await evaluate('export default Object.getOwnPropertyNames(globalThis).filter((name) => /^[a-z]/.test(name)).sort()')
    expect(names).toEqual([
      'console', 'data', 'decodeURI', 'decodeURIComponent', 'encodeURI', 'encodeURIComponent', 'escape', 'eval', 'globalThis', 'isFinite',
      'isNaN', 'listing', 'parseFloat', 'parseInt', 'undefined', 'unescape',
    ])
  })
})

describe('a script that tampers harms itself only (S16)', () => {
  it.each([
    ['prototype pollution', 'Object.prototype.polluted = 1; globalThis.left = 1; export default ({}).polluted'],
    ['pollution through __proto__', '({}).__proto__.polluted = 1; export default 1'],
    ['pollution through JSON', 'const a = JSON.parse(\'{"__proto__":{"polluted":1}}\'); Object.assign({}, a); export default 1'],
  ])('%s ends with its run', async (_, source) => {
    expect(await evaluate(source)).toBe(1)
    await expectFreshWorld()
  })

  it.each([
    ['a setter on Object.prototype for what the host answers', 'Object.defineProperty(Object.prototype, "tensor", { get: () => 99 }); export default data.mean()'],
    ['JSON replaced', 'JSON.stringify = () => "}{"; JSON.parse = () => ({ tensor: 99 }); export default data.mean()'],
    ['array methods replaced', 'Array.prototype.map = Array.prototype.join = () => "}{"; console.log(1, 2); export default data.mean()'],
    ['an iterator replaced', 'Array.prototype[Symbol.iterator] = function* () { yield 7 }; export default [data.mean()]'],
    ['WeakMap replaced', 'WeakMap.prototype.get = () => 99; data.col("no"); export default 1'],
    ['String replaced', 'String.prototype.slice = () => ({}); globalThis.String = () => "}{"; throw new Error("x")'],
    ['a toJSON for everything', 'Object.prototype.toJSON = () => "}{"; export default { a: [data.mean()] }'],
    ['then for everything', 'Object.prototype.then = (f) => f(1); export default { a: 1 }'],
  ])('%s', async (_, source) => {
    const outcome: unknown = await run(source).catch((error: unknown) => error)
    if (outcome instanceof Error) expect(outcome).toBeInstanceOf(AppError)
    await expectFreshWorld()
  })

  it('an error with traps for properties is reported, or its traps\' errors are', async () => {
    await expectFailure('throw new Proxy({}, { get() { throw 1 } })', 'input.script-threw', /cannot be shown/)
    await expectFailure('throw { name: { toString() { throw 1 } }, message: "m" }', 'input.script-threw', /cannot be shown/)
    await expectFailure('throw Object.assign(new Error("m"), { stack: "at x (script:999999:999999)" })', 'input.script-threw', /^wages\.ts: .*Error: m/)
    await expectFailure('throw 5', 'input.script-threw', /the value 5/)
    await expectFailure('throw null', 'input.script-threw', /the value null/)
    await expectFailure('throw { get stack() { for (;;); } }', 'runtime.script-timeout', /stopped/, { deadlineMilliseconds: 200 })
  })

  it('getters in the answer that throw or do not end are the script\'s own failure', async () => {
    const error = await failureOf('export default {\n  get a() { throw new RangeError("no") },\n}')
    expect({ code: error.code, line: error.details['line'] }).toEqual({ code: 'input.script-threw', line: 2 })
    await expectFailure('export default { get a() { for (;;); } }', 'runtime.script-timeout', /stopped/, { deadlineMilliseconds: 200 })
    await expectFailure('export default new Proxy({}, { ownKeys() { throw new Error("trap") } })', 'input.script-threw', /trap/)
    await expectFailure('export default new Proxy([], { get: (t, k) => (k === "length" ? 2e9 : 1) })', 'runtime.script-timeout', /stopped/, { deadlineMilliseconds: 300 })
  })
})

describe('a handle cannot be made up', () => {
  it.each([
    ['by new', 'new data.constructor({}, 0).mean()', 'cannot be made with new'],
    ['by a subclass', 'new (class extends data.constructor { constructor() { super(1, 0) } })()', 'cannot be made with new'],
    ['by Reflect', 'Reflect.construct(data.constructor, [0, 0])', 'cannot be made with new'],
  ])('%s', async (_, expression, message) => {
    await expectFailure(`export default ${expression}`, 'input.script-threw', new RegExp(message))
  })

  it.each([
    ['an object with a tensor\'s prototype', 'Object.create(Object.getPrototypeOf(data)).mean()'],
    ['a method on something else', 'data.mean.call({ id: 0 })'],
    ['a proxy around a tensor', 'new Proxy(data, {}).mean()'],
  ])('by %s', async (_, expression) => {
    await expectFailure(`export default ${expression}`, 'input.tensor-value', /not a tensor of this run/)
  })

  it('and an object that looks like the wire form of a tensor is only an object', async () => {
    expect(await evaluate('export default { tensor: 0, record: [["a", 1]], refused: "x" }')).toEqual({ tensor: 0, record: [['a', 1]], refused: 'x' })
  })

  it('the host believes no method, handle or text that crosses', () => {
    const host = createHostCalls(createReferenceBackend(table), defaultScriptLimits)
    const refused = [
      ['constructor', 0, '[]'], ['__proto__', 0, '[]'], ['toString', 0, '[]'], ['', 0, '[]'],
      ['mean', 1, '[]'], ['mean', -1, '[]'], ['mean', 0.5, '[]'], ['mean', NaN, '[]'], ['mean', Infinity, '[]'],
      ['mean', 0, '}{'], ['mean', 0, ''], ['mean', 0, '{}'], ['mean', 0, 'null'], ['add', 0, '["x"]'], ['add', 0, '[{"tensor":7}]'],
      ['add', 0, '[{"tensor":"length"}]'], ['add', 0, '[{"tensor":-1}]'], ['add', 0, '[{"__proto__":{"tensor":0}}]'], ['add', 0, '[{"record":[]}]'],
      ['add', 0, `[${'['.repeat(100_000)}${']'.repeat(100_000)}]`],
    ] as const
    refused.forEach(([method, id, text], index) => {
      const reply = JSON.parse(host.call(method, id, text)) as { error?: number; message: string }
      expect(reply.error, `${method} ${id} ${text.slice(0, 40)}`).toBe(index)
      expect(host.findError(index)?.code).toBe('input.tensor-value')
    })
    expect(host.findError(-1)).toBeNull()
    expect(JSON.parse(host.call('mean', 0, '[]'))).toEqual({ tensor: 1 })
    for (const text of ['', '}{', '{"tensor":9}', '{"record":5}', '{"record":[5]}', '{"record":[["__proto__",1]]}', '{}']) {
      expect(() => host.readAnswer(text), text).toThrow(AppError)
    }
  })
})

describe('a script can waste only what it was given (S16)', () => {
  it.each([
    ['an endless loop', 'for (;;);'],
    ['an endless loop that catches', 'for (;;) { try { for (;;); } catch {} finally { } }'],
    ['an endless generator', 'for (const x of (function* () { for (;;) yield 1 })());'],
    ['a regular expression that explodes', 'const r = /(a+)+$/.exec("a".repeat(50) + "b"); export default 1'],
    ['an endless proxy', 'Reflect.ownKeys(new Proxy({}, { ownKeys() { for (;;); } }))'],
    ['an endless toString', 'console.log({ toJSON() { for (;;); } })'],
  ])('%s is stopped at the deadline', async (_, source) => {
    await expectFailure(source, 'runtime.script-timeout', /still running after 0\.2 s/, { deadlineMilliseconds: 200 })
    await expectFreshWorld()
  })

  it('by its own clock: while that stands still, because others have the processor, no deadline passes', async () => {
    const source = 'let sum = 0\nfor (let i = 0; i < 300_000; i += 1) sum += i\nexport default [sum]'
    const at = (readOwnMilliseconds: () => number) => runScript({
      source, fileName: 'wages.ts', listing, backend: createReferenceBackend(table), readOwnMilliseconds, limits: { deadlineMilliseconds: 1 },
    })
    let polls = 0
    await expect(at(() => (polls += 1))).rejects.toMatchObject({ code: 'runtime.script-timeout' })
    expect((await at(() => 7)).answer).toEqual([300_000 * 299_999 / 2])
  })

  it('is counted at each call of the host as well, of which the interpreter polls but one in thousands', async () => {
    const backend = createReferenceBackend(table)
    let seconds = 0
    const slow: typeof backend = { ...backend, call: (...call) => {
      seconds += 1
      return backend.call(...call)
    } }
    const source = 'let done = 0\nfor (let i = 0; i < 100; i++) { try { data.mean(); done += 1 } catch {} }\nexport default done'
    const timed = runScript({ source, fileName: 'wages.ts', listing, backend: slow, readOwnMilliseconds: () => seconds * 1000 })
    await expect(timed).rejects.toMatchObject({ code: 'runtime.script-timeout' })
    expect(seconds).toBe(11)
  })

  it.each([
    ['ten gigabytes in pieces', 'const a: unknown[] = []; for (let i = 0; i < 1e5; i++) a.push("x".repeat(1e5) + i); export default 1'],
    ['arrays without end', 'const a: unknown[] = []; for (;;) a.push(new Array(1000).fill(1))'],
    ['objects without end', 'const a: unknown[] = []; for (;;) a.push({ x: 1 })'],
    ['one huge string', 'export default "x".repeat(1e9)'],
    ['a growing string', 'let s = "x"; for (;;) s += [..."abcdefgh"].join(s.slice(0, 1e6))'],
    ['one huge array', 'export default new Array(2 ** 31).fill(1)'],
    ['a spread without end', 'export default [...(function* () { for (;;) yield 1 })()]'],
    ['memory refused and the refusal swallowed', 'const a: unknown[] = []; for (;;) { try { a.push(new Array(1000).fill(1)) } catch (e) { throw e } }'],
  ])('%s runs out of the sandbox\'s memory, not of the host\'s', async (_, source) => {
    await expectFailure(source, 'runtime.script-out-of-memory', /64 MiB/)
    await expectFreshWorld()
  })

  it.each([
    ['a function', 'const f = (): number => f() + 1; f()'],
    ['a callback through native code', 'const a = [1]; a.forEach(function f() { a.forEach(f) })'],
    ['a getter', 'const o = { get x(): number { return o.x } }; o.x'],
    ['a toString', 'class A { toString(): string { return `${this}` } }; `${new A()}`'],
    ['JSON.parse', 'JSON.parse("[".repeat(1e7))'],
    ['JSON.stringify', 'let a: unknown[] = []; for (let i = 0; i < 1e5; i++) a = [a]; JSON.stringify(a)'],
    ['a proxy of proxies', 'let q: any = {}; for (let i = 0; i < 1e5; i++) q = new Proxy(q, {}); q.x'],
  ])('recursion without end is an error of the script: %s', async (_, source) => {
    await expectFailure(source, 'input.script-threw', /stack overflow/)
    await expectFreshWorld()
  })

  it.each([
    ['a loop', 'const a = 1\nwhile (true) {\n}', 2], ['a loop within a function', 'const f = (n: number) => {\n  do { n++ } while (n)\n}\nf(1)', 2],
    ['what is called for ever', 'let t = data\n\nfor (;;) t = t.add(1)', 3],
  ])('%s is stopped where it stands in the script', async (_, source, line) => {
    const { code, details } = await failureOf(source, { deadlineMilliseconds: 200, calls: Infinity, cells: Infinity })
    expect({ code, line: details['line'] }).toEqual({ code: 'runtime.script-timeout', line })
  })

  it('tensor operations, their cells and their plain numbers are counted on the host\'s side', async () => {
    const code = 'runtime.script-too-much-work'
    await expectFailure('let t = data; for (;;) t = t.add(1)', code, /more than 50 tensor operations/, { calls: 50 })
    await expectFailure('for (;;) data.add(1)', code, /more than 100 cells/, { cells: 100 })
    await expectFailure('for (;;) data.add([1, 2])', code, /characters of plain numbers/, { argumentCharacters: 100 })
    await expectFailure('for (;;) try { data.add(1) } catch {}', 'runtime.script-timeout', /stopped/, { calls: 50, deadlineMilliseconds: 200 })
    await expectFailure('let t = data; for (;;) t = t.concat(t)', 'input.tensor-too-large', /more than 16777216 cells/, { cells: Infinity, deadlineMilliseconds: Infinity })
  }, 300_000)
})
