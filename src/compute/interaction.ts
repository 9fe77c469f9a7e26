import { comparisonLeakage, fitsMasked, mostLeakage } from '../crypto/blinding.ts'
import { multiplyRational } from '../crypto/rational.ts'
import { AppError } from '../shared/errors.ts'
import type { Inequality } from '../shared/schemas/program.ts'
import { affineAlgebra, type AffineForms } from './affine.ts'
import { broadcastState } from './arithmetic.ts'
import { encodeInequality } from './canonical.ts'
import { roundUp, valueBound, deriveState } from './state.ts'
import { createFormRange, rangeBits, rangeOfProduct, type FormRange } from './bounds.ts'
import { absolute, type DatasetDescription, type IntegerRange } from './columns.ts'
import { evaluateGraph, type GraphNode } from './graph.ts'
import { createComparison, type Question } from './inequality.ts'
import { reduceForm } from './integer-form.ts'
import type { FormPair, IntegerForm, KeyHolder } from './key-holder.ts'
import { mergeRows } from './row-level.ts'
import { broadcastShapes } from './shape.ts'
import { Tensor } from './tensor.ts'

/** What a listing sells of the key holder's help, for the lifetime of its table; null: as much as is asked for. */
export interface InteractionTerms {
  readonly comparisons: number | null
  readonly products: number | null
  /** Whether what is asked is blinded, which takes room and lets a little out (crypto/blinding.ts). */
  readonly isBlinded: boolean
}

/** What a script has asked of the key holder: each different question once. */
export interface InteractionCount {
  readonly comparisons: number
  readonly products: number
  /** Times it waited: one for each batch. */
  readonly rounds: number
  /** Ciphertexts multiplied in to make what was asked. */
  readonly ciphertextOperations: number
}

export const noInteraction: InteractionCount = { comparisons: 0, products: 0, rounds: 0, ciphertextOperations: 0 }

/** What was asked between two moments. */
export const subtractCounts = (after: InteractionCount, before: InteractionCount): InteractionCount => ({
  comparisons: after.comparisons - before.comparisons,
  products: after.products - before.products,
  rounds: after.rounds - before.rounds,
  ciphertextOperations: after.ciphertextOperations - before.ciphertextOperations,
})

export const addCounts = (before: InteractionCount, more: InteractionCount): InteractionCount => ({
  comparisons: before.comparisons + more.comparisons,
  products: before.products + more.products,
  rounds: before.rounds + more.rounds,
  ciphertextOperations: before.ciphertextOperations + more.ciphertextOperations,
})

const operationsOf = (forms: readonly IntegerForm[]): number =>
  forms.reduce((sum, { terms }) => terms.reduce((inner, [, count]) => inner + count, sum), 0)

/** The key holder's help in one run of a script: asks no question twice, counts, and keeps to what the listing sells. */
export class Interaction {
  readonly #holder: KeyHolder
  readonly #terms: InteractionTerms
  readonly #dataset: DatasetDescription
  readonly #answers = new Map<string, boolean>()
  readonly #products = new Map<string, number>()
  readonly #asked: Inequality[] = []
  readonly #ranges: IntegerRange[] = []
  #rangeOf: FormRange
  #count = noInteraction
  #leakage = 0

  constructor(dataset: DatasetDescription, holder: KeyHolder, terms: InteractionTerms) {
    this.#dataset = dataset
    this.#holder = holder
    this.#terms = terms
    this.#rangeOf = createFormRange(dataset)
  }

  get count(): InteractionCount {
    return this.#count
  }

  /** What was asked openly, in order; nothing where it was blinded. */
  get disclosed(): readonly Inequality[] {
    return this.#terms.isBlinded ? [] : this.#asked
  }

