import { AppError } from '../../shared/errors.ts'
import { createCellStore } from './packed-cells.ts'
import { assertFileSize, parseCsv, parseCsvFile, readFileStart, type CsvOptions } from './parse-csv.ts'
import { assembleTable, type SourceTable } from './source-table.ts'
import { detectFormat, signatureBytes, type FileFormat, type TableChoice } from './table-format.ts'
import { readTableApart } from './table-process.ts'

/** Where a table comes from: exactly one of `path`, `text` and `postgresUrl`. */
export interface TableSource extends TableChoice {
  readonly path?: string
  /** The content of a file; a string is CSV. */
  readonly text?: string | Uint8Array
  /** A PostgreSQL database, read by `query`. */
  readonly postgresUrl?: string
}

const assertChoice = (format: FileFormat, { table, query, sheet, headerRow }: TableChoice): void => {
  if ((table ?? query) !== undefined && format !== 'sqlite') throw new AppError('input.invalid', 'A table or query is for databases; the file is none.')
  if (headerRow !== undefined && format !== 'excel' && format !== 'csv') throw new AppError('input.invalid', 'A header row is for CSV and Excel; the file is neither.')
  if (sheet !== undefined && format !== 'excel') throw new AppError('input.invalid', 'A sheet is for Excel workbooks; the file is none.')
}

const ofCsv = ({ headerRow }: TableChoice, options: CsvOptions): CsvOptions =>
  (headerRow === undefined ? options : { ...options, headerRow })

const loadBytes = async (choice: TableChoice, bytes: Uint8Array, options: CsvOptions): Promise<SourceTable> => {
  const format = detectFormat(bytes)
  assertChoice(format, choice)
  return format === 'csv' ? parseCsv(bytes, ofCsv(choice, options)) : readTableApart({ format, source: bytes, choice })
}

/** A file stays where it is, and is read in portions by whoever reads its format; Arrow and Excel are read whole there. */
const loadFile = async (choice: TableChoice, path: string, options: CsvOptions): Promise<SourceTable> => {
  const format = detectFormat(await readFileStart(path, signatureBytes))
  assertChoice(format, choice)
  if (format === 'csv') return parseCsvFile(path, ofCsv(choice, options))
  // SQLite reads the pages it needs, whatever else the file holds.
  if (format !== 'sqlite') await assertFileSize(path, options.maximumBytes)
  return readTableApart({ format, source: path, choice })
}

const loadPostgres = async ({ query, table, sheet, headerRow, exclude = [] }: TableChoice, url: string): Promise<SourceTable> => {
  if (query === undefined || (table ?? sheet ?? headerRow) !== undefined) throw new AppError('input.invalid', 'A PostgreSQL database is read by a query: --query SQL.')
  const { readPostgres } = await import('./read-postgres.ts')
  const store = createCellStore()
  return assembleTable(await readPostgres({ url, query, exclude }, store.take), store)
}

/**
 * Reads a table from a file of any format it recognises by its content, or from a database. Throws what the reader of the format
 * throws, and `input.invalid` for choices that do not fit it.
 */
export const loadTable = async (source: TableSource, options: CsvOptions = {}): Promise<SourceTable> => {
  const { path, text, postgresUrl } = source
  const choice = {
    ...(source.table === undefined ? {} : { table: source.table }),
    ...(source.query === undefined ? {} : { query: source.query }),
    ...(source.sheet === undefined ? {} : { sheet: source.sheet }),
    ...(source.headerRow === undefined ? {} : { headerRow: source.headerRow }),
    exclude: source.exclude ?? [],
  }
  if ([path, text, postgresUrl].filter((given) => given !== undefined).length !== 1) {
    throw new AppError('input.invalid', 'An import takes one source: a file, its content, text, or a database.')
  }
  if (path !== undefined) return loadFile(choice, path, options)
  if (text instanceof Uint8Array) return loadBytes(choice, text, options)
  if (postgresUrl !== undefined) return loadPostgres(choice, postgresUrl)
  assertChoice('csv', choice)
  return parseCsv(text ?? '', ofCsv(choice, options))
}
