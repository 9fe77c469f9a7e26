import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { parquetMetadata, parquetReadObjects, type Compressors, type FileMetaData, type SchemaElement } from 'hyparquet'
import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import { parseAs } from '../../shared/parse.ts'
import { assertTableSize, createTableCollector, type SourceTable } from './source-table.ts'
import type { TableChoice } from './table-format.ts'

const maximumBytes = 1024 * 1024 * 1024

/** Snappy comes with hyparquet. A page that decompresses to more than it says is refused by zlib itself. */
const compressors: Compressors = {
  GZIP: (input, maxOutputLength) => gunzipSync(input, { maxOutputLength }),
  BROTLI: (input, maxOutputLength) => brotliDecompressSync(input, { maxOutputLength }),
  ZSTD: (input, maxOutputLength) => zstdDecompressSync(input, { maxOutputLength }),
}

const unreadable = (error: unknown): AppError => new AppError('input.table-unreadable',
  `The file is not a readable Parquet file: ${error instanceof Error ? error.message : String(error)}.`, { cause: error })

const countSchema = z.bigint().min(0n)
/** What is looked at of a file's metadata: hyparquet takes it as the bytes give it. */
const metadataSchema = z.object({
  num_rows: countSchema,
  schema: z.array(z.object({ name: z.string(), num_children: z.int().min(0).optional(), scale: z.int().optional() })),
  row_groups: z.array(z.object({
    num_rows: countSchema,
    total_byte_size: countSchema,
    columns: z.array(z.object({ meta_data: z.object({ num_values: countSchema }) })),
  })),
})

const readMetadata = (bytes: Uint8Array): FileMetaData => {
  let metadata: FileMetaData
  try {
    metadata = parquetMetadata(bytes)
  } catch (error) {
    throw unreadable(error)
  }
  parseAs(metadataSchema, metadata, 'the Parquet file\'s metadata', 'input.table-unreadable')
  return metadata
}

/** The columns at the top; nested ones are found out by their cells. */
const topColumns = ({ schema: [, ...elements] }: FileMetaData): SchemaElement[] => {
  const top: SchemaElement[] = []
  for (let at = 0; at < elements.length;) {
    const element = elements[at] as SchemaElement
    top.push(element)
    let open = 1
    while (open > 0 && at < elements.length) {
      open += (elements[at]?.num_children ?? 0) - 1
      at += 1
    }
  }
  return top
}

const sum = (counts: readonly bigint[]): number => Number(counts.reduce((total, count) => total + count, 0n))

/** What the file says of its sizes, before any of it is unpacked. */
const assertSizes = ({ num_rows, row_groups }: FileMetaData, columns: number): void => {
  assertTableSize(Number(num_rows), columns)
  assertTableSize(sum(row_groups.map((group) => group.num_rows)), columns)
  assertTableSize(sum(row_groups.flatMap((group) => group.columns.map(({ meta_data }) => meta_data?.num_values ?? 0n))), 1)
  const bytes = sum(row_groups.map(({ total_byte_size }) => total_byte_size))
  if (bytes > maximumBytes) throw new AppError('input.table-too-large', `The table unpacks to ${bytes} bytes; at most ${maximumBytes} are read.`, { details: { bytes, maximum: maximumBytes } })
}

/** hyparquet multiplies a decimal's integer with a power of ten; the nearest number with its digits is the one that was meant. */
const createFix = ({ converted_type, logical_type, scale }: SchemaElement): ((value: unknown) => unknown) => {
  const digits = logical_type?.type === 'DECIMAL' ? logical_type.scale : converted_type === 'DECIMAL' ? scale ?? 0 : null
  return digits === null ? (value) => value : (value) => (typeof value === 'number' ? Number(value.toFixed(Math.min(digits, 100))) : value)
}

/** The rows of a Parquet file. Throws `input.table-unreadable`, `input.table-too-large`, and what the collector throws. */
export const readParquet = async (bytes: Uint8Array, { exclude = [] }: TableChoice): Promise<SourceTable> => {
  const metadata = readMetadata(bytes)
  const columns = topColumns(metadata)
  assertSizes(metadata, columns.length)
  const names = columns.map(({ name }) => name)
  const collector = createTableCollector('parquet', names, exclude)
  const fixes = columns.map(createFix)
  const file = new Uint8Array(bytes).buffer
  let rows: Record<string, unknown>[]
  try {
    rows = await parquetReadObjects({ file, metadata, compressors, columns: names.filter((name) => !exclude.includes(name)) })
  } catch (error) {
    throw unreadable(error)
  }
  rows.forEach((record, at) => { collector.add(names.map((name, column) => fixes[column]?.(record[name])), at + 1) })
  return collector.finish()
}
