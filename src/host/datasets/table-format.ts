import { AppError } from '../../shared/errors.ts'
import type { TableFormat } from './source-table.ts'

export type FileFormat = Exclude<TableFormat, 'postgres'>

/** What one import reads of a file. */
export interface TableChoice {
  /** SQLite: a table or view; by default the only one there is. */
  readonly table?: string
  /** SQLite: one SELECT instead of a table. */
  readonly query?: string
  /** Excel: the name of a sheet; by default the first. */
  readonly sheet?: string
  /** CSV and Excel: the row that names the columns, counted from 1; by default it is recognised. */
  readonly headerRow?: number
  /** Columns that are not looked at. */
  readonly exclude?: readonly string[]
}

const signatures: readonly (readonly [string, FileFormat])[] = [
  ['SQLite format 3\0', 'sqlite'],
  ['PAR1', 'parquet'],
  ['ARROW1', 'arrow'],
  // An Arrow IPC stream opens with the continuation mark of its first message.
  ['\xff\xff\xff\xff', 'arrow'],
  ['PK\x03\x04', 'excel'],
]

/** Formats that are recognised only to say what would work instead. */
const refused: readonly (readonly [string, string])[] = [
  ['\xd0\xcf\x11\xe0', 'It is an Excel workbook of the old .xls form: save it as .xlsx.'],
  ['FEA1', 'It is a Feather file of version 1: write it as version 2, which is Arrow IPC.'],
  ['\x1f\x8b', 'It is compressed with gzip: decompress it first.'],
]

export const signatureBytes = 16

/** What a file is by its first bytes, whatever its name says; what has no signature is text. Throws `input.table-unreadable`. */
export const detectFormat = (start: Uint8Array): FileFormat => {
  const text = Buffer.from(start.subarray(0, signatureBytes)).toString('latin1')
  const refusal = refused.find(([signature]) => text.startsWith(signature))
  if (refusal !== undefined) throw new AppError('input.table-unreadable', refusal[1])
  return signatures.find(([signature]) => text.startsWith(signature))?.[1] ?? 'csv'
}
