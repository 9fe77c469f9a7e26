import { Field, FixedSizeBinary, RecordBatch, RecordBatchStreamWriter, Schema, Struct, makeData } from 'apache-arrow'
import type { Column } from '../../shared/schemas/details.ts'
import { assertChunk, assertIndex, chunkLength, ciphertextLengthOf, refuseChunk, rowsInChunk, type TensorShape } from './tensor-wire.ts'

const createSchema = (shape: TensorShape, columns: readonly Column[], place: readonly (readonly [string, string])[]): Schema => {
  const type = new FixedSizeBinary(ciphertextLengthOf(shape))
  const fields = columns.map(({ name, scale }) =>
    new Field(name, type, false, new Map([['scale', `${scale.numerator}/${scale.denominator}`]])))
  const packed = (shape.packed ?? []).map((group, index) => new Field(`packed:${index}`, type, false, new Map([['columns', group.join(',')]])))
  return new Schema([...fields, ...packed], new Map([
    ['format', 'hesystem-tensor/1'],
    ['key_id', shape.key.keyId],
    ['n', shape.key.n],
    ['shape', `${shape.rows},${shape.columns}`],
    ...place,
  ]))
}

const createBatch = (shape: TensorShape, schema: Schema, index: number, ciphertexts: Uint8Array): RecordBatch => {
  assertChunk(shape, index, ciphertexts)
  const length = rowsInChunk(shape, index)
  const columnBytes = length * ciphertextLengthOf(shape)
  const children = schema.fields.map((field, at) => {
    const data = ciphertexts.subarray(at * columnBytes, (at + 1) * columnBytes)
    return makeData({ type: field.type as FixedSizeBinary, length, nullCount: 0, data })
  })
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, nullCount: 0, children }))
}

/** One chunk as a record batch of the whole tensor's file: its columns as on the wire, but its place is its place in the file. */
export const createTensorBatch = (
  { packed: _, ...table }: TensorShape, columns: readonly Column[], index: number, ciphertexts: Uint8Array,
): RecordBatch =>
  createBatch(table, createSchema(table, columns, []), index, ciphertexts.subarray(0, chunkLength(table, index)))

/**
 * One chunk as an Arrow IPC stream of one record batch: a FixedSizeBinary column per dataset column, the scale in each
 * field's metadata, key id, n (hex), shape and place in the schema's. `ciphertexts` run column by column.
 * Throws `input.tensor-chunk-invalid` for ciphertexts of another length.
 */
export const encodeChunk = (shape: TensorShape, columns: readonly Column[], index: number, ciphertexts: Uint8Array): Uint8Array => {
  const schema = createSchema(shape, columns, [['chunk', String(index)], ['first_row', String(index * shape.chunkRows)]])
  return RecordBatchStreamWriter.writeAll([createBatch(shape, schema, index, ciphertexts)]).toUint8Array(true)
}

// The stream's end mark: a continuation word and a length of zero.
const endLength = 8

/**
 * The raw ciphertexts (column by column) of chunk `index`. The stream must be, byte for byte, what `encodeChunk` writes
 * around them: a general Arrow reader takes lengths from the bytes it reads, and one changed byte can cost it all memory;
 * here nothing is parsed. Says nothing about the ciphertexts: that is `assertChunk` with the manifest's leaf.
 * Throws `input.tensor-chunk-invalid`.
 */
export const decodeChunk = (bytes: Uint8Array, shape: TensorShape, columns: readonly Column[], index: number): Uint8Array => {
  assertIndex(shape, index)
  const length = chunkLength(shape, index)
  // FixedSizeBinary buffers of whole 8-byte words need no padding, so the ciphertexts stand together, right before the end mark.
  const expected = encodeChunk(shape, columns, index, new Uint8Array(length))
  if (bytes.length !== expected.length) throw refuseChunk(index, `it has ${bytes.length} bytes instead of ${expected.length}`)
  const end = expected.length - endLength
  const start = end - length
  if (Buffer.compare(bytes.subarray(0, start), expected.subarray(0, start)) !== 0) throw refuseChunk(index, 'its columns, key, shape or place differ')
  if (Buffer.compare(bytes.subarray(end), expected.subarray(end)) !== 0) throw refuseChunk(index, 'it does not end where it should')
  return bytes.slice(start, end)
}
