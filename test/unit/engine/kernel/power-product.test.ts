import { describe, expect, it } from 'vitest'
import { powerByBigInt } from '../../../../src/crypto/modular.ts'
import { createMontgomeryMachine } from '../../../../src/engine/kernel/montgomery.ts'
import { multiplyPowers, planPowerProduct, shapeOf, type PowerPlan } from '../../../../src/engine/kernel/power-product.ts'
import { createSeededNumbers, oddModulus, runSeed } from './fixtures.ts'

const numbers = createSeededNumbers(`power-product ${runSeed}`)
const modulus = oddModulus(2048, numbers)
const machine = createMontgomeryMachine(modulus, 'fused')

const createTerm = (exponent: bigint) => {
  const base = numbers.below(modulus)
  const register = machine.reserve(1)
  machine.set(register, base)
  return { base, register, exponent }
}

/** Exponents of the sign asked for: 0 for both. */
const createTerms = (count: number, bits: number, sign: -1 | 0 | 1 = 0) => Array.from({ length: count }, () => {
  const magnitude = numbers.natural(1 + Number(numbers.below(BigInt(bits)))) + 1n
  return createTerm(sign > 0 || (sign === 0 && numbers.natural(1) === 1n) ? magnitude : -magnitude)
})

type Terms = ReturnType<typeof createTerms>

const productOf = (terms: Terms): bigint => terms.reduce((product, { base, exponent }) =>
  (product * powerByBigInt(base, exponent < 0n ? -exponent : exponent, modulus)) % modulus, 1n)

const expectQuotient = (terms: Terms, plan: Pick<PowerPlan, 'method' | 'width'>): void => {
  const first = machine.reserve(2)
  const divides = multiplyPowers(machine, { positive: first, negative: first + 1 }, terms, plan)
  const [positive, negative] = [machine.get(first), machine.get(first + 1)]
  const words = `${runSeed} ${plan.method} ${plan.width} ${terms.length}`
  const [above, below] = [terms.filter(({ exponent }) => exponent > 0n), terms.filter(({ exponent }) => exponent < 0n)]
  expect((positive * productOf(below)) % modulus, words).toBe((negative * productOf(above)) % modulus)
  if (!divides) expect(negative, words).toBe(1n)
  machine.release(first)
}

describe('products of powers', () => {
  for (const method of ['straus', 'pippenger', 'signed'] as const) {
    it(`by ${method} are those of single powers, for every width and either sign`, () => {
      for (const width of [1, 2, 3, 4, 5, 7]) {
        if (method === 'signed' && width === 1) continue
        for (const [count, bits] of [[0, 1], [1, 1], [1, 70], [3, 33], [17, 32], [5, 200]] as const) {
          for (const sign of [-1, 0, 1] as const) expectQuotient(createTerms(count, bits, sign), { method, width })
        }
      }
    })

    it(`by ${method} come out for equal exponents, powers of two and digits all one or half the base`, () => {
      for (const exponents of [[1n, 1n, 1n], [2n ** 64n, 1n], [2n ** 64n - 1n, -(2n ** 63n)], [7n], [8n, -8n], [0x8888_8888n], [-1n]]) {
        expectQuotient(exponents.map(createTerm), { method, width: 4 })
      }
    })
  }

  it('divide by nothing where no exponent is negative and digits have no sign', () => {
    const first = machine.reserve(2)
    const quotient = { positive: first, negative: first + 1 }
    for (const method of ['straus', 'pippenger'] as const) {
      expect(multiplyPowers(machine, quotient, createTerms(9, 20, 1), { method, width: 3 })).toBe(false)
      expect(multiplyPowers(machine, quotient, createTerms(9, 20, -1), { method, width: 3 })).toBe(true)
    }
    machine.release(first)
  })

  it('with digits of either sign divide although every exponent is positive', () => {
    const first = machine.reserve(2)
    expect(multiplyPowers(machine, { positive: first, negative: first + 1 }, createTerms(30, 53, 1), { method: 'signed', width: 5 })).toBe(true)
    machine.release(first)
  })

  it('are planned with interleaving for few terms, buckets for many, signed digits where something is divided by anyway', () => {
    const plan = (positive: number, negative: number, bits = 32): PowerPlan => planPowerProduct({ positive, negative, bits })
    expect(plan(1, 0).method).toBe('straus')
    expect(plan(10, 10).method).toBe('straus')
    expect(plan(0, 0)).toMatchObject({ cost: 0 })
    expect(plan(50, 50).method).toBe('signed')
    expect(plan(500, 0, 8).method).toBe('pippenger')
    const costs = [10, 100, 1000, 10_000].map((count) => plan(count, count).cost / count)
    expect(costs).toEqual([...costs].sort((a, b) => b - a))
    expect(shapeOf([createTerm(5n), createTerm(-256n)])).toEqual({ positive: 1, negative: 1, bits: 9 })
  })
})
