import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { RecordBatchStreamWriter, RecordBatchReader, tableFromIPC, tableToIPC, vectorFromArray, Table, Int32 } from 'apache-arrow'
import { describe, expect, it } from 'vitest'
import { decodeChunk, encodeChunk } from '../../../src/host/datasets/chunk-arrow.ts'
import {
  assertChunk, assertColumns, assertManifest, ciphertextLengthOf, computeChunkLeaf, computeChunkRows,
  parseManifest, rowsInChunk,
} from '../../../src/host/datasets/tensor-wire.ts'
import { computeRoot } from '../../../src/host/datasets/merkle.ts'
import { createColumn, createShape, randomChunk } from './fixtures.ts'

const columns = [createColumn('wage'), createColumn('größe', { scale: { numerator: '1', denominator: '1' } }), createColumn('union')]
const shape = createShape(7, columns, 3)
const length = ciphertextLengthOf(shape)
const invalid = expect.objectContaining({ code: 'input.tensor-chunk-invalid' })

describe('a chunk on the wire', () => {
  it('comes back byte for byte, the short last chunk too', () => {
    for (const index of [0, 1, 2]) {
      const raw = randomChunk(rowsInChunk(shape, index) * 3 * length)
      expect(decodeChunk(encodeChunk(shape, columns, index, raw), shape, columns, index)).toEqual(raw)
    }
  })

  it('is plain Arrow that any reader opens: named FixedSizeBinary columns, scales, key and place', () => {
    const raw = randomChunk(3 * 3 * length)
    const table = tableFromIPC(encodeChunk(shape, columns, 1, raw))
    expect(table.numRows).toBe(3)
    expect(table.schema.fields.map(({ name, type, metadata }) => [name, String(type), metadata.get('scale')])).toEqual([
      ['wage', 'FixedSizeBinary[512]', '1/100'], ['größe', 'FixedSizeBinary[512]', '1/1'], ['union', 'FixedSizeBinary[512]', '1/100'],
    ])
    expect(Object.fromEntries(table.schema.metadata)).toEqual({
      format: 'hesystem-tensor/1', key_id: shape.key.keyId, n: shape.key.n, shape: '7,3', chunk: '1', first_row: '3',
    })
    expect(table.getChild('größe')?.get(2)).toEqual(raw.subarray(5 * length, 6 * length))
  })

  it('stays within a mebibyte unless one row is larger', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 5000 }), fc.constantFrom(512, 768, 1024), (width, bytes) => {
      const chunkRows = computeChunkRows(width, bytes)
      expect(chunkRows === 1 || chunkRows * width * bytes <= 1024 * 1024).toBe(true)
      expect((chunkRows + 1) * width * bytes).toBeGreaterThan(1024 * 1024)
    }))
  })

  it('is refused when encoded from the wrong number of bytes, or for a chunk that is not there', () => {
    expect(() => encodeChunk(shape, columns, 0, randomChunk(9 * length - 1))).toThrow(invalid)
    for (const index of [3, -1, 0.5]) expect(() => encodeChunk(shape, columns, index, randomChunk(9 * length))).toThrow(invalid)
  })

  it('is refused under another key, shape, place, column name, scale or width', () => {
    const bytes = encodeChunk(shape, columns, 0, randomChunk(9 * length))
    const refusals = [
      () => decodeChunk(bytes, { ...shape, key: { ...shape.key, n: `e${shape.key.n.slice(1)}` } }, columns, 0),
      () => decodeChunk(bytes, { ...shape, rows: 8 }, columns, 0),
      () => decodeChunk(bytes, shape, columns, 1),
      () => decodeChunk(bytes, shape, [createColumn('wages'), ...columns.slice(1)], 0),
      () => decodeChunk(bytes, shape, [createColumn('wage', { scale: { numerator: '1', denominator: '10' } }), ...columns.slice(1)], 0),
      () => decodeChunk(bytes, { ...shape, key: { ...shape.key, bits: 3072 } }, columns, 0),
      () => decodeChunk(bytes, { ...shape, columns: 2 }, columns.slice(1), 0),
      () => decodeChunk(bytes, { ...shape, chunkRows: 2 }, columns, 0),
    ]
    for (const decode of refusals) expect(decode).toThrow(invalid)
  })

  it('is refused with anything after it, before it, cut off, or in more than one batch', () => {
    const raw = randomChunk(9 * length)
    const bytes = encodeChunk(shape, columns, 0, raw)
    const batches = [...RecordBatchReader.from(bytes)]
    expect(batches).toHaveLength(1)
    const twice = RecordBatchStreamWriter.writeAll([...batches, ...batches]).toUint8Array(true)
    const halves = RecordBatchStreamWriter.writeAll(batches.flatMap((batch) => [batch.slice(0, 1), batch.slice(1)])).toUint8Array(true)
    const file = tableToIPC(tableFromIPC(bytes), 'file')
    const cuts = [0, 1, 8, 100, bytes.length - 9, bytes.length - 8, bytes.length - 1].map((end) => bytes.subarray(0, end))
    const longer = [Buffer.concat([bytes, Buffer.of(0)]), Buffer.concat([bytes, bytes]), Buffer.concat([Buffer.of(0), bytes])]
    for (const wrong of [...cuts, ...longer, twice, halves, file]) {
      expect(() => decodeChunk(new Uint8Array(wrong), shape, columns, 0)).toThrow(invalid)
    }
  })

  it('is refused where Arrow holds other types or nonsense', () => {
    const integers = tableToIPC(new Table({ wage: vectorFromArray([1, 2, 3], new Int32()) }), 'stream')
    expect(() => decodeChunk(integers, shape, columns, 0)).toThrow(invalid)
    expect(() => decodeChunk(randomChunk(5000), shape, columns, 0)).toThrow(invalid)
    expect(() => decodeChunk(new Uint8Array(5000).fill(255), shape, columns, 0)).toThrow(invalid)
  })

  it('never passes with one changed byte: it is refused outright, or its hash gives it away', () => {
    const raw = randomChunk(9 * length)
    const leaf = computeChunkLeaf(shape, 0, raw)
    const bytes = encodeChunk(shape, columns, 0, raw)
    for (let at = 0; at < bytes.length; at += at < 2000 ? 1 : 97) {
      const corrupted = bytes.slice()
      corrupted[at] = (corrupted[at] ?? 0) ^ 0x55
      expect(() => assertChunk(shape, 0, decodeChunk(corrupted, shape, columns, 0), leaf)).toThrow(invalid)
    }
    expect(() => assertChunk(shape, 0, decodeChunk(bytes, shape, columns, 0), leaf)).not.toThrow()
  })

  it('has a fixed spelling around its ciphertexts, which both sides must share', () => {
    const bytes = encodeChunk(shape, columns, 0, new Uint8Array(9 * length))
    expect(createHash('sha256').update(bytes).digest('hex')).toBe('c07fb9ebce0dbf94c183ada156da537d2a5f78f4d18d9adf42e46f65213b3ff9')
  })
})

