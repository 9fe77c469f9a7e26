import { describe, expect, it } from 'vitest'
import { maxScriptLength } from '../../../src/script/compile-script.ts'
import { evaluate, expectFailure, failureOf, run } from './support.ts'

describe('a script\'s answer', () => {
  it('is what it exports: numbers, words, lists and plain objects, with tensors in them', async () => {
    expect(await evaluate('export default 42')).toBe(42)
    expect(await evaluate('export default { a: [1, "x", true, null], b: { c: data.col("wage").sum() } }'))
      .toEqual({ a: [1, 'x', true, null], b: { c: -0.25 } })
    expect(await evaluate('export default Object.assign(Object.create(null), { a: 1 })')).toEqual({ a: 1 })
  })

  it('goes through a tensor as NumPy does: row by row, number by number', async () => {
    expect(await evaluate('const [wage, age] = data.sum(0); export default { wage, age, rows: [...data].map((row) => row.sum()) }'))
      .toEqual({ wage: -0.25, age: 91, rows: [21.5, 32.25, 37] })
    expect(await evaluate('let last = data[0]; for (const row of data) last = row; export default last')).toEqual([-4, 41])
  })

  it('keeps every bit of a number', async () => {
    const numbers = [0.1, 1 / 3, 2 ** 53, Number.MIN_VALUE, Number.MAX_VALUE, -1e-300]
    expect(await evaluate(`export default [${numbers.map(String).join(', ')}]`)).toEqual(numbers)
  })

  it('holds the whole numbers it writes, or says at their place which it would be', async () => {
    for (const kept of ['9007199254740992', '9_007_199_254_740_994', '100000000000000000000000', '0x20000000000000', '123e30']) {
      expect(await evaluate(`export default ${kept}`)).toBe(Number(kept.replaceAll('_', '')))
    }
    for (const [lost, column] of [['9007199254740993', 16], ['-9_007_199_254_740_993', 17], ['0x20000000000001', 16]] as const) {
      const error = await failureOf(`export default ${lost}`)
      expect(error.code, lost).toBe('input.script-syntax')
      expect(error.message, lost).toContain('takes it for 9007199254740992')
      expect(error.message, lost).toContain(`1:${column}`)
    }
  })

  it('may be written in TypeScript', async () => {
    const source = `
      interface Weights { readonly [name: string]: number }
      type Score = number
      const weights: Weights = { wage: 2 }
      enum Axis { Rows, Columns }
      const sum = (values: readonly Score[]): Score => values.reduce((a, b) => a + b, 0)
      export default sum([weights['wage']! as number, Axis.Columns satisfies number])`
    expect(await evaluate(source)).toBe(3)
  })

  it.each([
    ['undefined', 'answer.a is undefined', '{ a: undefined }'],
    ['a function', 'answer.a\\[1\\] is a function', '{ a: [1, () => 2] }'],
    ['a symbol', 'answer is a symbol', 'Symbol("x")'],
    ['a big integer', 'answer is a bigint', '10n'],
    ['NaN', 'answer.x is NaN', '{ x: 0 / 0 }'],
    ['infinity', 'answer\\[0\\] is -Infinity', '[-1 / 0]'],
    ['a Map', 'answer is an object of class Map', 'new Map()'],
    ['an instance of a class', 'answer is an object of class Point', 'new (class Point { x = 1 })()'],
    ['an object with symbols', 'answer is an object with symbols for keys', '({ [Symbol.iterator]: 1 })'],
    ['a cycle', 'answer.self is part of itself', '(() => { const a: Record<string, unknown> = {}; a.self = a; return a })()'],
    ['deep nesting', 'nested', '(() => { let a: unknown = 1; for (let i = 0; i < 20; i++) a = [a]; return a })()'],
    ['a key __proto__', 'the key "__proto__", which is JavaScript', '({ ["__proto__"]: 1 })'],
    ['too many items', '1001 items', 'new Array(1001).fill(0)'],
    ['too many entries', 'more than 1000 entries', 'Object.fromEntries(Array.from({ length: 1001 }, (_, i) => ["k" + i, 1]))'],
    ['a long text', '1001 characters', '"x".repeat(1001)'],
  ])('cannot be or hold %s', async (_, message, answer) => {
    await expectFailure(`\nexport default ${answer}`, 'input.answer-invalid', new RegExp(`^wages\\.ts:2:1: .*${message}`))
  })

  it('must be there', async () => {
    await expectFailure('const a = data.mean()\na', 'input.script-no-answer', /^wages\.ts:2:1: .*no `export default`/)
    await expectFailure('\nexport default undefined', 'input.script-no-answer', /^wages\.ts:2:1: .*exports undefined/)
    await expectFailure('const b = 1\nexport const answer = 1', 'input.script-no-answer', /^wages\.ts:2:1: .*has a name/)
    await expectFailure('const a = 1\nexport = a', 'input.script-no-answer', /^wages\.ts:2:1: .*not `export =`/)
    await expectFailure('', 'input.script-no-answer', /^wages\.ts: /)
  })

  it('is found by any spelling of the export, also where it is wrong', async () => {
    expect(await evaluate('const a = 5\nexport { a as default }')).toBe(5)
    for (const [source, place] of [
      ['const a = () => 1\nexport { a as default }', '2:10'], ['\nexport default function f() { return 1 }', '2:1'], ['\n  export default class A {}', '2:3'],
    ] as const) await expectFailure(source, 'input.answer-invalid', new RegExp(`^wages\\.ts:${place}: answer is a function`))
  })
})

