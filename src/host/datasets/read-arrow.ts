import { DataType, RecordBatchReader, type Field, type RecordBatch, type RecordBatchFileReader } from 'apache-arrow'
import { AppError } from '../../shared/errors.ts'
import type { TakeBlock } from './packed-cells.ts'
import { assertTableSize, createTableCollector, portionRows, type TableHead } from './source-table.ts'
import type { TableChoice } from './table-format.ts'

const unreadable = (error: unknown): AppError => new AppError('input.table-unreadable',
  `The file is not readable as Arrow IPC: ${error instanceof Error ? error.message : String(error)}.`, { cause: error })

/** Two's complement, least significant word first. */
const toDecimalText = (words: Uint32Array, scale: number): string => {
  const bits = words.length * 32
  const magnitude = words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n)
  const value = BigInt.asIntN(bits, magnitude)
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0')
  const sign = value < 0n ? '-' : ''
  return scale <= 0 ? `${sign}${digits}${'0'.repeat(-scale)}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** apache-arrow gives dates and timestamps as milliseconds, decimals as words, and 64-bit integers as they are. */
const createConversion = ({ type }: Field): ((value: unknown) => unknown) => {
  if (DataType.isDate(type) || DataType.isTimestamp(type)) return (value) => (typeof value === 'number' ? new Date(value) : value)
  if (DataType.isDecimal(type)) return (value) => (value instanceof Uint32Array ? Number(toDecimalText(value, type.scale)) : value)
  return (value) => value
}

/**
 * A file's batches by its footer, one by one: what the footer names a batch and is none would be looked at for ever by the package's own
 * iterator, which goes on only from batch to batch.
 */
const readFileBatches = function* (reader: RecordBatchFileReader, bytes: Uint8Array): Generator<RecordBatch> {
  const { numRecordBatches } = reader
  if (numRecordBatches > bytes.length) throw new Error('its footer names more batches than it can hold')
  for (let index = 0; index < numRecordBatches; index += 1) {
    const batch = reader.readRecordBatch(index)
    if (batch === null) throw new Error(`its batch ${index} is none`)
    yield batch
  }
}

const readBatches = function* (bytes: Uint8Array): Generator<RecordBatch> {
  try {
    const reader = RecordBatchReader.from(bytes)
    reader.open({ autoDestroy: true })
    if (reader.isFile()) yield* readFileBatches(reader, bytes)
    else yield* reader
  } catch (error) {
    throw unreadable(error)
  }
}

/** The format lets a field have no name, which the package's types do not say; the collector refuses it as an empty one. */
const nameOf = ({ name }: { readonly name: string | null }): string => name ?? ''

/** A buffer cannot hold more bits than the file has; a length that says so is damaged or hostile. */
const assertLength = (batch: RecordBatch, bytes: Uint8Array): void => {
  if (batch.numRows > bytes.length * 8) throw unreadable(`a batch of ${batch.numRows} rows does not fit into the file`)
}

/** The rows of an Arrow IPC file or stream. Throws `input.table-unreadable`, `input.table-too-large`, and what the collector throws. */
export const readArrow = async (bytes: Uint8Array, { exclude = [] }: TableChoice, take: TakeBlock): Promise<TableHead> => {
  let row = 0
  let collector: ReturnType<typeof createTableCollector> | null = null
  for (const batch of readBatches(bytes)) {
    const { fields } = batch.schema
    assertLength(batch, bytes)
    assertTableSize(row + batch.numRows, fields.length)
    collector ??= createTableCollector('arrow', fields.map(nameOf), exclude, take)
    const columns = fields.map((field, at) => {
      const convert = createConversion(field)
      const vector = exclude.includes(field.name) ? null : batch.getChildAt(at)
      return (index: number): unknown => {
        try {
          return convert(vector?.get(index))
        } catch (error) {
          // E.g. a moment further off than a number of milliseconds can say.
          throw unreadable(error)
        }
      }
    })
    for (let index = 0; index < batch.numRows; index += 1) {
      row += 1
      collector.add(columns.map((get) => get(index)), row)
      if (row % portionRows === 0) await collector.drain()
    }
  }
  if (collector === null) throw new AppError('input.csv-no-rows', 'The file has no rows.')
  return collector.finish()
}
