import { DeferredTensor, deferTensor } from '../compute/deferred.ts'
import { findProduct } from '../compute/moments.ts'
import type { Plain } from '../compute/plain.ts'
import { isRowLevel } from '../compute/row-level.ts'
import { Tensor } from '../compute/tensor.ts'
import { AppError } from '../shared/errors.ts'
import type { StepOperation } from '../shared/schemas/program.ts'

/** What a script over an encrypted table computes with: ciphertexts, and numbers that are known after decryption. */
export type GraphTensor = Tensor | DeferredTensor

export type Operand = GraphTensor | Plain

export type BinaryMethod = 'add' | 'sub' | 'mul' | 'div' | 'pow' | 'rsub' | 'rdiv' | 'rpow' | 'gt' | 'lt' | 'ge' | 'le' | 'eq' | 'ne'

export const isGraphTensor = (value: unknown): value is GraphTensor => value instanceof Tensor || value instanceof DeferredTensor

/** As numbers after decryption; what is encrypted is decrypted for them. */
export const toDeferred = (tensor: GraphTensor): DeferredTensor => (tensor instanceof Tensor ? deferTensor(tensor) : tensor)

const toDeferredOperand = (operand: Operand): DeferredTensor | Plain => (isGraphTensor(operand) ? toDeferred(operand) : operand)

const productRefused = (method: string): AppError => new AppError(
  'input.tensor-not-additive',
  `${method}: the product of two encrypted tensors is not possible: additive encryption adds ciphertexts and multiplies them by plain numbers. `
  + 'Products of sums and means are taken after decryption; the sum of two columns\' products needs second moments of them in the listing',
  { details: { operation: method } },
)

const deferredRefused = (method: string): AppError => new AppError(
  'input.tensor-deferred',
  `${method}: one side is known only after decryption (a ratio, a root, a comparison …), the other is encrypted row by row: `
  + 'ciphertexts cannot be computed with a number that is not known yet',
  { details: { operation: method } },
)

/** Comparisons are made after decryption: where single rows would be decrypted for them, the seller would have to make them. */
export const assertComparable = (method: string, tensor: GraphTensor): void => {
  if (tensor instanceof DeferredTensor || !isRowLevel(tensor)) return
  throw new AppError(
    'policy.comparisons-not-sold',
    `${method}: comparing encrypted cells needs the seller's help, and the listing sells no comparisons`,
    { details: { operation: method } },
  )
}

/** A sum of products, where the encrypted side has single rows: nothing may be decrypted by the way. */
const assertMixable = (method: string, sides: readonly Operand[]): void => {
  const encrypted = sides.filter((side) => side instanceof Tensor)
  if (!encrypted.some(isRowLevel)) return
  throw sides.some((side) => side instanceof DeferredTensor) ? deferredRefused(method) : productRefused(method)
}

const stepOf: Readonly<Record<BinaryMethod, StepOperation>> = {
  add: 'add', sub: 'sub', mul: 'mul', div: 'div', pow: 'pow', rsub: 'sub', rdiv: 'div', rpow: 'pow',
  gt: 'gt', lt: 'lt', ge: 'ge', le: 'le', eq: 'eq', ne: 'ne',
}

const isComparison = (method: BinaryMethod): boolean => ['gt', 'lt', 'ge', 'le', 'eq', 'ne'].includes(method)

/** What can be done on ciphertexts; null for the rest. */
const computeEncrypted = (method: BinaryMethod, tensor: Tensor, other: Operand): GraphTensor | null => {
  if (other instanceof DeferredTensor) return null
  switch (method) {
    case 'add': return tensor.add(other)
    case 'sub': return tensor.sub(other)
    case 'rsub': return tensor.neg().add(other)
    case 'mul': return other instanceof Tensor ? findProduct(tensor, other) : tensor.mul(other)
    case 'div': return other instanceof Tensor ? null : tensor.div(other)
    case 'pow': return other === 1 ? tensor : other === 2 ? findProduct(tensor, tensor) : null
    default: return null
  }
}

/**
 * tensor ∘ other, or other ∘ tensor for the reflected methods: on ciphertexts where additive encryption can, else after decryption.
 * Throws `input.tensor-not-additive`, `input.tensor-deferred` and `policy.comparisons-not-sold` where that would decrypt single rows
 * unasked: only a quotient does, which has no other meaning.
 */
export const computeBinary = (method: BinaryMethod, tensor: GraphTensor, other: Operand): GraphTensor => {
  const encrypted = tensor instanceof Tensor ? computeEncrypted(method, tensor, other) : null
  if (encrypted !== null) return encrypted
  const operands = [tensor, other]
  if (isComparison(method)) operands.filter(isGraphTensor).forEach((side) => { assertComparable(method, side) })
  else if (method !== 'div' && method !== 'rdiv') assertMixable(method, operands)
  const isReflected = method.startsWith('r')
  return toDeferred(tensor).combine(isReflected ? method.slice(1) : method, stepOf[method], toDeferredOperand(other), isReflected)
}

/** tensor where the condition is not 0, else `other`: on ciphertexts where the condition is plain and so is the choice. */
export const computeWhere = (tensor: GraphTensor, condition: Operand, other: Operand): GraphTensor => {
  if (isGraphTensor(condition) || tensor instanceof DeferredTensor || other instanceof DeferredTensor) {
    assertMixable('where', [tensor, condition, other])
    return toDeferred(tensor).where(toDeferredOperand(condition), toDeferredOperand(other))
  }
  const [yes, no] = [mapPlain(condition, (value) => (value === 0 ? 0 : 1)), mapPlain(condition, (value) => (value === 0 ? 1 : 0))]
  const kept = tensor.mul(yes)
  return other instanceof Tensor ? kept.add(other.mul(no)) : kept.add(multiplyPlains(no, other, tensor))
}

const mapPlain = (plain: Plain, change: (value: number) => number): Plain =>
  (typeof plain === 'number' ? change(plain) : plain.map((item) => mapPlain(item, change)))

/** condition · value for two plain operands, by way of a tensor of zeros, which broadcasts them as it does everything. */
const multiplyPlains = (condition: Plain, value: Plain, tensor: Tensor): Tensor => tensor.mul(0).add(value).mul(condition)
