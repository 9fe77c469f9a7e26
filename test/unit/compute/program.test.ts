import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnswerValue } from '../../../src/compute/answer.ts'
import { assertCanonicalProgram } from '../../../src/compute/canonical.ts'
import {
  answerShapes, deriveProgram, describeProgram, encodeProgram, evaluatePlain, evaluateProgramOnIntegers, programToForms, readAnswer,
} from '../../../src/compute/program.ts'
import type { Tensor } from '../../../src/compute/tensor.ts'
import { AppError } from '../../../src/shared/errors.ts'
import { programSchema, type Program } from '../../../src/shared/schemas/program.ts'
import { createTable, wages } from './support.ts'

const { data, dataset, readCell } = wages()
const textOf = (answer: AnswerValue) => encodeProgram(deriveProgram(answer, dataset))

describe('the canonical form', () => {
  it('is the lowest terms of weights, constant and scale, column by column, in maximal runs', () => {
    const { cells } = deriveProgram([data.mean(0).col('wage').mul(-6).add(1), data.sum()], dataset)
    expect(cells).toEqual([
      { scale: { numerator: '-1', denominator: '50' }, constant: '-50', terms: [[0, 3, '1']] },
      { scale: { numerator: '1', denominator: '100' }, constant: '0', terms: [[0, 3, '1'], [3, 3, '100']] },
    ])
  })

  it('is one text for two spellings of an answer', () => {
    const spellings: [AnswerValue, AnswerValue][] = [
      [data.mean(), data.sum().div(6)],
      [data.mean(0), data.t().mean(1)],
      [data.dot([1, 1]), data.sum(1)],
      [data.mul(2).add(1).mean(0), data.mean(0).mul(2).add(1)],
      [data.neg().neg().sub(data), data.mul(0)],
      [data.col('wage').mul([1, 2, 3]).sum(), data.col('wage').dot([1, 2, 3])],
      [data.concat(data, 1).sum(1), data.sum(1).mul(2)],
      [data.get(0, 1), data.slice([0, 1], [1, 2]).reshape([])],
      [data.div(4), data.mul(0.25)],
      [data.div([2, 4]), data.mul([0.5, 0.25])],
      [data.sub(data.add(5)).get(0, 0), data.mul(0).sub(5).get(0, 0)],
      [{ x: -0, sum: data.sum() }, { x: 0, sum: data.sum() }],
    ]
    for (const [one, other] of spellings) expect(textOf(one)).toBe(textOf(other))
  })

  it('differs wherever the answers can differ', () => {
    const sum = data.sum()
    const answers = [data.mean(), sum, sum.neg(), sum.add(1), [sum], { sum }, sum.reshape(1), data]
    expect(new Set(answers.map(textOf)).size).toBe(answers.length)
  })

  it('is accepted as canonical, and unchanged by a trip through JSON', () => {
    const weights = fc.array(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 2, maxLength: 2 }), { minLength: 3, maxLength: 3 })
    fc.assert(fc.property(weights, fc.integer({ min: -9, max: 9 }), (plain, constant) => {
      const weighted = data.mul(plain).add(constant)
      const program = deriveProgram({ weighted, sums: weighted.sum(0), all: weighted.sum() }, dataset)
      assertCanonicalProgram(program)
      const read = programSchema.parse(JSON.parse(encodeProgram(program)))
      expect(read).toEqual(program)
      expect(encodeProgram(read)).toBe(JSON.stringify(program))
    }))
  })
})

describe('an answer of many parts', () => {
  const answer = { name: 'wages', flags: [true, null, 3.5], means: data.mean(0), again: data.mean(0), rows: data, '__proto__x': data.sum() }
  const program = deriveProgram(answer, dataset)

  it('decrypts equal cells once', () => {
    expect(describeProgram(program)).toEqual({ cells: 9, terms: 10, ciphertextOperations: 18, steps: 0 })
    expect(answerShapes(program)).toEqual([
      { path: '.means', shape: [2] }, { path: '.again', shape: [2] }, { path: '.rows', shape: [3, 2] }, { path: '.__proto__x', shape: [] },
    ])
  })

  it('is read back as it was exported', () => {
    const expected = {
      name: 'wages', flags: [true, null, 3.5], means: [-0.08333333333333333, 30.333333333333332], again: [-0.08333333333333333, 30.333333333333332],
      rows: [[1.5, 20], [2.25, 30], [-4, 41]], '__proto__x': 90.75,
    }
    expect(readAnswer(program, evaluateProgramOnIntegers(program, readCell))).toEqual(expected)
    expect(evaluatePlain(answer, dataset, readCell)).toEqual(expected)
  })

  it('keeps a name that objects treat specially', () => {
    const special = JSON.parse('{"__proto__": 1}') as Record<string, number>
    const read = readAnswer(deriveProgram([special, data.sum()], dataset), [1n])
    expect(JSON.stringify(read)).toBe('[{"__proto__":1},0.01]')
  })

  it('gives the engine one form per cell', () => {
    expect(programToForms(deriveProgram(data.sum(0).sub(1), dataset))).toEqual([
      { runs: [{ start: 0, count: 3, weight: 1n }], constant: -100n },
      { runs: [{ start: 3, count: 3, weight: 1n }], constant: -1n },
    ])
  })
})

