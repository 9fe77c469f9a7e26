import { describe, expect, it } from 'vitest'
import { powerByBigInt } from '../../../../src/crypto/modular.ts'
import { createMontgomeryMachine } from '../../../../src/engine/kernel/montgomery.ts'
import { multiplyPowers, multiplyPowersBy, planPowerProduct } from '../../../../src/engine/kernel/power-product.ts'
import { createSeededNumbers, oddModulus, runSeed } from './fixtures.ts'

const numbers = createSeededNumbers(`power-product ${runSeed}`)
const modulus = oddModulus(2048, numbers)
const machine = createMontgomeryMachine(modulus)

const createTerms = (count: number, bits: number) => Array.from({ length: count }, () => {
  const base = numbers.below(modulus)
  const register = machine.reserve(1)
  machine.set(register, base)
  return { base, register, exponent: numbers.natural(1 + Number(numbers.below(BigInt(bits)))) + 1n }
})

const expectedProduct = (terms: ReturnType<typeof createTerms>): bigint =>
  terms.reduce((product, { base, exponent }) => (product * powerByBigInt(base, exponent, modulus)) % modulus, 1n)

describe('products of powers', () => {
  for (const method of ['straus', 'pippenger'] as const) {
    it(`by ${method} are those of single powers, for every width`, () => {
      for (const width of [1, 2, 3, 4, 5, 7]) {
        for (const [count, bits] of [[0, 1], [1, 1], [1, 70], [3, 33], [17, 32], [5, 200]] as const) {
          const target = machine.reserve(1)
          const terms = createTerms(count, bits)
          multiplyPowersBy(method, width, machine, target, terms)
          expect(machine.get(target), `${runSeed} ${method} ${width} ${count} ${bits}`).toBe(expectedProduct(terms))
          machine.release(target)
        }
      }
    })
  }

  it('of equal exponents, powers of two and one with all bits set come out too', () => {
    const target = machine.reserve(1)
    for (const exponents of [[1n, 1n, 1n], [2n ** 64n, 1n], [2n ** 64n - 1n, 2n ** 63n], [7n]]) {
      const terms = createTerms(exponents.length, 8).map((term, i) => ({ ...term, exponent: exponents[i] ?? 1n }))
      multiplyPowers(machine, target, terms)
      expect(machine.get(target), runSeed).toBe(expectedProduct(terms))
    }
  })

  it('are planned with interleaving for few terms and buckets for many', () => {
    expect(planPowerProduct(1, 32).method).toBe('straus')
    expect(planPowerProduct(20, 32).method).toBe('straus')
    expect(planPowerProduct(500, 32).method).toBe('pippenger')
    const costs = [10, 100, 1000, 10_000].map((count) => planPowerProduct(count, 32).cost / count)
    expect(costs).toEqual([...costs].sort((a, b) => b - a))
  })
})
