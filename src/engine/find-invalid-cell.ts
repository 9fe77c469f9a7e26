import { bytesToBigInt } from '../crypto/bytes.ts'
import type { PaillierPublicKey } from '../crypto/types.ts'
import { runCells, type CellRange } from './cell-jobs.ts'
import type { JobOptions } from './engine.ts'
import { createKeyBytes, prepareKey } from './task-key.ts'
import type { WorkerPool } from './worker-pool.ts'

/** The first of `count` cells that is no ciphertext, or null. `readCells` gives a range's bytes in a buffer of their own. */
export const findInvalidCell = async (
  pool: WorkerPool,
  key: PaillierPublicKey,
  count: number,
  readCells: (range: CellRange) => Uint8Array | Promise<Uint8Array>,
  options?: JobOptions,
): Promise<number | null> => {
  let first = Infinity
  await runCells(pool, {
    count,
    kind: `find-invalid ${prepareKey(key).ciphertextBytes}`,
    createTask: async (range) => ({ operation: 'find-invalid', key: createKeyBytes(key), ciphertexts: await readCells(range) }),
    // Batches end in any order: only when all have is the first of the bad ones known.
    accept: (bytes, { start }) => {
      if (bytes.length > 0) first = Math.min(first, start + Number(bytesToBigInt(bytes)))
    },
  }, options)
  return first === Infinity ? null : first
}
