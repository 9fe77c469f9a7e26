import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assertCanonicalProgram } from '../../../src/compute/canonical.ts'
import type { Plain } from '../../../src/compute/plain.ts'
import { deriveProgram, evaluatePlain, evaluateProgramOnIntegers, readAnswer } from '../../../src/compute/program.ts'
import { dot, type Tensor } from '../../../src/compute/tensor.ts'
import * as numpy from './numpy.ts'
import { createTable, wages } from './support.ts'

interface Pair {
  readonly tensor: Tensor
  readonly array: numpy.NdArray
}

type Draw = <T>(arbitrary: fc.Arbitrary<T>) => T

const weight = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.integer({ min: -9999, max: 9999 }).map((digits) => digits / 1000),
  fc.double({ min: -3, max: 3, noNaN: true }),
).map((value) => (Math.abs(value) < 1e-6 ? 0 : value))

const drawPlain = (draw: Draw, shape: readonly number[], cell: fc.Arbitrary<number> = weight): Plain =>
  numpy.toNested(numpy.settle({ shape, at: () => draw(cell) }))

/** A shape that broadcasts against `shape`: some leading axes left out, some axes of length 1. */
const drawBroadcastable = (draw: Draw, shape: readonly number[]): number[] =>
  shape.slice(draw(fc.integer({ min: 0, max: shape.length }))).map((length) => (draw(fc.boolean()) ? 1 : length))

const drawAxes = (draw: Draw, rank: number): number[] => {
  const picked = draw(fc.subarray(Array.from({ length: rank }, (_, axis) => axis), { minLength: 1 }))
  return picked.map((axis) => (draw(fc.boolean()) ? axis - rank : axis))
}

const normal = (axes: readonly number[], rank: number) => axes.map((axis) => (axis < 0 ? axis + rank : axis))

const plus = (x: number, y: number) => x + y
const minus = (x: number, y: number) => x - y
const times = (x: number, y: number) => x * y
const divided = (x: number, y: number) => x / y

