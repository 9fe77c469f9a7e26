import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { AnswerValue } from '../../../src/compute/answer.ts'
import { createDataset, type Dataset } from '../../../src/compute/dataset.ts'
import { Interaction } from '../../../src/compute/interaction.ts'
import type { FormPair, IntegerForm, KeyHolder } from '../../../src/compute/key-holder.ts'
import { deriveProgram, evaluateProgramOnIntegers, programToForms, readAnswer } from '../../../src/compute/program.ts'
import { Tensor } from '../../../src/compute/tensor.ts'
import { createEngine } from '../../../src/engine/create-engine.ts'
import type { BackendArgument, BackendResult, TensorBackend } from '../../../src/script/backend.ts'
import type { GraphTensor } from '../../../src/script/elementwise.ts'
import { createGraphBackend } from '../../../src/script/graph-backend.ts'
import { runScript } from '../../../src/script/run-script.ts'
import { isAppError } from '../../../src/shared/errors.ts'
import type { Program } from '../../../src/shared/schemas/program.ts'
import { createDraws, type Draws } from '../../campaigns/fuzz/draws.ts'
import { createColumn, rootOf } from '../compute/support.ts'
import { keyPair, sourceOf } from '../engine/fixtures.ts'
import { createGrammar, type Exported } from './grammar/draw-expression.ts'
import { impossible, type Calls } from './grammar/expression.ts'
import { bitsOf, compare, fromNumber, minus, negative, toNumber, type Fraction } from './grammar/fraction.ts'

// HESYSTEM_ANSWERS=100000 for the long run; unit/compute/exactness.test.ts has as many expressions of one shape in every run.
const answers = Number(process.env['HESYSTEM_ANSWERS'] ?? 5_000)
const inAScript = 200
/** Scripts that are run as such: compiled, in the sandbox. */
const scripts = 8
// HESYSTEM_SEED repeats a run.
const seed = process.env['HESYSTEM_SEED'] ?? randomBytes(8).toString('hex')

const { n } = keyPair.publicKey
/** What a ciphertext can hold: whatever is too large comes out as another number. */
const centred = (value: bigint): bigint => {
  const residue = ((value % n) + n) % n
  return 2n * residue > n ? residue - n : residue
}

interface TestTable {
  readonly dataset: Dataset
  /** How many of its columns are x. */
  readonly width: number
  readonly rows: readonly (readonly number[])[]
  /** Under the table's ciphertexts, column by column. */
  readonly integers: readonly bigint[]
}

const createTable = (columns: readonly string[], decimals: readonly number[], rows: readonly (readonly number[])[]): TestTable => {
  const exact = columns.map((_, column) => rows.map((row) => {
    const { numerator, denominator } = fromNumber(row[column] as number)
    return (numerator * 10n ** BigInt(decimals[column] as number)) / denominator
  }))
  const dataset = createDataset({
    rows: rows.length, keyBits: 2048, datasetRoot: rootOf('11'),
    columns: columns.map((name, column) => {
      const values = rows.map((row) => row[column] as number)
      return createColumn(name, decimals[column] as number, Math.min(...values), Math.max(...values))
    }),
  })
  return { dataset, rows, width: columns.filter((name) => !name.includes('*')).length, integers: exact.flat() }
}

/** Of a few decimals; behind its columns, in every other table, stand all their products, as a listing sells them. */
const drawUsual = (draws: Draws): TestTable => {
  const [height, width, decimals] = [2 + draws.below(4), 1 + draws.below(3), draws.below(4)]
  const value = (): number => (draws.once(6) ? draws.below(3) : draws.below(2_000_000) - 1_000_000) / 10 ** decimals
  const x = Array.from({ length: height }, () => Array.from({ length: width }, value))
  const names = x[0]?.map((_, column) => `c${column}`) ?? []
  const pairs = draws.once(2) ? [] : names.flatMap((_, i) => names.slice(0, i + 1).map((_other, j) => [j, i] as const))
  const productOf = (row: readonly number[], [j, i]: readonly [number, number]): number => {
    const whole = Math.round((row[j] as number) * 10 ** decimals) * Math.round((row[i] as number) * 10 ** decimals)
    return Number(`${whole}e-${2 * decimals}`)
  }
  return createTable(
    [...names, ...pairs.map(([j, i]) => `c${j}*c${i}`)], [...names.map(() => decimals), ...pairs.map(() => 2 * decimals)],
    x.map((row) => [...row, ...pairs.map((pair) => productOf(row, pair))]),
  )
}

