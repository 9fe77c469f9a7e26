import { absolute, columnRange, type DatasetDescription } from '../compute/columns.ts'
import { findTableColumns } from '../compute/products.ts'
import type { DisclosedPolicy } from '../shared/schemas/details.ts'
import type { Program, ProgramCell } from '../shared/schemas/program.ts'
import { programOf, sumOfRuns } from './attack-programs.ts'

/** One cell of the table, as an attacker believes to have it: cells are numbered column by column, values are its integers. */
export interface Extracted {
  readonly cell: number
  readonly value: bigint
  /** Where the value is what is left of the cell when this one is taken off: of the same table, or of the other listing's. */
  readonly less?: number
}

/**
 * A known way to get single rows out of sums. `queries` are asked one after the other, each by a wallet of its own; `extract` computes
 * cells from the integers they were answered with, cell by cell.
 */
export interface Attack {
  readonly name: 'single-cell' | 'one-hot' | 'weight-packing' | 'near-equal-weights' | 'sum-minus-one' | 'two-wallets' | 'rare-class' | 'comparison-search'
    | 'near-equal-columns' | 'sorted-neighbours' | 'two-listings' | 'corrected-row' | 'added-rows' | 'versions-together'
  readonly words: string
  readonly queries: readonly Program[]
  /** To which of two listings of the source each is put; all to the listing itself where it is left out. */
  readonly asked?: readonly ('own' | 'other')[]
  extract(answers: readonly (readonly bigint[])[]): readonly Extracted[]
}

/** The column that is attacked: its cells have `size` bits, and need `bits` bits above `lower`. */
interface Target {
  readonly dataset: DatasetDescription
  readonly first: number
  readonly rows: number
  readonly lower: bigint
  readonly bits: number
  readonly size: number
}

const bitsOf = (value: bigint): number => absolute(value).toString(2).length

/** The table's own column of the most bits, within what several rows of it leave room for. */
const chooseTarget = (dataset: DatasetDescription): Target => {
  const own = new Set(findTableColumns(dataset.columns))
  const candidates = dataset.columns.map((column, index) => {
    const { lower, upper } = columnRange(column)
    const bits = bitsOf(upper - lower)
    const size = Math.max(bitsOf(lower), bitsOf(upper))
    return { dataset, first: index * dataset.rows, rows: dataset.rows, lower, bits, size }
  }).filter((_, index) => own.has(index))
  return candidates.reduce((best, candidate) => (candidate.bits > best.bits && candidate.bits <= 64 ? candidate : best))
}

/** Σ weights[i]·x over the target's first rows, in canonical form where the weights have no common divisor. */
const sumOf = ({ first }: Target, weights: readonly bigint[]): ProgramCell => {
  const terms: [number, number, string][] = []
  weights.forEach((weight, row) => {
    const text = String(weight)
    const last = terms.at(-1)
    if (last?.[2] === text && last[0] + last[1] === first + row) last[1] += 1
    else if (weight !== 0n) terms.push([first + row, 1, text])
  })
  return sumOfRuns(terms)
}

const ones = (count: number): bigint[] => Array.from({ length: count }, () => 1n)
const onlyRow = (row: number): bigint[] => [...Array.from({ length: row }, () => 0n), 1n]

const askRows = (name: Attack['name'], words: string, target: Target, rows: number): Attack => ({
  name,
  words,
  queries: [programOf(target.dataset, Array.from({ length: rows }, (_, row) => sumOf(target, onlyRow(row))))],
  extract: ([answer = []]) => answer.map((value, row) => ({ cell: target.first + row, value })),
})

/**
 * Many rows in the digits of one number; with `shift`, a multiple of the column's bits, all weights have 2^shift in common, and no
 * divisor: 2^bits − 1 divides 2^shift − 1, so that 2^shift + 1 is 2 modulo it.
 */
const askDigits = (name: Attack['name'], words: string, target: Target, rows: number, shift: number): Attack => {
  const { first, lower, bits } = target
  const common = shift === 0 ? 0n : 1n << BigInt(shift)
  const weights = Array.from({ length: rows }, (_, row) => common + (1n << BigInt(bits * row)))
  return {
    name,
    words,
    queries: [programOf(target.dataset, [sumOf(target, weights)])],
    extract: ([answer = []]) => {
      const offset = weights.reduce((total, weight) => total + weight * lower, 0n)
      const digits = (answer[0] ?? 0n) - offset
      return weights.map((_, row) => ({ cell: first + row, value: BigInt.asUintN(bits, digits >> BigInt(bits * row)) + lower }))
    },
  }
}

const difference = (target: Target, row: number, whole: bigint | undefined, rest: bigint | undefined): Extracted[] =>
  whole === undefined || rest === undefined ? [] : [{ cell: target.first + row, value: whole - rest }]

/** The six attacks on a disclosed listing (compute.md, "Policies"), as strong as the listing's limits on cells and bits let them be. */
export const createAttacks = (dataset: DatasetDescription, { maxAnswerCells, maxAnswerBits }: DisclosedPolicy): readonly Attack[] => {
  const target = chooseTarget(dataset)
  const { rows, bits, size } = target
  const packed = Math.max(1, Math.min(rows, Math.floor((maxAnswerBits - size - 1) / bits)))
  // The common part stands above all digits, and leaves room for the sum of up to 2⁶ cells.
  const nearEqual = Math.max(1, Math.min(rows, 40, Math.floor((maxAnswerBits - size - 8) / bits) - 1))
  const [all, allButOne] = [sumOf(target, ones(rows)), sumOf(target, ones(rows - 1))]
  return [
    askRows('single-cell', 'asks for one cell of the table', target, 1),
    askRows('one-hot', 'asks for one row in each number of the answer', target, Math.min(rows, maxAnswerCells)),
    askDigits('weight-packing', 'puts a row into each group of digits of one number', target, packed, 0),
    askDigits('near-equal-weights', 'does the same with weights that differ in their last digits only', target, nearEqual,
      nearEqual === 1 ? 0 : bits * (nearEqual + 1)),
    {
      name: 'sum-minus-one',
      words: 'asks for the sum of all rows, and of all rows but one, in one answer',
      queries: rows < 2 ? [] : [programOf(target.dataset, [all, allButOne])],
      extract: ([answer = []]) => difference(target, rows - 1, answer[0], answer[1]),
    },
    {
      name: 'two-wallets',
      words: 'asks for the same two sums in two purchases of two wallets',
      queries: rows < 2 ? [] : [programOf(target.dataset, [all]), programOf(target.dataset, [allButOne])],
      extract: ([first = [], second = []]) => difference(target, rows - 1, first[0], second[0]),
    },
  ]
}
