import type { Details } from '../../shared/schemas/details.ts'
import { manifestSchema } from '../../shared/schemas/http.ts'
import type { CiphertextSource, Engine, JobOptions } from '../../engine/engine.ts'
import type { ChunkStore } from '../datasets/chunk-store.ts'
import { createTensorSource } from '../datasets/tensor-source.ts'
import { assertChunk, ciphertextLengthOf, parseManifest } from '../datasets/tensor-wire.ts'
import { AppError } from '../../shared/errors.ts'
import type { SellerClient } from './seller-client.ts'

export interface DownloadTask {
  readonly details: Details
  readonly number: bigint
  readonly seller: SellerClient
  /** Runs one request with a signed-in session. */
  readonly withToken: <T>(act: (token: string) => Promise<T>) => Promise<T>
  readonly chunks: ChunkStore
  readonly engine: Engine
  readonly options?: JobOptions
}

/**
 * Fetches the dataset's missing chunks, each checked against the root in the terms and against the rules for ciphertexts
 * before it is kept; an interrupted download goes on where it stopped.
 */
export const downloadDataset = async (
  { details, number, seller, withToken, chunks, engine, options = {} }: DownloadTask,
): Promise<void> => {
  const { dataset, columns } = details
  const base = `/v1/purchases/${number}/data`
  const signal = options.signal === undefined ? {} : { signal: options.signal }
  const missing = Array.from({ length: dataset.chunks }, (_, index) => index).filter((index) => !chunks.has(index))
  if (missing.length === 0) return
  const manifest = await withToken((token) => seller.fetchJson(`${base}/manifest`, manifestSchema, { token, ...signal }))
  const { leaves } = parseManifest(manifest, dataset)
  const { decodeChunk } = await import('../datasets/chunk-arrow.ts')
  const publicKey = { n: BigInt(`0x${dataset.key.n}`), bits: dataset.key.bits }
  const startedAt = performance.now()
  for (const [done, index] of missing.entries()) {
    const bytes = await withToken((token) => seller.fetchBytes(`${base}/${index}`, { token, ...signal }))
    const ciphertexts = decodeChunk(bytes, dataset, columns, index)
    assertChunk(dataset, index, ciphertexts, leaves[index])
    await engine.assertCiphertexts(publicKey, ciphertexts, signal)
    chunks.write(index, ciphertexts)
    const finished = done + 1
    options.onProgress?.({
      done: finished,
      total: missing.length,
      estimatedSecondsLeft: ((performance.now() - startedAt) / 1000 / finished) * (missing.length - finished),
    })
  }
}

/** One chunk of a download. Throws `runtime.not-downloaded`. */
export const readDownloaded = (chunks: ChunkStore, index: number): Uint8Array => {
  const chunk = chunks.find(index)
  if (chunk === null) throw new AppError('runtime.not-downloaded', `Chunk ${index} of the dataset is not here yet.`, { details: { chunk: index } })
  return chunk
}

/**
 * The downloaded dataset as the engine reads it: its columns, or as many as `columns` says, the packed groups behind them. Throws
 * `runtime.not-downloaded` where a chunk is missing.
 */
export const openDownloaded = (details: Details, chunks: ChunkStore, columns = details.dataset.columns): CiphertextSource => {
  const { rows, chunkRows } = details.dataset
  return createTensorSource({
    rows, columns, chunkRows, ciphertextLength: ciphertextLengthOf(details.dataset),
    readChunk: (index) => readDownloaded(chunks, index),
  })
}