/** Each operation drawn for the tensor at hand, done on both sides; null where it does not apply to its shape. */
const operations: Record<string, (draw: Draw, pair: Pair) => Pair | null> = {
  add: (draw, { tensor, array }) => {
    const plain = drawPlain(draw, drawBroadcastable(draw, array.shape))
    return { tensor: tensor.add(plain), array: numpy.elementwise(array, numpy.fromNested(plain), plus) }
  },
  sub: (draw, { tensor, array }) => {
    const plain = drawPlain(draw, drawBroadcastable(draw, array.shape))
    return { tensor: tensor.sub(plain), array: numpy.elementwise(array, numpy.fromNested(plain), minus) }
  },
  mul: (draw, { tensor, array }) => {
    const plain = drawPlain(draw, drawBroadcastable(draw, array.shape))
    return { tensor: tensor.mul(plain), array: numpy.elementwise(array, numpy.fromNested(plain), times) }
  },
  div: (draw, { tensor, array }) => {
    const plain = drawPlain(draw, drawBroadcastable(draw, array.shape), weight.map((value) => (value === 0 ? 2 : value)))
    return { tensor: tensor.div(plain), array: numpy.elementwise(array, numpy.fromNested(plain), divided) }
  },
  neg: (_, { tensor, array }) => ({ tensor: tensor.neg(), array: numpy.elementwise(array, numpy.scalar(-1), times) }),
  addTensor: (draw, { tensor, array }) => {
    if (array.shape.length === 0) return null
    const axis = draw(fc.integer({ min: 0, max: array.shape.length - 1 }))
    const other = numpy.reshape(numpy.sum(array, [axis]), array.shape.with(axis, 1))
    return { tensor: tensor.add(tensor.sum(axis).reshape(array.shape.with(axis, 1))), array: numpy.elementwise(array, other, plus) }
  },
  subTensor: (_, { tensor, array }) => ({
    tensor: tensor.mul(3).sub(tensor.div(7)),
    array: numpy.elementwise(array, array, (x, y) => 3 * x - y / 7),
  }),
  get: (draw, { tensor, array }) => {
    const [length] = array.shape
    if (length === undefined) return null
    const index = draw(fc.integer({ min: -length, max: length - 1 }))
    return { tensor: tensor.get(index), array: numpy.dropFirst(array, index < 0 ? index + length : index) }
  },
  slice: (draw, { tensor, array }) => {
    if (array.shape.length === 0) return null
    const ranges = array.shape.map((length) => {
      const step = draw(fc.constantFrom(1, 1, 2, -1, -2))
      const start = draw(fc.integer({ min: -length, max: length - 1 }))
      const first = start < 0 ? start + length : start
      const count = draw(fc.integer({ min: 1, max: 2 }))
      const entries = Array.from({ length: count }, (_, i) => first + i * step).filter((i) => i >= 0 && i < length)
      const last = (entries.at(-1)) + Math.sign(step)
      return { range: [start, last < 0 ? null : last, step] as const, entries }
    })
    return { tensor: tensor.slice(...ranges.map(({ range }) => range)), array: numpy.pick(array, ranges.map(({ entries }) => entries)) }
  },
  rows: (draw, { tensor, array }) => {
    const [length] = array.shape
    if (length === undefined) return null
    const rows = draw(fc.array(fc.integer({ min: 0, max: length - 1 }), { minLength: 1, maxLength: 4 }))
    const others = array.shape.slice(1).map((own) => Array.from({ length: own }, (_, i) => i))
    return { tensor: tensor.rows(rows), array: numpy.pick(array, [rows, ...others]) }
  },
  transpose: (draw, { tensor, array }) => {
    const rank = array.shape.length
    const axes = draw(fc.shuffledSubarray(array.shape.map((_, axis) => axis), { minLength: rank, maxLength: rank }))
    return rank === 0 ? null : { tensor: tensor.transpose(axes), array: numpy.transpose(array, axes) }
  },
  t: (_, { tensor, array }) => ({ tensor: tensor.t(), array: numpy.transpose(array, array.shape.map((_axis, axis) => axis).reverse()) }),
  reshape: (_, { tensor, array }) => ({ tensor: tensor.reshape(1, -1), array: numpy.reshape(array, [1, tensor.size]) }),
  concat: (draw, { tensor, array }) => {
    if (array.shape.length === 0) return null
    const axis = draw(fc.integer({ min: 0, max: array.shape.length - 1 }))
    const halved = numpy.elementwise(array, numpy.scalar(2), divided)
    return { tensor: tensor.concat(tensor.div(2), axis - array.shape.length), array: numpy.concat(array, halved, axis) }
  },
  sum: (draw, { tensor, array }) => {
    if (array.shape.length === 0) return null
    const axes = drawAxes(draw, array.shape.length)
    return { tensor: tensor.sum(axes), array: numpy.sum(array, normal(axes, array.shape.length)) }
  },
  mean: (draw, { tensor, array }) => {
    if (array.shape.length === 0) return null
    const axes = drawAxes(draw, array.shape.length)
    return { tensor: tensor.mean(axes), array: numpy.mean(array, normal(axes, array.shape.length)) }
  },
  dotVector: (draw, { tensor, array }) => {
    const length = array.shape.at(-1)
    if (length === undefined) return null
    const plain = drawPlain(draw, [length])
    return { tensor: tensor.dot(plain), array: numpy.dot(array, numpy.fromNested(plain)) }
  },
  matmul: (draw, { tensor, array }) => {
    const length = array.shape.at(-1)
    if (length === undefined) return null
    const plain = drawPlain(draw, [length, draw(fc.integer({ min: 1, max: 3 }))])
    return { tensor: tensor.matmul(plain), array: numpy.dot(array, numpy.fromNested(plain)) }
  },
}

const drawTable = (draw: Draw) => {
  const rows = draw(fc.integer({ min: 1, max: 5 }))
  const columns = draw(fc.integer({ min: 1, max: 4 }))
  return createTable(Array.from({ length: columns }, () => ({
    decimals: draw(fc.integer({ min: 0, max: 3 })),
    integers: draw(fc.array(fc.integer({ min: -9999, max: 9999 }), { minLength: rows, maxLength: rows })),
  })))
}

const flatten = (nested: unknown): number[] => (Array.isArray(nested) ? nested.flatMap(flatten) : [nested as number])

const largestOf = (values: readonly number[]) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 1)

/** Compares a tensor with the reference: by the graph on integers and by the program, which must agree to the last bit. */
const check = (pair: Pair, table: ReturnType<typeof createTable>, magnitude: number): void => {
  expect(pair.tensor.shape).toEqual(pair.array.shape)
  const plain = evaluatePlain(pair.tensor, table.dataset, table.readCell)
  const program = deriveProgram(pair.tensor, table.dataset)
  assertCanonicalProgram(program)
  expect(readAnswer(program, evaluateProgramOnIntegers(program, table.readCell))).toEqual(plain)
  const expected = flatten(numpy.toNested(pair.array))
  for (const [cell, value] of flatten(plain).entries()) {
    expect(Math.abs(value - (expected[cell] as number))).toBeLessThanOrEqual(1e-9 * magnitude)
  }
}