describe('a chain of operations', () => {
  it('is fused into one form a cell, and scaling one is metadata alone: no product for a step', () => {
    const [sum] = programToForms(deriveProgram(data.col('wage').sum(), dataset))
    const chained = data.col('wage').mul(2).add(3).mul(5).div(4).sum().mul(7)
    expect(programToForms(deriveProgram(chained, dataset))).toEqual([{ ...sum, constant: expect.any(BigInt) as unknown }])
    // Tensors that are made of each other are one weighted sum of cells, each cell in it once.
    const wage = data.col('wage')
    const mixed = wage.add(wage.mul(2)).sub(data.col(1)).sum()
    const forms = programToForms(deriveProgram(mixed, dataset))
    expect(forms.map(({ runs }) => runs.map(({ start, count }) => [start, count]))).toEqual([[[0, 3], [3, 3]]])
    expect(describeProgram(deriveProgram(mixed, dataset))).toMatchObject({ cells: 1, steps: 0 })
  })
})

describe('what no answer can hold is refused by its place', () => {
  const nested = (depth: number): AnswerValue => (depth === 0 ? data.sum() : [nested(depth - 1)])
  const cases: [string, unknown, RegExp][] = [
    ['undefined', { a: [undefined] }, /^answer\.a\[0\]: undefined cannot/],
    ['a function', { f: () => 1 }, /^answer\.f: function cannot/],
    ['NaN', Number.NaN, /^the answer: NaN is not a finite number/],
    ['a class instance', { d: new Date(0) }, /^answer\.d: only plain objects/],
    ['a long text', 'x'.repeat(1001), /1000 characters/],
    ['a long name', { ['n'.repeat(201)]: data.sum() }, /200 characters/],
    ['a long list', Array.from({ length: 1001 }, () => 1), /1001 items/],
    ['deep nesting', nested(17), /nested more than 16 deep/],
    ['nothing encrypted', { a: 1 }, /nothing in it is encrypted/],
    ['only empty tensors', data.slice(3), /nothing in it is encrypted/],
  ]
  it.each(cases)('%s', (_, answer, message) => {
    expect(() => deriveProgram(answer as AnswerValue, dataset)).toThrow(message)
    expect(() => deriveProgram(answer as AnswerValue, dataset)).toThrow(AppError)
  })
})

