import { chooseColumnScale } from '../../crypto/encoding.ts'
import { CryptoError } from '../../crypto/errors.ts'
import { AppError } from '../../shared/errors.ts'
import type { Column } from '../../shared/schemas/details.ts'
import { classifyColumn, refuseMissing, refuseNumber, trimCells, type Classified, type RawColumn } from './classify-column.ts'
import { repeatsNumbers } from './identifying.ts'
import { suggestBounds } from './column-bounds.ts'
import type { Cells } from './packed-cells.ts'
import { computeFill, findMostCounted, findMostFrequent, type MissingRule } from './fill-missing.ts'
import type { ImportReport } from './import-report.ts'
import { detectNumberStyle, findThousandsMark, type NumberStyle } from '../../shared/number-style.ts'
import type { DateOrder } from './parse-date.ts'
import { findRowNumber, maximumColumns, type SourceTable, type TableHead } from './source-table.ts'
import { drawOrder, findFollowers, findSortedColumns } from './telling-columns.ts'
import { findHeaderUnit, stripUnit } from './written-unit.ts'

/** What the seller knows of a column and the file does not say. */
export interface ColumnNotes {
  readonly unit?: string
  readonly description?: string
  /** Takes numbers, or text that looks like an identifier, as words of a category; or whole numbers that look like one as numbers. */
  readonly type?: 'category' | 'number'
  /** What stands in its missing cells, whatever is done about others: a number, or a word for a column of words. */
  readonly fill?: number | string
  /** Declared bounds; they must enclose every value. */
  readonly lower?: number
  readonly upper?: number
}

export interface CleanOptions {
  readonly exclude?: readonly string[]
  /** What to do about missing values; by default they are refused. */
  readonly missing?: MissingRule
  readonly categories?: 'codes' | 'one-hot'
  /** `random`: the rows are put in an order that tells nothing of them. */
  readonly rowOrder?: 'kept' | 'random'
  readonly decimalMark?: '.' | ','
  /** Needed only where none of a column's dates tells. */
  readonly dateOrder?: DateOrder
  /** By the column's name in the file. */
  readonly columns?: Readonly<Record<string, ColumnNotes>>
}

export interface CleanColumn {
  readonly column: Column
  readonly values: Float64Array
}

export interface CleanTable {
  readonly rows: number
  readonly columns: readonly CleanColumn[]
  readonly report: ImportReport
}

type Kept = Exclude<Classified, { kind: 'left-out' }>
type ColumnReport = ImportReport['columns'][number]

/** A column with its report; several for a category coded one-hot. */
interface Built {
  readonly columns: readonly CleanColumn[]
  readonly report: Omit<ColumnReport, 'name' | 'type'>
}

interface Rows {
  readonly missing: MissingRule
  readonly categories: 'codes' | 'one-hot'
  /** Indices of the records that stay. */
  readonly kept: Uint32Array
  readonly head: TableHead
}

const assertKnown = (header: readonly string[], names: readonly string[]): void => {
  const unknown = names.find((name) => !header.includes(name))
  if (unknown !== undefined) throw new AppError('input.csv-unknown-column', `There is no column “${unknown}” in the file.`, { details: { name: unknown } })
}

function* cellsOf(columns: readonly RawColumn[]): Generator<string> {
  for (const { cells } of columns) for (const cell of cells) if (typeof cell === 'string') yield cell
}

const isMissing = (kept: Kept, at: number): boolean =>
  (kept.kind === 'numbers' ? Number.isNaN(kept.values[at]) : kept.raw.cells.at(at) === null)

const countMissing = (column: Kept, rows: number): number => {
  let count = 0
  for (let at = 0; at < rows; at += 1) if (isMissing(column, at)) count += 1
  return count
}

/** `columns`: those whose gaps are not filled with a value of their owner's. */
const chooseRows = (columns: readonly Kept[], table: SourceTable, missing: MissingRule): Uint32Array => {
  const all = new Uint32Array(table.rows).map((_, at) => at)
  if (missing !== 'fail' && missing !== 'drop') return all
  const incomplete = (at: number): Kept | undefined => columns.find((column) => isMissing(column, at))
  const kept = all.filter((at) => incomplete(at) === undefined)
  if (missing === 'fail' && kept.length < all.length) {
    const at = all.find((row, index) => kept[index] !== row) ?? 0
    const count = columns.reduce((sum, column) => sum + countMissing(column, table.rows), 0)
    throw refuseMissing((incomplete(at) as Kept).raw, findRowNumber(table, at), count)
  }
  if (kept.length === 0) throw new AppError('input.csv-no-rows', 'Every row has a missing value, so none is left.')
  return kept
}

