import { AppError } from '../../shared/errors.ts'
import type { ColumnDoubt } from './import-report.ts'
import { findNumber, type NumberStyle, type ParsedNumber } from './number-style.ts'
import { dateUnit, findDate, findDateStyle, looksLikeDate, type DateOrder, type DateStyle } from './parse-date.ts'
import type { RawCell } from './source-table.ts'

/** One column of the file while it is being cleaned. */
export interface RawColumn {
  readonly name: string
  /** From 1, as a spreadsheet counts. */
  readonly number: number
  /** Numbers, and trimmed text; null where a value is missing. */
  readonly cells: readonly RawCell[]
}

/** What a column holds: numbers (NaN where missing), words (null where missing), or a reason to leave it out. */
export type Classified =
  | {
    readonly kind: 'numbers'; readonly raw: RawColumn; readonly values: Float64Array; readonly rounded: number
    readonly looksLikeIdentifier: boolean
    /** How the dates were written whose days the numbers count; null for numbers. */
    readonly dates: DateStyle | null
    /** Unless the seller names another. */
    readonly unit: string
  }
  | { readonly kind: 'words'; readonly raw: RawColumn; readonly truth: ReadonlyMap<string, number> | null }
  | { readonly kind: 'left-out'; readonly doubt: ColumnDoubt }

const missingMarkers: ReadonlySet<string> = new Set(['', 'na', 'n/a', 'null', '.', '-'])
const longestWord = 100
const mostCategories = 10_000
const fewWords = 20

const truthPairs: readonly ReadonlyMap<string, number>[] = [
  new Map([['false', 0], ['true', 1]]),
  new Map([['no', 0], ['yes', 1]]),
]

/** The cell, text trimmed, or null where it is one of the markers of a missing value: empty, NA, N/A, null, '.', '-'. */
export const readCell = (cell: RawCell): RawCell => {
  if (typeof cell !== 'string') return cell
  const text = cell.trim()
  return missingMarkers.has(text.toLowerCase()) ? null : text
}

interface Place {
  readonly where: string
  readonly details: { readonly row: number; readonly column: number; readonly name: string }
}

const place = (raw: RawColumn, row: number): Place => ({
  where: `Row ${row}, column ${raw.number} “${raw.name}”`,
  details: { row, column: raw.number, name: raw.name },
})

export const refuseNumber = (raw: RawColumn, row: number): AppError => {
  const { where, details } = place(raw, row)
  return new AppError('input.csv-number-out-of-range', `${where} holds NaN, an infinity, or a number too large or too fine to encode.`, { details })
}

export const refuseMissing = (raw: RawColumn, row: number, count: number): AppError => {
  const { where, details } = place(raw, row)
  return new AppError('input.csv-missing-values', `${where} has no value${count === 1 ? '' : `, nor ${count === 2 ? 'has 1 other cell' : `have ${count - 1} other cells`}`}.`, { details: { ...details, count } })
}

const refuseText = (raw: RawColumn, row: number, { decimalMark }: NumberStyle): AppError => {
  const { where, details } = place(raw, row)
  return new AppError('input.csv-not-a-number', `${where} holds text where the column holds numbers (with “${decimalMark}” as the decimal mark).`, { details })
}

const readNumber = (cell: RawCell, style: NumberStyle): ParsedNumber | null =>
  (typeof cell === 'number' ? { value: cell + 0, rounded: false } : cell === null ? null : findNumber(cell, style))

const classifyNumbers = (raw: RawColumn, style: NumberStyle, rowNumbers: readonly number[]): Classified => {
  let rounded = 0
  const values = Float64Array.from(raw.cells, (cell, at) => {
    if (cell === null) return Number.NaN
    const found = readNumber(cell, style)
    const row = rowNumbers[at] ?? 0
    if (found === null) throw refuseText(raw, row, style)
    if (!Number.isFinite(found.value)) throw refuseNumber(raw, row)
    if (found.rounded) rounded += 1
    return found.value
  })
  const present = values.filter((value) => !Number.isNaN(value))
  const looksLikeIdentifier = present.length >= fewWords && present.every(Number.isInteger) && new Set(present).size === present.length
  return { kind: 'numbers', raw, values, rounded, looksLikeIdentifier, dates: null, unit: '' }
}

const refuseDate = (raw: RawColumn, row: number): AppError => {
  const { where, details } = place(raw, row)
  return new AppError('input.date-invalid', `${where} holds no date as the rest of the column writes them.`, { details })
}

const classifyDates = (raw: RawColumn, order: DateOrder | undefined, rowNumbers: readonly number[]): Classified => {
  const dates = findDateStyle(raw.cells.flatMap((cell) => (typeof cell === 'string' ? [cell] : []))) ?? order
  if (dates === undefined) {
    const { number: column, name } = raw
    throw new AppError('input.date-ambiguous', `Column ${column} “${name}” holds dates of which none tells whether day or month comes first.`, { details: { column, name } })
  }
  const values = Float64Array.from(raw.cells, (cell, at) => {
    if (cell === null) return Number.NaN
    const days = typeof cell === 'string' ? findDate(cell, dates) : null
    if (days === null) throw refuseDate(raw, rowNumbers[at] ?? 0)
    return days
  })
  return { kind: 'numbers', raw, values, rounded: 0, looksLikeIdentifier: false, dates, unit: dateUnit }
}

const classifyWords = (raw: RawColumn, forced: boolean): Classified => {
  const present = raw.cells.flatMap((cell) => (cell === null ? [] : [String(cell)]))
  const words = new Set(present)
  const truth = truthPairs.find((pair) => present.every((word) => pair.has(word.toLowerCase()))) ?? null
  if (forced || truth !== null) return { kind: 'words', raw, truth: forced ? null : truth }
  const leaveOut = (reason: ColumnDoubt['reason']): Classified => ({ kind: 'left-out', doubt: { name: raw.name, reason } })
  if (words.size > mostCategories || [...words].some((word) => word.length > longestWord)) return leaveOut('free-text')
  const identifies = words.size > 1 && (words.size === present.length || (words.size > fewWords && words.size * 2 > present.length))
  return identifies ? leaveOut('identifier') : { kind: 'words', raw, truth: null }
}

export interface ClassifyOptions {
  readonly style: NumberStyle
  readonly dateOrder: DateOrder | undefined
  readonly rowNumbers: readonly number[]
  /** Whatever the cells look like, they are words of a category. */
  readonly forced: boolean
}

/**
 * Decides what a column holds. Half its values being numbers makes it a column of numbers, half of them dates one of dates; any
 * other cell in it is an error that names its place (and never its content). Text of which every value is different, or most are,
 * identifies rows, and is left out with long texts, unless `forced` to be a category. Throws `input.csv-not-a-number`,
 * `input.csv-number-out-of-range`, `input.date-invalid`, `input.date-ambiguous`.
 */
export const classifyColumn = (raw: RawColumn, { style, dateOrder, rowNumbers, forced }: ClassifyOptions): Classified => {
  const present = raw.cells.filter((cell) => cell !== null)
  if (present.length === 0) return { kind: 'left-out', doubt: { name: raw.name, reason: 'empty' } }
  if (forced) return classifyWords(raw, true)
  const numbers = present.filter((cell) => readNumber(cell, style) !== null).length
  if (numbers * 2 >= present.length) return classifyNumbers(raw, style, rowNumbers)
  const dates = present.filter((cell) => typeof cell === 'string' && looksLikeDate(cell)).length
  return dates * 2 >= present.length ? classifyDates(raw, dateOrder, rowNumbers) : classifyWords(raw, false)
}
