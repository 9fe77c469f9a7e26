import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerBits } from '../../../src/compute/bounds.ts'
import { columnRange } from '../../../src/compute/columns.ts'
import { factorWeights, roundTo53Bits } from '../../../src/compute/plain.ts'
import { answerError, deriveProgram, evaluatePlain, evaluateProgramOnIntegers, readAnswer } from '../../../src/compute/program.ts'
import { createColumn, createTable, wages } from './support.ts'

/** A fraction of our own, not in lowest terms: only ever compared crosswise. */
type Fraction = readonly [numerator: bigint, denominator: bigint]

const decimal = (digits: number, places: number): Fraction => [BigInt(digits), 10n ** BigInt(places)]
const plus = ([a, b]: Fraction, [c, d]: Fraction): Fraction => [a * d + c * b, b * d]
const times = ([a, b]: Fraction, [c, d]: Fraction): Fraction => [a * c, b * d]
const over = ([a, b]: Fraction, [c, d]: Fraction): Fraction => [a * d, b * c]

const digits = fc.integer({ min: -99_999_999, max: 99_999_999 })
const nonZero = digits.map((value) => (value === 0 ? 1 : value))
const places = fc.integer({ min: 0, max: 6 })

describe('decimal arithmetic is exact (S15)', () => {
  it('in 100,000 random expressions (x·a + b − y)/c, against fractions', () => {
    const expression = fc.record({ x: digits, y: digits, xPlaces: places, yPlaces: places, a: nonZero, b: digits, c: nonZero, p: places })
    fc.assert(fc.property(expression, ({ x, y, xPlaces, yPlaces, a, b, c, p }) => {
      const { data, dataset, readCell } = createTable([{ decimals: xPlaces, integers: [x] }, { decimals: yPlaces, integers: [y] }])
      const [aValue, bValue, cValue] = [a, b, c].map((value) => value / 10 ** p) as [number, number, number]
      const answer = data.get(0, 0).mul(aValue).add(bValue).sub(data.get(0, 1)).div(cValue)
      const exact = over(
        plus(plus(times(decimal(x, xPlaces), decimal(a, p)), decimal(b, p)), times([-1n, 1n], decimal(y, yPlaces))),
        decimal(c, p),
      )
      const program = deriveProgram(answer, dataset)
      const [integer] = evaluateProgramOnIntegers(program, readCell)
      const scale = program.cells[0]?.scale
      const found: Fraction = [(integer as bigint) * BigInt(scale?.numerator ?? 0), BigInt(scale?.denominator ?? 0)]
      expect(found[0] * exact[1]).toBe(exact[0] * found[1])
      expect(answer.error).toBe(0)
    }), { numRuns: 100_000 })
  }, 300_000)

  it('so that 0.1 + 0.2 is 0.3', () => {
    const { data, dataset, readCell } = createTable([{ decimals: 1, integers: [1] }])
    expect(evaluatePlain(data.get(0, 0).add(0.2), dataset, readCell)).toBe(0.3)
  })
})

