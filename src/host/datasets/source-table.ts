import { AppError } from '../../shared/errors.ts'
import type { TextEncoding } from './decode-text.ts'
import type { Separator } from './detect-separator.ts'
import { blockRows, createCellWriter, type CellStore, type Cells, type CellWriter, type RawCell, type TakeBlock } from './packed-cells.ts'

export type TableFormat = 'csv' | 'sqlite' | 'postgres' | 'parquet' | 'arrow' | 'excel'

/** From record `at` on, the source or a spreadsheet numbers the records from `row` on. */
export interface RowRun {
  readonly at: number
  readonly row: number
}

/** What every importer tells of a table besides its cells. */
export interface TableHead {
  readonly format: TableFormat
  /** How text stood in the source; UTF-8 for all but CSV. */
  readonly encoding: TextEncoding
  readonly byteOrderMark: boolean
  /** '' where the source needs none. */
  readonly separator: Separator | ''
  readonly header: readonly string[]
  /** At least one. */
  readonly rows: number
  /** How the rows are numbered: blank rows count and are no records. */
  readonly rowRuns: readonly RowRun[]
  readonly blankRows: number
  /** The tables of a database or the sheets of a workbook that could have been read instead. */
  readonly choices?: readonly string[]
  /** The row that named the columns, counted from 1, where a source may have others above it. */
  readonly headerRow?: number
}

/** What cleanTable makes a dataset of: a column for each name of the header, each as long as there are rows. */
export interface SourceTable extends TableHead {
  readonly columns: readonly Cells[]
}

/** The number of a record, counted from 0, in its source. */
export const findRowNumber = ({ rowRuns }: TableHead, at: number): number => {
  const run = rowRuns.findLast((candidate) => candidate.at <= at)
  return run === undefined ? 0 : run.row + at - run.at
}

/** The first records, each in the header's order. */
export const readFirstRecords = ({ columns, rows }: SourceTable, most: number): RawCell[][] =>
  Array.from({ length: Math.min(rows, most) }, (_, at) => columns.map((cells) => cells.at(at)))

/** A table whose blocks lie in a store. */
export const assembleTable = (head: TableHead, store: CellStore): SourceTable => ({ ...head, columns: store.list(head.header.length) })

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
    if (name === '') throw new AppError('input.csv-header-empty', `Column ${column} has no name in the row that names the columns.`, { details: { column } })
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

/** A moment as ISO 8601 in UTC, a midnight as its day; null for none. */
export const toDateText = (date: Date): string | null => {
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
  readonly header: readonly string[]
  /** One record, in the header's order; `row` is what its source numbers it with. */
  add(values: readonly unknown[], row: number): void
  /** The next cells of one column, for sources that lie by columns: `row` numbers the first. Their rows are counted by the first column. */
  addColumn(column: number, values: ArrayLike<unknown>, row: number): void
  /** Resolves once all blocks that are full were taken. To be awaited every `portionRows` records at the latest. */
  drain(): Promise<void>
  finish(more?: Pick<TableHead, 'choices' | 'headerRow'> & Partial<Pick<TableHead, 'blankRows' | 'encoding' | 'byteOrderMark' | 'separator'>>): Promise<TableHead>
}

/** So many records lie between two rests. */
export const portionRows = blockRows

/**
 * Packs the cells of a table, within the sizes an import takes, and gives them on block by block. Columns in `exclude` are not looked at.
 * Throws `input.csv-header-*`, `input.table-too-large`, `input.table-cell-unsupported`, and from `finish` `input.csv-no-rows`.
 */
export const createTableCollector = (
  format: TableFormat, names: readonly string[], exclude: readonly string[], take: TakeBlock,
): TableCollector => {
  const header = parseHeader(names)
  const isExcluded = header.map((name) => exclude.includes(name))
  const writers = header.map(createCellWriter)
  const rowRuns: RowRun[] = []
  let rows = 0
  let nextRow = 0
  let characters = 0
  let taken: Promise<void> = Promise.resolve()
  const give = (column: number): void => {
    const block = (writers[column] as CellWriter).takeBlock()
    taken = taken.then(() => take(column, block))
    // Told by drain(); nobody else waits for it.
    taken.catch(() => undefined)
  }
  const addCell = (value: unknown, column: number, row: number): void => {
    const cell = isExcluded[column] === true ? null : toCell(value)
    if (cell === undefined) {
      const name = header[column] ?? ''
      throw new AppError('input.table-cell-unsupported', `Row ${row}, column ${column + 1} “${name}” holds neither a number nor text nor a date.`, { details: { row, column: column + 1, name } })
    }
    if (typeof cell === 'string') characters += cell.length
    if (characters > maximumCharacters) {
      throw new AppError('input.table-too-large', `The table holds more than ${maximumCharacters} characters of text.`, { details: { maximum: maximumCharacters } })
    }
    if ((writers[column] as CellWriter).add(cell)) give(column)
  }
  const countRows = (count: number, row: number): void => {
    assertTableSize(rows + count, header.length)
    if (row !== nextRow) rowRuns.push({ at: rows, row })
    rows += count
    nextRow = row + count
  }
  return {
    header,
    add: (values, row) => {
      countRows(1, row)
      for (let column = 0; column < header.length; column += 1) addCell(values[column], column, row)
    },
    addColumn: (column, values, row) => {
      if (column === 0) countRows(values.length, row)
      for (let at = 0; at < values.length; at += 1) addCell(values[at], column, row + at)
    },
    drain: () => taken,
    finish: async (more = {}) => {
      if (rows === 0) throw new AppError('input.csv-no-rows', 'The table has columns and no rows.')
      if (rows % blockRows !== 0) header.forEach((_, column) => { give(column) })
      await taken
      return { format, encoding: 'utf-8', byteOrderMark: false, separator: '', header, rows, rowRuns, blankRows: 0, ...more }
    },
  }
}
