import { describe, expect, it } from 'vitest'
import { createDataset } from '../../../src/compute/dataset.ts'
import { evaluatePlain } from '../../../src/compute/program.ts'
import { createGraphBackend } from '../../../src/script/graph-backend.ts'
import { runScript } from '../../../src/script/run-script.ts'
import { wages } from '../compute/support.ts'
import { evaluate, expectClose, expectFailure, failureOf, listing } from './support.ts'

const evaluateByGraph = async (source: string) => {
  const { dataset, readCell } = wages()
  const { answer } = await runScript({ source, fileName: 'wages.ts', listing, backend: createGraphBackend(createDataset(dataset).data) })
  return evaluatePlain(answer, dataset, readCell)
}

/** Each script exports one JSON value and does not know tensors: JavaScript itself is the yardstick. */
const plainScripts = [
  '1 + 2 * 3 - 4 / 5 ** 2', '"a" + 1 + 2', '1 + 2 + "a"', '[1] + "2"', '`${1 + 1}`', '-true', '- -3', '-(-3)',
  '0.1 + 0.2', '2 ** 3 ** 2', '(-2) ** 2', '7 / 0 > 1', '"b" > "a"', '"10" < "9"', '10 < 9', 'undefined == null',
  '[4, 9].map(Math.sqrt)', 'null == 0', 'NaN != NaN', '(() => { const a = [1]; return [a == a, a === a] })()', '({}) == "[object Object]"', 'true + true',
  'String(10n ** 20n)', 'String(-5n)', '5n > 4', '5n == 5', 'new String("a") == "a"', '[1, 2, 3].map((x) => x * 2).reduce((a, b) => a + b)',
  '((a = 1, b = a + 1) => a + b)()', '(() => { let s = ""; for (let i = 0; i < 3; i++) s += i; return s })()',
  '(() => { const o = { n: 1, get a() { return { b: this.n++ } } }; o.a.b += 5; return o.n })()',
  '(() => { let i = 0; const a = [1, 2, 3]; a[i++] += 10; a[i++] *= 2; return [a, i] })()',
  '(() => { const log: string[] = []; const t = (x: any) => { log.push(String(x)); return x }; const o: any = { v: 1 }; (t(o) as any)[t("v")] -= t(4); return [log, o] })()',
  '(() => { const log: number[] = []; const t = (x: number) => { log.push(x); return x }; const r = t(1) + t(2) * t(3) - -t(4); return [log, r] })()',
  '(() => { let n = 0; const f = () => { n += 1; return true }; const r = [false && f(), true || f(), null ?? f()]; return [n, r] })()',
  '(() => { let a: any = { n: 1 }; const keep = a; a.n += (a = { n: 5 }, 10); return [keep.n, a.n] })()',
  '(() => { let x = 1; x += (x = 10, 5); return x })()',
  '(() => { const g = function* () { const o = { y: 10 }; o.y -= yield 1; return o.y }; const i = g(); i.next(); return i.next(4).value })()',
  '(() => { class A { #p = 1; static q = 2; v = (A.q += 1); up() { this.#p *= 4; return this.#p } } const a = new A(); return [a.up(), a.v, A.q] })()',
  '(() => { class A { get x() { return 3 } set x(v) { (this as any).y = v } } class B extends A { f() { super.x += 4; return (this as any).y } } return new B().f() })()',
  '(() => { enum E { A = 1 + 1, B, C = "x".length, D = A * 4 } return [E.A, E.B, E.C, E.D] })()',
  '(() => { const f = (n: number): number => (n < 2 ? n : f(n - 1) + f(n - 2)); return f(12) })()',
  '(() => { try { (Symbol() as any) + 1 } catch (e) { return (e as Error).name } })()',
  '(() => { try { (1n as any) + 1 } catch (e) { return (e as Error).name } })()',
  '(() => { const c = 1 as any; try { eval("0"); (() => { "use strict"; const k: any = 1; k += 1 })() } catch (e) { return (e as Error).name } return c })()',
  '(() => { let n = 3; let out = ""; while (n) { out += n; n -= 1 } do { out += "!" } while (!out) ; return out })()',
  '(() => { const { a = 1 + 1, b: [c = 2 * 2] = [] } = {} as any; return [a, c] })()',
  '(() => { switch (2 as number) { case 1: return "one"; case 1 + 1: return "two"; default: return "more" } })()',
  '(() => { try { throw 5 } catch (e) { return e } })()', '(() => { let a = 7; a %= 4; return [a, -7 % -4, 7.5 % 2] })()',
  '1 === 1 && "1" !== 1', '[5 & 3, 5 | 3, true ^ false, ~5, ~~7.9, 7.9 | 0, 1 << 30, 1 << 4, -9 >> 1, -9 >>> 28, true & 1]', '(() => { let a = 7; a &= 5; a |= 8; a <<= 2; a >>= 1; a >>>= 1; return a })()',
  '(() => { class A { #p = 1; static has(o: object) { return #p in o } } return [A.has(new A()), A.has({}), "a" in { a: 1 }] })()',
  '(() => { const a = [1, 2, 3]; const o: any = { a }; [a[0], a[2]] = [a[2], a[0]]; a[3] = 4; o?.a[1]; delete o["b"]; return [a, a[a.length] === undefined, o.a?.[1], a[1]++, a] })()',
  '[["b", "a"].sort(), [3, 10, 2].sort((p, q) => q - p), [2, undefined, 1].toSorted()[1], Array(2).length, new Array(1, 2), Array.from({ length: 2 }).length, [].length]',
  '(() => { const log: number[] = []; [3].forEach((v) => { log.push(v) }); const r = [1, 2].map((v) => { if (v > 1) { return v } return 0 }); let m; while ((m = log.pop())) r.push(m); return r })()',
  '(() => { const seen: string[] = []; for (const k in { a: 1, b: 2 }) seen.push(k); return seen })()',
  '[[1, 2].indexOf(3), ["a"].indexOf("b"), Math.pow(2, 10), 10n ** 2n == 100n, ((a: any) => a || [])(undefined), [1] instanceof Array, (() => 1) instanceof Function]', 'NaN === NaN', '(() => { const f = () => 1; return [typeof f, f === f, "x" + (f == null)] })()',
  '[typeof (undefined as any)?.x, typeof 5, typeof [1], typeof (() => 1), typeof nowhere, typeof null, typeof typeof "a"]',
  '[parseInt("42"), parseInt(" -7 "), parseInt("ff", 16), parseInt("0x1F"), parseInt(12.7 as any), parseFloat("1e3"), Number.parseFloat(" 2.5 "), isNaN(parseFloat("a")), Number("7")]',
  '[7n / 7n == 1n, 9n % 4n == 1n, +true, +"5".length, (1.25).toFixed(1) + "%", "wage" + 1.5, "5" + 1]',
  '(() => { const o: any = { list: [1] }; o.list[1] = 5; o["key"] = 2; (o.list as number[])[o.list.length] = 6; o[7] = o.list[2] = 9; const a = new Array(3); a[2] = 1; return [o, a.length] })()',
  '(() => { const log: string[] = []; const t = (x: any, n: string) => { log.push(n); return x }; const o: any = {}; t(o, "o")[t("k", "k")] = t(4, "v"); return [log, o] })()',
  '(() => { class A { set 0(v: number) { (this as any).w = v } } class B extends A { f() { super[0] = 4; return (this as any).w } } return new B().f() })()',
  '(() => { enum E { A = 1 << 2, B = A | 1, C = 2 ** 3 } let i = 0; let j = 0; i = 1, j = 2; for (; i < 3; i++, j++) { } return [E.A, E.B, E.C, i, j, { 1985: 1, 1990: 2, b: 3 }, ({ a: 1 } ? 1 : 2), new Set([1]) ? 1 : 2] })()',
  '[1, 2, 5].map((v) => (v = 5))', '[[1, 2].includes(2), [["a"]].indexOf(["b"]), new Map([["a", 1]]).get("a")]',
  '(() => { const $operate = 5; return $operate + 1 })()',
  '(() => { label: for (const x of [1, 2]) { for (;;) { if (x > 1) break label; continue label } } return "done" })()',
  '(() => { const o = { valueOf() { return 4 } } as any; return [o * 2, o > 3, -o, o + "x", o == 4] })()',
  '(() => { const order: string[] = []; const o = (n: string) => ({ [Symbol.toPrimitive](h: string) { order.push(n + h); return 1 } }) as any; o("a") < o("b"); o("c") + o("d"); -o("e"); return order })()',
]