const toScale = (values: Float64Array, raw: RawColumn, { kept, head }: Rows): Column['scale'] => {
  try {
    const { numerator, denominator } = chooseColumnScale(values)
    return { numerator: numerator.toString(), denominator: denominator.toString() }
  } catch (error) {
    if (!(error instanceof CryptoError) || error.code !== 'value-out-of-range') throw error
    throw refuseNumber(raw, findRowNumber(head, kept[error.index ?? 0] ?? 0))
  }
}

const createColumn = (name: string, type: Column['type'], values: Float64Array, scale: Column['scale'], categories: readonly string[], notes: ColumnNotes): Column => {
  const suggested = suggestBounds(type, values, categories.length)
  const { lower = suggested.lower, upper = suggested.upper } = notes
  const isBelow = !Number.isFinite(lower) || values.some((value) => value < lower)
  if (isBelow || !Number.isFinite(upper) || values.some((value) => value > upper)) {
    throw new AppError('input.bounds-invalid', `The bounds given for column “${name}” do not enclose all its values.`, { details: { name, side: isBelow ? 'lower' : 'upper' } })
  }
  return { name, type, unit: notes.unit ?? '', description: notes.description ?? '', categories: [...categories], scale, lower, upper }
}

const refuseFill = (name: string, wanted: string): AppError =>
  new AppError('input.fill-invalid', `Missing cells of column “${name}” can be filled with ${wanted} only.`, { details: { name } })

/** The word that its owner fills a column's gaps with, or null; 0 and 1 stand for the words of a yes-or-no. */
const chooseWord = (name: string, truth: ReadonlyMap<string, number> | null, { fill }: ColumnNotes): string | null => {
  if (fill === undefined) return null
  if (truth === null) return typeof fill === 'string' ? fill : String(fill)
  const word = [...truth.keys()].find((key) => key === String(fill).toLowerCase() || truth.get(key) === fill)
  if (word === undefined) throw refuseFill(name, [...truth.keys()].join(' or '))
  return word
}

const whole: Column['scale'] = { numerator: '1', denominator: '1' }

const mapRows = (kept: Uint32Array, read: (at: number) => number): Float64Array => {
  const values = new Float64Array(kept.length)
  kept.forEach((at, index) => { values[index] = read(at) })
  return values
}

const buildNumbers = ({ raw, values: all, rounded, unit }: Extract<Kept, { kind: 'numbers' }>, rows: Rows, notes: ColumnNotes): Built => {
  const values = rows.kept.length === all.length ? all : mapRows(rows.kept, (at) => all[at] ?? Number.NaN)
  const present = values.filter((value) => !Number.isNaN(value))
  const filled = values.length - present.length
  const isTruth = (value: unknown): boolean => value === 0 || value === 1
  const isBoolean = present.every(isTruth) && (filled === 0 || notes.fill === undefined || isTruth(notes.fill))
  let filledWith: ColumnReport['filledWith'] = null
  if (filled > 0 && notes.fill !== undefined) {
    const { fill } = notes
    if (typeof fill !== 'number' || !Number.isFinite(fill)) throw refuseFill(raw.name, 'a number')
    filledWith = 'constant'
    values.forEach((value, at) => { if (Number.isNaN(value)) values[at] = fill })
  } else if (filled > 0 && (rows.missing === 'mean' || rows.missing === 'median')) {
    // Checked before the fill, whose rounding needs the column's scale.
    toScale(present, raw, rows)
    const fill = isBoolean ? findMostFrequent(present) : computeFill(present, rows.missing)
    filledWith = isBoolean ? 'most-frequent' : rows.missing
    values.forEach((value, at) => { if (Number.isNaN(value)) values[at] = fill ?? 0 })
  }
  const type = isBoolean ? 'boolean' : values.every(Number.isInteger) ? 'integer' : 'number'
  // What a boolean's header has in brackets is what 1 means, not a unit.
  const named = unit === '' && type !== 'boolean' ? findHeaderUnit(raw.name) ?? '' : unit
  const column = createColumn(raw.name, type, values, toScale(values, raw, rows), [], { unit: named, ...notes })
  return { columns: [{ column, values }], report: { filled, filledWith, rounded } }
}

/** The word of a cell; null where it is missing. */
const wordAt = ({ cells }: RawColumn, at: number): string | null => {
  const cell = cells.at(at)
  return cell === null ? null : String(cell)
}