  /**
   * The most by which all blinded comparisons so far can shift what the key holder believes of the script, as a statistical distance
   * (crypto/blinding.ts): distances of what is drawn independently add up. 0 where nothing was blinded.
   */
  get leakage(): number {
    return Math.min(1, this.#leakage)
  }

  /** What the products made so far can be, in order. */
  get products(): readonly IntegerRange[] {
    return this.#ranges
  }

  get sellsComparisons(): boolean {
    return this.#terms.comparisons !== 0
  }

  get sellsProducts(): boolean {
    return this.#terms.products !== 0
  }

  /**
   * Of each form times a scale of this sign, whether it is at least 0, or above it. Throws `policy.budget-spent`,
   * `policy.blinding-too-weak` before anything is asked, and what the key holder does.
   */
  compare(operation: string, forms: AffineForms, sign: 1n | -1n, isStrict: boolean): boolean[] {
    const comparisons = Array.from(forms.constants, (_, index) => createComparison(forms, index, sign, isStrict, this.#rangeOf))
    const open = new Map<string, Question>()
    for (const comparison of comparisons) {
      if (typeof comparison !== 'boolean' && !this.#answers.has(comparison.text)) open.set(comparison.text, comparison)
    }
    this.#ask(operation, [...open.values()])
    return comparisons.map((comparison) =>
      typeof comparison === 'boolean' ? comparison : this.#answers.get(comparison.text) !== comparison.isNegated)
  }

  /** Throws `policy.budget-spent` where so many more comparisons could go beyond what the listing sells. */
  assertComparisons(operation: string, more: number): void {
    this.#assertBudget(operation, 'comparisons', more)
  }

  /** left · right, cell by cell. Throws as `compare`, and `input.tensor-overflow` where a product might not fit the key. */
  multiply(operation: string, left: Tensor, right: Tensor): Tensor {
    const shape = broadcastShapes(operation, left.shape, right.shape)
    const [a, b] = [new Tensor(broadcastState(left, shape)), new Tensor(broadcastState(right, shape))]
    const error = a.error === 0 && b.error === 0 ? 0 : roundUp(a.error * valueBound(b) + b.error * valueBound(a))
    const scale = multiplyRational(a.scale, b.scale)
    const bound = a.bound * b.bound
    // Whether it fits is asked before the key holder is.
    const state = deriveState(operation, a, { scale, bound, error, names: a.names ?? b.names })
    const [leftForms, rightForms] = evaluateGraph([a.node, b.node], affineAlgebra) as [AffineForms, AffineForms]
    const pairs = Array.from(leftForms.constants, (_, index) => [reduceForm(leftForms, index), reduceForm(rightForms, index)] as const)
    const cells = this.#makeProducts(operation, pairs.map(([x, y]) => [x.form, y.form]))
    const source: GraphNode = { kind: 'product', size: cells.length, cells, rows: mergeRows(a, b) }
    const weights = pairs.map(([x, y]) => x.factor * y.factor)
    return new Tensor({ ...state, node: { kind: 'weigh', size: cells.length, source, weights } })
  }

  #ask(operation: string, questions: readonly Question[]): void {
    if (questions.length === 0) return
    this.#assertBudget(operation, 'comparisons', questions.length)
    const leakage = this.#terms.isBlinded ? this.#sumHidden(operation, questions) : 0
    const forms = questions.map(({ inequality }) => inequality)
    const answers = this.#holder.compare(forms)
    questions.forEach(({ text }, index) => { this.#answers.set(text, answers[index] as boolean) })
    this.#asked.push(...forms)
    this.#leakage += leakage
    this.#add({ comparisons: questions.length, products: 0, rounds: 1, ciphertextOperations: operationsOf(forms) })
  }

  #makeProducts(operation: string, pairs: readonly FormPair[]): Int32Array {
    const first = this.#dataset.rows * this.#dataset.columns.length
    const texts = pairs.map((pair) => pair.map(encodeInequality).sort().join('|'))
    const open = new Map<string, FormPair>()
    texts.forEach((text, index) => {
      if (!this.#products.has(text)) open.set(text, pairs[index] as FormPair)
    })
    if (open.size > 0) {
      const asked = [...open.values()]
      this.#assertBudget(operation, 'products', open.size)
      const ranges = asked.map(([left, right]) => this.#rangeOfProduct(operation, left, right))
      this.#holder.multiply(asked)
      for (const [index, text] of [...open.keys()].entries()) {
        this.#products.set(text, first + this.#ranges.length)
        this.#ranges.push(ranges[index] as IntegerRange)
      }
      this.#rangeOf = createFormRange({ ...this.#dataset, products: this.#ranges })
      this.#add({ comparisons: 0, products: open.size, rounds: 1, ciphertextOperations: operationsOf(asked.flat()) })
    }
    return Int32Array.from(texts, (text) => this.#products.get(text) as number)
  }

  #rangeOfProduct(operation: string, left: IntegerForm, right: IntegerForm): IntegerRange {
    const { factors: [a, b], product } = rangeOfProduct([left, right], this.#rangeOf)
    if (this.#terms.isBlinded && !fitsMasked(this.#dataset.keyBits, rangeBits(a), rangeBits(b))) {
      throw new AppError(
        'policy.blinding-too-weak',
        `${operation}: factors of ${rangeBits(a)} and ${rangeBits(b)} bits leave no room under a ${this.#dataset.keyBits}-bit key for the masks that hide them from the seller`,
        { details: { operation, left: rangeBits(a), right: rangeBits(b) } },
      )
    }
    return product
  }

  /** What all of them tell together; each by itself is held to the most that one may. */
  #sumHidden(operation: string, questions: readonly Question[]): number {
    const { keyBits } = this.#dataset
    return questions.reduce((sum, { range }) => {
      const bits = rangeBits(range)
      const leakage = comparisonLeakage(keyBits, bits)
      if (leakage <= mostLeakage) return sum + leakage
      throw new AppError(
        'policy.blinding-too-weak',
        `${operation}: what is compared can have ${bits} bits; blinded under a ${keyBits}-bit key, each comparison would still tell the seller up to ${
          Math.round(leakage * 100)} % of what it should not, and ${mostLeakage * 100} % is the most that is let out`,
        { details: { operation, bits, leakage } },
      )
    }, 0)
  }

  #assertBudget(operation: string, kind: 'comparisons' | 'products', more: number): void {
    const limit = this.#terms[kind]
    const spent = this.#count[kind]
    if (limit === null || spent + more <= limit) return
    throw new AppError(
      'policy.budget-spent',
      `${operation}: this takes ${more} ${kind}${spent === 0 ? '' : `, after ${spent} before it in this script`}; the listing sells ${limit}, for the lifetime of its table`,
      { details: { operation, kind, asked: more, spent, limit } },
    )
  }

  #add(more: InteractionCount): void {
    this.#count = addCounts(this.#count, more)
  }
}

/** The sign of a tensor's scale, by which comparisons of its forms are turned. */
export const signOfScale = ({ scale }: Tensor): 1n | -1n => (scale.numerator === absolute(scale.numerator) ? 1n : -1n)
