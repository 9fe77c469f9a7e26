import { packedGroups } from '../../compute/packed-program.ts'
import { createCellEncoder } from '../../compute/products.ts'
import { at } from '../../crypto/lists.ts'
import { packRow, type PackedGroup } from '../../crypto/packing.ts'
import type { PaillierKeyPair, PaillierPublicKey } from '../../crypto/types.ts'
import type { Engine, JobOptions } from '../../engine/engine.ts'
import { withMappedErrors } from '../../engine/map-error.ts'
import type { Column } from '../../shared/schemas/details.ts'
import { AppError } from '../../shared/errors.ts'
import { createMeter } from './progress-meter.ts'
import { rowsInChunk, widthOf, type TensorShape } from './tensor-wire.ts'

export interface EncryptionTask {
  readonly shape: TensorShape
  readonly columns: readonly Column[]
  /** The owner's pair, or the public key alone, for workers that must not hold more. */
  readonly key: PaillierKeyPair | PaillierPublicKey
  /** Chunks that are encrypted already: skipped, and never encrypted twice. */
  readonly done: ReadonlySet<number>
  /** Rows `start` to `start + count`, each a number per column. */
  readonly readRows: (start: number, count: number) => readonly (readonly number[])[]
  /** Keeps a finished chunk, durably: after it returns, the chunk is done. */
  readonly keep: (index: number, ciphertexts: Uint8Array) => Promise<void> | void
}

/**
 * The integers under a chunk's ciphertexts, column by column, then packed group by packed group. Exact: a value that its scale cannot hold
 * is an error, and one outside its column's bounds where it is packed.
 */
const encodeRows = (
  rows: readonly (readonly number[])[], first: number, columns: readonly Column[], groups: readonly PackedGroup[],
): bigint[] => {
  const encodeCell = createCellEncoder(columns)
  const readCell = (row: number, column: number): bigint => encodeCell(at(rows, row - first), column)
  return [
    ...columns.flatMap((_, column) => rows.map((row) => encodeCell(row, column))),
    ...groups.flatMap((group) => rows.map((_, row) => withMappedErrors(() => packRow(group, first + row, readCell)))),
  ]
}

/**
 * Encrypts a table chunk by chunk, each chunk kept as it is done, so that a killed run loses one chunk
 * at most (S20). Progress counts cells. Throws `runtime.cancelled` when aborted, and what the engine throws.
 */
export const encryptTensor = async (task: EncryptionTask, engine: Engine, { signal, onProgress }: JobOptions = {}): Promise<void> => {
  const { shape, columns, key, done, readRows, keep } = task
  const cellsIn = (index: number): number => rowsInChunk(shape, index) * widthOf(shape)
  const { rows, packed = [], key: { bits: keyBits } } = shape
  const groups = packedGroups({ rows, columns, keyBits, packed })
  let finished = [...done].reduce((sum, index) => sum + cellsIn(index), 0)
  const report = createMeter(finished, shape.rows * widthOf(shape), onProgress)
  report(finished)
  for (let index = 0; index < shape.chunks; index += 1) {
    if (done.has(index)) continue
    if (signal?.aborted === true) throw new AppError('runtime.cancelled', `Encryption was stopped after ${finished} cells, which are kept.`)
    const first = index * shape.chunkRows
    const plaintexts = encodeRows(readRows(first, rowsInChunk(shape, index)), first, columns, groups)
    const before = finished
    const ciphertexts = await engine.encrypt(key, plaintexts, {
      ...(signal === undefined ? {} : { signal }),
      onProgress: (progress) => report(before + progress.done),
    })
    await keep(index, ciphertexts)
    finished += plaintexts.length
    report(finished)
  }
}
