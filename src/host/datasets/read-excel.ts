import { inflateRawSync } from 'node:zlib'
import readWorkbook from 'read-excel-file/universal'
import { AppError, isAppError } from '../../shared/errors.ts'
import { findHeaderRow, refuseHeaderRow } from './find-header-row.ts'
import type { TakeBlock } from './packed-cells.ts'
import { createTableCollector, mostChoices, toDateText, type TableHead } from './source-table.ts'
import type { TableChoice } from './table-format.ts'

const maximumUnpackedBytes = 512 * 1024 * 1024
const endRecord = 0x06054b50
const endRecordBytes = 22
const longestComment = 65_535
const entryRecord = 0x02014b50
const entryBytes = 46

const unreadable = (why: string, cause?: unknown): AppError =>
  new AppError('input.table-unreadable', `The file is not a readable .xlsx workbook: ${why}.`, { cause })

interface Archive {
  readonly unpackedBytes: number
  /** The part of this name, unpacked; null where there is none, or none that can be read. */
  readPart(name: string): string | null
}

const localBytes = 30
const deflated = 8
const largestWorkbookPart = 1_000_000

/** One part by its local header (PKWARE APPNOTE 4.3.7). */
const unpack = (bytes: Uint8Array, view: DataView, at: number, packedBytes: number, method: number): string | null => {
  if (at + localBytes > bytes.length) return null
  const start = at + localBytes + view.getUint16(at + 26, true) + view.getUint16(at + 28, true)
  const packed = bytes.subarray(start, start + packedBytes)
  if (method !== deflated) return Buffer.from(packed).toString()
  try {
    return inflateRawSync(packed, { maxOutputLength: largestWorkbookPart }).toString()
  } catch {
    // The reader says what is wrong with a part that is damaged.
    return null
  }
}

/**
 * A ZIP archive by its directory (PKWARE APPNOTE 4.3.12, 4.3.16), with the bytes it says it unpacks to: the reader unpacks into buffers of
 * just these sizes, so an archive that understates them gets no more.
 */
const openArchive = (bytes: Uint8Array): Archive => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let end = bytes.length - endRecordBytes
  const least = Math.max(0, end - longestComment)
  while (end >= least && view.getUint32(end, true) !== endRecord) end -= 1
  if (end < least) throw unreadable('it is no whole ZIP archive')
  const entries = view.getUint16(end + 10, true)
  let at = view.getUint32(end + 16, true)
  let total = 0
  const parts = new Map<string, () => string | null>()
  for (let entry = 0; entry < entries; entry += 1) {
    if (at + entryBytes > bytes.length || view.getUint32(at, true) !== entryRecord) throw unreadable('its directory is damaged')
    total += view.getUint32(at + 24, true)
    const [method, packedBytes, local] = [view.getUint16(at + 10, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)]
    const name = bytes.subarray(at + entryBytes, at + entryBytes + view.getUint16(at + 28, true))
    parts.set(Buffer.from(name).toString(), () => unpack(bytes, view, local, packedBytes, method))
    at += entryBytes + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return { unpackedBytes: total, readPart: (name) => parts.get(name)?.() ?? null }
}

/** Whether the workbook counts its days from 1904, as old Excels for the Mac did (ECMA-376, part 1, 18.2.28). */
const countsFrom1904 = ({ readPart }: Archive): boolean => /<(?:\w+:)?workbookPr\b[^>]*\bdate1904=["'](?:1|true)["']/.test(readPart('xl/workbook.xml') ?? '')

interface Sheet {
  readonly sheet: string
  /** Rows; something else where the workbook links the sheet to no part. */
  readonly data: unknown
}

const isRows = (data: unknown): data is readonly (readonly unknown[])[] => Array.isArray(data)

const readSheets = async (bytes: Uint8Array): Promise<readonly Sheet[]> => {
  try {
    return await readWorkbook(new Uint8Array(bytes).buffer)
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : String(error), error)
  }
}

