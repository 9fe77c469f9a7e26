import { z } from 'zod'
import { multiplyRational } from '../../crypto/rational.ts'
import { columnScale } from '../../compute/columns.ts'
import type { EncodeCell, Factors } from '../../compute/products.ts'
import type { Column } from '../../shared/schemas/details.ts'
import { hasNarrowCombination } from './narrow-combination.ts'
import { residuePrime, type Residues } from './residue-algebra.ts'

/** By what rule second moments are offered (compute.md, "Second moments"). */
export const momentRuleSchema = z.strictObject({
  /** Fewest rows in which a column may be other than 0, and other than its commonest value. */
  minRows: z.int().min(1),
  /** The largest part of a column's total that one row may have. */
  maxShare: z.number().gt(0).lte(1),
})
export type MomentRule = z.infer<typeof momentRuleSchema>

/**
 * Why a product is not offered: fewer than minRows rows of it or of a factor are other than 0, or other than their commonest value; one
 * row has too much of a total; or, together with what is offered already, it tells fewer than minRows rows apart.
 */
export const withheldReasons = ['few-rows', 'commonest-value', 'one-row', 'told-apart'] as const
export type WithheldReason = (typeof withheldReasons)[number]

export const momentVerdictSchema = z.strictObject({ name: z.string(), withheld: z.enum(withheldReasons).nullable() })
export type MomentVerdict = z.infer<typeof momentVerdictSchema>

/** In words, for whoever is told that a product is not offered. */
export const describeWithheld = (reason: WithheldReason, { minRows, maxShare }: MomentRule): string => ({
  'few-rows': `fewer than ${minRows} rows of it, or of one of its two columns, are other than 0`,
  'commonest-value': `fewer than ${minRows} rows of it, or of one of its two columns, are other than the commonest value`,
  'one-row': `one row has more than ${Math.round(maxShare * 100)} % of its total, or of the total of one of its two columns${
    minRows === 1 ? ', which is a rule of its own, whatever the minimum of rows' : ''}`,
  'told-apart': `together with the others, its sums tell fewer than ${minRows} rows apart`,
})[reason]

export const defaultMaxShare = 0.25

/** A table in exact integers, column by column where one is asked for. */
export interface IntegerTable {
  readonly rows: number
  read(column: number): readonly bigint[]
}

export const createIntegerTable = (rows: readonly (readonly number[])[], encodeCell: EncodeCell): IntegerTable => {
  const known = new Map<number, readonly bigint[]>()
  return {
    rows: rows.length,
    read: (column) => {
      const values = known.get(column) ?? rows.map((row) => encodeCell(row, column))
      known.set(column, values)
      return values
    },
  }
}

/** One column's numbers, as the rule looks at them. */
interface Vector {
  readonly residues: Residues
  readonly fault: WithheldReason | null
}

const prime = BigInt(residuePrime)
/** What `hasNarrowCombination` computes with. */
export const toResidue = (value: bigint): number => Number(((value % prime) + prime) % prime)

const largestOf = (values: Iterable<number>): number => {
  let most = 0
  for (const value of values) if (value > most) most = value
  return most
}

const findFault = (values: readonly bigint[], residues: Residues, { minRows, maxShare }: MomentRule): WithheldReason | null => {
  if (values.filter((value) => value !== 0n).length < minRows) return 'few-rows'
  const counts = new Map<number, number>()
  for (const residue of residues) counts.set(residue, (counts.get(residue) ?? 0) + 1)
  if (values.length - largestOf(counts.values()) < minRows) return 'commonest-value'
  const magnitudes = values.map((value) => Math.abs(Number(value)))
  const total = magnitudes.reduce((sum, magnitude) => sum + magnitude, 0)
  return largestOf(magnitudes) > maxShare * total ? 'one-row' : null
}

const createVector = (values: readonly bigint[], rule: MomentRule): Vector => {
  const residues = Int32Array.from(values, toResidue)
  return { residues, fault: findFault(values, residues, rule) }
}