describe('what a script sees', () => {
  it('is the listing, which it cannot change', async () => {
    expect(await evaluate('export default [listing.rows, listing.columns[1], listing.title]')).toEqual([3, 'age', 'Three workers'])
    await expectFailure('listing.columns.push("x")', 'input.script-threw', /TypeError/)
  })

  it('is data, by rows as data[i][j], with NumPy\'s and torch\'s names', async () => {
    expect(await evaluate('export default [data[1][0], data.at(-1, 1), data.index(2), data.t().shape, data.size, data.dim(), data.shape]'))
      .toEqual([2.25, 41, [-4, 41], [2, 3], 6, 2, [3, 2]])
  })

  it('is a console whose lines come back, up to a limit', async () => {
    const { log } = await run('console.log("wages", data, [1, { m: data.mean() }], null, undefined, () => 1); export default 1')
    expect(log).toEqual(['wages Tensor(3, 2) [1,{"m":"Tensor()"}] null undefined () => 1'])
    const { log: long } = await run('for (let i = 0; i < 100; i++) console.log(i); export default 1', { logLines: 3 })
    expect(long).toEqual(['0', '1', '2', '(further output left out)'])
    const { log: wide } = await run('console.log("x".repeat(1e6)); export default 1')
    expect(wide).toEqual(['(further output left out)'])
  })

  it('is neither a clock nor chance', async () => {
    expect(await evaluate('export default [typeof Date, typeof performance, typeof setTimeout]')).toEqual(['undefined', 'undefined', 'undefined'])
    await expectFailure('export default Math.random()', 'input.script-threw', /the same answer each time/)
  })
})

