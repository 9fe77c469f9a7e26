import { dateUnit } from '../../shared/dates.ts'
import { AppError } from '../../shared/errors.ts'
import { allDiffer, areRemarks, fewWords, namesRemarks, numbersRows } from './identifying.ts'
import type { ColumnDoubt } from '../../shared/schemas/import-doubts.ts'
import { findNumber, isNumber, type NumberStyle, type ParsedNumber } from '../../shared/number-style.ts'
import { findDate, findDateStyle, looksLikeDate, type DateOrder, type DateStyle } from './parse-date.ts'
import type { Cells, RawCell } from './packed-cells.ts'
import { findRowNumber, type TableHead } from './source-table.ts'

/** One column of the file while it is being cleaned. */
export interface RawColumn {
  readonly name: string
  /** From 1, as a spreadsheet counts. */
  readonly number: number
  /** Numbers, and trimmed text; null where a value is missing. */
  readonly cells: Cells
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

/** What spreadsheets write where a formula has no value. */
const formulaErrors = ['#n/a', '#div/0!', '#ref!', '#value!', '#name?', '#num!', '#null!', '#spill!', '#calc!', '#field!', '#blocked!', '#getting_data']
const missingMarkers: ReadonlySet<string> = new Set(['', 'na', 'n/a', 'null', '.', '-', ...formulaErrors])
const longestMarker = Math.max(...[...missingMarkers].map((marker) => marker.length))
const longestWord = 100
const mostCategories = 10_000

const truthPairs: readonly ReadonlyMap<string, number>[] = [
  new Map([['false', 0], ['true', 1]]),
  new Map([['no', 0], ['yes', 1]]),
]

const startsWithDigit = (text: string): boolean => {
  const code = text.charCodeAt(0)
  return code >= 48 && code <= 57
}

/** The cell, text trimmed, or null where it is one of the markers of a missing value: empty, NA, N/A, null, '.', '-', a formula's error. */
export const readCell = (cell: RawCell): RawCell => {
  if (typeof cell !== 'string') return cell
  const text = cell.trim()
  if (text.length > longestMarker || startsWithDigit(text)) return text
  return missingMarkers.has(text.toLowerCase()) ? null : text
}

/** A column's cells, each as `readCell` reads it. */
export const trimCells = (cells: Cells): Cells => ({
  length: cells.length,
  at: (index) => readCell(cells.at(index)),
  *[Symbol.iterator]() {
    for (const cell of cells) yield readCell(cell)
  },
})

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

/** The values of a column's cells, NaN where there is none. */
const readValues = (cells: Cells, read: (cell: string | number, at: number) => number): Float64Array => {
  const values = new Float64Array(cells.length)
  let at = 0
  for (const cell of cells) {
    values[at] = cell === null ? Number.NaN : read(cell, at)
    at += 1
  }
  return values
}

const classifyNumbers = (raw: RawColumn, { style, head, taken }: ClassifyOptions): Classified => {
  let rounded = 0
  const values = readValues(raw.cells, (cell, at) => {
    const found = readNumber(cell, style)
    if (found === null) throw refuseText(raw, findRowNumber(head, at), style)
    if (!Number.isFinite(found.value)) throw refuseNumber(raw, findRowNumber(head, at))
    if (found.rounded) rounded += 1
    return found.value
  })
  const present = values.filter((value) => !Number.isNaN(value))
  if (taken !== 'number' && numbersRows(raw.name, present)) return { kind: 'left-out', doubt: { name: raw.name, reason: 'identifier' } }
  return { kind: 'numbers', raw, values, rounded, looksLikeIdentifier: allDiffer(present), dates: null, unit: '' }
}

const refuseDate = (raw: RawColumn, row: number): AppError => {
  const { where, details } = place(raw, row)
  return new AppError('input.date-invalid', `${where} holds no date as the rest of the column writes them.`, { details })
}

function* textsOf(cells: Cells): Generator<string> {
  for (const cell of cells) if (typeof cell === 'string') yield cell
}

const classifyDates = (raw: RawColumn, order: DateOrder | undefined, head: TableHead): Classified => {
  const dates = findDateStyle(textsOf(raw.cells)) ?? order
  if (dates === undefined) {
    const { number: column, name } = raw
    throw new AppError('input.date-ambiguous', `Column ${column} “${name}” holds dates of which none tells whether day or month comes first.`, { details: { column, name } })
  }
  const values = readValues(raw.cells, (cell, at) => {
    const days = typeof cell === 'string' ? findDate(cell, dates) : null
    if (days === null) throw refuseDate(raw, findRowNumber(head, at))
    return days
  })
  return { kind: 'numbers', raw, values, rounded: 0, looksLikeIdentifier: false, dates, unit: dateUnit }
}

const classifyWords = (raw: RawColumn, forced: boolean): Classified => {
  if (forced) return { kind: 'words', raw, truth: null }
  const leaveOut = (reason: ColumnDoubt['reason']): Classified => ({ kind: 'left-out', doubt: { name: raw.name, reason } })
  const words = new Map<string, number>()
  let count = 0
  for (const cell of raw.cells) {
    if (cell === null) continue
    words.set(String(cell), (words.get(String(cell)) ?? 0) + 1)
    count += 1
    if (words.size > mostCategories) return leaveOut('free-text')
  }
  const truth = truthPairs.find((pair) => [...words.keys()].every((word) => pair.has(word.toLowerCase()))) ?? null
  if (truth !== null) return { kind: 'words', raw, truth }
  if ([...words.keys()].some((word) => word.length > longestWord)) return leaveOut('free-text')
  const identifies = words.size > 1 && (words.size === count || (words.size > fewWords && words.size * 2 > count))
  if (identifies && !namesRemarks(raw.name)) return leaveOut('identifier')
  return areRemarks(raw.name, words) ? leaveOut('free-text') : { kind: 'words', raw, truth: null }
}

export interface ClassifyOptions {
  readonly style: NumberStyle
  readonly dateOrder: DateOrder | undefined
  /** Of the table the column belongs to. */
  readonly head: TableHead
  /** Whatever the cells look like, they are words of a category; or numbers, be they those of rows. */
  readonly taken: 'category' | 'number' | undefined
}

const countCells = (cells: Cells, style: NumberStyle): { readonly present: number; readonly numbers: number; readonly dates: number } => {
  let present = 0
  let numbers = 0
  let dates = 0
  for (const cell of cells) {
    if (cell === null) continue
    present += 1
    if (typeof cell === 'number' || isNumber(cell, style)) numbers += 1
    else if (looksLikeDate(cell)) dates += 1
  }
  return { present, numbers, dates }
}

/**
 * Decides what a column holds. Half its values being numbers makes it a column of numbers, half of them dates one of dates; any
 * other cell in it is an error that names its place (and never its content). Text of which every value is different, or most are,
 * identifies rows, and is left out with long texts and remarks, unless it is to be a category; so are the numbers of rows, unless they
 * are to be numbers. Throws `input.csv-not-a-number`, `input.csv-number-out-of-range`, `input.date-invalid`, `input.date-ambiguous`.
 */
export const classifyColumn = (raw: RawColumn, options: ClassifyOptions): Classified => {
  const { style, dateOrder, head, taken } = options
  const { present, numbers, dates } = countCells(raw.cells, style)
  if (present === 0) return { kind: 'left-out', doubt: { name: raw.name, reason: 'empty' } }
  if (taken === 'category') return classifyWords(raw, true)
  if (numbers * 2 >= present) return classifyNumbers(raw, options)
  return dates * 2 >= present ? classifyDates(raw, dateOrder, head) : classifyWords(raw, false)
}
