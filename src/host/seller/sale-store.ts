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

/** Which sale is meant: a number alone is another buyer's after a reorganisation. */
export type SaleKey = Pick<Sale, 'purchase' | 'requestHash'>

/** What became of a sale, without what was sent and answered: that can be megabytes. */
export type SaleSummary = Pick<Sale, 'purchase' | 'listing' | 'buyer' | 'requestHash' | 'state' | 'refusal' | 'receivedAt'>

/** An outcome of a sale that was set aside meanwhile is dropped: it is decided anew where its request comes back. */
export interface SaleStore {
  /**
   * Writes a new request down; returns what stands there already if there is one. One that had been set aside or missed, and is on the
   * contract again, goes on from where it was.
   */
  receive(sale: Omit<Sale, 'state' | 'refusal' | 'sealed'>): Sale
  /** The one under this number that was not set aside. */
  find(purchase: bigint): Sale | null
  summarise(purchase: bigint): SaleSummary | null
  /** The contract holds another request under this number by now: the sale is kept, and nothing is done for it. */
  setAside(sale: SaleKey): void
  answer(sale: SaleKey, sealed: Uint8Array): void
  /** From here on its ciphertexts are of no use, and are not kept. */
  refuse(sale: SaleKey, refusal: string): void
  /** One that ends without its answer keeps no ciphertexts either. */
  finish(sale: SaleKey, state: 'delivered' | 'declined' | 'missed'): void
  /** The numbers of those whose outcome is not on the chain yet. */
  listUnfinished(): readonly bigint[]
}

interface SummaryRow {
  readonly purchase: string
  readonly listing: string
  readonly buyer: string
  readonly request_hash: string
  readonly state: SaleState
  readonly refusal: string | null
  readonly received_at: string
}

interface SaleRow extends SummaryRow {
  readonly request: string
  readonly signature: string
  readonly body_hash: string
  readonly program: string
  readonly ciphertexts: Uint8Array
  readonly sealed: Uint8Array | null
}

const toSummary = (row: SummaryRow): SaleSummary => ({
  purchase: BigInt(row.purchase),
  listing: row.listing,
  buyer: row.buyer,
  requestHash: row.request_hash,
  state: row.state,
  refusal: row.refusal,
  receivedAt: row.received_at,
})

const fromRow = (row: SaleRow): Sale => ({
  ...toSummary(row),
  request: row.request,
  signature: row.signature,
  bodyHash: row.body_hash,
  program: row.program,
  ciphertexts: row.ciphertexts,
  sealed: row.sealed,
})

const finishedFrom: Readonly<Record<'delivered' | 'declined' | 'missed', readonly SaleState[]>> = {
  delivered: ['answered'],
  declined: ['received', 'answered', 'refused'],
  missed: ['received', 'answered', 'refused'],
}

/** Nothing is made of the ciphertexts of such a sale; where it is revived, they come again with its request. */
const keepsNothing: readonly SaleState[] = ['refused', 'declined', 'missed']

const whereNumber = 'chain_id = ? AND contract = ? AND purchase = ?'
const where = `${whereNumber} AND set_aside = 0`
const whereRequest = `${whereNumber} AND request_hash = ?`
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
  const move = (sale: SaleKey, from: readonly SaleState[], to: SaleState, columns: { refusal?: string; sealed?: Uint8Array }): void => {
    const { changes } = database.prepare(`UPDATE sales SET state = ?, refusal = COALESCE(?, refusal), sealed = COALESCE(?, sealed)
      ${keepsNothing.includes(to) ? ", ciphertexts = X''" : ''} WHERE ${whereRequest} AND set_aside = 0 AND state IN (${from.map((state) => `'${state}'`).join(', ')})`)
      .run(to, columns.refusal ?? null, columns.sealed ?? null, ...key(sale.purchase), sale.requestHash)
    if (changes === 1) return
    const found = database.prepare<[number, string, string, string], { state: SaleState; set_aside: number }>(
      `SELECT state, set_aside FROM sales WHERE ${whereRequest}`,
    ).get(...key(sale.purchase), sale.requestHash)
    if (found?.set_aside === 1) return
    const isDecided = (to === 'answered' || to === 'refused') && found !== undefined && !from.includes(found.state)
    if (found?.state === to || isDecided) return
    throw new AppError('bug.unexpected', `Sale ${sale.purchase} could not move to ${to}.`, { details: { purchase: sale.purchase.toString(), to } })
  }
  return {
    find,
    summarise: (purchase) => {
      const row = database.prepare<[number, string, string], SummaryRow>(
        `SELECT purchase, listing, buyer, request_hash, state, refusal, received_at FROM sales WHERE ${where}`,
      ).get(...key(purchase))
      return row === undefined ? null : toSummary(row)
    },
    receive: (sale) => {
      database.prepare(`INSERT INTO sales (chain_id, contract, purchase, listing, buyer, request_hash, request, signature, body_hash, program, ciphertexts, state, received_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'received', ?) ON CONFLICT (chain_id, contract, purchase, request_hash)
        DO UPDATE SET set_aside = 0, ciphertexts = CASE WHEN set_aside = 1 OR state = 'missed' THEN excluded.ciphertexts ELSE ciphertexts END,
        state = CASE WHEN set_aside = 1 OR state = 'missed' THEN ${revived} ELSE state END`)
        .run(
          ...key(sale.purchase), sale.listing, sale.buyer, sale.requestHash, sale.request, sale.signature, sale.bodyHash, sale.program,
          sale.ciphertexts, sale.receivedAt,
        )
      const stored = find(sale.purchase)
      if (stored === null) throw new AppError('bug.unexpected', `Sale ${sale.purchase} was written and is not there.`)
      return stored
    },
    setAside: (sale) => { database.prepare(`UPDATE sales SET set_aside = 1 WHERE ${whereRequest}`).run(...key(sale.purchase), sale.requestHash) },
    answer: (sale, sealed) => { move(sale, ['received'], 'answered', { sealed }) },
    refuse: (sale, refusal) => { move(sale, ['received'], 'refused', { refusal }) },
    finish: (sale, state) => { move(sale, finishedFrom[state], state, {}) },
    listUnfinished: () => database.prepare<[number, string], { purchase: string }>(`SELECT purchase FROM sales
      WHERE chain_id = ? AND contract = ? AND set_aside = 0 AND state IN ('received', 'answered', 'refused') ORDER BY received_at`)
      .all(chainId, contract).map(({ purchase }) => BigInt(purchase)),
  }
}