describe('a mistake in a script', () => {
  it.each([
    ['a syntax error', 'const a = 1\nconst b = (2 +\n', 'input.script-syntax', 2, 15, 'const b = (2 +'],
    ['a missing bracket', 'const wage = data.col("wage"\nexport default 1', 'input.script-syntax', 2, 1, 'export default 1'],
    ['an error only the interpreter sees', 'const a = 1\n  return a', 'input.script-syntax', 2, 3, 'return a'],
    ['an import', '\n  import fs from "node:fs"', 'input.script-import', 2, 3, 'import fs from "node:fs"'],
    ['a dynamic import', 'const a = 1; const b = import("x")', 'input.script-import', 1, 24, 'const a = 1; const b = import("x")'],
    ['a require', 'const fs = require("fs")', 'input.script-import', 1, 12, 'const fs = require("fs")'],
    ['an export from elsewhere', 'export * from "x"', 'input.script-import', 1, 1, 'export * from "x"'],
    ['an await', 'const a = 1\nawait a', 'input.script-syntax', 2, 1, 'await a'],
    ['an async function', 'const f = async () => { throw new Error("unseen") }; f()', 'input.script-syntax', 1, 11, 'const f = async () => { throw new Error("unseen") }; f()'],
    ['an async method', 'const o = {\n  async f() { throw 1 },\n}', 'input.script-syntax', 2, 3, 'async f() { throw 1 },'],
    ['a text thrown', 'const a = 1\n  throw "no"', 'input.script-threw', 2, 9, 'throw "no"'],
    ['an object thrown, from where it was first', 'const f = () => {\n  throw { code: 5 }\n}\ntry { f() } catch (e) {\n  throw e\n}', 'input.script-threw', 2, 9, 'throw { code: 5 }'],
    ['an error caught and thrown again', 'const f = () => {\n  data.col("no")\n}\ntry { f() } catch (e) {\n  throw e\n}', 'input.tensor-index', 2, 8, 'data.col("no")'],
    ['an error of a class of its own', 'class Far extends Error {\n  constructor() { super("far") }\n}\nthrow new Far()', 'input.script-threw', 4, 7, 'throw new Far()'],
    ['an unknown name', 'const a: number = 1\nexport default wage * a', 'input.script-threw', 2, 16, 'export default wage * a'],
    ['an error thrown', 'const f = (x: number): never => {\n  throw new RangeError("too far")\n}\nf(1)', 'input.script-threw', 2, 13, 'throw new RangeError("too far")'],
    ['a backend\'s refusal', '\nconst a: number = 7\nexport default   data.mean(a)', 'input.tensor-index', 3, 23, 'export default   data.mean(a)'],
    ['a refusal in a chain', 'export default data\n  .col("wage")\n  .col("age")', 'input.tensor-index', 3, 4, '.col("age")'],
    ['a refusal in a function', 'interface A { x: 1 }\nconst f = (n: string) => data.col(n)\nexport default ["wage", "height"].map(f)', 'input.tensor-index', 2, 31, 'const f = (n: string) => data.col(n)'],
    ['a place after astral characters', 'const a: string = "😀😀é"; data.col("no")', 'input.tensor-index', 1, 33, 'const a: string = "😀😀é"; data.col("no")'],
    ['a place after Windows line ends', 'const a = 1\r\n\r\ndata.col("no")\r\n', 'input.tensor-index', 3, 6, 'data.col("no")'],
  ])('points to the script: %s', async (_, source, code, line, column, fragment) => {
    const error = await failureOf(source)
    expect({ code: error.code, ...error.details }).toMatchObject({ code, file: 'wages.ts', line, column, fragment })
    expect(error.message).toContain(`wages.ts:${line}:${column}: `)
  })

  it('keeps the backend\'s own error and code, so that a caller can tell', async () => {
    const error = await failureOf('export default data.col("height")')
    expect(error.cause).toMatchObject({ code: 'input.tensor-index' })
  })

  it('can be caught by the script, like any error', async () => {
    expect(await evaluate('let a = 0; try { data.col("height") } catch { a = 1 }; export default a')).toBe(1)
  })

  it('is told of whatever was thrown', async () => {
    for (const [thrown, told] of [
      ['new (class Far extends RangeError {})("x")', 'Far: x'], ['new (class Far extends Error {})("x")', 'Far: x'], ['{ code: 5 }', 'Object: {"code":5}'],
      ['class Far {}', 'the function Far itself'], ['5', 'the value 5'], ['Symbol("s")', 'the value Symbol\\(s\\)'], ['undefined', 'the value undefined'],
    ] as const) await expectFailure(`throw ${thrown}`, 'input.script-threw', new RegExp(`the script threw ${told}`))
  })

  it('is named for methods a tensor does not have, and for assignments', async () => {
    await expectFailure('export default data.mode()', 'input.script-threw', /a tensor has no 'mode'; it has add, sub/)
    await expectFailure('data[0] = 1', 'input.script-threw', /cannot be changed in place/)
    await expectFailure('data.extra = 1', 'input.script-threw', /cannot be changed in place/)
  })

  it.each([
    ['rows([1, NaN])', 'rows: argument 1\\[1\\] is NaN'],
    ['add(undefined)', 'add: argument 1 is undefined'],
    ['add([1, null])', 'argument 1\\[1\\] is null'],
    ['sum(true)', 'sum: argument 1 \\(axis\\) is true'],
    ['add({})', 'add: argument 1 is an object'],
    ['add("1")', 'must be a tensor, a number, or lists'],
    ['add(() => 1)', 'add: argument 1 is a function'],
    ['mean("wage")', 'mean takes no column.s name: a column is taken first, x\\.col\\("wage"\\)\\.mean\\(\\)'],
    ['mean({ axis: true })', 'mean: axis is true'],
    ['mean(1, { axis: 0 })', 'mean is given its axis twice'],
    ['mean({ ddof: 1 })', 'mean has no argument "ddof"; it takes { axis }'],
    ['var({ ddof: [1] })', 'var: a number is needed here'],
  ])('is named for an argument: data.%s', async (call, message) => {
    await expectFailure(`export default data.${call}`, 'input.tensor-value', new RegExp(message))
  })

  it('cannot overrun the parser', async () => {
    await expectFailure(' '.repeat(maxScriptLength + 1), 'input.script-syntax', /at most 262144 are read/)
    await expectFailure(`export default ${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'input.script-syntax', /nested too deeply|stack overflow/)
    await expectFailure(`export default ${'1+'.repeat(100_000)}1`, 'input.script-syntax', /nested too deeply|stack overflow/)
  })
})
