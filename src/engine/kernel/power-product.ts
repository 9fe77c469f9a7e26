import { bitLength } from '../../crypto/bytes.ts'
import { at } from '../../crypto/lists.ts'
import type { MontgomeryMachine } from './montgomery.ts'

/** The register of a base and the positive power it is raised to. */
export interface PowerTerm {
  readonly register: number
  readonly exponent: bigint
}

/** Ways to compute Π bᵢ^eᵢ: Straus' interleaved windows of odd powers, or Pippenger's buckets, with the width of their windows. */
export interface PowerPlan {
  readonly method: 'straus' | 'pippenger'
  readonly width: number
  /** Products it takes, about. */
  readonly cost: number
}

const strausCost = (count: number, bits: number, width: number): number =>
  bits + count * ((width === 1 ? 0 : 2 ** (width - 1)) + bits / (width + 1))

const pippengerCost = (count: number, bits: number, width: number): number =>
  bits + Math.ceil(bits / width) * (count * (1 - 2 ** -width) + 2 ** width)

/**
 * The cheapest way for `count` exponents of up to `bits` bits, counted in products: each takes the same time here, and measured times
 * follow the count (docs/performance.md). Buckets win from about thirty terms of 32 bits on.
 */
export const planPowerProduct = (count: number, bits: number): PowerPlan => {
  const plans = [
    ...[1, 2, 3, 4, 5, 6].map((width) => ({ method: 'straus' as const, width, cost: strausCost(count, bits, width) })),
    ...[2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((width) => ({ method: 'pippenger' as const, width, cost: pippengerCost(count, bits, width) })),
  ]
  return plans.reduce((best, plan) => (plan.cost < best.cost ? plan : best))
}

const longestOf = (terms: readonly PowerTerm[]): number =>
  terms.reduce((most, { exponent }) => Math.max(most, bitLength(exponent)), 0)

/** An accumulator that knows it is still 1, so that the first factor is a copy and squaring 1 costs nothing. */
const createAccumulator = (machine: MontgomeryMachine, register: number) => {
  let isOne = true
  return {
    square: (times: number): void => {
      for (let i = 0; i < times && !isOne; i += 1) machine.multiply(register, register, register)
    },
    multiply: (factor: number): void => {
      if (isOne) machine.copy(register, factor)
      else machine.multiply(register, register, factor)
      isOne = false
    },
    isOne: (): boolean => isOne,
    finish: (): void => {
      if (isOne) machine.setOne(register)
    },
  }
}

/** Where an odd window of an exponent ends, and its value: exponent = Σ odd·2^position, windows no longer than `width`. */
const oddWindows = (exponent: bigint, width: number): { readonly position: number; readonly odd: number }[] => {
  const bits = exponent.toString(2)
  const windows = []
  for (let i = 0; i < bits.length; i += 1) {
    if (bits[i] === '0') continue
    const end = bits.slice(i, i + width).lastIndexOf('1') + i + 1
    windows.push({ position: bits.length - end, odd: Number.parseInt(bits.slice(i, end), 2) })
    i = end - 1
  }
  return windows
}

/** Straus' interleaving [HAC, 14.88] over sliding windows [HAC, 14.85]: one chain of squarings for all. */
const straus = (machine: MontgomeryMachine, target: number, terms: readonly PowerTerm[], width: number): void => {
  const bits = longestOf(terms)
  const oddPowers = 2 ** (width - 1)
  const factors: number[][] = Array.from({ length: bits }, () => [])
  const tables = machine.reserve(terms.length * (oddPowers - 1) + 1)
  const square = tables
  terms.forEach(({ register, exponent }, i) => {
    const table = tables + 1 + i * (oddPowers - 1)
    if (oddPowers > 1) machine.multiply(square, register, register)
    for (let k = 0; k < oddPowers - 1; k += 1) machine.multiply(table + k, k === 0 ? register : table + k - 1, square)
    for (const { position, odd } of oddWindows(exponent, width)) {
      at(factors, position).push(odd === 1 ? register : table + (odd - 3) / 2)
    }
  })
  const product = createAccumulator(machine, target)
  for (let position = bits - 1; position >= 0; position -= 1) {
    product.square(1)
    at(factors, position).forEach(product.multiply)
  }
  product.finish()
  machine.release(tables)
}

/** The digits of an exponent in base 2^width, least significant first. */
const digitsOf = (exponent: bigint, width: number): number[] => {
  const bits = exponent.toString(2)
  const digits = []
  for (let end = bits.length; end > 0; end -= width) digits.push(Number.parseInt(bits.slice(Math.max(0, end - width), end), 2))
  return digits
}

/**
 * Pippenger's buckets [Pip76; BDLO12, section 4]: the bases of equal digits are multiplied together, and Π bucket_d^d follows from the
 * running products from the top bucket down.
 */
const pippenger = (machine: MontgomeryMachine, target: number, terms: readonly PowerTerm[], width: number): void => {
  const digits = terms.map(({ exponent }) => digitsOf(exponent, width))
  const product = createAccumulator(machine, target)
  const first = machine.reserve(2 ** width + 1)
  const [running, windowProduct] = [first, first + 1]
  for (let window = Math.ceil(longestOf(terms) / width) - 1; window >= 0; window -= 1) {
    const buckets = Array.from({ length: 2 ** width - 1 }, (_, i) => createAccumulator(machine, first + 2 + i))
    terms.forEach(({ register }, i) => {
      const digit = digits[i]?.[window] ?? 0
      if (digit !== 0) at(buckets, digit - 1).multiply(register)
    })
    const above = createAccumulator(machine, running)
    const total = createAccumulator(machine, windowProduct)
    for (let i = buckets.length - 1; i >= 0; i -= 1) {
      if (!at(buckets, i).isOne()) above.multiply(first + 2 + i)
      if (!above.isOne()) total.multiply(running)
    }
    product.square(width)
    if (!total.isOne()) product.multiply(windowProduct)
  }
  product.finish()
  machine.release(first)
}

/** target = Π registerᵢ^exponentᵢ, of degree Σ degreeᵢ·exponentᵢ; 1 for no terms. For public exponents: its time depends on them. */
export const multiplyPowers = (machine: MontgomeryMachine, target: number, terms: readonly PowerTerm[]): void => {
  const { method, width } = planPowerProduct(terms.length, longestOf(terms))
  multiplyPowersBy(method, width, machine, target, terms)
}

/** `multiplyPowers` in the given way. */
export const multiplyPowersBy = (
  method: PowerPlan['method'], width: number, machine: MontgomeryMachine, target: number, terms: readonly PowerTerm[],
): void => (method === 'straus' ? straus : pippenger)(machine, target, terms, width)
