import { describe, expect, it } from 'vitest'
import { assertCanonicalProgram } from '../../../src/compute/canonical.ts'
import { deferTensor } from '../../../src/compute/deferred.ts'
import { deriveProgram, encodeProgram, evaluatePlain, evaluateProgramOnIntegers, readAnswer } from '../../../src/compute/program.ts'
import { assertPolicy } from '../../../src/policy/policy.ts'
import { programSchema, type Program } from '../../../src/shared/schemas/program.ts'
import type { AnswerValue } from '../../../src/compute/answer.ts'
import { wages } from './support.ts'

const { dataset, data, readCell } = wages()

/** The answer by way of program, wire and integers, and straight from the graph. */
const roundTrip = (answer: AnswerValue) => {
  const program = programSchema.parse(JSON.parse(encodeProgram(deriveProgram(answer, dataset))))
  assertCanonicalProgram(program)
  const read = readAnswer(program, evaluateProgramOnIntegers(program, readCell))
  expect(read).toEqual(evaluatePlain(answer, dataset, readCell))
  return { program, read }
}

const sums = deferTensor(data.sum(0))
const [wage, age] = [sums.get(0), sums.get(1)]
const ratio = wage.combine('div', 'div', age)

describe('an answer computed after decryption', () => {
  it('is one number made of the cells below it, each decrypted once', () => {
    const { program, read } = roundTrip({ ratio, age: data.col('age').sum() })
    expect(read).toEqual({ ratio: -0.25 / 91, age: 91 })
    expect(program).toMatchObject({ version: 2, steps: [['div', 0, 1]] })
    expect(program.cells).toHaveLength(2)
    expect(program.answer).toMatchObject({ entries: [['ratio', { kind: 'deferred', leaves: [{ shape: [2], cells: [0, 1] }], values: [-1] }], ['age', {}]] })
  })

  it('without such a number is the program it always was', () => {
    const program = deriveProgram(data.sum(0), dataset)
    expect(program.version).toBe(1)
    expect(encodeProgram(program)).not.toContain('steps')
  })

  it('keeps equal steps once, however often they are written', () => {
    const again = deferTensor(data.sum(0))
    const { program } = roundTrip([ratio, again.get(0).combine('div', 'div', again.get(1)), ratio.combine('add', 'add', ratio)])
    expect(program).toMatchObject({ steps: [['div', 0, 1], ['add', -1, -1]] })
  })

  it('stays exact through sums, products and quotients, however close', () => {
    const tiny = ratio.combine('add', 'add', 1e-30).combine('sub', 'sub', ratio).combine('mul', 'mul', 1e30)
    expect(roundTrip(tiny).read).toBe(1)
  })

  it('says in words what is no finite number', () => {
    const zero = wage.combine('sub', 'sub', wage)
    expect(roundTrip([wage.combine('div', 'div', zero), zero.combine('div', 'div', zero), wage.apply('sqrt')]).read).toEqual(['-Infinity', 'NaN', 'NaN'])
  })

  it('takes chains longer than the call stack', () => {
    let long = wage
    for (let i = 0; i < 20_000; i++) long = long.combine('add', 'add', 1)
    expect(roundTrip(long).read).toBe(19_999.75)
  })

  it('counts what is decrypted for it against the listing\'s condition and number of cells', () => {
    const all = deferTensor(data).sum().combine('mul', 'mul', 2)
    const policy = { mode: 'disclosed', minRows: 1, condition: 2, maxAnswerCells: 100, maxAnswerBits: 128 } as const
    const { program } = roundTrip(all)
    expect(() => assertPolicy(program, policy, dataset)).toThrow(/shape \(3, 2\); under condition 2/)
    expect(() => assertPolicy(program, { ...policy, condition: 1, maxAnswerCells: 5 }, dataset)).toThrow(/decrypts 6 cells/)
    expect(() => assertPolicy(program, { ...policy, condition: 1, minRows: 2 }, dataset)).toThrow(/1 row apart/)
    expect(() => assertPolicy(roundTrip(ratio).program, { ...policy, condition: 1, minRows: 3 }, dataset)).not.toThrow()
  })
})

describe('a program with steps from the network', () => {
  const program = deriveProgram([ratio.apply('sqrt'), ratio], dataset) as Extract<Program, { version: 2 }>
  const leaf = { shape: [2], cells: [0, 1] }
  const answerOf = (values: number[], leaves = [leaf]) => ({ kind: 'deferred' as const, shape: [values.length], leaves, values })

  it.each<[string, Partial<typeof program>, RegExp]>([
    ['a step that is not used', { steps: [...program.steps, ['number', 1]] }, /step 2 is not used/],
    ['a step written twice', { steps: [['div', 0, 1], ['div', 0, 1]] }, /earlier step is the same/],
    ['a step that uses a later one', { steps: [['sqrt', -2], ['div', 0, 1]] }, /does not come before/],
    ['a step that uses itself', { steps: [['sqrt', -1]] }, /does not come before/],
    ['steps out of order', { steps: [['div', 1, 0], ['div', 0, 1]], answer: answerOf([-2, -1]) }, /step 1 is used before step 0/],
    ['a cell that is not below the value', { steps: [['div', 0, 1]], answer: answerOf([-1], [{ shape: [1], cells: [0] }]) }, /not below/],
    ['a step with too many inputs', { steps: [['div', 0, 1, 1]] }, /does not take 3 inputs/],
    ['a step with too few', { steps: [['max', 0]] }, /does not take 1 inputs/],
    ['a step that is not there', { answer: answerOf([-9]) }, /step 8 is not there/],
    ['a negative zero', { steps: [['number', -0]] }, /zero has no sign/],
    ['a fraction that is a cell', { steps: [['quantile', 0, 1]] }, /plain number/],
    ['a shape that does not hold its values', { answer: { ...answerOf([-1]), shape: [2] } }, /does not hold its values/],
  ])('is refused for %s', (_, changes, message) => {
    expect(() => assertCanonicalProgram({ ...program, ...changes })).toThrow(message)
  })

  it('must carry the version that has steps', () => {
    expect(programSchema.safeParse({ ...program, version: 1 }).success).toBe(false)
    expect(programSchema.safeParse({ ...program, steps: [] }).success).toBe(false)
    expect(programSchema.safeParse({ ...program, steps: [['eval', 0]] }).success).toBe(false)
  })
})