describe('rounding is bounded and the bound travels', () => {
  it('weights of up to 15 digits are exact, longer ones and reciprocals are not', () => {
    const { data } = wages()
    expect(data.mul([0.123456789012345, 2]).error).toBe(0)
    expect(data.mul(Math.PI).error).toBe(0)
    expect(data.mul([Math.PI, 2]).error).toBeGreaterThan(0)
    expect(data.div([3, 7]).error).toBeGreaterThan(0)
    expect(answerError({ exact: data.sum(), rounded: data.dot([Math.PI, 1]) })).toBeGreaterThan(0)
  })

  it('the answer never strays further from the exact one than the bound says', () => {
    const value = fc.double({ min: -1000, max: 1000, noNaN: true }).filter((weight) => Math.abs(weight) > 1e-3)
    fc.assert(fc.property(fc.array(value, { minLength: 4, maxLength: 4 }), ([a, b, c, d]) => {
      const { data, dataset, readCell, values } = createTable([{ decimals: 2, integers: [150, -225] }, { decimals: 0, integers: [20, 30] }])
      const answer = data.div([[a, b], [c, d]] as number[][]).dot([a, d] as number[]).sum()
      const exactly = (number: number): Fraction => {
        const [mantissa = '', exponent = '0'] = number.toExponential().split('e')
        const [whole = '', part = ''] = mantissa.split('.')
        const power = Number(exponent) - part.length
        return power >= 0 ? [BigInt(whole + part) * 10n ** BigInt(power), 1n] : [BigInt(whole + part), 10n ** BigInt(-power)]
      }
      const [[p, q], [r, s]] = values as [[number, number], [number, number]]
      const term = (cell: number, divisor: number | undefined, weight: number | undefined) =>
        times(over(exactly(cell), exactly(divisor as number)), exactly(weight as number))
      const exact = [term(p, a, a), term(q, b, d), term(r, c, a), term(s, d, d)].reduce(plus)
      const program = deriveProgram(answer, dataset)
      const [integer] = evaluateProgramOnIntegers(program, readCell)
      const { numerator, denominator } = program.cells[0]?.scale as { numerator: string; denominator: string }
      const [above, below] = plus([(integer as bigint) * BigInt(numerator), BigInt(denominator)], times([-1n, 1n], exact))
      // The quotient in parts of 2^-200, because the difference is far below a double's reach of the operands.
      const distance = Number(((above < 0n ? -above : above) << 200n) / (below < 0n ? -below : below)) / 2 ** 200
      expect(distance).toBeLessThanOrEqual(answer.error)
      expect(answer.error).toBeLessThan(1e-6)
    }), { numRuns: 500 })
  })

  it('long weights beside decimals stay short: as decimals, without error, where binary fractions would need longer whole numbers', () => {
    const lengthOf = (value: bigint): number => (value < 0n ? -value : value).toString(2).length
    const weight = fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), digits.map((value) => value / 1e8))
    const weights = fc.array(weight, { minLength: 2, maxLength: 40 })
    const held = weights.map((values) => values.map((value) => (Math.abs(value) < 1e-8 ? 0.5 : value)))
    fc.assert(fc.property(held, (values) => {
      const { scale, integers, errors } = factorWeights(values)
      // 17 digits, and the 27 bits between the largest and the smallest of them.
      expect(Math.max(...integers.map(lengthOf))).toBeLessThanOrEqual(57 + 27)
      values.forEach((value, cell) => {
        const { numerator, denominator } = scale ?? { numerator: 0n, denominator: 1n }
        const used = Number((integers[cell] ?? 0n) * numerator) / Number(denominator)
        expect(Math.abs(used - value)).toBeLessThanOrEqual((errors[cell] ?? 0) + 2 ** -51 * Math.abs(value))
      })
    }))
    const { integers, errors } = factorWeights([-12.3456789, 0.1234567890123456, 1e-6])
    expect([Math.max(...integers.map(lengthOf)), errors]).toEqual([51, [0, 0, 0]])
  })

  it('53 bits are what a double has', () => {
    fc.assert(fc.property(fc.integer({ min: 1 }), fc.integer({ min: 1 }), (numerator, denominator) => {
      const rounded = roundTo53Bits({ numerator: BigInt(numerator), denominator: BigInt(denominator) })
      expect(Number(rounded.numerator) / Number(rounded.denominator)).toBe(numerator / denominator)
    }))
  })
})

describe('bounds', () => {
  it('of a column are rounded outwards to whole numbers under the ciphertexts', () => {
    expect(columnRange(createColumn('x', 1, -0.25, 0.31))).toEqual({ lower: -3n, upper: 4n })
  })

  it('of picked cells are those of their own columns', () => {
    const { data } = createTable([{ decimals: 0, integers: [1, 1000] }, { decimals: 0, integers: [3, 5] }])
    const bounds = [data, data.col(0), data.col(1), data.t().get(1), data.col(1).sum()].map(({ bound }) => bound)
    expect(bounds).toEqual([1000n, 1000n, 5n, 5n, 10n])
  })
})

describe('answerBits', () => {
  it('holds for every integer a random weighted sum can reach', () => {
    const column = fc.record({
      decimals: fc.integer({ min: 0, max: 2 }), integers: fc.array(fc.integer({ min: -500, max: 900 }), { minLength: 4, maxLength: 4 }),
    })
    const weights = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 2 })
    fc.assert(fc.property(fc.tuple(column, column), weights, fc.integer(), (columns, plain, constant) => {
      const { data, dataset, readCell } = createTable(columns)
      const program = deriveProgram([data.dot(plain).add(constant), data.mul(plain).sum(0)], dataset)
      const bits = answerBits(program, dataset)
      for (const [cell, integer] of evaluateProgramOnIntegers(program, readCell).entries()) {
        const magnitude = integer < 0n ? -integer : integer
        expect(magnitude < 1n << BigInt(bits[cell] as number)).toBe(true)
      }
    }))
  })

  it('is tight where every cell is at its bound', () => {
    const { data, dataset } = createTable([{ decimals: 0, integers: [255, 255, 255, 255] }])
    const program = deriveProgram([data.sum(), data.get(0, 0), data.mul([[1], [-1], [1], [-1]]).sum()], dataset)
    expect(answerBits(program, dataset)).toEqual([10, 8, 0])
  })
})

describe('readAnswer', () => {
  it('asks for one integer per cell', () => {
    const { data, dataset } = wages()
    expect(() => readAnswer(deriveProgram(data.mean(0), dataset), [1n])).toThrow(/2 cells, 1 integers/)
  })
})
