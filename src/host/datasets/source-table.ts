import { AppError } from '../../shared/errors.ts'
import type { TextEncoding } from './decode-text.ts'
import type { Separator } from './detect-separator.ts'

export type TableFormat = 'csv' | 'sqlite' | 'postgres' | 'parquet' | 'arrow' | 'excel'

/** A cell as its source holds it: text, a number, or nothing. Truth values are 1 and 0, dates and times ISO 8601 text in UTC. */
export type RawCell = string | number | null

/** What every importer makes, and what cleanTable makes a dataset of. */
export interface SourceTable {
  readonly format: TableFormat
  /** How text stood in the source; UTF-8 for all but CSV. */
  readonly encoding: TextEncoding
  readonly byteOrderMark: boolean
  /** '' where the source needs none. */
  readonly separator: Separator | ''
  readonly header: readonly string[]
  /** Every record as long as the header. */
  readonly records: readonly (readonly RawCell[])[]
  /** For each record the row its source, or a spreadsheet, numbers it with. */
  readonly rowNumbers: readonly number[]
  readonly blankRows: number
  /** The tables of a database or the sheets of a workbook that could have been read instead. */
  readonly choices?: readonly string[]
}

/** Of tables or sheets, so many are named. */
export const mostChoices = 50

const maximumNameLength = 200
/** SQLite's own limit on the columns of a table, less the one for the row number. */
export const maximumColumns = 1999
const maximumCells = 20_000_000
const maximumCharacters = 200_000_000

/** Column names, trimmed. Throws `input.csv-header-empty`, `-header-invalid`, `-header-duplicate`. */
export const parseHeader = (names: readonly string[]): string[] => {
  const header = names.map((name) => name.trim())
  if (header.length > maximumColumns) {
    throw new AppError('input.csv-header-invalid', `The table has ${header.length} columns; at most ${maximumColumns} are possible.`, { details: { columns: header.length } })
  }
  header.forEach((name, at) => {
    const column = at + 1
    if (name === '') throw new AppError('input.csv-header-empty', `Column ${column} has no name in the first row.`, { details: { column } })
    if (name.length > maximumNameLength) {
      throw new AppError('input.csv-header-invalid', `The name of column ${column} is longer than ${maximumNameLength} characters.`, { details: { column } })
    }
    const first = header.indexOf(name)
    if (first !== at) {
      throw new AppError('input.csv-header-duplicate', `Columns ${first + 1} and ${column} are both named “${name}”.`, { details: { name, first: first + 1, second: column } })
    }
  })
  return header
}

/** Throws `input.table-too-large` for more rows and columns than an import takes. */
export const assertTableSize = (rows: number, columns: number): void => {
  if (rows * columns > maximumCells) {
    throw new AppError('input.table-too-large', `The table has more than ${maximumCells} cells.`, { details: { maximum: maximumCells } })
  }
}

const toDateText = (date: Date): string | null => {
  if (Number.isNaN(date.getTime())) return null
  const text = date.toISOString()
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, -'T00:00:00.000Z'.length) : text
}

/** A value of a typed source as a cell; undefined for what is no number, word, date or truth value. */
const toCell = (value: unknown): RawCell | undefined => {
  if (value === null || value === undefined) return null
  if (typeof value === 'number' || typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  // Beyond 2⁵³ the digits stay text, so that rounding them is noticed and counted.
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
  return value instanceof Date ? toDateText(value) ?? undefined : undefined
}

export interface TableCollector {
  /** One record, in the header's order; `row` is what its source numbers it with. */
  add(values: readonly unknown[], row: number): void
  finish(blankRows?: number): SourceTable
}

/**
 * Gathers the records of a typed source, within the sizes an import takes. Columns in `exclude` are not looked at. Throws
 * `input.csv-header-*`, `input.table-too-large`, `input.table-cell-unsupported`, and from `finish` `input.csv-no-rows`.
 */
export const createTableCollector = (format: TableFormat, names: readonly string[], exclude: readonly string[] = []): TableCollector => {
  const header = parseHeader(names)
  const isExcluded = header.map((name) => exclude.includes(name))
  const records: RawCell[][] = []
  const rowNumbers: number[] = []
  let characters = 0
  const readCell = (value: unknown, at: number, row: number): RawCell => {
    if (isExcluded[at] === true) return null
    const cell = toCell(value)
    if (cell === undefined) {
      const name = header[at] ?? ''
      throw new AppError('input.table-cell-unsupported', `Row ${row}, column ${at + 1} “${name}” holds neither a number nor text nor a date.`, { details: { row, column: at + 1, name } })
    }
    if (typeof cell === 'string') characters += cell.length
    return cell
  }
  return {
    add: (values, row) => {
      assertTableSize(records.length + 1, header.length)
      records.push(header.map((_, at) => readCell(values[at], at, row)))
      rowNumbers.push(row)
      if (characters > maximumCharacters) {
        throw new AppError('input.table-too-large', `The table holds more than ${maximumCharacters} characters of text.`, { details: { maximum: maximumCharacters } })
      }
    },
    finish: (blankRows = 0) => {
      if (records.length === 0) throw new AppError('input.csv-no-rows', 'The table has columns and no rows.')
      return { format, encoding: 'utf-8', byteOrderMark: false, separator: '', header, records, rowNumbers, blankRows }
    },
  }
}
