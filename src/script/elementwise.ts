import { DeferredTensor, createKnown, deferTensor } from '../compute/deferred.ts'
import { affineAlgebra, type AffineForms } from '../compute/affine.ts'
import { evaluateGraph } from '../compute/graph.ts'
import { signOfScale, type Interaction } from '../compute/interaction.ts'
import { isKnown, knownToPlain } from '../compute/known.ts'
import { findProduct, multiplyByColumns, type Multiply } from '../compute/moments.ts'
import { assertDivisor, parsePlain, type Plain } from '../compute/plain.ts'
import { isRowLevel } from '../compute/row-level.ts'
import { Tensor } from '../compute/tensor.ts'
import { AppError } from '../shared/errors.ts'
import type { StepOperation } from '../shared/schemas/program.ts'

/** What a script over an encrypted table computes with: ciphertexts, and numbers that are known after decryption, or already. */
export type GraphTensor = Tensor | DeferredTensor

export type Operand = GraphTensor | Plain

export type BinaryMethod = 'add' | 'sub' | 'mul' | 'div' | 'pow' | 'rsub' | 'rdiv' | 'rpow' | ComparisonMethod
type ComparisonMethod = 'gt' | 'lt' | 'ge' | 'le' | 'eq' | 'ne'

/** The key holder's help; null where a script has none. */
export type Help = Interaction | null

export const isGraphTensor = (value: unknown): value is GraphTensor => value instanceof Tensor || value instanceof DeferredTensor

/** As numbers after decryption; what is encrypted is decrypted for them. */
export const toDeferred = (tensor: GraphTensor): DeferredTensor => (tensor instanceof Tensor ? deferTensor(tensor) : tensor)

const toDeferredOperand = (operand: Operand): DeferredTensor | Plain => (isGraphTensor(operand) ? toDeferred(operand) : operand)

/** Numbers that are known already, as the plain operands they are. */
export const toPlainWhereKnown = (operand: Operand): Operand => (isKnown(operand) ? knownToPlain(operand) : operand)

/** Of what is no number the parser complains. */
const someNumber = (plain: Plain, isOne: (value: number) => boolean): boolean =>
  (typeof plain === 'number' ? isOne(plain) : Array.isArray(plain) && plain.some((item: Plain) => someNumber(item, isOne)))

/** Whether ciphertexts can be computed with these plain numbers; what is made of answers can with all. */
const isForCiphertexts = (method: string, plain: Plain): boolean =>
  !someNumber(plain, (value) => !Number.isFinite(value) || (method === 'div' && value === 0))

const productRefused = (method: string): AppError => new AppError(
  'input.tensor-not-additive',
  `${method}: the product of two encrypted tensors is not possible: additive encryption adds ciphertexts and multiplies them by plain numbers. `
  + 'Products of sums and means are taken after decryption; the sum of two columns\' products needs second moments of them in the listing, '
  + 'or a listing that sells products',
  { details: { operation: method } },
)

const deferredRefused = (method: string): AppError => new AppError(
  'input.tensor-deferred',
  `${method}: one side is known only after decryption (a ratio, a root, a comparison of sums …), the other is encrypted row by row: `
  + 'ciphertexts cannot be computed with a number that is not known yet. x.decrypted() of the encrypted side makes each of its cells a number of the answer, '
  + 'where the listing has room for them, and all is computed after decryption',
  { details: { operation: method } },
)

/** Whether single rows would have to be decrypted to compute with it: the key holder can compare and multiply them instead. */
export const needsHelp = (operand: Operand): operand is Tensor => operand instanceof Tensor && isRowLevel(operand)

/** The help that comparing single rows takes. Throws `policy.comparisons-not-sold`. */
export const requireComparisons = (method: string, help: Help): Interaction => {
  if (help !== null && help.sellsComparisons) return help
  throw new AppError(
    'policy.comparisons-not-sold',
    `${method}: comparing encrypted cells needs the seller's help, and the listing sells no comparisons`,
    { details: { operation: method } },
  )
}

