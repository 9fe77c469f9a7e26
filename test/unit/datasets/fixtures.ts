import { randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import { computeSchemaHash } from '../../../src/host/datasets/merkle.ts'
import { computeChunkRows, describeKey, type TensorShape } from '../../../src/host/datasets/tensor-wire.ts'
import type { Column } from '../../../src/shared/schemas/details.ts'

export const createColumn = (name: string, change: Partial<Column> = {}): Column => ({
  name, type: 'number', unit: '', description: '', categories: [], scale: { numerator: '1', denominator: '100' }, lower: 0, upper: 100, ...change,
})

/** A shape under a made-up 2048-bit modulus: the wire does not look into the ciphertexts. */
export const createShape = (rows: number, columns: readonly Column[], chunkRows = computeChunkRows(columns.length, 512)): TensorShape => {
  return {
    schemaHash: computeSchemaHash(columns),
    rows,
    columns: columns.length,
    chunkRows,
    chunks: Math.ceil(rows / chunkRows),
    key: describeKey({ n: BigInt(`0xf${'1'.repeat(511)}`), bits: 2048 }),
  }
}

export const randomChunk = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes))

/** Matches the error of a code, with at least these details. */
export const refusal = (code: string, details: object = {}): unknown =>
  expect.objectContaining({ code, details: expect.objectContaining(details) as unknown })