describe('operators on anything but tensors', () => {
  it.each(plainScripts)('are JavaScript\'s own: %s', async (expression) => {
    const { transpile, ModuleKind, ScriptTarget } = (await import('typescript')).default
    const code = transpile(`(globalThis as any).result = (${expression})`, { module: ModuleKind.None, target: ScriptTarget.ES2023 })
    // The very same expression in this process, without the transform.
    // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- JavaScript is the yardstick
    const expected: unknown = new Function(`"use strict"; const globalThis = {}; ${code}; return globalThis.result`)()
    expect(await evaluate(`export default ${expression}`)).toEqual(expected)
  })
})

describe('operators on tensors', () => {
  it.each([
    ['data + 3', 'data.add(3)'], ['data - 3', 'data.sub(3)'], ['data * 3', 'data.mul(3)'], ['data / 4', 'data.div(4)'], ['-data', 'data.neg()'],
    ['3 + data', 'data.add(3)'], ['1 - data', 'data.neg().add(1)'], ['3 * data', 'data.mul(3)'], ['data + [1, 2]', 'data.add([1, 2])'],
    ['[[1], [2], [3]] * data', 'data.mul([[1], [2], [3]])'], ['data + data.t().t()', 'data.mul(2)'], ['data - data.mean(0)', 'data.sub(data.mean(0))'],
    ['(data * 2 + 1).mean(0)', 'data.mul(2).add(1).mean(0)'], ['-data[0][1]', 'data.get(0, 1).neg()'],
    ['(() => { let t = data; t += 1; t *= 2; t -= 3; t /= 4; return t })()', 'data.add(1).mul(2).sub(3).div(4)'],
    ['(() => { const o = { t: data }; o.t += 1; o["t"] *= 2; return o.t })()', 'data.add(1).mul(2)'],
  ])('%s is %s, whether encrypted or plain', async (operators, methods) => {
    const expected = await evaluateByGraph(`export default ${methods}`)
    expect(await evaluateByGraph(`export default ${operators}`)).toEqual(expected)
    expectClose(await evaluate(`export default ${operators}`), expected, 1e-14)
  })

  it.each([
    ['wage + "x"', 'input.tensor-value', /^wages\.ts:2:21: add: the argument must be a tensor/, 21],
    ['data + [1, 2, 3]', 'input.tensor-shape', /do not/, 21],
    ['2+data+[1,2,3]', 'input.tensor-shape', /do not/, 22],
    ['data.add(1) * (data+[1, 2, 3])', 'input.tensor-shape', /do not/, 35],
    ['data + undefined', 'input.tensor-value', /add: argument 1 is undefined/, 21],
    ['data % 2', 'input.script-threw', /a % b is of plain numbers alone/, 21],
    ['data | 2', 'input.tensor-condition', /a \| b is of conditions, as \(x > 0\) & \(y > 0\)/, 21],
    ['data << 2', 'input.script-threw', /<< and >> are of plain numbers/, 21],
    ['Math.sqrt(data)', 'input.script-threw', /Math\.sqrt\(a\) is a\.sqrt\(\)/, null],
  ] as const)('point to themselves where they fail: %s', async (expression, code, message, column) => {
    const source = `const wage = data.col("wage")\nexport default ${expression}`
    await expectFailure(source, code, message)
    if (column !== null) expect((await failureOf(source)).details).toMatchObject({ line: 2, column })
  })

  it.each([
    ['if (data > 0) { }', 5], ['while (data) { }', 8], ['const x = data ? 1 : 2', 11], ['const x = !data', 12], ['const x = data.sum(0) && 1', 11],
    ['for (; data; ) { }', 8], ['do { } while (data == 1)', 15],
    ['const x = !!data', 13], ['const x = Boolean(data)', 11], ['const x = [data].filter(Boolean)', 18],
    ['let t: any = data; t ||= 1', 22], ['const o: any = { t: data }; o.t &&= 1', 33],
  ])('refuse to be true or false: %s', async (source, column) => {
    await expectFailure(source, 'input.tensor-value', /a tensor is neither true nor false: it has \d cells/)
    expect((await failureOf(source)).details).toMatchObject({ line: 1, column })
  })

  it('make the key of a compound assignment once, as the language says', async () => {
    const source = 'let calls = 0; const key = { toString() { calls += 1; return "k" } }; const o: any = { k: 2 }; o[key as any] **= 3'
    expect(await evaluate(`${source}; export default [o.k, calls]`)).toEqual([8, 1])
  })

  it('assign by truth as the language does', async () => {
    const source = 'let calls = 0; const o: any = { a: 0, b: 2 }; const key = () => { calls += 1; return "a" }; let n: any = 5; n &&= 6; o[key()] ||= 7; o.b ||= 8; o.b &&= 9'
    expect(await evaluate(`${source}; let u: any; u ||= data.sum(); export default [n, o.a, o.b, calls, u.shape.length]`)).toEqual([6, 7, 9, 1, 0])
  })

  it('leave comparisons with nothing to JavaScript, and compare cell by cell with all else, however it is spelled', async () => {
    expect(await evaluate('export default [data == null, data != undefined, data === undefined, null !== data]')).toEqual([false, true, false, true])
    expect(await evaluate('export default [data === 30, 30 !== data]')).toEqual([[[0, 0], [0, 1], [0, 0]], [[1, 1], [1, 0], [1, 1]]])
    expect(await evaluate('export default data.col("age") === data.col("age").t()')).toEqual([1, 1, 1])
  })

  it('give a known number to a text, an index, a Boolean and JSON, and no other', async () => {
    const source = 'const { age } = { age: data.col("age") }; const oldest = age.argmax()'
    const answer = '[`row ${oldest}`, data[oldest], Boolean(oldest), JSON.stringify({ oldest }), ["a", "b", "c"][oldest]]'
    expect(await evaluate(`${source}; export default ${answer}`)).toEqual(['row 2', [-4, 41], true, '{"oldest":2}', 'c'])
    await expectFailure('export default `${data}`', 'input.tensor-value', /a tensor is neither a text nor an index: it has 6 cells/)
  })

  it('know an infinite number from none: what JSON has no word for crosses as one', async () => {
    const source = 'const far = (data.col("age") - data.col("age")).log().sum()'
    expect(await evaluate(`${source}; export default [far.item() < 0, far ? 1 : 2, Number.isFinite(far.item()), \`\${far}\`]`)).toEqual([true, 1, false, '-Infinity'])
  })

  it.each([
    ['switch (data.mean()) { case 5: }', 9, 'switch'], ['switch (5) { case data.mean(): }', 19, 'switch'], ['[1].includes(data)', 5, 'includes'],
    ['[data].indexOf(5 as any)', 8, 'indexOf'], ['[data].lastIndexOf(data)', 8, 'lastIndexOf'], ['new Set([1]).has(data)', 14, 'a Set'],
    ['Object.is(data, data)', 8, 'Object\\.is'], ['new Map([[data, 1]])', 5, 'a Map'],
  ])('are not looked for by identity: %s', async (source, column, what) => {
    await expectFailure(source, 'input.script-threw', new RegExp(`${what} asks for the very same value`))
    expect((await failureOf(source)).details).toMatchObject({ line: 1, column })
  })

  it.each([
    ['"age" in data', /"in" does not look into a tensor: listing\.columns\.includes/], ['(() => { for (const i in data) return i })()', /no names to go through: for \(const row of x\)/],
    ['Object.keys(data)', /a tensor has no keys/], ['Object.entries(data.mean(0))', /a tensor has no keys/], ['{ n: 3, ...data.mean(0) }', /a tensor has no keys/],
    ['Map.groupBy([...data], (row) => row[1]).size', /Map\.groupBy asks for the very same/], ['Object.groupBy([1], () => data.mean(0))', /neither a text nor an index/],
     ['data.rows.length', /rows is a function, not a number/],
    ['[data[0], data[1]].sort()', /put in order by its own sort/], ['Math.max(...data.mean(0))', /a tensor is not a number/], ['Number.isInteger(data)', /a tensor is not a number/],
  ])('are not gone through by name, ordered or counted without a word: %s', async (expression, message) => {
    expect((await failureOf(`export default ${expression}`)).message).toMatch(message)
  })

  it('leave lists, sets, maps and truths without tensors to JavaScript', async () => {
    const answer = '[[1, 2].includes(2), [1].indexOf(3), [1, 1].lastIndexOf(1), new Set([1, 1]).size, new Map([[1, 2]]).get(1), Object.is(NaN, NaN), '
      + 'Boolean(""), new Boolean(0).valueOf(), [0, 1, ""].filter(Boolean), Boolean(1).constructor === Boolean, Number.isInteger(5), [NaN].includes(NaN)]'
    expect(await evaluate(`export default ${answer}`)).toEqual([true, -1, 1, 1, 2, true, false, false, [1], true, true, true])
  })

  it.each(['1 < data.shape', 'data.shape == 3', '3 !== listing.columns', '[1, 2] + 1', '[1, 2] * [3, 4]', '[10] < [9]', '-[7]', '[1] % 2', '~[1]', '[1] << 2'])(
    'are no plain lists, which count beside a tensor only: %s', (expression) =>
      expectFailure(`export default ${expression}`, 'input.script-threw', /a plain list counts beside a tensor only: .* x\.shape\[0\] is the number of rows/),
  )

  it('are NumPy\'s where JavaScript would make something else of plain numbers and lists', async () => {
    const answer = '[[10, 9, -1].sort(), [10, 9, -1].toSorted(), data.shape == [3, 2], data.shape != [3, 2], [[1], ["a"]] === [[1], ["a"]], [1] == [2], [] == [1], [1] == (true as any), [1] != ("1" as any), [1] == null, '
      + '["no", "yes"][1 < 2], "ab"[1 > 2 as any], [Math.max(1, true as any), Number("5"), ["1", "2"].map(Number), (5).constructor === Number, Number.isInteger(5)], '
      + 'data.shape[-1], data.shape[-2], listing.columns[-1], 1 ** NaN, (-1) ** Infinity, Math.pow(1, NaN)]'
    const expected = [[-1, 9, 10], [-1, 9, 10], true, false, true, false, false, false, true, false, 'yes', 'a', [1, 5, [1, 2], true, true], 2, 3, 'age', 1, 1, 1]
    expect(await evaluate(`export default ${answer}`)).toEqual(expected)
    expect(await evaluate('export default String([3, NaN, 10, 2].sort())')).toBe('2,3,10,NaN')
  })

  it.each(['(() => {})', '(function* () {})'])('are compiled before they run, whoever makes a function of a text: %s', (made) =>
    expectFailure(`export default ${made}.constructor("return 1")`, 'input.script-threw', /a script runs as it is written/))

  it('are no numbers before they are called, whatever counts with them', async () => {
    for (const use of ['1 < data.rows', 'data.rows - 1', '1 + data.rows', 'data.rows == 3', 'data * data.rows', '-data.rows', 'Math.max(data.rows, 1)', 'new Array(3).fill(0, data.rows)']) {
      await expectFailure(`export default ${use}`, 'input.script-threw', /rows is a function, not a number: call it, rows\(…\); the number of rows is x\.shape\[0\]/)
    }
    await expectFailure('const f = () => 1; export default f * 2', 'input.script-threw', /f is a function, not a number/)
    expect(await evaluate('const f = () => 1; export default ["" + f, f == null, f === f, f != f]')).toEqual(['() => 1', false, true, false])
  })
})
