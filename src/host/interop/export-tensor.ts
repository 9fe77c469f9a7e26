import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { finished } from 'node:stream/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { AppError } from '../../shared/errors.ts'
import type { Column, TensorCommitment } from '../../shared/schemas/details.ts'
import type { CiphertextSource } from '../../engine/engine.ts'
import { ciphertextLengthOf } from '../datasets/tensor-wire.ts'
import { encodePheColumn } from './phe.ts'

/** A bought table of ciphertexts, as it was downloaded. */
export interface CiphertextTable {
  readonly commitment: TensorCommitment
  readonly columns: readonly Column[]
  /** Column by column. */
  readonly source: CiphertextSource
  /** The raw ciphertexts of one chunk of rows, column by column. */
  readonly readChunk: (index: number) => Uint8Array | Promise<Uint8Array>
}

export type TensorFileFormat = 'arrow' | 'phe'

const writePhe = async ({ commitment, columns, source }: CiphertextTable, file: WriteStream): Promise<void> => {
  const length = ciphertextLengthOf(commitment)
  const n = BigInt(`0x${commitment.key.n}`).toString()
  const write = async (text: string): Promise<void> => { if (!file.write(text)) await once(file, 'drain') }
  await write(`{"format":"hesystem-phe/1","public_key":{"n":"${n}"},"dataset_root":"${commitment.root}","rows":${commitment.rows},"columns":[`)
  for (const [at, column] of columns.entries()) {
    const ciphertexts = await source.read(at * commitment.rows, commitment.rows)
    await write(`${at === 0 ? '' : ','}\n${encodePheColumn(column, ciphertexts, length)}`)
  }
  await write('\n]}\n')
  file.end()
}

const writeArrow = async ({ commitment, columns, readChunk }: CiphertextTable, file: WriteStream): Promise<void> => {
  const { RecordBatchFileWriter } = await import('apache-arrow')
  const { createTensorBatch } = await import('../datasets/chunk-arrow.ts')
  const writer = new RecordBatchFileWriter()
  writer.toNodeStream().pipe(file)
  for (let index = 0; index < commitment.chunks; index += 1) {
    writer.write(createTensorBatch(commitment, columns, index, await readChunk(index)))
    // What is written goes out before the next chunk is read.
    await nextTurn()
  }
  writer.finish()
}

/**
 * Writes a bought table to `path`: an Arrow IPC file, one record batch a chunk, or python-paillier's pairs in JSON. The file is
 * there whole or not at all. Throws `input.file-unwritable`, and what reading the ciphertexts throws.
 */
export const exportTensor = async (table: CiphertextTable, format: TensorFileFormat, path: string): Promise<void> => {
  const partial = `${path}.partial`
  const file = createWriteStream(partial)
  try {
    const written = finished(file)
    await Promise.all([written, format === 'arrow' ? writeArrow(table, file) : writePhe(table, file)])
    await rename(partial, path)
  } catch (error) {
    file.destroy()
    await rm(partial, { force: true })
    if (error instanceof AppError || (error as NodeJS.ErrnoException).syscall === undefined) throw error
    throw new AppError('input.file-unwritable', `${path} cannot be written: ${(error as Error).message}`, { details: { path }, cause: error })
  }
}