/**
 * Decides of each pair of columns, in order, whether its products may be offered. Besides what each column is by itself, no combination of
 * 1, the column, others and their products with it may be 0 in all but fewer than `minRows` rows: else a difference of sums isolates
 * those (products with all flags but a rare one tell the rare one's; docs/adr/0201).
 */
export const judgeMoments = (table: IntegerTable, pairs: readonly Factors[], rule: MomentRule): (WithheldReason | null)[] => {
  const ones = new Int32Array(table.rows).fill(1)
  const vectors = new Map<number, Vector>()
  const vectorOf = (column: number): Vector => {
    const vector = vectors.get(column) ?? createVector(table.read(column), rule)
    vectors.set(column, vector)
    return vector
  }
  /** For each column, what can be summed of it: itself, and its products with others beside those. */
  const offered = new Map<number, Residues[]>()
  const offeredOf = (column: number): Residues[] => offered.get(column) ?? [ones, vectorOf(column).residues]

  return pairs.map(([left, right]) => {
    const [a, b] = [vectorOf(left), vectorOf(right)]
    const product = createVector(table.read(left).map((value, row) => value * (table.read(right)[row] as bigint)), rule)
    const fault = a.fault ?? b.fault ?? product.fault
    if (fault !== null) return fault
    const sides: readonly (readonly [number, Residues[]])[] = left === right
      ? [[left, [...offeredOf(left), product.residues]]]
      : [[left, [...offeredOf(left), b.residues, product.residues]], [right, [...offeredOf(right), a.residues, product.residues]]]
    if (sides.some(([, columns]) => hasNarrowCombination(columns, rule.minRows))) return 'told-apart'
    for (const [column, columns] of sides) offered.set(column, columns)
    return null
  })
}

/** Outwards to twelve digits, so that what is computed in doubles still encloses every product. */
const widen = (value: number, direction: -1 | 1): number => {
  const rounded = Number(value.toPrecision(12))
  if (direction * rounded >= direction * value) return rounded
  const step = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 11)
  return Number((value + direction * step).toPrecision(12))
}

/** Declared bounds of the products, from the bounds of the factors alone. */
const boundProduct = (left: Column, right: Column, isSquare: boolean): Pick<Column, 'lower' | 'upper'> => {
  const corners = [left.lower, left.upper].flatMap((a) => [right.lower, right.upper].map((b) => a * b))
  const lower = isSquare ? Math.max(0, left.lower <= 0 && left.upper >= 0 ? 0 : Math.min(...corners)) : Math.min(...corners)
  return { lower: lower === 0 ? 0 : widen(lower, -1), upper: widen(Math.max(...corners), 1) }
}

/** The column of second moments of two columns, as the terms name it. */
export const createMomentColumn = (columns: readonly Column[], [a, b]: Factors): Column => {
  const [left, right] = [columns[a], columns[b]] as [Column, Column]
  const scale = multiplyRational(columnScale(left), columnScale(right))
  const isWhole = (type: Column['type']): boolean => type === 'integer' || type === 'boolean'
  const units = [left.unit, right.unit].filter((unit) => unit !== '')
  return {
    name: `${left.name}*${right.name}`,
    type: left.type === 'boolean' && right.type === 'boolean' ? 'boolean' : isWhole(left.type) && isWhole(right.type) ? 'integer' : 'number',
    unit: units.join(' · ').slice(0, 100),
    description: `Second moments: ${left.name} times ${right.name}, row by row`.slice(0, 2000),
    categories: [],
    scale: { numerator: scale.numerator.toString(), denominator: scale.denominator.toString() },
    ...boundProduct(left, right, a === b),
  }
}

/** All pairs worth offering: squares of what is no 0/1 column (those are their own squares), and products of two; words have none. */
export const listMomentPairs = (columns: readonly Column[], chosen: readonly number[]): Factors[] => {
  const numeric = chosen.filter((column) => columns[column]?.type !== 'category')
  const squares = numeric.filter((column) => columns[column]?.type !== 'boolean').map((column): Factors => [column, column])
  return [...squares, ...numeric.flatMap((left, index) => numeric.slice(index + 1).map((right): Factors => [left, right]))]
}