/** Of numbers of a thousand bits: few steps from what a ciphertext can hold. */
const drawLarge = (draws: Draws): TestTable => {
  const [height, width] = [2 + draws.below(3), 1 + draws.below(2)]
  const value = (): number => Number(`${draws.below(2_000_000) - 1_000_000}e${285 + draws.below(16)}`) || 1e290
  return createTable(Array.from({ length: width }, (_, column) => `c${column}`), new Array<number>(width).fill(0), Array.from({ length: height }, () => Array.from({ length: width }, value)))
}

/** Compares and multiplies what it decrypts: residues. Products stand behind the table's cells. */
const createHolder = (table: readonly bigint[]): KeyHolder & { readonly cells: bigint[] } => {
  const cells = [...table]
  const evaluate = ({ constant, terms }: IntegerForm): bigint => {
    let total = BigInt(constant)
    for (const [start, count, weight] of terms) {
      total += BigInt(weight) * cells.slice(start, start + count).reduce((sum, cell) => sum + cell, 0n)
    }
    return centred(total)
  }
  return {
    cells,
    compare: (forms) => forms.map((form) => evaluate(form) >= 0n),
    multiply: (pairs: readonly FormPair[]) => { for (const [left, right] of pairs) cells.push(centred(evaluate(left) * evaluate(right))) },
  }
}

interface Evaluated {
  readonly answer: readonly unknown[]
  readonly program: Program
  /** Under the answer's cells. */
  readonly integers: readonly bigint[]
  readonly read: readonly unknown[]
  /** Under the table's ciphertexts, and those of the products made on the way. */
  readonly cells: readonly bigint[]
}

/** How a script comes to its answer: in the sandbox, from its text; or by the calls that it would make there, in a tenth of the time. */
type Run = (backend: TensorBackend<GraphTensor>, table: TestTable, exported: readonly Exported[]) => Promise<readonly unknown[]>

const runText: Run = async (backend, { dataset, rows, width }, exported) => {
  const source = [
    `const x = data.slice(null, [0, ${width}])`,
    'const attempt = (make) => { try { return make() } catch (error) { return String(error.message) } }',
    `export default [\n${exported.map((one) => `  attempt(() => ${one.source}),\n`).join('')}]`,
  ].join('\n')
  const listing = { rows: rows.length, columns: dataset.columns.map(({ name }) => name) }
  const { answer } = await runScript({ source, fileName: 'grammar.ts', listing, backend, limits: { deadlineMilliseconds: 60_000 } })
  return answer as readonly unknown[]
}

const runCalls: Run = async (backend, _, exported) => {
  const call = (...args: Parameters<typeof backend.call>): BackendResult<GraphTensor> => backend.call(...args)
  const calls: Calls = {
    data: backend.data,
    call: (method, receiver, args = []) => {
      const result = call(method, receiver as GraphTensor, args as readonly BackendArgument<GraphTensor>[])
      return result.kind === 'tensor' ? result.tensor : impossible()
    },
    value: (method, receiver) => {
      const result = call(method, receiver as GraphTensor, [])
      return result.kind === 'value' ? Number(result.value) : impossible()
    },
  }
  return exported.map(({ run }): unknown => {
    try {
      return run(calls)
    } catch (error) {
      if (isAppError(error)) return error.message
      throw error
    }
  })
}

