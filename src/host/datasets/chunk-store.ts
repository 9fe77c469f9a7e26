import { createHash } from 'node:crypto'
import { AppError } from '../../shared/errors.ts'
import type { ProfileDatabase } from '../storage/database.ts'

/** Whose chunks: the seller's encrypted table or test data, or a buyer's download. */
export type ChunkOwnerKind = 'data' | 'test' | 'purchase'

/** The ciphertext chunks of one tensor. What is written was verified by the caller; what is read is checked against bit rot. */
export interface ChunkStore {
  has(index: number): boolean
  /** Durable once it returns; writing a chunk anew replaces it. */
  write(index: number, ciphertexts: Uint8Array): void
  /** Throws `store.corrupt` for bytes that are not those that were written. */
  find(index: number): Uint8Array | null
  remove(): void
}

const checksumOf = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

export const createChunkStore = (database: ProfileDatabase, ownerKind: ChunkOwnerKind, owner: string): ChunkStore => {
  const has = database.prepare<[string, string, number], { found: number }>(
    'SELECT 1 AS found FROM chunks WHERE owner_kind = ? AND owner = ? AND chunk = ?')
  const write = database.prepare<[string, string, number, Uint8Array, Uint8Array]>(
    `INSERT INTO chunks (owner_kind, owner, chunk, checksum, ciphertexts) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (owner_kind, owner, chunk) DO UPDATE SET checksum = excluded.checksum, ciphertexts = excluded.ciphertexts`)
  const find = database.prepare<[string, string, number], { checksum: Buffer; ciphertexts: Buffer }>(
    'SELECT checksum, ciphertexts FROM chunks WHERE owner_kind = ? AND owner = ? AND chunk = ?')
  const remove = database.prepare<[string, string]>('DELETE FROM chunks WHERE owner_kind = ? AND owner = ?')
  return {
    has: (index) => has.get(ownerKind, owner, index) !== undefined,
    write: (index, ciphertexts) => { write.run(ownerKind, owner, index, checksumOf(ciphertexts), ciphertexts) },
    find: (index) => {
      const row = find.get(ownerKind, owner, index)
      if (row === undefined) return null
      if (!checksumOf(row.ciphertexts).equals(row.checksum)) {
        throw new AppError('store.corrupt', `Chunk ${index} of ${ownerKind} ${owner} is damaged in the profile database.`, { details: { chunk: index, ownerKind, owner } })
      }
      return new Uint8Array(row.ciphertexts)
    },
    remove: () => { remove.run(ownerKind, owner) },
  }
}
