import {
  Data, Field, FixedSizeBinary, MessageHeader, MessageReader, RecordBatch, RecordBatchReader, RecordBatchStreamWriter, Schema, Struct, makeData,
} from 'apache-arrow'
import type { Column, TensorCommitment } from '../../shared/schemas/details.ts'
import { manifestSchema, type Manifest } from '../../shared/schemas/http.ts'
import { AppError } from '../../shared/errors.ts'
import { parseAs } from '../../shared/parse.ts'
import { computeLeaf, computeRoot, computeSchemaHash } from './merkle.ts'

/** A commitment whose root need not be known yet: all that the chunks of a tensor have in common. */
export type TensorShape = Omit<TensorCommitment, 'root'>

const chunkByteLimit = 1024 * 1024

/** Bytes of one ciphertext under the shape's key: two times the bits of n. */
export const ciphertextLengthOf = ({ key }: Pick<TensorShape, 'key'>): number => key.bits / 4

/** Rows of a chunk, so that its ciphertexts stay within 1 MiB (one row where a single one is larger). */
export const computeChunkRows = (columns: number, ciphertextLength: number): number =>
  Math.max(1, Math.floor(chunkByteLimit / (columns * ciphertextLength)))

/** Rows in chunk `index`: the last chunk may be shorter. */
export const rowsInChunk = ({ rows, chunkRows }: Pick<TensorShape, 'rows' | 'chunkRows'>, index: number): number =>
  Math.min(chunkRows, rows - index * chunkRows)

/** Bytes of the ciphertexts of chunk `index`. */
export const chunkLength = (shape: TensorShape, index: number): number =>
  rowsInChunk(shape, index) * shape.columns * ciphertextLengthOf(shape)

/** The leaf of chunk `index`, from its raw ciphertexts (column by column). */
export const computeChunkLeaf = (shape: TensorShape, index: number, ciphertexts: Uint8Array): string =>
  computeLeaf({ keyId: shape.key.keyId, schemaHash: shape.schemaHash, index, rows: rowsInChunk(shape, index) }, ciphertexts)

const refuseChunk = (index: number, why: string, cause?: unknown): AppError =>
  new AppError('input.tensor-chunk-invalid', `Chunk ${index} is not what the listing commits to: ${why}.`, { details: { chunk: index }, retryable: true, cause })

/** Throws `input.tensor-chunk-invalid` unless there is a chunk `index` and `ciphertexts` has its length and, where given, its leaf. */
export const assertChunk = (shape: TensorShape, index: number, ciphertexts: Uint8Array, leaf?: string): void => {
  if (!Number.isInteger(index) || index < 0 || index >= shape.chunks) throw refuseChunk(index, `there are ${shape.chunks} chunks`)
  const expected = chunkLength(shape, index)
  if (ciphertexts.length !== expected) throw refuseChunk(index, `it holds ${ciphertexts.length} bytes of ciphertext instead of ${expected}`)
  if (leaf !== undefined && computeChunkLeaf(shape, index, ciphertexts) !== leaf) throw refuseChunk(index, 'its hash differs from the manifest\'s')
}

const createChunkSchema = (shape: TensorShape, columns: readonly Column[], index: number): Schema => {
  const type = new FixedSizeBinary(ciphertextLengthOf(shape))
  const fields = columns.map(({ name, scale }) =>
    new Field(name, type, false, new Map([['scale', `${scale.numerator}/${scale.denominator}`]])))
  return new Schema(fields, new Map([
    ['format', 'hesystem-tensor/1'],
    ['key_id', shape.key.keyId],
    ['n', shape.key.n],
    ['shape', `${shape.rows},${shape.columns}`],
    ['chunk', String(index)],
    ['first_row', String(index * shape.chunkRows)],
  ]))
}

/**
 * One chunk as an Arrow IPC stream of one record batch: a FixedSizeBinary column per dataset column, the scale in each
 * field's metadata, key id, n (hex), shape and place in the schema's. `ciphertexts` run column by column.
 * Throws `input.tensor-chunk-invalid` for ciphertexts of another length.
 */
export const encodeChunk = (shape: TensorShape, columns: readonly Column[], index: number, ciphertexts: Uint8Array): Uint8Array => {
  assertChunk(shape, index, ciphertexts)
  const schema = createChunkSchema(shape, columns, index)
  const length = rowsInChunk(shape, index)
  const columnBytes = length * ciphertextLengthOf(shape)
  const children = schema.fields.map((field, at) =>
    makeData({ type: field.type as FixedSizeBinary, length, nullCount: 0, data: ciphertexts.subarray(at * columnBytes, (at + 1) * columnBytes) }))
  const batch = new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, nullCount: 0, children }))
  return RecordBatchStreamWriter.writeAll([batch]).toUint8Array(true)
}

const sameMap = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean =>
  a.size === b.size && [...a].every(([key, value]) => b.get(key) === value)

