import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { AppError } from '../../shared/errors.ts'
import { createDecoder, detectEncoding } from './decode-text.ts'
import { detectSeparator, type Separator } from './detect-separator.ts'
import { findHeaderRow, mostRowsAhead, refuseHeaderRow } from './find-header-row.ts'
import { createCellStore } from './packed-cells.ts'
import { assembleTable, createTableCollector, parseHeader, portionRows, type SourceTable, type TableCollector } from './source-table.ts'

export interface CsvOptions {
  /** By default recognised from the first lines. */
  readonly separator?: Separator
  readonly maximumBytes?: number
  /** The row that names the columns, counted from 1; by default it is recognised. */
  readonly headerRow?: number
}

const mebibyte = 1024 * 1024
/** Of a file that stays on disk; what is handed over whole is held in memory. */
const maximumFileBytes = 1024 * mebibyte
const maximumContentBytes = 100 * mebibyte
const sliceLength = 64 * 1024
/** The first lines, by which the separator is recognised. */
const sampleBytes = 256 * 1024
const maximumRecordBytes = 10 * mebibyte

const assertSize = (bytes: number, maximum: number): void => {
  if (bytes > maximum) {
    throw new AppError('input.csv-too-large', `The file has ${bytes} bytes; at most ${maximum} are read.`, { details: { bytes, maximum } })
  }
}

const readFrom = async <T>(path: string, read: () => Promise<T>): Promise<T> => {
  try {
    if (!(await stat(path)).isFile()) throw new AppError('input.csv-unreadable', `${path} is not a file.`, { details: { path } })
    return await read()
  } catch (error) {
    if (error instanceof AppError) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw new AppError('input.csv-unreadable', `${path} cannot be read: ${why}`, { details: { path }, cause: error })
  }
}

/** Throws `input.csv-unreadable`, `input.csv-too-large`. */
export const assertFileSize = (path: string, maximumBytes = maximumFileBytes): Promise<void> => readFrom(path, async () => {
  assertSize((await stat(path)).size, maximumBytes)
})

/** The first bytes of a file, fewer where it has fewer. Throws `input.csv-unreadable`. */
export const readFileStart = (path: string, bytes: number): Promise<Uint8Array> =>
  readFrom(path, () => buffer(createReadStream(path, { end: bytes - 1 })))

/** What csv-parse objects to, without its record: cells must not reach a log. */
const describeCsvError = (error: CsvError): AppError => {
  const line: unknown = error['lines']
  const row = typeof line === 'number' ? line : 0
  const why = error.code === 'CSV_QUOTE_NOT_CLOSED' ? 'a quotation mark is opened and never closed'
    : error.code === 'CSV_MAX_RECORD_SIZE' ? 'a row is far too long'
    : 'a quotation mark stands in the middle of a cell'
  return new AppError('input.csv-malformed', `Line ${row} is not CSV: ${why}.`, { details: { line: row } })
}

const isBlank = (record: readonly string[]): boolean => record.length === 1 && record[0]?.trim() === ''

function* slice(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += sliceLength) yield bytes.subarray(at, at + sliceLength)
}

/** Bytes that can be read from the start as often as they are wanted. */
type Bytes = () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>

const splitRecords = async function* (text: AsyncIterable<string>, separator: Separator): AsyncGenerator<string[]> {
  const parser = parse({ delimiter: separator, record_delimiter: ['\r\n', '\n', '\r'], relax_column_count: true, max_record_size: maximumRecordBytes })
  const source = Readable.from(text)
  // What is wrong with the text is told by the parser's own iteration, which then ends.
  source.on('error', (error) => { parser.destroy(error) }).pipe(parser)
  try {
    for await (const record of parser) yield record as string[]
  } catch (error) {
    throw error instanceof CsvError ? describeCsvError(error) : error
  } finally {
    source.destroy()
  }
}

