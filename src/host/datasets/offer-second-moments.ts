import { decodeInteger } from '../../crypto/encoding.ts'
import { columnScale } from '../../compute/columns.ts'
import { createCellEncoder, findFactors, type Factors } from '../../compute/products.ts'
import type { Column } from '../../shared/schemas/details.ts'
import { AppError } from '../../shared/errors.ts'
import type { CleanColumn, CleanTable } from './clean.ts'
import type { SecondMoments } from './import-report.ts'
import { createIntegerTable, createMomentColumn, defaultMaxShare, describeWithheld, judgeMoments, listMomentPairs } from './second-moments.ts'

export interface SecondMomentOptions {
  /** Whose squares and products, by name; by default those of every column of numbers. */
  readonly columns?: readonly string[]
  /** Fewest rows behind what is offered; by default 10, as in listings. */
  readonly minRows?: number
  /** The largest part of a column's total that one row may have; by default a quarter. */
  readonly maxShare?: number
}

const mostPairs = 1000
const longestName = 200
/** Doubles of a product, computed elsewhere, are this close to it. */
const tolerance = 1e-9

type Rows = readonly (readonly number[])[]

const chooseColumns = (columns: readonly Column[], names: readonly string[] | undefined): number[] => {
  const factors = findFactors(columns)
  const indices = columns.flatMap(({ name }, index) => (factors[index] === null && !name.includes('*') ? [index] : []))
  if (names === undefined) return indices
  return names.map((name) => {
    const found = indices.find((index) => columns[index]?.name === name)
    if (found === undefined) throw new AppError('input.csv-unknown-column', `There is no column “${name.slice(0, 100)}” that second moments could be of.`, { details: { name: name.slice(0, 100) } })
    return found
  })
}

const listPairs = (columns: readonly Column[], names: readonly string[] | undefined): Factors[] => {
  const known = new Set(findFactors(columns).flatMap((factors) => (factors === null ? [] : [factors.toSorted((a, b) => a - b).join()])))
  const pairs = listMomentPairs(columns, chooseColumns(columns, names)).filter((pair) => !known.has(pair.toSorted((a, b) => a - b).join()))
  const named = pairs.every((pair) => createMomentColumn(columns, pair).name.length <= longestName)
  if (pairs.length <= mostPairs && named) return pairs
  const why = named ? `${pairs.length} products would be made, ${mostPairs} at most are` : `names of products are ${longestName} letters long at most`
  throw new AppError('input.second-moments-none', `Second moments of all these columns are too many, or their names too long: ${why}.`)
}

/** The rows with all second moments behind them, as the nearest doubles: for people to look at; ciphertexts hold the exact products. */
export const appendMoments = (rows: Rows, columns: readonly Column[], from: number): number[][] => {
  const encodeCell = createCellEncoder(columns)
  const scales = columns.map(columnScale)
  const momentsOf = (row: readonly number[]): number[] =>
    scales.slice(from).map((scale, index) => decodeInteger(encodeCell(row, from + index), scale))
  return rows.map((row) => [...row.slice(0, from), ...momentsOf(row)])
}

export interface SecondMomentPlan {
  /** All columns, those of second moments behind the others. */
  readonly columns: readonly Column[]
  readonly secondMoments: SecondMoments
}

/**
 * Which second moments of a table are offered, and the columns they make. Throws `input.csv-unknown-column`, and
 * `input.second-moments-none` where there is none to offer.
 */
export const planSecondMoments = (columns: readonly Column[], rows: Rows, options: SecondMomentOptions): SecondMomentPlan => {
  const { columns: names, minRows = 10, maxShare = defaultMaxShare } = options
  const rule = { minRows, maxShare }
  const pairs = listPairs(columns, names)
  const withheld = judgeMoments(createIntegerTable(rows, createCellEncoder(columns)), pairs, rule)
  const made = pairs.map((pair) => createMomentColumn(columns, pair))
  const verdicts = made.map(({ name }, index) => ({ name, withheld: withheld[index] ?? null }))
  const offered = made.filter((_, index) => withheld[index] === null)
  if (offered.length === 0) {
    const [first] = verdicts
    const why = first?.withheld === undefined || first.withheld === null ? 'there are no two columns of numbers' : `of ${first.name}, ${describeWithheld(first.withheld, rule)}`
    throw new AppError('input.second-moments-none', `No second moments of this table can be offered: ${why}.`, { details: { withheld: verdicts.map(({ name }) => name).slice(0, 100) } })
  }
  return { columns: [...columns, ...offered], secondMoments: { rule, verdicts } }
}

/**
 * Columns that come with the table under a product's name, `a*b`, are held to it: they are taken as exactly that. Throws
 * `input.product-column-invalid` for one that is something else.
 */
export const recogniseProducts = (table: CleanTable): CleanTable => {
  const columns = table.columns.map(({ column }) => column)
  const recognise = (own: CleanColumn, factors: Factors | null): CleanColumn => {
    if (factors === null) return own
    const [left, right] = factors.map((index) => table.columns[index]?.values) as [Float64Array, Float64Array]
    const wrong = own.values.findIndex((value, row) => {
      const product = (left[row] as number) * (right[row] as number)
      return Math.abs(value - product) > tolerance * Math.max(1, Math.abs(product))
    })
    if (wrong !== -1) {
      const { name } = own.column
      throw new AppError('input.product-column-invalid', `By its name, column “${name}” holds the products of two others; in row ${wrong + 1} of the table it does not.`, { details: { name, row: wrong + 1 } })
    }
    const { scale, type, lower, upper } = createMomentColumn(columns, factors)
    return { ...own, column: { ...own.column, scale, type, lower, upper, categories: [] } }
  }
  const factors = findFactors(columns)
  return { ...table, columns: table.columns.map((own, index) => recognise(own, factors[index] ?? null)) }
}