const countWords = (raw: RawColumn, { kept }: Rows): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const at of kept) {
    const word = wordAt(raw, at)
    if (word !== null) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return counts
}

const buildWords = ({ raw, truth }: Extract<Kept, { kind: 'words' }>, rows: Rows, notes: ColumnNotes): Built => {
  const counts = countWords(raw, rows)
  const present = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const filled = rows.kept.length - present
  const fill = (filled > 0 ? chooseWord(raw.name, truth, notes) : null) ?? findMostCounted(counts) ?? ''
  const filledWith: ColumnReport['filledWith'] = filled === 0 ? null : notes.fill === undefined ? 'most-frequent' : 'constant'
  const report = { filled, filledWith, rounded: 0 }
  const readValues = (toValue: (word: string) => number): Float64Array => mapRows(rows.kept, (at) => toValue(wordAt(raw, at) ?? fill))
  if (truth !== null) {
    const values = readValues((word) => truth.get(word.toLowerCase()) ?? 0)
    return { columns: [{ column: createColumn(raw.name, 'boolean', values, whole, [], notes), values }], report }
  }
  const sorted = [...new Set(filled > 0 ? [...counts.keys(), fill] : counts.keys())].toSorted()
  const codes = new Map(sorted.map((word, code) => [word, code]))
  const values = readValues((word) => codes.get(word) ?? 0)
  if (rows.categories === 'codes') {
    return { columns: [{ column: createColumn(raw.name, 'category', values, whole, sorted, notes), values }], report }
  }
  const columns = sorted.map((word, code) => {
    const marks = values.map((value) => (value === code ? 1 : 0))
    return { column: createColumn(`${raw.name}=${word}`, 'boolean', marks, whole, [], { description: notes.description ?? '' }), values: marks }
  })
  return { columns, report }
}

const assertNames = (columns: readonly CleanColumn[]): void => {
  if (columns.length > maximumColumns) {
    throw new AppError('input.csv-header-invalid', `One-hot coding makes ${columns.length} columns; at most ${maximumColumns} are possible.`, { details: { columns: columns.length } })
  }
  const seen = new Set<string>()
  for (const { column: { name } } of columns) {
    if (seen.has(name)) throw new AppError('input.csv-header-duplicate', `One-hot coding makes a second column named “${name}”.`, { details: { name } })
    seen.add(name)
  }
}

const splitColumns = ({ header, columns }: SourceTable, exclude: readonly string[]): RawColumn[] =>
  header.flatMap((name, at) => (exclude.includes(name) ? [] : [{ name, number: at + 1, cells: trimCells(columns[at] as Cells) }]))

const shuffle = (columns: readonly CleanColumn[], rows: number): readonly CleanColumn[] => {
  const order = drawOrder(rows)
  return columns.map(({ column, values }) => ({ column, values: mapRows(order, (at) => values[at] ?? Number.NaN) }))
}

/** What its owner should look at again in columns that are kept. */
const flagColumns = (kept: readonly Kept[], columns: readonly CleanColumn[], isShuffled: boolean): ImportReport['flagged'] => {
  const named = columns.map(({ column: { name }, values }) => ({ name, values }))
  return [
    ...kept.flatMap((column) => (column.kind === 'numbers' && column.looksLikeIdentifier ? [{ name: column.raw.name, reason: 'identifier' as const }] : [])),
    ...(isShuffled ? [] : findSortedColumns(named).map((name) => ({ name, reason: 'sorted' as const }))),
    ...findFollowers(named).map((follower) => ({ ...follower, reason: 'in-step' as const })),
  ]
}

/** Persons' numbers that repeat, be they left out: a person has several rows then. */
const flagRepeats = ({ header, columns }: SourceTable, leftOut: ImportReport['leftOut']): ImportReport['flagged'] => {
  const identifiers = new Set(leftOut.flatMap(({ name, reason }) => (reason === 'identifier' ? [name] : [])))
  return header.filter((name, at) => repeatsNumbers(name, trimCells(columns[at] as Cells), identifiers.has(name)))
    .map((name) => ({ name, reason: 'repeats' as const }))
}

const listThousandsMarks = (columns: readonly Kept[], style: NumberStyle): string[] => {
  const marks = new Set<string>()
  for (const cell of cellsOf(columns.filter(({ kind }) => kind === 'numbers').map(({ raw }) => raw))) {
    const mark = findThousandsMark(cell, style)
    if (mark !== null) marks.add(mark)
  }
  return [...marks]
}

