import { bitLength } from '../../crypto/bytes.ts'
import { at } from '../../crypto/lists.ts'
import { createAccumulator, type PowerTerm } from './accumulator.ts'
import { multiplyByBosCoster } from './bos-coster.ts'
import type { MontgomeryMachine } from './montgomery.ts'

/** Where the two factors of Π bᵢ^eᵢ = positive / negative are put. */
export interface Quotient {
  readonly positive: number
  readonly negative: number
}

/**
 * Ways to compute Π bᵢ^eᵢ: Bos and Coster's chain; Straus' interleaved windows of odd powers and Pippenger's buckets, with the width of
 * their windows.
 */
export type PowerMethod =
  | { readonly method: 'bos-coster' }
  | { readonly method: 'straus' | 'pippenger'; readonly width: number }

/** A way, and the products it takes, about. */
export type PowerPlan = PowerMethod & { readonly cost: number }

/** How many exponents of either sign there are, and how long they are. */
export interface PowerShape {
  readonly positive: number
  readonly negative: number
  /** Bits of the longest. */
  readonly bits: number
  /** Bits of one in the mean, from its first 1 to its last. */
  readonly significantBits: number
}

/** An inversion, counted in products. */
export const inversionCost = 30

const strausCost = (count: number, { bits }: PowerShape, width: number): number =>
  count === 0 ? 0 : bits + count * ((width === 1 ? 0 : 2 ** (width - 1)) + bits / (width + 1))

const pippengerCost = (count: number, { bits }: PowerShape, width: number): number =>
  count === 0 ? 0 : bits + Math.ceil(bits / width) * (count * (1 - 2 ** -width) + 2 ** width)

/** Longer exponents are no floats, by which the chain orders them. */
const mostChainBits = 1000

/** Fitted to counts of 2 to 5,000 random exponents of 8 to 128 bits, integers and floating-point numbers, within 8%. */
const bosCosterCost = (count: number, { bits, significantBits }: PowerShape): number => {
  if (count === 0) return 0
  if (bits > mostChainBits) return Infinity
  // A product takes away one factor at most.
  return Math.max(count, bits - significantBits + count * (significantBits + 2) / (0.74 * Math.log2(Math.max(1, count)) + 0.5))
}

/**
 * The cheapest way, counted in products: each takes the same time here, and measured times follow the count (docs/performance.md). The
 * chain wins from two terms on, but against buckets where thousands of exponents are short (docs/adr/0305).
 */
export const planPowerProduct = (shape: PowerShape): PowerPlan => {
  const { positive, negative } = shape
  const inversion = negative === 0 ? 0 : inversionCost
  const costOf = (ofOneSign: (count: number) => number): number => inversion + ofOneSign(positive) + ofOneSign(negative)
  const plans: PowerPlan[] = [
    ...[1, 2, 3, 4, 5, 6].map((width) =>
      ({ method: 'straus' as const, width, cost: costOf((count) => strausCost(count, shape, width)) })),
    ...[2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((width) =>
      ({ method: 'pippenger' as const, width, cost: costOf((count) => pippengerCost(count, shape, width)) })),
    { method: 'bos-coster', cost: costOf((count) => bosCosterCost(count, shape)) },
  ]
  return plans.reduce((best, plan) => (plan.cost < best.cost ? plan : best))
}

const longestOf = (terms: readonly Pick<PowerTerm, 'exponent'>[]): number =>
  terms.reduce((most, { exponent }) => Math.max(most, bitLength(exponent)), 0)

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

/** The digits of |exponent| in base 2^width, least significant first. */
const digitsOf = (exponent: bigint, width: number): number[] => {
  const bits = (exponent < 0n ? -exponent : exponent).toString(2)
  const digits = []
  for (let end = bits.length; end > 0; end -= width) digits.push(Number.parseInt(bits.slice(Math.max(0, end - width), end), 2))
  return digits
}

/**
 * Pippenger's buckets [Pip76; BDLO12, section 4]: the bases of equal digits are multiplied together, and Π bucket_d^d follows from the
 * running products from the top bucket down. For exponents of one sign.
 */
const pippenger = (machine: MontgomeryMachine, target: number, terms: readonly PowerTerm[], width: number): void => {
  const digits = terms.map(({ exponent }) => digitsOf(exponent, width))
  const bucketCount = 2 ** width - 1
  const first = machine.reserve(bucketCount + 2)
  const [running, windowProduct] = [first, first + 1]
  const product = createAccumulator(machine, target)
  for (let window = digits.reduce((most, { length }) => Math.max(most, length), 0) - 1; window >= 0; window -= 1) {
    const buckets = Array.from({ length: bucketCount }, (_, i) => createAccumulator(machine, first + 2 + i))
    terms.forEach(({ register }, i) => {
      const digit = digits[i]?.[window] ?? 0
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
  product.finish()
  machine.release(first)
}

/** Bits from the first 1 to the last of an exponent other than 0. */
const significantBitsOf = (exponent: bigint): number => bitLength(exponent) - bitLength(exponent & -exponent) + 1

/** Enough exponents to tell the mean of all. */
const sampled = 64

/** What a plan is chosen by: a quick look, at every exponent's size and sign but only a sample's digits. */
export const shapeOf = (terms: readonly Pick<PowerTerm, 'exponent'>[]): PowerShape => {
  let [negative, longest] = [0, 0n]
  for (const { exponent } of terms) {
    const isNegative = exponent < 0n
    const magnitude = isNegative ? -exponent : exponent
    if (isNegative) negative += 1
    if (magnitude > longest) longest = magnitude
  }
  const step = Math.ceil(terms.length / sampled)
  const sample = step <= 1 ? terms : terms.filter((_, i) => i % step === 0)
  const significant = sample.reduce((sum, { exponent }) => sum + significantBitsOf(exponent), 0)
  const significantBits = terms.length === 0 ? 0 : significant / sample.length
  return { positive: terms.length - negative, negative, bits: bitLength(longest), significantBits }
}

/**
 * positive / negative = Π registerᵢ^exponentᵢ in the given way, of degree Σ degreeᵢ·exponentᵢ. Returns whether there is anything to divide
 * by: else negative is 1. For public exponents: its time depends on them.
 */
export const multiplyPowers = (machine: MontgomeryMachine, quotient: Quotient, terms: readonly PowerTerm[], plan: PowerMethod): boolean => {
  const multiply = (target: number, ofOneSign: readonly PowerTerm[]): void => {
    if (plan.method === 'bos-coster') multiplyByBosCoster(machine, target, ofOneSign)
    else (plan.method === 'straus' ? straus : pippenger)(machine, target, ofOneSign, plan.width)
  }
  const negative = terms.filter(({ exponent }) => exponent < 0n)
  multiply(quotient.positive, terms.filter(({ exponent }) => exponent > 0n))
  multiply(quotient.negative, negative)
  return negative.length > 0
}