/** How products of cells are made: from the listing's columns of products, else by the key holder where it sells them. */
export const createMultiply = (help: Help): Multiply => (method, left, right) => {
  const isHelped = help !== null && help.sellsProducts
  return findProduct(left, right) ?? (isHelped ? help.multiply(method, left, right) : multiplyByColumns(method, left, right))
}

/** A sum of products, where the encrypted side has single rows: nothing may be decrypted by the way. */
export const assertMixable = (method: string, sides: readonly Operand[]): void => {
  const encrypted = sides.filter((side) => side instanceof Tensor)
  if (!encrypted.some(isRowLevel)) return
  throw sides.some((side) => side instanceof DeferredTensor) ? deferredRefused(method) : productRefused(method)
}

const stepOf: Readonly<Record<BinaryMethod, StepOperation>> = {
  add: 'add', sub: 'sub', mul: 'mul', div: 'div', pow: 'pow', rsub: 'sub', rdiv: 'div', rpow: 'pow',
  gt: 'gt', lt: 'lt', ge: 'ge', le: 'le', eq: 'eq', ne: 'ne',
}

const isComparison = (method: BinaryMethod): method is ComparisonMethod => ['gt', 'lt', 'ge', 'le', 'eq', 'ne'].includes(method)

/** left · right of single rows: by a column of products, or the key holder; null where neither is to be had. */
const multiplyRows = (method: string, left: Tensor, right: Tensor, help: Help): Tensor | null => {
  const product = findProduct(left, right)
  if (product !== null || help === null || !help.sellsProducts) return product
  return needsHelp(left) || needsHelp(right) ? help.multiply(method, left, right) : null
}

const mostPower = 64

const isWholePower = (exponent: Operand): exponent is number =>
  typeof exponent === 'number' && Number.isInteger(exponent) && exponent >= 0 && exponent <= mostPower

const powerRefused = (exponent: Operand | null): AppError => {
  const asked = typeof exponent === 'number' ? `not ${exponent}` : 'one for all cells, and not encrypted'
  return new AppError('input.tensor-value', `pow: encrypted cells are raised to a whole power from 0 to ${mostPower}, ${asked}; any other is taken after `
    + 'decryption, of sums and means, or of x.decrypted()', { details: { operation: 'pow' } })
}

/** x^k by squaring, for whole k ≥ 0; x^0 is 1, also of 0. */
const raise = (tensor: Tensor, exponent: Operand, help: Help): Tensor | null => {
  if (!isWholePower(exponent)) return null
  if (exponent === 0) return tensor.mul(0).add(1)
  if (exponent === 1) return tensor
  const half = raise(tensor, Math.floor(exponent / 2), help)
  const square = half === null ? null : multiplyRows('pow', half, half, help)
  return square === null || exponent % 2 === 0 ? square : multiplyRows('pow', square, tensor, help)
}

/** Throws what a power of encrypted rows may be, where this is none. */
const assertNoRows = (sides: readonly Operand[], exponent: Operand | null): void => {
  if (sides.some(needsHelp)) throw powerRefused(exponent)
}

/** What can be done on ciphertexts; null for the rest. */
const computeEncrypted = (method: BinaryMethod, tensor: Tensor, other: Operand, help: Help): GraphTensor | null => {
  if (other instanceof DeferredTensor) return null
  switch (method) {
    case 'add': return tensor.add(other)
    case 'sub': return tensor.sub(other)
    case 'rsub': return tensor.neg().add(other)
    case 'mul': return other instanceof Tensor ? multiplyRows('mul', tensor, other, help) : tensor.mul(other)
    case 'div': return other instanceof Tensor ? null : tensor.div(other)
    case 'pow': return raise(tensor, other, help)
    default: return null
  }
}

/** Of each cell whether it is at least 0, or above it, as 1 and 0 that are known. */
const compareWithZero = (method: string, difference: Tensor, isStrict: boolean, help: Interaction): boolean[] => {
  const [forms] = evaluateGraph([difference.node], affineAlgebra) as [AffineForms]
  return help.compare(method, forms, signOfScale(difference), isStrict)
}

