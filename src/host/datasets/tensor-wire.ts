import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { bitLength, ciphertextLength } from '../../crypto/bytes.ts'
import { computeKeyId } from '../../crypto/keys.ts'
import type { PaillierPublicKey } from '../../crypto/types.ts'
import type { Column, TensorCommitment } from '../../shared/schemas/details.ts'
import { manifestSchema, type Manifest } from '../../shared/schemas/http.ts'
import { AppError } from '../../shared/errors.ts'
import { parseAs } from '../../shared/parse.ts'
import { computeLeaf, computeRoot, computeSchemaHash } from './merkle.ts'

/** A commitment whose root need not be known yet: all that the chunks of a tensor have in common. */
export type TensorShape = Omit<TensorCommitment, 'root'>

const chunkByteLimit = 1024 * 1024

/** Bytes of one ciphertext under the shape's key. */
export const ciphertextLengthOf = ({ key }: Pick<TensorShape, 'key'>): number => ciphertextLength(key.bits)

/** Rows of a chunk, so that its ciphertexts stay within 1 MiB (one row where a single one is larger). */
export const computeChunkRows = (columns: number, ciphertextBytes: number): number =>
  Math.max(1, Math.floor(chunkByteLimit / (columns * ciphertextBytes)))

/** Rows in chunk `index`: the last chunk may be shorter. */
export const rowsInChunk = ({ rows, chunkRows }: Pick<TensorShape, 'rows' | 'chunkRows'>, index: number): number =>
  Math.min(chunkRows, rows - index * chunkRows)

/** Ciphertexts a row: the columns, and the packed groups behind them. */
export const widthOf = ({ columns, packed = [] }: Pick<TensorShape, 'columns' | 'packed'>): number => columns + packed.length

/** Bytes of the ciphertexts of chunk `index`. */
export const chunkLength = (shape: TensorShape, index: number): number =>
  rowsInChunk(shape, index) * widthOf(shape) * ciphertextLengthOf(shape)

/** The leaf of chunk `index`, from its raw ciphertexts (column by column). */
export const computeChunkLeaf = (shape: TensorShape, index: number, ciphertexts: Uint8Array): string =>
  computeLeaf({ keyId: shape.key.keyId, schemaHash: shape.schemaHash, index, rows: rowsInChunk(shape, index) }, ciphertexts)

/** The refusal of a chunk that is not what its listing commits to. */
export const refuseChunk = (index: number, why: string): AppError =>
  new AppError('input.tensor-chunk-invalid', `Chunk ${index} is not what the listing commits to: ${why}.`, { details: { chunk: index }, retryable: true })

/** Throws `input.tensor-chunk-invalid` unless there is a chunk `index`. */
export const assertIndex = ({ chunks }: TensorShape, index: number): void => {
  if (!Number.isInteger(index) || index < 0 || index >= chunks) throw refuseChunk(index, `there are ${chunks} chunks`)
}

/** Throws `input.tensor-chunk-invalid` unless there is a chunk `index` and `ciphertexts` has its length and, where given, its leaf. */
export const assertChunk = (shape: TensorShape, index: number, ciphertexts: Uint8Array, leaf?: string): void => {
  assertIndex(shape, index)
  const expected = chunkLength(shape, index)
  if (ciphertexts.length !== expected) throw refuseChunk(index, `it holds ${ciphertexts.length} bytes of ciphertext instead of ${expected}`)
  if (leaf !== undefined && computeChunkLeaf(shape, index, ciphertexts) !== leaf) throw refuseChunk(index, 'its hash differs from the manifest\'s')
}

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()

const refuseManifest = (why: string): AppError => new AppError('input.manifest-invalid', `The manifest does not hold together: ${why}.`)

/** A public key as commitments carry it, with its certificate's roots in hexadecimal where there is one. */
export const describeKey = (key: PaillierPublicKey, roots: readonly string[] | null = null): TensorCommitment['key'] => ({
  keyId: `0x${Buffer.from(computeKeyId(key, sha256)).toString('hex')}`,
  bits: key.bits,
  n: key.n.toString(16),
  certificate: roots === null ? null : { scheme: 'grsb-2018', roots: [...roots] },
})

/** The public key of a commitment. Throws `input.manifest-invalid` unless n has the stated bits and hashes to the key's id. */
export const parseKey = ({ keyId, n: hex, bits }: TensorCommitment['key']): PaillierPublicKey => {
  const key = { n: BigInt(`0x${hex}`), bits }
  if (bitLength(key.n) !== bits || describeKey(key).keyId !== keyId) throw refuseManifest('its key is not the one its key id stands for')
  return key
}

/** Throws `input.manifest-invalid` unless key and key id agree, the chunk count follows from the shape and the leaves hash to the root. */
export const assertManifest = ({ commitment, leaves }: Manifest): void => {
  parseKey(commitment.key)
  const chunks = Math.ceil(commitment.rows / commitment.chunkRows)
  if (commitment.chunks !== chunks) throw refuseManifest(`${commitment.rows} rows by ${commitment.chunkRows} make ${chunks} chunks, not ${commitment.chunks}`)
  if (leaves.length !== chunks) throw refuseManifest(`it lists ${leaves.length} chunks instead of ${chunks}`)
  if (computeRoot(leaves) !== commitment.root) throw refuseManifest('its chunks hash to another root')
}

/** Throws `input.manifest-invalid` unless the columns are those the commitment's schema hash stands for. */
export const assertColumns = ({ schemaHash, columns: count, packed }: TensorShape, columns: readonly Column[]): void => {
  if (columns.length !== count || computeSchemaHash(columns, packed) !== schemaHash) throw refuseManifest('its schema hash is of other columns')
}

/** Reads a manifest from the network, held to the commitment the buyer already trusts (the listing's). Throws `input.manifest-invalid`. */
export const parseManifest = (value: unknown, expected: TensorCommitment): Manifest => {
  const manifest = parseAs(manifestSchema, value, 'the manifest', 'input.manifest-invalid')
  const { key, packed, ...rest } = manifest.commitment
  const isSamePacking = isDeepStrictEqual(packed, expected.packed)
  const same = isSamePacking && Object.entries(rest).every(([name, found]) => expected[name as keyof typeof rest] === found)
  if (!same || key.keyId !== expected.key.keyId || key.n !== expected.key.n || key.bits !== expected.key.bits) {
    throw refuseManifest('it commits to another tensor than the listing')
  }
  assertManifest(manifest)
  return manifest
}
