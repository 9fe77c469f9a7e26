import { bitLength } from '../../crypto/bytes.ts'
import { at } from '../../crypto/lists.ts'
import type { MontgomeryMachine } from './montgomery.ts'

/** The register of a base and the power it is raised to, of either sign, not 0. */
export interface PowerTerm {
  readonly register: number
  readonly exponent: bigint
}

/** Where the two factors of Π bᵢ^eᵢ = positive / negative are put. */
export interface Quotient {
  readonly positive: number
  readonly negative: number
}

/**
 * Ways to compute Π bᵢ^eᵢ, with the width of their windows: Straus' interleaved windows of odd powers; Pippenger's buckets; the same
 * with digits of either sign, half as many buckets and one bit more.
 */
export interface PowerPlan {
  readonly method: 'straus' | 'pippenger' | 'signed'
  readonly width: number
  /** Products it takes, about. */
  readonly cost: number
}

/** How many exponents of either sign there are, and the bits of the longest. */
export interface PowerShape {
  readonly positive: number
  readonly negative: number
  readonly bits: number
}

/** An inversion, counted in products. */
export const inversionCost = 30

const strausCost = (count: number, bits: number, width: number): number =>
  count === 0 ? 0 : bits + count * ((width === 1 ? 0 : 2 ** (width - 1)) + bits / (width + 1))

const pippengerCost = (count: number, bits: number, width: number): number =>
  count === 0 ? 0 : bits + Math.ceil(bits / width) * (count * (1 - 2 ** -width) + 2 ** width)

const signedCost = ({ positive, negative, bits }: PowerShape, width: number): number =>
  2 * bits + Math.ceil((bits + 1) / width) * ((positive + negative) * (1 - 2 ** -width) + 2 ** width)

/**
 * The cheapest way, counted in products: each takes the same time here, and measured times follow the count (docs/performance.md). Buckets
 * win from about thirty terms of 32 bits on. Signed digits divide where nothing was negative: that costs an inversion.
 */
export const planPowerProduct = (shape: PowerShape): PowerPlan => {
  const { positive, negative, bits } = shape
  const inversion = negative === 0 ? 0 : inversionCost
  const plans = [
    ...[1, 2, 3, 4, 5, 6].map((width) =>
      ({ method: 'straus' as const, width, cost: inversion + strausCost(positive, bits, width) + strausCost(negative, bits, width) })),
    ...[2, 3, 4, 5, 6, 7, 8, 9, 10, 11].flatMap((width) => [
      { method: 'pippenger' as const, width, cost: inversion + pippengerCost(positive, bits, width) + pippengerCost(negative, bits, width) },
      { method: 'signed' as const, width, cost: inversionCost + signedCost(shape, width) },
    ]),
  ]
  return plans.reduce((best, plan) => (plan.cost < best.cost ? plan : best))
}

const longestOf = (terms: readonly Pick<PowerTerm, 'exponent'>[]): number =>
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

/** Straus' interleaving [HAC, 14.88] over sliding windows [HAC, 14.85]: one chain of squarings for all. For exponents of one sign. */
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
    for (const { position, odd } of oddWindows(exponent < 0n ? -exponent : exponent, width)) {
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

/** The digits of |exponent| in base 2^width, least significant first, each with the exponent's sign. */
const digitsOf = (exponent: bigint, width: number): number[] => {
  const bits = (exponent < 0n ? -exponent : exponent).toString(2)
  const sign = exponent < 0n ? -1 : 1
  const digits = []
  for (let end = bits.length; end > 0; end -= width) digits.push(sign * Number.parseInt(bits.slice(Math.max(0, end - width), end), 2))
  return digits
}

/** The same with digits of either sign, none above half the base in magnitude. */
const signedDigitsOf = (exponent: bigint, width: number): number[] => {
  const base = 2 ** width
  let carry = 0
  const digits = digitsOf(exponent, width).map((digit) => {
    const sum = digit + carry
    carry = 2 * sum > base ? 1 : 2 * sum < -base ? -1 : 0
    return sum - carry * base
  })
  return carry === 0 ? digits : [...digits, carry]
}

/**
 * Pippenger's buckets [Pip76; BDLO12, section 4]: the bases of equal digits are multiplied together, and Π bucket_d^d follows from the
 * running products from the top bucket down; digits below 0 in buckets of their own. Returns whether there were any.
 */
const pippenger = (
  machine: MontgomeryMachine, { positive, negative }: Quotient, terms: readonly PowerTerm[], width: number, isSigned: boolean,
): boolean => {
  const digits = terms.map(({ exponent }) => (isSigned ? signedDigitsOf : digitsOf)(exponent, width))
  const bucketCount = isSigned ? 2 ** (width - 1) : 2 ** width - 1
  const first = machine.reserve(bucketCount + 2)
  const [running, windowProduct] = [first, first + 1]
  const sides = [{ sign: 1, product: createAccumulator(machine, positive) }, { sign: -1, product: createAccumulator(machine, negative) }]
  for (let window = digits.reduce((most, { length }) => Math.max(most, length), 0) - 1; window >= 0; window -= 1) {
    for (const { sign, product } of sides) {
      const buckets = Array.from({ length: bucketCount }, (_, i) => createAccumulator(machine, first + 2 + i))
      terms.forEach(({ register }, i) => {
        const digit = sign * (digits[i]?.[window] ?? 0)
        if (digit > 0) at(buckets, digit - 1).multiply(register)
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
  }
  const divides = sides.some(({ sign, product }) => sign < 0 && !product.isOne())
  for (const { product } of sides) product.finish()
  machine.release(first)
  return divides
}

/** What a plan is chosen by. */
export const shapeOf = (terms: readonly Pick<PowerTerm, 'exponent'>[]): PowerShape => {
  const negative = terms.filter(({ exponent }) => exponent < 0n).length
  return { positive: terms.length - negative, negative, bits: longestOf(terms) }
}

/**
 * positive / negative = Π registerᵢ^exponentᵢ in the given way, of degree Σ degreeᵢ·exponentᵢ. Returns whether there is anything to divide
 * by: else negative is 1. For public exponents: its time depends on them.
 */
export const multiplyPowers = (
  machine: MontgomeryMachine, quotient: Quotient, terms: readonly PowerTerm[], { method, width }: Pick<PowerPlan, 'method' | 'width'>,
): boolean => {
  if (method !== 'straus') return pippenger(machine, quotient, terms, width, method === 'signed')
  const negative = terms.filter(({ exponent }) => exponent < 0n)
  straus(machine, quotient.positive, terms.filter(({ exponent }) => exponent > 0n), width)
  straus(machine, quotient.negative, negative, width)
  return negative.length > 0
}
