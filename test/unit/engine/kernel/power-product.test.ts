import { describe, expect, it } from 'vitest'
import { powerByBigInt } from '../../../../src/crypto/modular.ts'
import { createMontgomeryMachine } from '../../../../src/engine/kernel/montgomery.ts'
import { multiplyPowers, planPowerProduct, shapeOf, type PowerMethod, type PowerPlan } from '../../../../src/engine/kernel/power-product.ts'
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

const expectQuotient = (terms: Terms, plan: PowerMethod): void => {
  const first = machine.reserve(2)
  const divides = multiplyPowers(machine, { positive: first, negative: first + 1 }, terms, plan)
  const [positive, negative] = [machine.get(first), machine.get(first + 1)]
  const words = `${runSeed} ${JSON.stringify(plan)} ${terms.length}`
  const [above, below] = [terms.filter(({ exponent }) => exponent > 0n), terms.filter(({ exponent }) => exponent < 0n)]
  expect((positive * productOf(below)) % modulus, words).toBe((negative * productOf(above)) % modulus)
  if (!divides) expect(negative, words).toBe(1n)
  machine.release(first)
}

const methods = {
  straus: [1, 2, 3, 4, 5, 7].map((width): PowerMethod => ({ method: 'straus', width })),
  pippenger: [1, 2, 3, 4, 5, 7].map((width): PowerMethod => ({ method: 'pippenger', width })),
  'bos-coster': [{ method: 'bos-coster' }],
} satisfies Record<string, PowerMethod[]>

describe('products of powers', () => {
  for (const [name, plans] of Object.entries(methods)) {
    it(`by ${name} are those of single powers, for every width and either sign`, () => {
      for (const plan of plans) {
        for (const [count, bits] of [[0, 1], [1, 1], [1, 70], [3, 33], [17, 32], [5, 200], [3, 1100]] as const) {
          for (const sign of [-1, 0, 1] as const) expectQuotient(createTerms(count, bits, sign), plan)
        }
      }
    })

    it(`by ${name} come out for equal exponents, powers of two, neighbours that are one float, and digits all one or half the base`, () => {
      const long = 2n ** 70n
      for (const exponents of [
        [1n, 1n, 1n], [2n ** 64n, 1n], [2n ** 64n - 1n, -(2n ** 63n)], [7n], [8n, -8n], [0x8888_8888n], [-1n],
        [long, long + 1n, long + 2n, long + 1n], [2n ** 60n, 5n, 5n, 3n],
      ]) {
        for (const plan of plans) expectQuotient(exponents.map(createTerm), plan)
      }
    })

    it(`by ${name} leave the bases as they were and give back what they set aside`, () => {
      const terms = createTerms(12, 40)
      const before = terms.map(({ register }) => machine.get(register))
      const first = machine.reserve(2)
      for (const plan of plans) multiplyPowers(machine, { positive: first, negative: first + 1 }, terms, plan)
      expect(terms.map(({ register }) => machine.get(register))).toEqual(before)
      expect(machine.reserve(1)).toBe(first + 2)
      machine.release(first)
    })

    it(`by ${name} divide by nothing where no exponent is negative`, () => {
      const first = machine.reserve(2)
      const quotient = { positive: first, negative: first + 1 }
      for (const plan of plans) {
        expect(multiplyPowers(machine, quotient, createTerms(9, 20, 1), plan)).toBe(false)
        expect(multiplyPowers(machine, quotient, createTerms(9, 20, -1), plan)).toBe(true)
      }
      machine.release(first)
    })
  }

  it('are planned with windows for one term, the chain for most, buckets for thousands of short exponents', () => {
    const plan = (positive: number, negative: number, bits = 32): PowerPlan =>
      planPowerProduct({ positive, negative, bits, significantBits: bits })
    expect(plan(1, 0).method).toBe('straus')
    expect(plan(2, 2, 2000).method).toBe('straus')
    expect(plan(10, 10).method).toBe('bos-coster')
    expect(plan(0, 0)).toMatchObject({ cost: 0 })
    expect(plan(5000, 0).method).toBe('bos-coster')
    expect(plan(10_000, 0, 4).method).toBe('pippenger')
    const costs = [10, 100, 1000, 10_000].map((count) => plan(count, count).cost / count)
    expect(costs).toEqual([...costs].sort((a, b) => b - a))
    expect(shapeOf([createTerm(5n), createTerm(-256n)])).toEqual({ positive: 1, negative: 1, bits: 9, significantBits: 2 })
  })

  it('take about as many products as was planned', () => {
    for (const [count, bits] of [[4, 32], [8, 53], [30, 16], [100, 32], [300, 53], [1000, 32], [2000, 16]] as const) {
      // Of few exponents one set in four hundred takes a sixth more than most: the plan is held to several together.
      let [products, planned] = [0, 0]
      const counting = { ...machine, multiply: () => (products += 1) }
      for (let drawn = 0; drawn < 300; drawn += count) {
        const exponents = Array.from({ length: count }, () => numbers.natural(bits) + 1n)
        const plan = planPowerProduct(shapeOf(exponents.map((exponent) => ({ exponent }))))
        planned += plan.cost
        multiplyPowers(counting, { positive: 0, negative: 0 }, exponents.map((exponent) => ({ register: 0, exponent })), plan)
      }
      expect(Math.abs(products / planned - 1), `${runSeed} ${count} ${bits}: ${products} for ${planned}`).toBeLessThan(0.15)
    }
  })
})
