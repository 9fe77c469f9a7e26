import { z } from 'zod'
import { errorCodes, type ErrorCode } from '../../shared/error-codes.ts'
import { AppError, type ErrorDocument } from '../../shared/errors.ts'
import { parseJsonAs } from '../../shared/parse.ts'
import { naturalSchema } from '../../shared/schemas/common.ts'
import type { ProfileDatabase } from '../storage/database.ts'

/** One chain move as its maker means it. `to` null: a contract is created. */
export interface TransactionIntent {
  /** Unique per chain and account, e.g. `purchase:7:confirm`: the same key is never sent twice. */
  readonly key: string
  /** What it is for, in words. */
  readonly purpose: string
  readonly to: string | null
  readonly data: string
  readonly valueWei: bigint
}

/** intended → signed → confirmed or failed; retried: failed, and given free for another attempt. */
export type TransactionStatus = 'intended' | 'signed' | 'confirmed' | 'failed' | 'retried'

const outcomeSchema = z.strictObject({
  hash: z.string(),
  blockNumber: z.int(),
  gasUsed: naturalSchema.transform(BigInt),
  effectiveGasPriceWei: naturalSchema.transform(BigInt),
  contractAddress: z.string().nullable(),
  logs: z.array(z.strictObject({ address: z.string(), topics: z.array(z.string()), data: z.string(), index: z.int() })),
})
/** What the chain made of a transaction, mined with success or without. */
export type TransactionOutcome = z.infer<typeof outcomeSchema>

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorCodes, code)
const errorSchema = z.object({
  code: z.string().refine(isErrorCode, 'is not a code of the catalogue'),
  message: z.string(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.union([z.string(), z.number()]))])),
})

export interface StoredTransaction extends TransactionIntent {
  readonly id: number
  readonly attempt: number
  readonly status: TransactionStatus
  readonly outcome: TransactionOutcome | null
  readonly error: AppError | null
  readonly createdAt: string
  readonly settledAt: string | null
}

export interface SignedTransaction {
  readonly hash: string
  readonly raw: string
  readonly nonce: number
  readonly maxCostWei: bigint
}

export interface TransactionStore {
  /** The row under this key, written now where there is none. Throws `chain.key-reused` for another payload. */
  begin(intent: TransactionIntent): StoredTransaction
  find(key: string): StoredTransaction | null
  read(id: number): StoredTransaction
  list(): readonly StoredTransaction[]
  /** Confirmed and failed ones that a reorganisation may still move, as far as was seen. */
  listUnsure(): readonly StoredTransaction[]
  /** Seen so deep that no reorganisation reaches it. */
  setFinal(id: number): void
  /** Whether other bytes of ours were signed for the nonce of these. */
  isNonceReused(hash: string): boolean
  /** Intended and signed ones, in the order in which they were written down. */
  listUnfinished(): readonly StoredTransaction[]
  /** Forgets an intent of which nothing is signed. */
  withdraw(id: number): void
  /** Takes the next free nonce ≥ `chainNonce`, signs and stores, in one step; what is signed already is given back. */
  sign(id: number, chainNonce: number, sign: (nonce: number) => SignedTransaction): SignedTransaction
  /** All bytes ever signed for an intent, the live ones first. */
  listSigned(id: number): readonly (SignedTransaction & { readonly live: boolean })[]
  /** The account's live transactions by nonce. */
  listLive(): readonly SignedTransaction[]
  /** The live bytes can no longer be mined: back to an intent. */
  voidSigned(id: number): void
  /** Whether it was written down before the profile was put back from a backup: what has become of it since may stand elsewhere. */
  isFromBackup(row: StoredTransaction): boolean
  /** As confirmed or failed; `cancelled`: another took its place, and its key is free for another attempt. */
  settle(id: number, outcome: TransactionOutcome, error: ErrorDocument | null, cancelled?: boolean): void
  /** Signs in place of the live bytes, under their nonce; both stay known, and one of them at most is ever mined. */
  replace(id: number, replaced: string, replacement: SignedTransaction): void
  /** A settled row whose transaction is on the chain no more waits again, with the same bytes; its outcome stays as what was. */
  reopen(id: number, hash: string): void
  /** The same transaction, now in another block. */
  moveOutcome(id: number, outcome: TransactionOutcome): void
  /** Frees a failed key for another attempt. Throws `chain.nothing-to-retry`. */
  allowRetry(key: string): void
}

interface Row {
  readonly id: number
  readonly key: string
  readonly attempt: number
  readonly purpose: string
  readonly to_address: string | null
  readonly data: string
  readonly value_wei: string
  readonly status: TransactionStatus
  readonly outcome: string | null
  readonly error: string | null
  readonly created_at: string
  readonly settled_at: string | null
}

