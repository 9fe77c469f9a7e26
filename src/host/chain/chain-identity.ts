import type { ProfileDatabase } from '../storage/database.ts'

/** Which chain a profile's records are of, where several may bear one chain id one after the other (docs/adr/0705). */
export interface ChainIdentity {
  /** The first block's hash of the chain that the records are of; null where it was never seen, or nothing is recorded. */
  findGenesis(): string | null
  /** Takes up the chain that was found. */
  note(genesisHash: string): void
}

const recordTables = ['signed_transactions', 'purchases', 'sales', 'receipts'] as const

/** The identity of the chain with this id, kept in the profile. `now` tells the time written beside it. */
export const createChainIdentity = (database: ProfileDatabase, chainId: number, now: () => Date): ChainIdentity => {
  const hasRecords = (): boolean => recordTables.some((table) => database.prepare(`SELECT 1 FROM ${table} WHERE chain_id = ? LIMIT 1`).get(chainId) !== undefined)
  const findNoted = (): string | null =>
    database.prepare<[number], { genesis_hash: string }>('SELECT genesis_hash FROM chain_genesis WHERE chain_id = ?').get(chainId)?.genesis_hash ?? null
  return {
    findGenesis: () => (hasRecords() ? findNoted() : null),
    note: (genesisHash) => {
      if (findNoted() === genesisHash) return
      database.prepare('INSERT OR REPLACE INTO chain_genesis (chain_id, genesis_hash, noted_at) VALUES (?, ?, ?)').run(chainId, genesisHash, now().toISOString())
    },
  }
}