const listDates = (columns: readonly Kept[]): ImportReport['dates'] =>
  columns.flatMap((column) => (column.kind === 'numbers' && column.dates !== null ? [{ name: column.raw.name, written: column.dates }] : []))

/**
 * Makes a table that can be encrypted of a parsed file: "no NA, all floats" (the rule of 2020), done for the user. Numbers in
 * the file's own style; dates as days since 1970-01-01; true/false, yes/no and 0/1 as booleans; other words as categories,
 * coded 0 … k−1 in the order of the sorted words or one column a word. Columns that identify rows are left out, all that was
 * decided is in the report.
 * Throws `input.csv-unknown-column`, `-mixed-units`, `-not-a-number`, `-number-out-of-range`, `-missing-values`, `-no-rows`,
 * `-no-numeric-columns`, `-header-duplicate`, `-header-invalid`, `input.date-invalid`, `-date-ambiguous`, `input.bounds-invalid` and
 * `input.fill-invalid`.
 */
export const cleanTable = (table: SourceTable, options: CleanOptions = {}): CleanTable => {
  const { exclude = [], missing = 'fail', categories = 'codes', rowOrder = 'kept', columns: notes = {} } = options
  assertKnown(table.header, [...exclude, ...Object.keys(notes)])
  const isForced = (name: string): boolean => notes[name]?.type === 'category'
  const units = new Map<string, string>()
  const raw = splitColumns(table, exclude).map((column) => {
    const found = isForced(column.name) ? null : stripUnit(column, table)
    if (found !== null) units.set(column.name, found.unit)
    return found?.column ?? column
  })
  const detected = detectNumberStyle(cellsOf(raw), table.separator)
  const style: NumberStyle = options.decimalMark === undefined ? detected : { decimalMark: options.decimalMark, guessed: false }
  const classified = raw.map((column) => classifyColumn(column, {
    style, dateOrder: options.dateOrder, head: table, taken: notes[column.name]?.type,
  }))
  const kept = classified.filter((column) => column.kind !== 'left-out')
  const leftOut: ImportReport['leftOut'] = [
    ...[...new Set(exclude)].map((name) => ({ name, reason: 'excluded' as const })),
    ...classified.flatMap((column) => (column.kind === 'left-out' ? [column.doubt] : [])),
  ]
  if (kept.length === 0) {
    const because = (wanted: string): readonly string[] => leftOut.filter(({ reason }) => reason === wanted).map(({ name }) => name)
    throw new AppError('input.csv-no-numeric-columns', 'No column is left that can be computed with: none holds numbers, or words that repeat.', {
      details: { 'identifier': because('identifier'), 'free-text': because('free-text'), 'empty': because('empty') },
    })
  }
  const unfilled = kept.filter((column) => notes[column.raw.name]?.fill === undefined)
  const rows: Rows = { missing, categories, kept: chooseRows(unfilled, table, missing), head: table }
  const built = kept.map((column) =>
    (column.kind === 'numbers' ? buildNumbers({ ...column, unit: units.get(column.raw.name) ?? column.unit }, rows, notes[column.raw.name] ?? {}) : buildWords(column, rows, notes[column.raw.name] ?? {})))
  const asWritten = built.flatMap((item) => item.columns)
  assertNames(asWritten)
  const columns = rowOrder === 'random' ? shuffle(asWritten, rows.kept.length) : asWritten
  return {
    rows: rows.kept.length,
    columns,
    report: {
      format: table.format,
      encoding: table.encoding,
      byteOrderMark: table.byteOrderMark,
      separator: table.separator,
      decimalMark: style.decimalMark,
      decimalMarkGuessed: style.guessed,
      thousandsMarks: listThousandsMarks(kept, style),
      dates: listDates(kept),
      units: [...units].map(([name, unit]) => ({ name, unit })),
      describedBy: null,
      secondMoments: null,
      rowsRead: table.rows,
      blankRows: table.blankRows,
      rowsDropped: table.rows - rows.kept.length,
      rowsKept: rows.kept.length,
      cellsFilled: built.reduce((sum, { report }) => sum + report.filled, 0),
      missing,
      categories,
      columns: built.flatMap(({ columns: made, report }) => made.map(({ column: { name, type } }) => ({ name, type, ...report }))),
      leftOut,
      rowOrder,
      flagged: [...flagColumns(kept, asWritten, rowOrder === 'random'), ...flagRepeats(table, leftOut)],
    },
  }
}
