import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { AppError } from '../../shared/errors.ts'
import { decodeText } from './decode-text.ts'
import { detectSeparator, type Separator } from './detect-separator.ts'
import { parseHeader, type SourceTable } from './source-table.ts'

/** The cells as written, without their quotes; the header is row 1, blank lines count as rows. */
export interface CsvTable extends SourceTable {
  readonly separator: Separator
  readonly records: readonly (readonly string[])[]
}

export interface CsvOptions {
  /** By default recognised from the first lines. */
  readonly separator?: Separator
  readonly maximumBytes?: number
}

const defaultMaximumBytes = 100 * 1024 * 1024
const sliceLength = 64 * 1024
const maximumRecordBytes = 10 * 1024 * 1024

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

/** Reads a file whole. Throws `input.csv-unreadable`, `input.csv-too-large`. */
export const readCsvFile = (path: string, maximumBytes = defaultMaximumBytes): Promise<Uint8Array> => readFrom(path, async () => {
  assertSize((await stat(path)).size, maximumBytes)
  return buffer(createReadStream(path))
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

function* slice(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += sliceLength) yield bytes.subarray(at, at + sliceLength)
}

/** Splits text into records, a slice at a time so that a large file does not hold up everything else. */
const splitRecords = async (text: string, separator: Separator): Promise<string[][]> => {
  const parser = parse({ delimiter: separator, record_delimiter: ['\r\n', '\n', '\r'], relax_column_count: true, max_record_size: maximumRecordBytes })
  const records: string[][] = []
  try {
    Readable.from(slice(Buffer.from(text, 'utf8'))).pipe(parser)
    for await (const record of parser) records.push(record as string[])
  } catch (error) {
    throw error instanceof CsvError ? describeCsvError(error) : error
  }
  return records
}

const parseFirstRow = (record: readonly string[] | undefined): string[] => {
  if (record === undefined) throw new AppError('input.csv-no-rows', 'The file is empty.')
  const header = parseHeader(record)
  if (header.every((name) => /^[+-]?[\d.,]+$/.test(name))) {
    throw new AppError('input.csv-header-missing', 'The first row holds only numbers; it must hold the columns\' names.')
  }
  return header
}

/**
 * Parses a table of separated values: encoding, byte order mark, line ends and separator are recognised, the first row
 * names the columns. Blank lines are skipped. Row and column numbers in errors count from 1, the header being row 1.
 * Throws `input.csv-unreadable`, `-too-large`, `-malformed`, `-header-empty`, `-header-duplicate`, `-header-missing`,
 * `-header-invalid`, `-ragged`, `-no-rows`.
 */
export const parseCsv = async (source: Uint8Array | string, options: CsvOptions = {}): Promise<CsvTable> => {
  const { separator: given, maximumBytes = defaultMaximumBytes } = options
  assertSize(source.length, maximumBytes)
  const { text, encoding, byteOrderMark } = typeof source === 'string'
    ? { text: source.replace(/^\uFEFF/, ''), encoding: 'utf-8' as const, byteOrderMark: source.startsWith('\uFEFF') }
    : decodeText(source)
  const separator = given ?? detectSeparator(text)
  const all = await splitRecords(text, separator)
  const headerAt = all.findIndex((record) => !isBlank(record))
  const header = parseFirstRow(all[headerAt])
  const records: string[][] = []
  const rowNumbers: number[] = []
  for (let at = headerAt + 1; at < all.length; at += 1) {
    const record = all[at] as string[]
    if (isBlank(record)) continue
    if (record.length !== header.length) {
      throw new AppError('input.csv-ragged', `Row ${at + 1} has ${record.length} cells where the header has ${header.length}.`, {
        details: { row: at + 1, found: record.length, expected: header.length },
      })
    }
    records.push(record)
    rowNumbers.push(at + 1)
  }
  if (records.length === 0) throw new AppError('input.csv-no-rows', 'The table has a header and no rows.')
  return { format: 'csv', encoding, byteOrderMark, separator, header, records, rowNumbers, blankRows: all.length - records.length - 1 }
}
