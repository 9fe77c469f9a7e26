import type { CiphertextSource } from '../../engine/engine.ts'

export interface TensorLayout {
  readonly rows: number
  readonly columns: number
  readonly chunkRows: number
  readonly ciphertextLength: number
  /** Raw ciphertexts of one chunk of `chunkRows` rows (the last may be shorter), column by column. */
  readonly readChunk: (index: number) => Uint8Array | Promise<Uint8Array>
}

const cacheBytes = 32 * 1024 * 1024

/** Keeps the most recently used chunks, so that walking one column after another does not read the store once a cell. */
const createChunkCache = (readChunk: TensorLayout['readChunk'], capacity: number): ((index: number) => Promise<Uint8Array>) => {
  const cache = new Map<number, Promise<Uint8Array>>()
  return (index) => {
    const chunk = cache.get(index) ?? Promise.resolve().then(() => readChunk(index))
    cache.delete(index)
    cache.set(index, chunk)
    const [oldest] = cache.keys()
    if (cache.size > capacity && oldest !== undefined) cache.delete(oldest)
    // A failed read is not remembered: the caller sees the error, the next read tries again.
    chunk.catch(() => { if (cache.get(index) === chunk) cache.delete(index) })
    return chunk
  }
}

/**
 * The whole table as the engine reads it: cell i is column ⌊i / rows⌋, row i mod rows, gathered from chunks of rows.
 * `read` throws RangeError for cells that do not exist, and whatever `readChunk` throws.
 */
export const createTensorSource = ({ rows, columns, chunkRows, ciphertextLength, readChunk }: TensorLayout): CiphertextSource => {
  const count = rows * columns
  const readCached = createChunkCache(readChunk, Math.max(2, Math.floor(cacheBytes / (chunkRows * columns * ciphertextLength))))
  return {
    count,
    read: async (start, length) => {
      if (start < 0 || length < 0 || start + length > count) throw new RangeError(`cells ${start} to ${start + length} of ${count} were asked for`)
      const result = new Uint8Array(length * ciphertextLength)
      let cell = start
      while (cell < start + length) {
        const column = Math.floor(cell / rows)
        const row = cell % rows
        const index = Math.floor(row / chunkRows)
        const chunkRow = row - index * chunkRows
        const height = Math.min(chunkRows, rows - index * chunkRows)
        const run = Math.min(height - chunkRow, start + length - cell)
        const from = (column * height + chunkRow) * ciphertextLength
        const chunk = await readCached(index)
        result.set(chunk.subarray(from, from + run * ciphertextLength), (cell - start) * ciphertextLength)
        cell += run
      }
      return result
    },
  }
}
