import type { ProfileDatabase } from '../storage/database.ts'
import { nameAsker, type Asker } from './source-store.ts'

/** One request of a purchase in `private` mode: blinded questions, or pairs of masked factors. */
export interface Help {
  readonly kind: 'comparisons' | 'products'
  /** SHA-256 of the ciphertexts that were sent. */
  readonly request: string
  readonly count: number
}

/** The SQL of what sources have helped with in `private` mode; callers group it into transactions. */
export interface HelpStore {
  /** How much of this kind a source has helped with, whoever asked. */
  count(source: number, kind: Help['kind']): number
  /** What one purchase was helped with, of either kind. */
  countOf(asker: Asker): number
  has(source: number, asker: Asker, help: Help): boolean
  insert(source: number, asker: Asker, help: Help, askedAt: string): void
}

export const createHelpStore = (database: ProfileDatabase): HelpStore => ({
  count: (source, kind) => database
    .prepare<[number, string], { total: number }>('SELECT coalesce(sum(count), 0) AS total FROM ledger_asks WHERE source = ? AND kind = ?')
    .get(source, kind)?.total ?? 0,

  countOf: (asker) => database
    .prepare<[number, string, string, string], { total: number }>(
      'SELECT coalesce(sum(count), 0) AS total FROM ledger_asks WHERE chain_id = ? AND contract = ? AND purchase IN (?, ?)',
    ).get(asker.chainId, asker.contract, asker.purchase.toString(), nameAsker(asker))?.total ?? 0,

  has: (source, asker, { kind, request }) => database
    .prepare<[number, string, number, string, string, string, string]>(
      'SELECT 1 FROM ledger_asks WHERE source = ? AND kind = ? AND chain_id = ? AND contract = ? AND purchase IN (?, ?) AND request = ?',
    ).get(source, kind, asker.chainId, asker.contract, asker.purchase.toString(), nameAsker(asker), request) !== undefined,

  insert: (source, asker, { kind, request, count }, askedAt) => {
    database.prepare('INSERT INTO ledger_asks (source, kind, chain_id, contract, purchase, request, count, asked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
      .run(source, kind, asker.chainId, asker.contract, nameAsker(asker), request, count, askedAt)
  },
})
