import { open } from 'node:fs/promises'
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { parquetMetadataAsync, parquetRead, type AsyncBuffer, type Compressors, type FileMetaData, type SchemaElement } from 'hyparquet'
import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import { parseAs } from '../../shared/parse.ts'
import type { TakeBlock } from './packed-cells.ts'
import { assertTableSize, createTableCollector, type TableHead } from './source-table.ts'
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

const readMetadata = async (file: AsyncBuffer): Promise<FileMetaData> => {
  let metadata: FileMetaData
  try {
    metadata = await parquetMetadataAsync(file)
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

/** The parts of a file as they are asked for, from memory or from disk. */
const openSource = async (source: Uint8Array | string): Promise<{ readonly file: AsyncBuffer; readonly close: () => Promise<void> }> => {
  if (typeof source !== 'string') {
    const { buffer, byteLength } = new Uint8Array(source)
    return { file: { byteLength, slice: (start, end) => buffer.slice(start, end) }, close: () => Promise.resolve() }
  }
  const handle = await open(source)
  const byteLength = (await handle.stat()).size
  const slice = async (start: number, end = byteLength): Promise<ArrayBuffer> => {
    const part = new Uint8Array(Math.max(0, Math.min(end, byteLength) - start))
    const { bytesRead } = await handle.read(part, 0, part.length, start)
    if (bytesRead !== part.length) throw new Error('the file became shorter while it was read')
    return part.buffer
  }
  return { file: { byteLength, slice }, close: () => handle.close() }
}

interface OpenFile {
  readonly file: AsyncBuffer
  readonly metadata: FileMetaData
}

/** One column of one row group, in the pages that the file has it in. */
const readColumn = async ({ file, metadata }: OpenFile, column: string, rowStart: number, rows: number): Promise<ArrayLike<unknown>[]> => {
  const pages: ArrayLike<unknown>[] = []
  try {
    await parquetRead({
      file, metadata, compressors, columns: [column], rowStart, rowEnd: rowStart + rows,
      onChunk: ({ columnData }) => { pages.push(columnData) },
    })
  } catch (error) {
    throw unreadable(error)
  }
  const found = pages.reduce((sum, { length }) => sum + length, 0)
  if (found !== rows) throw unreadable(`a column has ${found} values in a group of ${rows} rows`)
  return pages
}

const readGroups = async (file: AsyncBuffer, exclude: readonly string[], take: TakeBlock): Promise<TableHead> => {
  const metadata = await readMetadata(file)
  const columns = topColumns(metadata)
  assertSizes(metadata, columns.length)
  const collector = createTableCollector('parquet', columns.map(({ name }) => name), exclude, take)
  let start = 0
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows)
    for (const [at, column] of columns.entries()) {
      const fix = createFix(column)
      const isExcluded = exclude.includes(column.name)
      const pages = isExcluded ? [new Array<null>(rows).fill(null)] : await readColumn({ file, metadata }, column.name, start, rows)
      let row = start + 1
      for (const page of pages) {
        collector.addColumn(at, Array.from(page, fix), row)
        await collector.drain()
        row += page.length
      }
    }
    start += rows
  }
  return collector.finish()
}

/**
 * The rows of a Parquet file, one column of one row group after the other, so that never more than that is unpacked. Throws
 * `input.table-unreadable`, `input.table-too-large`, and what the collector throws.
 */
export const readParquet = async (source: Uint8Array | string, { exclude = [] }: TableChoice, take: TakeBlock): Promise<TableHead> => {
  const { file, close } = await openSource(source)
  try {
    return await readGroups(file, exclude, take)
  } finally {
    await close()
  }
}