const parseFirstRow = (record: readonly string[] | undefined): string[] => {
  if (record === undefined) throw new AppError('input.csv-no-rows', 'The file is empty.')
  const header = parseHeader(record)
  if (header.every((name) => /^[+-]?[\d.,]+$/.test(name))) {
    throw new AppError('input.csv-header-missing', 'The row that should name the columns holds only numbers.')
  }
  return header
}

const assertCells = (found: number, expected: number, row: number): void => {
  if (found === expected) return
  throw new AppError('input.csv-ragged', `Row ${row} has ${found} cells where the header has ${expected}.`, { details: { row, found, expected } })
}

/** Excel's own first line, which names the separator and is no row. */
const separatorLine = /^sep=([,;\t|])(?:\r\n|\n|\r)/i

const parseBytes = async (bytes: Bytes, start: Uint8Array, { separator: given, headerRow }: CsvOptions): Promise<SourceTable> => {
  const { encoding, byteOrderMark } = await detectEncoding(bytes())
  const { decode, decodeStart } = createDecoder(encoding)
  const text = decodeStart(start)
  const named = separatorLine.exec(text)?.[1] as Separator | undefined
  const separator = given ?? named ?? detectSeparator(text)
  const store = createCellStore()
  let collector: TableCollector | null = null
  let row = 0
  let rows = 0
  let blankRows = 0
  let headerAt = headerRow === undefined ? null : headerRow - 1
  const ahead: string[][] = []
  const add = async (record: string[], at: number): Promise<void> => {
    if (isBlank(record)) {
      blankRows += 1
      return
    }
    if (at < (headerAt ?? 0) || (at === 0 && named !== undefined)) return
    if (collector === null) {
      collector = createTableCollector('csv', parseFirstRow(record), [], store.take)
      return
    }
    assertCells(record.length, collector.header.length, at + 1)
    collector.add(record, at + 1)
    rows += 1
    if (rows % portionRows === 0) await collector.drain()
  }
  /** Once enough rows are seen, or all there are, to tell which of them names the columns. */
  const begin = async (): Promise<void> => {
    headerAt = findHeaderRow(named === undefined ? ahead : [[], ...ahead.slice(1)])
    for (const [at, record] of ahead.entries()) await add(record, at)
  }
  for await (const record of splitRecords(decode(bytes()), separator)) {
    row += 1
    if (headerAt !== null) await add(record, row - 1)
    else if (ahead.push(record) === mostRowsAhead) await begin()
  }
  if (headerAt === null) await begin()
  if (headerRow !== undefined && row < headerRow) throw refuseHeaderRow(headerRow)
  const found = collector as TableCollector | null
  if (found === null) throw new AppError('input.csv-no-rows', 'The file is empty.')
  return assembleTable(await found.finish({ encoding, byteOrderMark, separator, blankRows, headerRow: (headerAt ?? 0) + 1 }), store)
}

/**
 * Parses a table of separated values: encoding, byte order mark, line ends, separator and the row that
 * names the columns are recognised. Blank lines are skipped, and so is what stands above that row. Cells are as written, without their
 * quotes. Row and column numbers in errors count from 1, and blank lines count. Throws `input.csv-unreadable`, `-too-large`,
 * `-malformed`, `-header-empty`, `-header-duplicate`, `-header-missing`, `-header-invalid`, `-ragged`, `-no-rows`,
 * `input.table-too-large`.
 */
export const parseCsv = async (source: Uint8Array | string, options: CsvOptions = {}): Promise<SourceTable> => {
  const { maximumBytes = maximumContentBytes } = options
  assertSize(source.length, maximumBytes)
  const bytes = typeof source === 'string' ? Buffer.from(source, 'utf8') : source
  return parseBytes(() => slice(bytes), bytes.subarray(0, sampleBytes), options)
}

/** The same for a file, which is read twice from its start to its end, and never held whole. */
export const parseCsvFile = async (path: string, options: CsvOptions = {}): Promise<SourceTable> => {
  await assertFileSize(path, options.maximumBytes)
  const start = await readFileStart(path, sampleBytes)
  return readFrom(path, () => parseBytes(() => createReadStream(path, { highWaterMark: sliceLength }), start, options))
}