const evaluate = async (table: TestTable, exported: readonly Exported[], run: Run): Promise<Evaluated> => {
  const { dataset } = table
  const holder = createHolder(table.integers)
  const help = new Interaction(dataset, holder, { comparisons: null, products: null, isBlinded: false })
  const answer = await run(createGraphBackend(dataset.data, help), table, exported)
  const program = deriveProgram(answer as AnswerValue, dataset)
  const integers = evaluateProgramOnIntegers(program, (cell) => holder.cells[cell] as bigint).map(centred)
  const read = readAnswer(program, integers) as readonly unknown[]
  return { answer, program, integers, read, cells: holder.cells }
}

const flatten = (value: unknown): unknown[] => (Array.isArray(value) ? value.flatMap(flatten) : [value])
const shapeOf = (value: unknown): number[] => (Array.isArray(value) ? [value.length, ...shapeOf(value[0])] : [])

const overflow = /: (?:a cell could need \d+ bits; a 2048-bit key holds|the scale would need)/

type Outcome = 'exact' | 'rounded within its bound' | 'as doubles have it' | 'refused: too large' | 'beyond what is kept exactly'

/** Holds one exported value to what it must be; throws what is wrong with it. */
const judge = ({ exact, after, isRounded }: Exported, at: number, { answer, program, integers, read }: Evaluated): Outcome => {
  const [given, found] = [answer[at], read[at]]
  if (typeof found === 'string' && overflow.test(found)) return 'refused: too large'
  if (JSON.stringify(shapeOf(found)) !== JSON.stringify(exact.shape)) throw new Error(`it has shape ${JSON.stringify(shapeOf(found))}, not ${JSON.stringify(exact.shape)}: ${JSON.stringify(found)}`)
  const numbers = flatten(found)
  if (given instanceof Tensor) {
    const layout = program.answer.kind === 'list' ? program.answer.items[at] : undefined
    if (layout?.kind !== 'tensor') throw new Error('its layout is of another kind')
    // Beyond what a double can say there is no bound but infinity.
    const bound = Number.isFinite(given.error) ? fromNumber(given.error) : null
    layout.cells.forEach((cell, index) => {
      const { numerator, denominator } = program.cells[cell]?.scale ?? { numerator: '0', denominator: '1' }
      const value: Fraction = { numerator: (integers[cell] as bigint) * BigInt(numerator), denominator: BigInt(denominator) }
      const difference = minus(value, exact.cells[index] as Fraction)
      const distance = difference.numerator < 0n ? negative(difference) : difference
      if (bound !== null && compare(distance, bound) > 0) throw new Error(`cell ${index} is ${toNumber(value)}, not ${toNumber(exact.cells[index] as Fraction)}; its bound is ${given.error}`)
      if (Number(numbers[index]) !== toNumber(value)) throw new Error(`cell ${index} is read as ${String(numbers[index])}, not ${toNumber(value)}`)
    })
    if (isRounded !== true && given.error !== 0) throw new Error(`it says that it is rounded, by ${given.error}`)
    return given.error === 0 ? 'exact' : 'rounded within its bound'
  }
  let outcome: Outcome = after === undefined ? 'exact' : 'as doubles have it'
  exact.cells.forEach((cell, index) => {
    const expected = (after ?? Number)(toNumber(cell)) + 0
    const number = Number(numbers[index]) + 0
    if (number === expected) return
    const isClose = Math.abs(number - expected) <= 1e-9 * Math.abs(expected)
    if (!isClose || bitsOf(cell) < 700) throw new Error(`number ${index} is ${String(numbers[index])}, not ${expected}`)
    outcome = 'beyond what is kept exactly'
  })
  return outcome
}

const drawScript = (index: number) => {
  const draws = createDraws(`${seed}/${index}`)
  const isLarge = index % 8 === 7
  const table = isLarge ? drawLarge(draws) : drawUsual(draws)
  const drawNumber = isLarge
    ? (from: Draws) => Number(`${from.below(200) - 100}e${from.pick([0, 0, 1, 3, 12])}`)
    : (from: Draws) => (from.below(20_000) - 10_000) / from.pick([1, 1, 10, 100, 1000])
  const draw = createGrammar({ rows: table.rows.map((row) => row.slice(0, table.width)), drawNumber, hasLate: !isLarge })
  const exported = Array.from({ length: inAScript }, (_, at) => draw(createDraws(`${seed}/${index}/${at}`), 1 + (at % 4)))
  return { table, exported }
}

