import { AppError } from '../../shared/errors.ts'
import type { ProfileDatabase } from '../storage/database.ts'
import type { MarketPlace } from './listing-store.ts'

/**
 * received: the buyer's request is written down, nothing is decided;
 * answered: the sealed answer is written down, the chain does not know yet; delivered: it does;
 * refused: the policy or the check said no, the decline is not yet on chain; declined: it is;
 * missed: the purchase ended otherwise before the answer or the decline reached the chain.
 */
export type SaleState = 'received' | 'answered' | 'delivered' | 'refused' | 'declined' | 'missed'

export interface Sale {
  readonly purchase: bigint
  readonly listing: string
  readonly buyer: string
  readonly requestHash: string
  /** ResultRequest as JSON, and the buyer's signature over it. */
  readonly request: string
  readonly signature: string
  /** SHA-256 of the submission: the same body again is the same request, another one is refused. */
  readonly bodyHash: string
  /** The program's canonical text; '' in `private` mode. */
  readonly program: string
  readonly ciphertexts: Uint8Array
  readonly state: SaleState
  /** Why it was refused: an error document as JSON. */
  readonly refusal: string | null
  readonly sealed: Uint8Array | null
  readonly receivedAt: string
}

export interface SaleStore {
  /**
   * Writes a new request down; returns what stands there already if there is one. One that had been set aside or missed, and is on the
   * contract again, goes on from where it was.
   */
  receive(sale: Omit<Sale, 'state' | 'refusal' | 'sealed'>): Sale
  /** The one under this number that was not set aside. */
  find(purchase: bigint): Sale | null
  /** The contract holds another request under this number by now: the sale is kept, and nothing is done for it. */
  setAside(purchase: bigint): void
  answer(purchase: bigint, sealed: Uint8Array): void
  refuse(purchase: bigint, refusal: string): void
  finish(purchase: bigint, state: 'delivered' | 'declined' | 'missed'): void
  list(): readonly Sale[]
  /** Those whose outcome is not on the chain yet. */
  listUnfinished(): readonly Sale[]
}

interface SaleRow {
  readonly purchase: string
  readonly listing: string
  readonly buyer: string
  readonly request_hash: string
  readonly request: string
  readonly signature: string
  readonly body_hash: string
  readonly program: string
  readonly ciphertexts: Uint8Array
  readonly state: SaleState
  readonly refusal: string | null
  readonly sealed: Uint8Array | null
  readonly received_at: string
}

const fromRow = (row: SaleRow): Sale => ({
  purchase: BigInt(row.purchase),
  listing: row.listing,
  buyer: row.buyer,
  requestHash: row.request_hash,
  request: row.request,
  signature: row.signature,
  bodyHash: row.body_hash,
  program: row.program,
  ciphertexts: row.ciphertexts,
  state: row.state,
  refusal: row.refusal,
  sealed: row.sealed,
  receivedAt: row.received_at,
})

const finishedFrom: Readonly<Record<'delivered' | 'declined' | 'missed', readonly SaleState[]>> = {
  delivered: ['answered'],
  declined: ['received', 'answered', 'refused'],
  missed: ['received', 'answered', 'refused'],
}

const where = 'chain_id = ? AND contract = ? AND purchase = ? AND set_aside = 0'
/** Where a sale was before the contract said that it had ended another way. */
const revived = "CASE WHEN sealed IS NOT NULL THEN 'answered' WHEN refusal IS NOT NULL THEN 'refused' ELSE 'received' END"

export const createSaleStore = (database: ProfileDatabase, { chainId, contract }: MarketPlace): SaleStore => {
  const key = (purchase: bigint): [number, string, string] => [chainId, contract, purchase.toString()]
  const find = (purchase: bigint): Sale | null => {
    const row = database.prepare<[number, string, string], SaleRow>(`SELECT * FROM sales WHERE ${where}`).get(...key(purchase))
    return row === undefined ? null : fromRow(row)
  }
  /**
   * A sale moves forward only: from one of `from` to `to`, or this is our bug. Where another process over this profile was faster, what it
   * decided stands.
   */
  const move = (purchase: bigint, from: readonly SaleState[], to: SaleState, columns: { refusal?: string; sealed?: Uint8Array }): void => {
    const { changes } = database.prepare(`UPDATE sales SET state = ?, refusal = COALESCE(?, refusal), sealed = COALESCE(?, sealed)
      WHERE ${where} AND state IN (${from.map((state) => `'${state}'`).join(', ')})`)
      .run(to, columns.refusal ?? null, columns.sealed ?? null, ...key(purchase))
    if (changes === 1) return
    const state = find(purchase)?.state
    const isDecided = (to === 'answered' || to === 'refused') && state !== undefined && !from.includes(state)
    if (state !== to && !isDecided) throw new AppError('bug.unexpected', `Sale ${purchase} could not move to ${to}.`, { details: { purchase: purchase.toString(), to } })
  }
  const select = (condition: string): readonly Sale[] =>
    database.prepare<[number, string], SaleRow>(`SELECT * FROM sales WHERE chain_id = ? AND contract = ? AND set_aside = 0 ${condition} ORDER BY received_at`).all(chainId, contract).map(fromRow)
  return {
    find,
    receive: (sale) => {
      database.prepare(`INSERT INTO sales (chain_id, contract, purchase, listing, buyer, request_hash, request, signature, body_hash, program, ciphertexts, state, received_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'received', ?) ON CONFLICT (chain_id, contract, purchase, request_hash)
        DO UPDATE SET set_aside = 0, state = CASE WHEN set_aside = 1 OR state = 'missed' THEN ${revived} ELSE state END`)
        .run(
          ...key(sale.purchase), sale.listing, sale.buyer, sale.requestHash, sale.request, sale.signature, sale.bodyHash, sale.program,
          sale.ciphertexts, sale.receivedAt,
        )
      const stored = find(sale.purchase)
      if (stored === null) throw new AppError('bug.unexpected', `Sale ${sale.purchase} was written and is not there.`)
      return stored
    },
    setAside: (purchase) => { database.prepare(`UPDATE sales SET set_aside = 1 WHERE ${where}`).run(...key(purchase)) },
    answer: (purchase, sealed) => { move(purchase, ['received'], 'answered', { sealed }) },
    refuse: (purchase, refusal) => { move(purchase, ['received'], 'refused', { refusal }) },
    finish: (purchase, state) => { move(purchase, finishedFrom[state], state, {}) },
    list: () => select(''),
    listUnfinished: () => select('AND state IN (\'received\', \'answered\', \'refused\')'),
  }
}