interface SignedRow {
  readonly hash: string
  readonly raw: string
  readonly nonce: number
  readonly max_cost_wei: string
  readonly state: 'live' | 'mined' | 'void'
}

const parseStoredError = (text: string, key: string): AppError => {
  const { code, message, details } = parseJsonAs(errorSchema, text, `the error of transaction ${key}`, 'store.corrupt')
  return new AppError(code, message, { details })
}

const fromRow = (row: Row): StoredTransaction => ({
  id: row.id,
  key: row.key,
  attempt: row.attempt,
  purpose: row.purpose,
  to: row.to_address,
  data: row.data,
  valueWei: BigInt(row.value_wei),
  status: row.status,
  outcome: row.outcome === null ? null : parseJsonAs(outcomeSchema, row.outcome, `the outcome of transaction ${row.key}`, 'store.corrupt'),
  error: row.error === null ? null : parseStoredError(row.error, row.key),
  createdAt: row.created_at,
  settledAt: row.settled_at,
})

const fromSignedRow = (row: SignedRow): SignedTransaction & { readonly live: boolean } =>
  ({ hash: row.hash, raw: row.raw, nonce: row.nonce, maxCostWei: BigInt(row.max_cost_wei), live: row.state === 'live' })

const encodeOutcome = (outcome: TransactionOutcome): string =>
  JSON.stringify(outcome, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))

const assertSamePayload = (earlier: TransactionIntent, intent: TransactionIntent): void => {
  if (earlier.to === intent.to && earlier.data === intent.data && earlier.valueWei === intent.valueWei) return
  throw new AppError('chain.key-reused', `The step ${intent.key} was written down before with other contents.`, { details: { key: intent.key } })
}