/** Judges all answers of a script, and counts what came of them. */
const judgeScript = async (index: number, run: Run, count: (what: Outcome | 'large and exact') => void): Promise<void> => {
  const { table, exported } = drawScript(index)
  const evaluated = await evaluate(table, exported, run)
  exported.forEach((one, at) => {
    try {
      count(judge(one, at, evaluated))
    } catch (error) {
      throw new Error(`script ${index}, answer ${at}: ${one.source}\nof ${JSON.stringify(table.rows)}`, { cause: error })
    }
  })
  // Nearly as large as a ciphertext can hold, and right.
  for (const integer of evaluated.integers) if (integer > n >> 60n || -integer > n >> 60n) count('large and exact')
}

describe(`whole scripts, modulo what a ciphertext holds, against exact fractions (S15; seed ${seed})`, () => {
  it(`give ${answers} drawn answers exactly, rounded within the bound they say, or not at all`, async () => {
    const counts = new Map<Outcome | 'large and exact', number>()
    const of = (what: Outcome | 'large and exact'): number => counts.get(what) ?? 0
    for (let index = 0; index < answers / inAScript; index += 1) {
      await judgeScript(index, runCalls, (what) => { counts.set(what, of(what) + 1) })
    }
    expect([...counts].filter(([what]) => what !== 'large and exact').reduce((sum, [, value]) => sum + value, 0)).toBe(answers)
    // The draws reach all that they should: the end of the range from both sides, roundings, roots.
    expect(of('exact')).toBeGreaterThan(answers / 2)
    for (const what of ['large and exact', 'refused: too large', 'rounded within its bound', 'as doubles have it'] as const) {
      expect(of(what), what).toBeGreaterThan(answers / 1000)
    }
    expect(of('beyond what is kept exactly')).toBeLessThan(answers / 100)
  }, 600_000)

  it(`give the same from their text, in the sandbox: ${scripts * inAScript} of them`, async () => {
    for (let index = 0; index < scripts; index += 1) await judgeScript(index, runText, () => undefined)
  }, 300_000)

  it('give on real ciphertexts the integers that they give on plain ones', async () => {
    const engine = await createEngine({ workers: 1 })
    try {
      for (const index of [0, 1, 7]) {
        const { table, exported } = drawScript(index)
        const { program, integers, cells } = await evaluate(table, exported.slice(0, 40), runCalls)
        const source = sourceOf(await engine.encrypt(keyPair, cells))
        const decrypted = await engine.decrypt(keyPair, await engine.evaluate(keyPair.publicKey, source, programToForms(program)))
        expect(decrypted, `script ${index}`).toEqual(integers)
      }
    } finally {
      await engine.close()
    }
  }, 120_000)

  it('would be found wrong where a number wrapped around, or one digit were lost', async () => {
    const { table, exported } = drawScript(0)
    const evaluated = await evaluate(table, exported, runCalls)
    const { answer, program, integers } = evaluated
    const isOne = (value: unknown): boolean => value instanceof Tensor && value.size === 1
    const at = answer.findIndex((value, index) => isOne(value) && exported[index]?.isRounded !== true)
    const layout = program.answer.kind === 'list' ? program.answer.items[at] : undefined
    const cell = layout?.kind === 'tensor' ? layout.cells[0] as number : -1
    const one = exported[at] as Exported
    expect(judge(one, at, evaluated)).toBe('exact')
    for (const wrong of [1n, -1n, n, -n]) {
      const changed = integers.with(cell, (integers[cell] as bigint) + wrong)
      const read = readAnswer(program, changed) as readonly unknown[]
      expect(() => judge(one, at, { ...evaluated, integers: changed, read })).toThrow(/ not /)
    }
  })
})