describe('a manifest', () => {
  const leaves = [0, 1, 2].map((index) => computeChunkLeaf(shape, index, randomChunk(rowsInChunk(shape, index) * 3 * length)))
  const commitment = { ...shape, root: computeRoot(leaves) }
  const refused = expect.objectContaining({ code: 'input.manifest-invalid' })

  it('is accepted when its leaves hash to the listing\'s root', () => {
    expect(parseManifest({ commitment, leaves }, commitment)).toEqual({ commitment, leaves })
  })

  it('is refused with a leaf changed, swapped, missing or added', () => {
    const [a = '', b = '', c = ''] = leaves
    for (const wrong of [[a, b, b], [b, a, c], [a, b], [a, b, c, c], []]) {
      expect(() => parseManifest({ commitment, leaves: wrong }, commitment)).toThrow(refused)
    }
  })

  it('is refused when it commits to anything but the listing\'s tensor', () => {
    for (const change of [{ rows: 8 }, { root: leaves[0] ?? '' }, { schemaHash: leaves[0] ?? '' }, { key: { ...commitment.key, n: `e${shape.key.n.slice(1)}` } }]) {
      expect(() => parseManifest({ commitment: { ...commitment, ...change }, leaves }, commitment)).toThrow(refused)
    }
  })

  it('is refused when its chunk count does not follow from its rows', () => {
    expect(() => assertManifest({ commitment: { ...commitment, rows: 10 }, leaves })).toThrow(refused)
  })

  it('is refused when its key id is not the hash of its modulus', () => {
    for (const key of [{ ...commitment.key, keyId: leaves[0] ?? '' }, { ...commitment.key, n: `e${shape.key.n.slice(1)}` }, { ...commitment.key, bits: 3072 as const }]) {
      const other = { ...commitment, key }
      expect(() => parseManifest({ commitment: other, leaves }, other)).toThrow(refused)
    }
  })

  it('is refused when it is no manifest at all', () => {
    for (const wrong of [null, {}, 'x', { commitment, leaves: ['0x'] }]) expect(() => parseManifest(wrong, commitment)).toThrow(refused)
  })

  it('stands for these columns and no others', () => {
    expect(() => assertColumns(shape, columns)).not.toThrow()
    expect(() => assertColumns(shape, [...columns].reverse())).toThrow(refused)
    expect(() => assertColumns(shape, columns.slice(1))).toThrow(refused)
  })
})