/** The transactions of one account on one chain in the profile database. `now` tells the time written beside each step. */
export const createTransactionStore = (database: ProfileDatabase, chainId: number, account: string, now: () => Date): TransactionStore => {
  const timestamp = (): string => now().toISOString()

  const find = (key: string): StoredTransaction | null => {
    const row = database.prepare<[number, string, string], Row>(
      'SELECT * FROM transactions WHERE chain_id = ? AND account = ? AND key = ? ORDER BY attempt DESC LIMIT 1').get(chainId, account, key)
    return row === undefined ? null : fromRow(row)
  }

  const findById = (id: number): StoredTransaction | null => {
    const row = database.prepare<[number], Row>('SELECT * FROM transactions WHERE id = ?').get(id)
    return row === undefined ? null : fromRow(row)
  }

  const read = (id: number): StoredTransaction => {
    const row = findById(id)
    if (row === null) throw new AppError('runtime.cancelled', 'This step was withdrawn meanwhile; nothing was signed for it.')
    return row
  }

  const insert = ({ key, purpose, to, data, valueWei }: TransactionIntent, attempt: number): StoredTransaction => {
    const { lastInsertRowid } = database.prepare(`INSERT INTO transactions (chain_id, account, key, attempt, purpose, to_address, data, value_wei, status, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'intended', ?)`).run(chainId, account, key, attempt, purpose, to, data, valueWei.toString(), timestamp())
    return read(Number(lastInsertRowid))
  }

  const listSigned = (id: number): readonly (SignedTransaction & { readonly live: boolean })[] =>
    database.prepare<[number], SignedRow>('SELECT * FROM signed_transactions WHERE transaction_id = ? ORDER BY state = \'live\' DESC, nonce DESC').all(id).map(fromSignedRow)

  const listLive = (): readonly SignedTransaction[] =>
    database.prepare<[number, string], SignedRow>('SELECT * FROM signed_transactions WHERE chain_id = ? AND account = ? AND state = \'live\' ORDER BY nonce').all(chainId, account).map(fromSignedRow)

  const insertSigned = (id: number, { hash, nonce, raw, maxCostWei }: SignedTransaction): void => {
    database.prepare(`INSERT INTO signed_transactions (hash, transaction_id, chain_id, account, nonce, raw, max_cost_wei, state, signed_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, 'live', ?)`).run(hash, id, chainId, account, nonce, raw, maxCostWei.toString(), timestamp())
  }

  const findFreeNonce = (chainNonce: number): number => {
    const held = new Set(listLive().map((live) => live.nonce))
    let nonce = chainNonce
    while (held.has(nonce)) nonce += 1
    return nonce
  }

  return {
    find,
    read,
    listSigned,
    listLive,
    begin: (intent) => database.transaction(() => {
      const earlier = find(intent.key)
      if (earlier === null) return insert(intent, 1)
      if (earlier.status === 'retried') return insert(intent, earlier.attempt + 1)
      assertSamePayload(earlier, intent)
      return earlier
    }).immediate(),
    list: () => database.prepare<[number, string], Row>('SELECT * FROM transactions WHERE chain_id = ? AND account = ? ORDER BY id').all(chainId, account).map(fromRow),
    listUnsure: () => database.prepare<[number, string], Row>(
      'SELECT * FROM transactions WHERE chain_id = ? AND account = ? AND status IN (\'confirmed\', \'failed\') AND is_final = 0 ORDER BY id').all(chainId, account).map(fromRow),
    setFinal: (id) => { database.prepare('UPDATE transactions SET is_final = 1 WHERE id = ?').run(id) },
    isNonceReused: (hash) => database.prepare<[string]>(`SELECT 1 FROM signed_transactions AS gone JOIN signed_transactions AS other USING (chain_id, account, nonce)
      WHERE gone.hash = ? AND other.transaction_id <> gone.transaction_id AND other.state <> 'void' LIMIT 1`).get(hash) !== undefined,
    listUnfinished: () => database.prepare<[number, string], Row>(
      'SELECT * FROM transactions WHERE chain_id = ? AND account = ? AND status IN (\'intended\', \'signed\') ORDER BY id').all(chainId, account).map(fromRow),
    withdraw: (id) => { database.prepare('DELETE FROM transactions WHERE id = ? AND status = \'intended\'').run(id) },
    sign: (id, chainNonce, sign) => database.transaction(() => {
      const [present] = listSigned(id)
      if (present?.live === true) return present
      if (read(id).status !== 'intended') throw new AppError('bug.unexpected', 'A finished transaction was about to be signed again.')
      const signed = sign(findFreeNonce(chainNonce))
      insertSigned(id, signed)
      database.prepare('UPDATE transactions SET status = \'signed\' WHERE id = ?').run(id)
      return signed
    }).immediate(),
    voidSigned: (id) => {
      database.transaction(() => {
        database.prepare('UPDATE signed_transactions SET state = \'void\' WHERE transaction_id = ? AND state = \'live\'').run(id)
        database.prepare('UPDATE transactions SET status = \'intended\' WHERE id = ? AND status = \'signed\'').run(id)
      }).immediate()
    },
    isFromBackup: ({ createdAt }) => database.prepare('SELECT 1 FROM restorations WHERE restored_at >= ? LIMIT 1').get(createdAt) !== undefined,
    settle: (id, outcome, error, cancelled = false) => {
      database.transaction(() => {
        database.prepare('UPDATE signed_transactions SET state = CASE hash WHEN ? THEN \'mined\' ELSE \'void\' END WHERE transaction_id = ?').run(outcome.hash, id)
        database.prepare('UPDATE transactions SET status = ?, outcome = ?, error = ?, settled_at = ? WHERE id = ?')
          .run(cancelled ? 'retried' : error === null ? 'confirmed' : 'failed', encodeOutcome(outcome), error === null ? null : JSON.stringify(error), timestamp(), id)
      }).immediate()
    },
    replace: (id, replaced, { hash, nonce, raw, maxCostWei }) => {
      database.transaction(() => {
        const { changes } = database.prepare('UPDATE signed_transactions SET state = \'void\' WHERE transaction_id = ? AND hash = ? AND state = \'live\'').run(id, replaced)
        if (changes !== 1) throw new AppError('chain.nothing-to-replace', 'The transaction was mined or replaced meanwhile.', { details: { hash: replaced } })
        insertSigned(id, { hash, nonce, raw, maxCostWei })
      }).immediate()
    },
    reopen: (id, hash) => {
      database.transaction(() => {
        const { nonce } = database.prepare<[string], { nonce: number }>('SELECT nonce FROM signed_transactions WHERE hash = ?').get(hash) ?? { nonce: -1 }
        // Where another of ours holds the nonce by now, that one is followed, and this one stays known.
        if (!listLive().some((live) => live.nonce === nonce)) database.prepare('UPDATE signed_transactions SET state = \'live\' WHERE hash = ?').run(hash)
        database.prepare('UPDATE transactions SET status = \'signed\', error = NULL, settled_at = NULL WHERE id = ? AND status IN (\'confirmed\', \'failed\')').run(id)
      }).immediate()
    },
    moveOutcome: (id, outcome) => { database.prepare('UPDATE transactions SET outcome = ? WHERE id = ?').run(encodeOutcome(outcome), id) },
    allowRetry: (key) => {
      const { changes } = database.prepare('UPDATE transactions SET status = \'retried\' WHERE chain_id = ? AND account = ? AND key = ? AND status = \'failed\'').run(chainId, account, key)
      if (changes === 0) throw new AppError('chain.nothing-to-retry', `The step ${key} has not failed on the chain, so there is nothing to try again.`, { details: { key } })
    },
  }
}