/** a ∘ b for single rows, by the key holder: == and != cost two comparisons a cell, the others one. */
const compareRows = (method: ComparisonMethod, tensor: Tensor, other: Tensor | Plain, help: Help): DeferredTensor => {
  const interaction = requireComparisons(method, help)
  const difference = tensor.sub(other)
  const above = (): boolean[] => compareWithZero(method, difference, true, interaction)
  const atLeast = (): boolean[] => compareWithZero(method, difference, false, interaction)
  const equal = (): boolean[] => {
    const isAbove = above()
    return atLeast().map((holds, cell) => holds && isAbove[cell] !== true)
  }
  const not = (holds: readonly boolean[]): boolean[] => holds.map((one) => !one)
  const evaluate = { gt: above, ge: atLeast, lt: () => not(atLeast()), le: () => not(above()), eq: equal, ne: () => not(equal()) }
  return createKnown(difference.shape, evaluate[method]().map(Number), difference.names)
}

/** The comparisons with their sides exchanged. */
const turned: Readonly<Record<ComparisonMethod, ComparisonMethod>> = { gt: 'lt', lt: 'gt', ge: 'le', le: 'ge', eq: 'eq', ne: 'ne' }

const holds: Readonly<Record<ComparisonMethod, (a: number, b: number) => boolean>> = {
  gt: (a, b) => a > b, lt: (a, b) => a < b, ge: (a, b) => a >= b, le: (a, b) => a <= b, eq: (a, b) => a === b, ne: (a, b) => a !== b,
}

/**
 * Encrypted rows beside plain numbers that no ciphertext is computed with: how they compare with an infinite one is known without asking.
 * Throws `input.tensor-division-by-zero`, `input.tensor-value`.
 */
const computeWithoutCiphertexts = (method: BinaryMethod, tensor: Tensor, plain: Plain): DeferredTensor => {
  if (isComparison(method) && typeof plain === 'number') {
    return createKnown(tensor.shape, new Array<number>(tensor.size).fill(holds[method](0, plain) ? 1 : 0), tensor.names)
  }
  if (method === 'div') assertDivisor(method, parsePlain(method, plain, true).values)
  throw new AppError('input.tensor-value', `${method}: one side is NaN or infinite, which no ciphertext is computed with: x.where(condition, other) puts `
    + 'something else in its place, or make it of what is decrypted, x.decrypted()', { details: { operation: method } })
}

/** A comparison of which one side has single rows; null where neither does. */
const compareWithHelp = (method: ComparisonMethod, left: Operand, right: Operand, help: Help): DeferredTensor | null => {
  if (!needsHelp(left) && !needsHelp(right)) return null
  if ([left, right].some((side) => side instanceof DeferredTensor)) {
    requireComparisons(method, help)
    throw deferredRefused(method)
  }
  if (left instanceof Tensor) return compareRows(method, left, right as Tensor | Plain, help)
  return compareRows(turned[method], right as Tensor, left as Plain, help)
}

/**
 * tensor ∘ other, or other ∘ tensor for the reflected methods: on ciphertexts where additive encryption can, by the key holder where
 * single rows are compared or multiplied and the listing sells it, else after decryption. Throws `input.tensor-not-additive`,
 * `input.tensor-deferred` and `policy.comparisons-not-sold` where that would decrypt single rows unasked: only a quotient does, which has
 * no other meaning.
 */
export const computeBinary = (method: BinaryMethod, tensor: GraphTensor, given: Operand, help: Help): GraphTensor => {
  // Zeros that a script has written divide nothing, before decryption and after; those that it has counted divide as in NumPy.
  if (method === 'div' && !isGraphTensor(given)) assertDivisor(method, parsePlain(method, given, true).values)
  const other = toPlainWhereKnown(given)
  return isKnown(tensor) && other instanceof Tensor
    ? computeAny(reflected[method], other, knownToPlain(tensor), help)
    : computeAny(method, tensor, other, help)
}