const epoch = Date.UTC(1899, 11, 30)
const epoch1904 = Date.UTC(1904, 0, 1)
const millisecondsPerDay = 86_400_000
/** Excel's days 1 to 60, its January and February of 1900, hold a 29 February that never was; what stands there is a duration. */
const firstSureDay = 61

/** The reader takes every cell with a clock in its format for a moment: a time of day or a duration is a number of days. */
const toValue = (cell: unknown, from: number): unknown => {
  if (!(cell instanceof Date)) return cell
  const days = (cell.getTime() - from) / millisecondsPerDay
  return days >= 0 && days < firstSureDay ? Number(days.toFixed(secondsDecimals)) : cell
}

/** Of a day: a millisecond and finer, which is what Excel holds. */
const secondsDecimals = 9

const toName = (cell: unknown): string => {
  if (cell instanceof Date) return toDateText(cell) ?? ''
  return typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'boolean' ? String(cell) : ''
}

/** What is wrong with one sheet, with what could be read instead. */
const beside = (error: unknown, sheets: readonly string[], headerRow: number): unknown => (isAppError(error)
  ? new AppError(error.code, error.message,
    { details: { ...error.details, sheets: sheets.slice(0, mostChoices), headerRow }, cause: error }) : error)

const isBlank = (row: readonly unknown[]): boolean => row.every((cell) => cell === null || cell === '')

/**
 * One sheet of an Excel workbook (.xlsx), its header found beneath titles, or where its owner says. Formulas count with the values they had
 * when the file was saved, errors as missing values, times of day and durations as numbers of days. Throws
 * `input.table-unreadable`, `input.table-too-large`, `input.table-choice`, and what the collector throws.
 */
export const readExcel =
  async (bytes: Uint8Array, { sheet, headerRow, exclude = [] }: TableChoice, take: TakeBlock): Promise<TableHead> => {
  const archive = openArchive(bytes)
  const { unpackedBytes: unpacked } = archive
  if (unpacked > maximumUnpackedBytes) {
    throw new AppError('input.table-too-large', `The workbook unpacks to ${unpacked} bytes; at most ${maximumUnpackedBytes} are read.`, { details: { bytes: unpacked, maximum: maximumUnpackedBytes } })
  }
  const sheets = await readSheets(bytes)
  const names = sheets.map((item) => item.sheet)
  const chosen = sheet === undefined ? sheets[0] : sheets.find((item) => item.sheet === sheet)
  if (chosen === undefined) {
    throw new AppError('input.table-choice', `The workbook has no sheet “${(sheet ?? '').slice(0, 100)}”; there are: ${names.join(', ')}.`, { details: { sheets: names.slice(0, mostChoices) } })
  }
  if (!isRows(chosen.data)) throw unreadable(`its sheet “${chosen.sheet.slice(0, 100)}” is not in the file`)
  const rows = chosen.data
  const headerAt = headerRow === undefined ? findHeaderRow(rows) : headerRow - 1
  const from = countsFrom1904(archive) ? epoch1904 : epoch
  try {
    if (headerAt === -1) throw new AppError('input.csv-no-rows', 'The sheet is empty.')
    const header = rows[headerAt]
    if (header === undefined) throw refuseHeaderRow(headerAt + 1)
    const collector = createTableCollector('excel', header.map(toName), exclude, take)
    let blankRows = rows.slice(0, headerAt).filter(isBlank).length
    for (let at = headerAt + 1; at < rows.length; at += 1) {
      const record = rows[at] ?? []
      if (isBlank(record)) blankRows += 1
      else collector.add(record.map((cell) => toValue(cell, from)), at + 1)
    }
    return await collector.finish({ blankRows, choices: names.slice(0, mostChoices), headerRow: headerAt + 1 })
  } catch (error) {
    throw beside(error, names, headerAt + 1)
  }
}
