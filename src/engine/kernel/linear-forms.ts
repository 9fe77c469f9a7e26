import { bitLength, bytesToBigInt } from '../../crypto/bytes.ts'
import { CryptoError } from '../../crypto/errors.ts'
import type { PreparedPublicKey } from '../../crypto/keys.ts'
import { at } from '../../crypto/lists.ts'
import { inverseModuloSquare, isUnit, residue } from '../../crypto/modular.ts'
import type { LinearForm, WeightedRun } from '../../crypto/types.ts'
import type { PowerTerm } from './accumulator.ts'
import type { MontgomeryMachine } from './montgomery.ts'
import { multiplyPowers, planPowerProduct, shapeOf, type Quotient } from './power-product.ts'

const notAUnit = (): CryptoError => new CryptoError('invalid-ciphertext', 'a ciphertext is not a unit between 0 and n²')

/** target = the inverse modulo n² of a register, of the opposite degree. Throws `invalid-ciphertext` where it has none. */
const invertInto = (machine: MontgomeryMachine, { n, nSquared }: PreparedPublicKey, target: number, register: number): void => {
  const value = machine.get(register)
  try {
    machine.set(target, inverseModuloSquare(value, n, nSquared))
  } catch {
    throw notAUnit()
  }
}

/** target = the product of registers; 1 for none. */
const multiplyAll = (machine: MontgomeryMachine, target: number, registers: readonly number[]): void => {
  machine.setOne(target)
  for (const register of registers) machine.multiply(target, target, register)
}

/** Whether all registers hold units: their product does. A power of R, a unit itself, does not change that. */
export const areUnits = (machine: MontgomeryMachine, { n }: PreparedPublicKey, registers: readonly number[]): boolean => {
  const product = machine.reserve(1)
  multiplyAll(machine, product, registers)
  const value = machine.get(product)
  machine.release(product)
  return isUnit(value, n)
}

/**
 * The registers become their inverses, of the opposite degrees, at one inversion for all [Mon87, section 10.3.1], which `others`, units
 * too or not, go through as well. Throws `invalid-ciphertext` unless all of both are units.
 */
export const invertAll = (
  machine: MontgomeryMachine, key: PreparedPublicKey, registers: readonly number[], others: readonly number[],
): void => {
  const [first] = registers
  if (first === undefined) {
    if (!areUnits(machine, key, others)) throw notAUnit()
    return
  }
  const products = machine.reserve(registers.length + 2)
  const [inverse, rest] = [products + registers.length, products + registers.length + 1]
  machine.copy(products, first)
  registers.slice(1).forEach((register, i) => machine.multiply(products + i + 1, products + i, register))
  multiplyAll(machine, rest, others)
  machine.multiply(inverse, products + registers.length - 1, rest)
  invertInto(machine, key, inverse, inverse)
  machine.multiply(inverse, inverse, rest)
  for (let i = registers.length - 1; i > 0; i -= 1) {
    const register = at(registers, i)
    machine.multiply(products + i, products + i - 1, inverse)
    machine.multiply(inverse, inverse, register)
    machine.copy(register, products + i)
  }
  machine.copy(first, inverse)
  machine.release(products)
}

/** A run's cells multiplied together, so that its weight is applied once. */
const termOfRun = (machine: MontgomeryMachine, inputs: number, { start, count, weight }: WeightedRun): PowerTerm => {
  if (count === 1) return { register: inputs + start, exponent: weight }
  const register = machine.reserve(1)
  machine.multiply(register, inputs + start, inputs + start + 1)
  for (let i = 2; i < count; i += 1) machine.multiply(register, register, inputs + start + i)
  return { register, exponent: weight }
}

const degreeOf = (runs: readonly WeightedRun[]): bigint => runs.reduce((sum, { count, weight }) => sum + BigInt(count) * weight, 0n)

// A power of R as one more factor takes a few products, if no longer than the rest; by itself one or two for each of its bits.
const fewTerms = 8
const bitsBeyond = 8

/** A form's two factors, and the degree that is left of the whole. */
interface Factors extends Quotient {
  readonly divides: boolean
  readonly degree: bigint
}

/** target = the product of the runs' cells. */
const multiplyRuns = (machine: MontgomeryMachine, inputs: number, runs: readonly WeightedRun[], target: number): void => {
  let isFirst = true
  for (const { start, count } of runs) {
    for (let register = inputs + start; register < inputs + start + count; register += 1) {
      if (isFirst) machine.copy(target, register)
      else machine.multiply(target, target, register)
      isFirst = false
    }
  }
}

const multiplyForm = (machine: MontgomeryMachine, inputs: number, { runs }: LinearForm, quotient: Quotient): Factors => {
  if (runs.length > 0 && runs.length <= fewTerms && runs.every(({ weight }) => weight === 1n)) {
    multiplyRuns(machine, inputs, runs, quotient.positive)
    return { ...quotient, divides: false, degree: degreeOf(runs) }
  }
  const temporary = machine.reserve(0)
  const terms = runs.map((run) => termOfRun(machine, inputs, run))
  const degree = degreeOf(runs)
  const shape = shapeOf(terms)
  const corrects = degree !== 0n && terms.length > fewTerms && bitLength(degree) <= shape.bits + bitsBeyond
  const corrected = corrects ? [...terms, { register: machine.radix, exponent: degree }] : terms
  const divides = multiplyPowers(machine, quotient, corrected, planPowerProduct(shape))
  machine.release(temporary)
  return { ...quotient, divides, degree: corrects ? 0n : degree }
}

/**
 * For each form Π cᵢ^wᵢ · (1 + n)^constant mod n² over ciphertexts that stand, each of degree 1, in the registers from `inputs` on: what
 * is divided by is inverted at once for all forms, and units told from others by the same. Throws `invalid-ciphertext` where a
 * result is no unit.
 */
export const evaluateForms = (
  machine: MontgomeryMachine, key: PreparedPublicKey, inputs: number, forms: readonly LinearForm[],
): Uint8Array[] => {
  const first = machine.reserve(2 * forms.length + 1)
  const factor = first + 2 * forms.length
  const factors = forms.map((form, i) => multiplyForm(machine, inputs, form, { positive: first + 2 * i, negative: first + 2 * i + 1 }))
  const divisors = factors.filter(({ divides }) => divides).map(({ negative }) => negative)
  // One form that divides by nothing is tested as it is written.
  const isTestedAsWritten = forms.length === 1 && divisors.length === 0
  if (!isTestedAsWritten) invertAll(machine, key, divisors, factors.map(({ positive }) => positive))
  const results = factors.map(({ positive, negative, divides, degree }, i) => {
    const constant = forms[i]?.constant ?? 0n
    if (divides) machine.multiply(positive, positive, negative)
    if (constant !== 0n) {
      machine.set(factor, 1n + residue(constant, key.n) * key.n)
      machine.multiply(positive, positive, factor)
    }
    return machine.write(positive, degree)
  })
  machine.release(first)
  if (isTestedAsWritten && results.some((bytes) => !isUnit(bytesToBigInt(bytes), key.n))) throw notAUnit()
  return results
}