const sameField = (a: Field, b: Field): boolean =>
  a.name === b.name && a.nullable === b.nullable && a.type instanceof FixedSizeBinary && b.type instanceof FixedSizeBinary
    && a.type.byteWidth === b.type.byteWidth && sameMap(a.metadata, b.metadata)

/** Length of a stream of exactly one schema, one record batch and the end mark; −1 for anything else. */
const measureStream = (bytes: Uint8Array): number => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const reader = new MessageReader(bytes)
  let offset = 0
  for (const kind of [MessageHeader.Schema, MessageHeader.RecordBatch]) {
    if (view.getInt32(offset, true) !== -1) return -1
    const message = reader.readMessage(kind)
    if (message === null) return -1
    reader.readMessageBody(message.bodyLength)
    offset += 8 + view.getInt32(offset + 4, true) + message.bodyLength
  }
  return view.getInt32(offset, true) === -1 && view.getInt32(offset + 4, true) === 0 ? offset + 8 : -1
}

const readBatch = (bytes: Uint8Array, index: number): RecordBatch => {
  try {
    if (measureStream(bytes) !== bytes.length) throw refuseChunk(index, 'it is not one Arrow record batch and nothing else')
    const [batch] = RecordBatchReader.from(bytes)
    if (batch === undefined) throw refuseChunk(index, 'it holds no record batch')
    return batch
  } catch (error) {
    // The decoder meets hostile bytes here: whatever it throws means the same.
    throw error instanceof AppError ? error : refuseChunk(index, 'it is not a readable Arrow stream', error)
  }
}

/**
 * The raw ciphertexts (column by column) of an Arrow chunk that must match shape, columns and index exactly. Says nothing
 * about their content: that is `assertChunk` with the manifest's leaf. Throws `input.tensor-chunk-invalid`.
 */
export const decodeChunk = (bytes: Uint8Array, shape: TensorShape, columns: readonly Column[], index: number): Uint8Array => {
  const batch = readBatch(bytes, index)
  const expected = createChunkSchema(shape, columns, index)
  const { fields, metadata } = batch.schema
  if (!sameMap(metadata, expected.metadata)) throw refuseChunk(index, 'its metadata differ')
  if (fields.length !== expected.fields.length || !expected.fields.every((field, at) => sameField(field, fields[at] as Field))) {
    throw refuseChunk(index, 'its columns differ')
  }
  const rows = rowsInChunk(shape, index)
  if (batch.numRows !== rows) throw refuseChunk(index, `it holds ${batch.numRows} rows instead of ${rows}`)
  const columnBytes = rows * ciphertextLengthOf(shape)
  const ciphertexts = new Uint8Array(columnBytes * columns.length)
  batch.data.children.forEach((child: Data, at) => {
    const values: unknown = child.values
    if (child.length !== rows || child.offset !== 0 || child.nullCount !== 0 || !(values instanceof Uint8Array) || values.length < columnBytes) {
      throw refuseChunk(index, `column ${at + 1} is incomplete`)
    }
    ciphertexts.set(values.subarray(0, columnBytes), at * columnBytes)
  })
  return ciphertexts
}

const refuseManifest = (why: string): AppError => new AppError('input.manifest-invalid', `The manifest does not hold together: ${why}.`)

/** Throws `input.manifest-invalid` unless the chunk count follows from the shape and the leaves hash to the root. */
export const assertManifest = ({ commitment, leaves }: Manifest): void => {
  const chunks = Math.ceil(commitment.rows / commitment.chunkRows)
  if (commitment.chunks !== chunks) throw refuseManifest(`${commitment.rows} rows by ${commitment.chunkRows} make ${chunks} chunks, not ${commitment.chunks}`)
  if (leaves.length !== chunks) throw refuseManifest(`it lists ${leaves.length} chunks instead of ${chunks}`)
  if (computeRoot(leaves) !== commitment.root) throw refuseManifest('its chunks hash to another root')
}

/** Throws `input.manifest-invalid` unless the columns are those the commitment's schema hash stands for. */
export const assertColumns = ({ schemaHash, columns: count }: TensorShape, columns: readonly Column[]): void => {
  if (columns.length !== count || computeSchemaHash(columns) !== schemaHash) throw refuseManifest('its schema hash is of other columns')
}

/** Reads a manifest from the network, held to the commitment the buyer already trusts (the listing's). Throws `input.manifest-invalid`. */
export const parseManifest = (value: unknown, expected: TensorCommitment): Manifest => {
  const manifest = parseAs(manifestSchema, value, 'the manifest', 'input.manifest-invalid')
  const { key, ...rest } = manifest.commitment
  const same = Object.entries(rest).every(([name, found]) => expected[name as keyof typeof rest] === found)
  if (!same || key.keyId !== expected.key.keyId || key.n !== expected.key.n || key.bits !== expected.key.bits) {
    throw refuseManifest('it commits to another tensor than the listing')
  }
  assertManifest(manifest)
  return manifest
}