describe('assertCanonicalProgram', () => {
  const good = deriveProgram({ sums: data.sum(0), shifted: data.sum(0).add(1), seven: data.sum().mul(0).add(7) }, dataset)
  type Mutable<T> = T extends readonly unknown[] | object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T
  const changed = (change: (program: Mutable<Program>) => void): Program => {
    const copy = structuredClone(good) as Mutable<Program>
    change(copy)
    return copy
  }
  const cell = (program: Mutable<Program>, index: number) => program.cells[index] as Mutable<Program['cells'][number]>

  it('accepts what deriveProgram made', () => {
    expect(() => assertCanonicalProgram(good)).not.toThrow()
  })

  const cases: [string, (program: Mutable<Program>) => void, RegExp][] = [
    ['a common divisor', (p) => { cell(p, 0).terms = [[0, 3, '2']] }, /cell 0: .*common divisor/],
    ['a negative first weight', (p) => { cell(p, 0).terms = [[0, 3, '-1']] }, /first weight is negative/],
    ['a zero weight', (p) => { cell(p, 0).terms = [[0, 2, '1'], [2, 1, '0']] }, /weight is 0/],
    ['a split run', (p) => { cell(p, 0).terms = [[0, 2, '1'], [2, 1, '1']] }, /they are one run/],
    ['runs out of order', (p) => { cell(p, 0).terms = [[3, 1, '1'], [0, 2, '1']] }, /do not rise/],
    ['overlapping runs', (p) => { cell(p, 0).terms = [[0, 3, '1'], [2, 2, '2']] }, /do not rise/],
    ['a run past the table', (p) => { cell(p, 1).terms = [[3, 4, '1']] }, /ends at 7, the table has 6/],
    ['a scale of 0', (p) => { cell(p, 0).scale.numerator = '0' }, /scale is 0/],
    ['a scale over 0', (p) => { cell(p, 0).scale.denominator = '0' }, /denominator/],
    ['a scale not in lowest terms', (p) => { cell(p, 0).scale = { numerator: '2', denominator: '200' } }, /lowest terms/],
    ['a constant that belongs in the scale', (p) => { cell(p, 4).constant = '7' }, /constant 0 or 1/],
    ['a scaled zero', (p) => { cell(p, 4).constant = '0' }, /scale of the constant 0 is 1/],
    ['endless digits', (p) => { cell(p, 0).terms = [[0, 3, `1${'0'.repeat(2000)}`]] }, /more than 2000 digits/],
    ['a cell twice', (p) => { p.cells[1] = structuredClone(cell(p, 0)) }, /cell 1: an earlier cell is the same/],
    ['a cell that is not used', (p) => { p.cells.push({ ...cell(p, 0), constant: '99' }) }, /cell 5 is not used/],
    ['a cell that is not there', (p) => { p.answer = { kind: 'tensor', shape: [2], cells: [0, 9] } }, /cell 9 is not there/],
    ['cells out of order', (p) => { p.answer = { kind: 'tensor', shape: [5], cells: [1, 0, 2, 3, 4] } }, /cell 1 is not there, or is used before/],
    ['a shape that does not hold its cells', (p) => { p.answer = { kind: 'tensor', shape: [6], cells: [0, 1, 2, 3, 4] } }, /shape does not hold/],
    ['an endless empty shape', (p) => { p.answer = { kind: 'tensor', shape: [1e9, 0], cells: [] } }, /too many axes or cells/],
    ['a name twice', (p) => { p.answer = { kind: 'record', entries: [['a', p.answer], ['a', { kind: 'list', items: [] }]] } }, /name is there twice/],
    ['a signed zero', (p) => { p.answer = { kind: 'list', items: [{ kind: 'constant', value: -0 }, p.answer] } }, /no sign/],
    ['deep nesting', (p) => { for (let i = 0; i < 20; i++) p.answer = { kind: 'list', items: [p.answer] } }, /nested more than 16/],
    ['an endless table', (p) => { p.rows = 1e9 }, /more than/],
  ]
  it.each(cases)('refuses %s', (_, change, message) => {
    const program = changed(change)
    expect(() => assertCanonicalProgram(program)).toThrow(message)
    expect(() => assertCanonicalProgram(program)).toThrow(expect.objectContaining({ code: 'input.program-not-canonical' }))
  })
})

describe('tables of 5,000 × 20', () => {
  const rows = 5000
  const columns = Array.from({ length: 20 }, (_, column) => ({
    decimals: column % 3,
    integers: Array.from({ length: rows }, (_row, row) => (row * 7919 + column * 104729) % 10_007 - 5000),
  }))
  const table = createTable(columns, 3072)
  const weights = columns.map((_, column) => column / 8 - 1)
  const answers: Record<string, [AnswerValue, { cells: number; terms: number }]> = {
    'means of all columns': [table.data.mean(0), { cells: 20, terms: 20 }],
    'a weighted score per row': [table.data.dot(weights), { cells: 5000, terms: 95_000 }],
    'a matrix product, averaged': [table.data.matmul(weights.map((weight) => [weight, 1, weight * weight])).mean(0), { cells: 3, terms: 58 }],
    'every cell': [table.data.mul(3).add(1), { cells: 100_000, terms: 100_000 }],
    'every cell by its own weight': [table.data.mul(Array.from({ length: rows }, (_, row) => [row + 0.37])), { cells: 100_000, terms: 100_000 }],
  }
  it.each(Object.entries(answers))('%s', (_, [answer, expected]) => {
    const program = deriveProgram(answer, table.dataset)
    expect(describeProgram(program)).toMatchObject(expected)
    assertCanonicalProgram(program)
    const read = readAnswer(program, evaluateProgramOnIntegers(program, table.readCell))
    expect(read).toEqual(evaluatePlain(answer, table.dataset, table.readCell))
  })

  it('a script of 20,000 chained operations does not exhaust the stack', () => {
    let tensor: Tensor = table.data.get(0, 0)
    for (let i = 0; i < 20_000; i++) tensor = tensor.add(1)
    expect(deriveProgram(tensor, table.dataset).cells[0]?.constant).toBe('20000')
  })

  it('an answer of more terms than a program may have is refused', () => {
    const score = table.data.t().dot(Array.from({ length: rows }, (_, row) => row + 0.5))
    const repeated = score.reshape(20, 1).mul([Array.from({ length: 50 }, (_, index) => index + 1)])
    expect(() => deriveProgram(repeated, table.dataset)).toThrow(/more than 4194304 weighted terms/)
  })
})
