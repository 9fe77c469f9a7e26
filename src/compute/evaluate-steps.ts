import { bitLength } from '../crypto/bytes.ts'
import { addRational, divideRational, multiplyRational, rationalFromNumber, rationalToNumber, type Rational } from '../crypto/rational.ts'
import type { StepOperation } from '../shared/schemas/program.ts'

/** A number after decryption: the nearest double, and the exact value for as long as it is short and known. */
export interface StepResult {
  readonly number: number
  readonly exact: Rational | null
}

/** Longer fractions than any answer has are let go: the double stays. */
const maxExactBits = 2048

const isShort = ({ numerator, denominator }: Rational): boolean =>
  bitLength(numerator) <= maxExactBits && bitLength(denominator) <= maxExactBits

/** A value known exactly. */
export const exactResult = (exact: Rational): StepResult => ({ number: rationalToNumber(exact), exact: isShort(exact) ? exact : null })

/** A plain number means its shortest decimal. */
export const plainResult = (value: number): StepResult => exactResult(rationalFromNumber(value))

// −0 is 0, which ciphertexts hold one of.
const roundedResult = (number: number): StepResult => ({ number: number + 0, exact: null })

const negateExact = ({ numerator, denominator }: Rational): Rational => ({ numerator: -numerator, denominator })

/** Half goes to even, as in NumPy. */
const roundHalfEven = (value: number): number => {
  const below = Math.floor(value)
  const rest = value - below
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1
  return below % 2 === 0 ? below : below + 1
}

/** 1 / (1 + e^−x), from the side on which the power cannot overflow. */
const sigmoid = (x: number): number => {
  const power = Math.exp(-Math.abs(x))
  return x >= 0 ? 1 / (1 + power) : power / (1 + power)
}

type Binary = (a: StepResult, b: StepResult) => StepResult

/** Exact where both sides are, else in doubles. */
const arithmetic = (exactly: (a: Rational, b: Rational) => Rational, inDoubles: (a: number, b: number) => number): Binary => (a, b) =>
  a.exact !== null && b.exact !== null ? exactResult(exactly(a.exact, b.exact)) : roundedResult(inDoubles(a.number, b.number))

const add = arithmetic(addRational, (a, b) => a + b)
const subtract = arithmetic((a, b) => addRational(a, negateExact(b)), (a, b) => a - b)
const multiply = arithmetic(multiplyRational, (a, b) => a * b)

/** By zero as in NumPy: an infinity, or not a number. */
const divide: Binary = (a, b) =>
  a.exact !== null && b.exact !== null && b.exact.numerator !== 0n
    ? exactResult(divideRational(a.exact, b.exact))
    : roundedResult(a.number / b.number)

/** < 0, 0 or > 0 as a is below, equal to or above b; not a number where either is none. */
const compare = (a: StepResult, b: StepResult): number => {
  if (a.exact === null || b.exact === null) return a.number === b.number ? 0 : a.number - b.number
  const difference = a.exact.numerator * b.exact.denominator - b.exact.numerator * a.exact.denominator
  return difference === 0n ? 0 : difference > 0n ? 1 : -1
}

const truth = (holds: boolean): StepResult => plainResult(holds ? 1 : 0)

const largestWholePower = 64

/** NumPy's, which is 1 where JavaScript's is NaN: of 1 to any power, and of −1 to an infinite one. */
const powerOfDoubles = (a: number, b: number): number => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b)

/** Whole powers of exact values stay exact. */
const power: Binary = (a, b) => {
  const exponent = b.number
  const isWhole = Number.isInteger(exponent) && exponent >= 0 && exponent <= largestWholePower
  if (a.exact === null || !isWhole) return roundedResult(powerOfDoubles(a.number, exponent))
  const { numerator, denominator } = a.exact
  return exactResult({ numerator: numerator ** BigInt(exponent), denominator: denominator ** BigInt(exponent) })
}

/** The position of the first value that no other beats; where one is not a number, its position, as in NumPy. */
const findExtreme = (values: readonly StepResult[], sign: 1 | -1): number => {
  const missing = values.findIndex(({ number }) => Number.isNaN(number))
  if (missing !== -1) return missing
  return values.reduce((best, value, index) => (sign * compare(value, values[best] as StepResult) > 0 ? index : best), 0)
}

const sort = (values: readonly StepResult[]): StepResult[] =>
  [...values].sort((a, b) => (Number.isNaN(a.number) ? 1 : 0) - (Number.isNaN(b.number) ? 1 : 0) || compare(a, b))

/** NumPy's linear interpolation between the two neighbours of position q·(n − 1), from the nearer one: the other may be infinite. */
const quantile = (q: StepResult, values: readonly StepResult[]): StepResult => {
  if (values.some(({ number }) => Number.isNaN(number))) return roundedResult(Number.NaN)
  const ordered = sort(values)
  const position = q.number * (ordered.length - 1)
  const below = ordered[Math.floor(position)] as StepResult
  const above = ordered[Math.ceil(position)] as StepResult
  if (compare(below, above) === 0) return below
  const step = subtract(above, below)
  const fraction = position - Math.floor(position)
  return fraction < 0.5 ? add(below, multiply(step, plainResult(fraction))) : subtract(above, multiply(step, plainResult(1 - fraction)))
}

type Operation = (inputs: readonly StepResult[]) => StepResult

const unary = (evaluate: (value: number) => number): Operation => ([value]) => roundedResult(evaluate((value as StepResult).number))
const binary = (evaluate: Binary): Operation => ([a, b]) => evaluate(a as StepResult, b as StepResult)
const comparison = (holds: (order: number) => boolean): Operation => ([a, b]) => truth(holds(compare(a as StepResult, b as StepResult)))

const zero = plainResult(0)

/** What every operation after decryption means, once. */
const operations: Readonly<Record<StepOperation, Operation>> = {
  neg: ([value]) => subtract(zero, value as StepResult),
  sqrt: unary(Math.sqrt),
  exp: unary(Math.exp),
  log: unary(Math.log),
  abs: ([value]) => (compare(value as StepResult, zero) < 0 ? subtract(zero, value as StepResult) : (value as StepResult)),
  round: unary(roundHalfEven),
  sigmoid: unary(sigmoid),
  add: binary(add),
  sub: binary(subtract),
  mul: binary(multiply),
  div: binary(divide),
  pow: binary(power),
  gt: comparison((order) => order > 0),
  lt: comparison((order) => order < 0),
  ge: comparison((order) => order >= 0),
  le: comparison((order) => order <= 0),
  eq: comparison((order) => order === 0),
  ne: comparison((order) => order !== 0),
  choose: ([condition, yes, no]) => ((condition as StepResult).number === 0 ? (no as StepResult) : (yes as StepResult)),
  sum: (values) => values.reduce(add),
  max: (values) => values[findExtreme(values, 1)] as StepResult,
  min: (values) => values[findExtreme(values, -1)] as StepResult,
  argmax: (values) => plainResult(findExtreme(values, 1)),
  argmin: (values) => plainResult(findExtreme(values, -1)),
  order: ([position, ...values]) => sort(values)[(position as StepResult).number] ?? roundedResult(Number.NaN),
  quantile: ([q, ...values]) => quantile(q as StepResult, values),
}

export const evaluateStep = (operation: StepOperation, inputs: readonly StepResult[]): StepResult => operations[operation](inputs)
