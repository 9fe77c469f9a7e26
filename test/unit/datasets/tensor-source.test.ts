import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTensorSource } from '../../../src/host/datasets/tensor-source.ts'

/** Each "ciphertext" spells its own row and column, so a misplaced one shows. */
const spell = (row: number, column: number): number[] => [row >> 8, row & 255, column >> 8, column & 255]

const createChunks = (rows: number, columns: number, chunkRows: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(rows / chunkRows) }, (_, index) => {
    const height = Math.min(chunkRows, rows - index * chunkRows)
    const cells = Array.from({ length: columns * height }, (_unused, at) =>
      [index * chunkRows + (at % height), Math.floor(at / height)] as const)
    return Uint8Array.from(cells.flatMap(([row, column]) => spell(row, column)))
  })

describe('a tensor\'s source', () => {
  it('finds every run of cells, whatever the shape and the chunking', async () => {
    const upTo = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max })
    const part = fc.double({ min: 0, max: 1, noNaN: true })
    await fc.assert(fc.asyncProperty(upTo(40), upTo(6), upTo(45), part, part, async (rows, columns, chunkRows, a, b) => {
      const chunks = createChunks(rows, columns, chunkRows)
      const readChunk = (index: number): Uint8Array => chunks[index] ?? new Uint8Array()
      const source = createTensorSource({ rows, columns, chunkRows, ciphertextLength: 4, readChunk })
      const start = Math.round(a * rows * columns)
      const count = Math.round(b * (rows * columns - start))
      const expected = Array.from({ length: count }, (_, at) => spell((start + at) % rows, Math.floor((start + at) / rows))).flat()
      expect([...await source.read(start, count)]).toEqual(expected)
      expect(source.count).toBe(rows * columns)
    }), { numRuns: 300 })
  })

  it('reads a chunk once while it is in use', async () => {
    const chunks = createChunks(10, 3, 4)
    const reads: number[] = []
    const readChunk = (index: number): Uint8Array => {
      reads.push(index)
      return chunks[index] ?? new Uint8Array()
    }
    const source = createTensorSource({ rows: 10, columns: 3, chunkRows: 4, ciphertextLength: 4, readChunk })
    await Promise.all([source.read(0, 30), source.read(5, 20)])
    await source.read(0, 30)
    expect(reads.toSorted()).toEqual([0, 1, 2])
  })

  it('forgets a failed read, and tells it', async () => {
    let fail = true
    const source = createTensorSource({ rows: 2, columns: 1, chunkRows: 2, ciphertextLength: 4, readChunk: () => {
      if (fail) throw new Error('the disk is away')
      return createChunks(2, 1, 2)[0] ?? new Uint8Array()
    } })
    await expect(source.read(0, 2)).rejects.toThrow('the disk is away')
    fail = false
    expect([...await source.read(1, 1)]).toEqual([0, 1, 0, 0])
  })

  it('refuses cells that are not there', async () => {
    const source = createTensorSource({ rows: 2, columns: 2, chunkRows: 2, ciphertextLength: 4, readChunk: () => new Uint8Array(16) })
    for (const [start, count] of [[0, 5], [-1, 1], [4, 1], [0, -1]] as const) {
      await expect(source.read(start, count)).rejects.toThrow(RangeError)
    }
  })
})
