import { Pool } from 'pg'
import { AppError } from '../../shared/errors.ts'

/**
 * Ciphertext chunks outside the profile, for tables that outgrow one file. A chunk's name is its leaf hash: written twice it is the same
 * row, and what comes back is checked against the name. Throws `store.chunks-unreachable`.
 */
export interface ChunkDatabase {
  /** Durable once it returns. */
  write(leaf: string, ciphertexts: Uint8Array): Promise<void>
  find(leaf: string): Promise<Uint8Array | null>
  remove(leaves: readonly string[]): Promise<void>
  close(): Promise<void>
}

/** Ciphertexts cannot be compressed: they are kept as they are, outside the row. */
const schema = `
  CREATE TABLE IF NOT EXISTS hesystem_chunks (leaf bytea PRIMARY KEY, ciphertexts bytea NOT NULL);
  ALTER TABLE hesystem_chunks ALTER COLUMN ciphertexts SET STORAGE EXTERNAL;`

const toBytes = (leaf: string): Buffer => Buffer.from(leaf.slice(2), 'hex')

const assertUrl = (url: string): void => {
  if (!/^postgres(?:ql)?:\/\//.test(url) || !URL.canParse(url)) throw new AppError('input.postgres-url-missing', 'HESYSTEM_CHUNKS_URL is no postgres:// URL.')
}

/** Opens the chunk store at a PostgreSQL URL, and makes its one table where it is not there yet. Throws `input.postgres-url-missing`. */
export const openChunkDatabase = (url: string): ChunkDatabase => {
  assertUrl(url)
  const times = { connectionTimeoutMillis: 10_000, idleTimeoutMillis: 10_000 }
  const pool = new Pool({ connectionString: url, max: 8, allowExitOnIdle: true, ...times })
  // A connection that breaks while idle is replaced; the next query tells if that cannot be done.
  pool.on('error', () => undefined)
  let prepared: Promise<unknown> | null = null
  const query = async <Row extends object>(text: string, values: unknown[]): Promise<Row[]> => {
    try {
      prepared ??= pool.query(schema)
      await prepared
      return (await pool.query<Row>(text, values)).rows
    } catch (error) {
      prepared = null
      throw new AppError('store.chunks-unreachable', 'The PostgreSQL with the ciphertexts does not answer as it should.', { retryable: true, cause: error })
    }
  }
  return {
    write: async (leaf, ciphertexts) => {
      await query('INSERT INTO hesystem_chunks (leaf, ciphertexts) VALUES ($1, $2) ON CONFLICT (leaf) DO NOTHING', [toBytes(leaf), Buffer.from(ciphertexts)])
    },
    find: async (leaf) => {
      const [row] = await query<{ ciphertexts: Buffer }>('SELECT ciphertexts FROM hesystem_chunks WHERE leaf = $1', [toBytes(leaf)])
      return row === undefined ? null : new Uint8Array(row.ciphertexts)
    },
    remove: async (leaves) => { await query('DELETE FROM hesystem_chunks WHERE leaf = ANY($1)', [leaves.map(toBytes)]) },
    close: () => pool.end(),
  }
}