const computeAny = (method: BinaryMethod, tensor: GraphTensor, other: Operand, help: Help): GraphTensor => {
  const isUsable = isGraphTensor(other) || !(tensor instanceof Tensor) || isForCiphertexts(method, other)
  if (!isUsable && needsHelp(tensor)) return computeWithoutCiphertexts(method, tensor, other)
  const encrypted = isUsable && tensor instanceof Tensor ? computeEncrypted(method, tensor, other, help) : null
  if (encrypted !== null) return encrypted
  const compared = isComparison(method) ? compareWithHelp(method, tensor, other, help) : null
  if (compared !== null) return compared
  if (method === 'rpow' || (method === 'pow' && !isWholePower(other))) assertNoRows([tensor, other], method === 'pow' ? other : null)
  if (!isComparison(method) && method !== 'div' && method !== 'rdiv') assertMixable(method, [tensor, other])
  const isReflected = method.startsWith('r')
  return toDeferred(tensor).combine(isReflected ? method.slice(1) : method, stepOf[method], toDeferredOperand(other), isReflected)
}

const reflected: Readonly<Record<BinaryMethod, BinaryMethod>> = {
  add: 'add', mul: 'mul', sub: 'rsub', div: 'rdiv', pow: 'rpow', rsub: 'sub', rdiv: 'div', rpow: 'pow', ...turned,
}

/** tensor where the condition is not 0, else `other`: on ciphertexts where the condition is plain, or known, and so is the choice. */
export const computeWhere = (given: GraphTensor, condition: Operand, otherwise: Operand, help: Help): GraphTensor => {
  // An encrypted condition of encrypted rows is what the key holder says of it.
  const isAsked = condition instanceof Tensor && help?.sellsComparisons === true && [given, condition, otherwise].some(needsHelp)
  const asked = isAsked ? compareRows('ne', condition, 0, help) : condition
  const [mask, other] = [toPlainWhereKnown(asked), toPlainWhereKnown(otherwise)]
  const tensor = isKnown(given) && other instanceof Tensor ? constantLike(other, knownToPlain(given)) : given
  if (!isGraphTensor(other) && !isForCiphertexts('where', other) && needsHelp(tensor)) {
    throw new AppError('input.tensor-value', 'where: NaN and infinite numbers are none that a ciphertext holds: x.decrypted().where(condition, NaN), or a finite number, '
      + 'as in x.where(condition, 0).sum() / condition.sum()', { details: { operation: 'where' } })
  }
  const isLater = !isGraphTensor(other) && !isForCiphertexts('where', other) && !needsHelp(tensor)
  if (isLater || isGraphTensor(mask) || tensor instanceof DeferredTensor || other instanceof DeferredTensor) {
    assertMixable('where', [tensor, mask, other])
    return toDeferred(tensor).where(toDeferredOperand(mask), toDeferredOperand(other))
  }
  const [yes, no] = [mapPlain(mask, (value) => (value === 0 ? 0 : 1)), mapPlain(mask, (value) => (value === 0 ? 1 : 0))]
  const kept = tensor.mul(yes)
  return other instanceof Tensor ? kept.add(other.mul(no)) : kept.add(multiplyPlains(no, other, tensor))
}

const mapPlain = (plain: Plain, change: (value: number) => number): Plain =>
  (typeof plain === 'number' ? change(plain) : plain.map((item) => mapPlain(item, change)))

/** Plain numbers as a tensor of constants of the same dataset. */
export const constantLike = (tensor: Tensor, plain: Plain): Tensor => tensor.reshape(-1).slice(0, 1).sum().mul(0).add(plain)

/** condition · value for two plain operands, by way of a tensor of zeros, which broadcasts them as it does everything. */
const multiplyPlains = (condition: Plain, value: Plain, tensor: Tensor): Tensor => tensor.mul(0).add(value).mul(condition)