describe('every operation gives NumPy\'s result', () => {
  for (const [name, operate] of Object.entries(operations)) {
    it(`${name}, on random tables`, () => {
      fc.assert(fc.property(fc.gen(), (g) => {
        const draw: Draw = (arbitrary) => g(() => arbitrary)
        const table = drawTable(draw)
        const pair = operate(draw, { tensor: table.data, array: numpy.fromNested(table.values) })
        if (pair !== null) check({ ...pair, array: numpy.settle(pair.array) }, table, largestOf(flatten(numpy.toNested(pair.array))))
      }), { numRuns: 60 })
    })
  }

  it('chains of operations, on random tables', () => {
    fc.assert(fc.property(fc.gen(), (g) => {
      const draw: Draw = (arbitrary) => g(() => arbitrary)
      const table = drawTable(draw)
      let pair: Pair = { tensor: table.data, array: numpy.fromNested(table.values) }
      let magnitude = 10_000
      for (const name of draw(fc.array(fc.constantFrom(...Object.keys(operations)), { minLength: 1, maxLength: 6 }))) {
        const next: Pair | null = operations[name]?.(draw, pair) ?? null
        if (next === null) continue
        pair = { tensor: next.tensor, array: numpy.settle(next.array) }
        magnitude = Math.max(magnitude, largestOf(flatten(numpy.toNested(pair.array))))
      }
      check(pair, table, magnitude)
    }), { numRuns: 300 })
  })
})

describe('operations by name', () => {
  const answer = (build: (data: Tensor) => Tensor) => {
    const { data, dataset, readCell } = wages()
    return evaluatePlain(build(data), dataset, readCell)
  }

  it('takes columns by name, by number and from the end', () => {
    expect(answer((data) => data.col('age'))).toEqual([20, 30, 41])
    expect(answer((data) => data.col(-1))).toEqual([20, 30, 41])
    expect(answer((data) => data.cols('age', 0))).toEqual([[20, 1.5], [30, 2.25], [41, -4]])
  })

  it('finds a column by name wherever its axis has gone', () => {
    expect(answer((data) => data.mean(0).col('wage'))).toBe(-0.08333333333333333)
    expect(answer((data) => data.t().col('age'))).toEqual([20, 30, 41])
    expect(answer((data) => data.get(-1).col('wage'))).toBe(-4)
    expect(answer((data) => data.cols('age', 'wage').col('wage'))).toEqual([1.5, 2.25, -4])
    expect(answer((data) => data.slice(null, [null, null, -1]).sum(0).col('age'))).toBe(91)
  })

  it('slices by start and stop, by ranges, and takes rows either way', () => {
    expect(answer((data) => data.slice(1, 3).col('age'))).toEqual([30, 41])
    expect(answer((data) => data.slice(-1).col('age'))).toEqual([41])
    expect(answer((data) => data.slice([null, null, -1], [1]))).toEqual([[41], [30], [20]])
    expect(answer((data) => data.rows(1).col('age'))).toEqual([30, 41])
    expect(answer((data) => data.rows([2, 0, -1]).col('age'))).toEqual([41, 20, 41])
    expect(answer((data) => data.slice(5, 9).sum())).toBe(0)
  })

  it('multiplies plain weights from either side', () => {
    expect(answer((data) => data.dot([2, 0.5]))).toEqual([13, 19.5, 12.5])
    expect(answer((data) => dot([1, 0, 2], data))).toEqual([-6.5, 102])
    expect(answer((data) => dot([[1, 1, 1], [0, 1, 0]], data))).toEqual([[-0.25, 91], [2.25, 30]])
    expect(answer((data) => data.dot(2).get(0))).toEqual([3, 40])
  })

  it('leaves a constant where a weight is 0', () => {
    const { data, dataset } = wages()
    const program = deriveProgram(data.mul([1, 0]), dataset)
    expect(program.cells[1]).toEqual({ scale: { numerator: '1', denominator: '1' }, constant: '0', terms: [] })
    expect(answer((all) => all.mul(0).add(7))).toEqual([[7, 7], [7, 7], [7, 7]])
  })

  it('never changes the tensor it is called on', () => {
    const { data, dataset, readCell } = wages()
    const before = evaluatePlain(data, dataset, readCell)
    data.mul(2).add(1).t().sum()
    expect(evaluatePlain(data, dataset, readCell)).toEqual(before)
  })
})
