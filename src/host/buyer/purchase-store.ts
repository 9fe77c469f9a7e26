import type { Details } from '../../shared/schemas/details.ts'
import { AppError } from '../../shared/errors.ts'
import type { ProfileDatabase } from '../storage/database.ts'
import { parseDetails } from '../trade/details-document.ts'
import type { MarketPlace } from '../seller/listing-store.ts'

/** What the buyer knows of one purchase; the money's state is the chain's to tell. */
export interface Purchase {
  /** This profile's own number, there before the contract has given one. */
  readonly id: number
  /** The contract's number; null while the payment is not confirmed. */
  readonly number: bigint | null
  /** Where the buyer opened the listing, and what the contract said its URL was when it was bought. */
  readonly url: string
  readonly contractUrl: string
  readonly details: Details
  /** The document's very bytes. */
  readonly detailsText: string
  readonly detailsHash: string
  readonly listing: bigint
  readonly termsHash: string
  readonly buyer: string
  readonly maxTotalWei: bigint
  readonly deadlineSeconds: number
  /** ResultRequest as JSON with its signature and digest, once made. */
  readonly request: string | null
  readonly signature: string | null
  readonly requestHash: string | null
  /** The one-time X25519 secret, sealed by the vault. */
  readonly sealingSecret: Uint8Array | null
  /** The sealed answer as it stands on the contract, and what it opened to. */
  readonly sealed: Uint8Array | null
  readonly answer: string | null
  readonly integers: readonly bigint[] | null
  /** Whether the answer's proof held; null where none has been checked. */
  readonly proofVerified: boolean | null
  /** Why the delivered answer does not hold: an error document as JSON. */
  readonly answerFault: string | null
  readonly createdAt: string
}

/** A program evaluated on the purchase's ciphertexts. */
export interface EncryptedResult {
  /** The program's canonical text. */
  readonly program: string
  /** SHA-256 of that text; in `private` mode of the salt before it, so that it tells the seller nothing. */
  readonly programHash: string
  /** In `private` mode what takes the masks off the answer, cell by cell, and the salt of the program's hash; else null. */
  readonly masks: readonly bigint[] | null
  readonly programSalt: string | null
  readonly ciphertexts: Uint8Array
  readonly resultHash: string
  readonly computedAt: string
}

export interface ComputedResult extends EncryptedResult {
  /** The script and its file's name; both empty where the answer was built in code. */
  readonly script: string
  readonly fileName: string
}

export type NewPurchase = Pick<Purchase, 'url' | 'contractUrl' | 'detailsHash' | 'listing' | 'termsHash' | 'buyer' | 'maxTotalWei' | 'deadlineSeconds' | 'createdAt'> & { readonly text: string }

/** Comparisons by their texts' hashes, and whether they hold. */
type Replies = readonly (readonly [comparison: string, holds: boolean])[]

/** Products by their factors' hashes. */
type Products = readonly (readonly [product: string, ciphertext: Uint8Array])[]

export interface RepliesCounted {
  readonly told: number
  readonly unanswered: number
}

export interface PurchaseStore {
  /** Writes the intention to buy down, before a wei moves. */
  begin(purchase: NewPurchase): Purchase
  /** An intention whose payment never left this machine. */
  forget(id: number): void
  setNumber(id: number, number: bigint): Purchase
  /** Throws `input.not-found`. */
  get(id: number): Purchase
  /**
   * Numbers that a reorganisation changed or took away, by purchase, all at once. What was told openly under the old number is forgotten:
   * the seller answers a program only where its comparisons were asked under the number it comes with.
   */
  moveNumbers(moved: ReadonlyMap<number, bigint | null>): void
  /** A purchase that the contract knows of this wallet, and this profile does not, in one step: it is not to be paid. */
  adopt(purchase: NewPurchase, number: bigint): Purchase
  /** Whether what the chain knows may be missing here: the profile was restored from a backup. */
  mayBeBehind(): boolean
  /** Kept as it is once it is there, unless it was made for another number: then it is replaced, and its answer is to come anew. */
  setRequest(
    id: number, number: bigint, request: { json: string; signature: string; requestHash: string; sealingSecret: Uint8Array },
  ): Purchase
  /** An answer whose proof held. */
  setAnswer(id: number, answer: { sealed: Uint8Array; answer: string; integers: readonly bigint[] }): Purchase
  /** A delivered answer that does not open, or whose proof does not hold. */
  setAnswerFault(id: number, fault: string): void
  /** Replaces an earlier result; refused with `escrow.second-request` once a request has been signed for one. */
  setResult(id: number, result: ComputedResult): void
  findResult(id: number): ComputedResult | null
  /** What the key holder told this purchase of a comparison, by its text's hash; null: it was not asked. */
  findReply(id: number, comparison: string): boolean | null
  /** A product of two encrypted cells that the key holder made, unmasked. */
  findProduct(id: number, product: string): Uint8Array | null
  /** A question that was made and not answered yet. */
  findAsk(id: number, ask: string): string | null
  addAsk(id: number, ask: string, made: string): void
  /** Keeps what was told and forgets the question, in one step. */
  settleAsk(id: number, ask: string, told: { readonly replies?: Replies; readonly products?: Products }): void
  /** What the key holder told, in all; `unanswered`: what it was asked besides and may have told, and what never arrived. */
  countReplies(id: number): RepliesCounted
  findByNumber(number: bigint): Purchase | null
  /** An intention to buy this listing that has no number yet. */
  findUnfinished(listing: bigint): Purchase | null
  list(): readonly Purchase[]
}

interface PurchaseRow {
  readonly id: number
  readonly number: string | null
  readonly url: string
  readonly contract_url: string
  readonly details: string
  readonly details_hash: string
  readonly listing: string
  readonly terms_hash: string
  readonly buyer: string
  readonly max_total_wei: string
  readonly deadline_seconds: number
  readonly request: string | null
  readonly signature: string | null
  readonly request_hash: string | null
  readonly sealing_secret: Uint8Array | null
  readonly sealed: Uint8Array | null
  readonly answer: string | null
  readonly integers: string | null
  readonly proof_verified: number | null
  readonly answer_fault: string | null
  readonly created_at: string
}

const fromRow = (row: PurchaseRow): Purchase => ({
  id: row.id,
  number: row.number === null ? null : BigInt(row.number),
  url: row.url,
  contractUrl: row.contract_url,
  details: parseDetails(row.details),
  detailsText: row.details,
  detailsHash: row.details_hash,
  listing: BigInt(row.listing),
  termsHash: row.terms_hash,
  buyer: row.buyer,
  maxTotalWei: BigInt(row.max_total_wei),
  deadlineSeconds: row.deadline_seconds,
  request: row.request,
  signature: row.signature,
  requestHash: row.request_hash,
  sealingSecret: row.sealing_secret,
  sealed: row.sealed,
  answer: row.answer,
  integers: row.integers === null ? null : row.integers.split(',').map(BigInt),
  proofVerified: row.proof_verified === null ? null : row.proof_verified === 1,
  answerFault: row.answer_fault,
  createdAt: row.created_at,
})

interface ResultRow {
  readonly script: string
  readonly file_name: string
  readonly program: string
  readonly program_hash: string
  readonly masks: string | null
  readonly program_salt: string | null
  readonly ciphertexts: Uint8Array
  readonly result_hash: string
  readonly computed_at: string
}

export const createPurchaseStore = (database: ProfileDatabase, { chainId, contract }: MarketPlace): PurchaseStore => {
  const select = (condition: string, ...values: (string | number)[]): readonly Purchase[] =>
    database.prepare<(string | number)[], PurchaseRow>(`SELECT * FROM purchases WHERE chain_id = ? AND contract = ? AND ${condition} ORDER BY id`)
      .all(chainId, contract, ...values).map(fromRow)
  const get = (id: number): Purchase => {
    const [purchase] = select('id = ?', id)
    if (purchase === undefined) throw new AppError('input.not-found', `There is no purchase ${id} in this profile.`, { details: { purchase: id } })
    return purchase
  }
  const insertReplies = (id: number, replies: Replies): void => {
    const insert = database.prepare('INSERT INTO replies (purchase, comparison, holds) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
    for (const [comparison, holds] of replies) insert.run(id, comparison, holds ? 1 : 0)
  }
  const begin: PurchaseStore['begin'] = (
    { url, contractUrl, text, detailsHash, listing, termsHash, buyer, maxTotalWei, deadlineSeconds, createdAt },
  ) => {
    const { lastInsertRowid } = database.prepare(`INSERT INTO purchases
        (chain_id, contract, url, contract_url, details, details_hash, listing, terms_hash, buyer, max_total_wei, deadline_seconds, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
      .run(
        chainId, contract, url, contractUrl, text, detailsHash, listing.toString(), termsHash, buyer, maxTotalWei.toString(),
        deadlineSeconds, createdAt,
      )
    return get(Number(lastInsertRowid))
  }
  const setNumber: PurchaseStore['setNumber'] = (id, number) => {
    database.prepare('UPDATE purchases SET number = ? WHERE id = ? AND number IS NULL').run(number.toString(), id)
    return get(id)
  }
  return {
    begin,
    get,
    setNumber,
    moveNumbers: (moved) => {
      database.transaction(() => {
        const set = database.prepare('UPDATE purchases SET number = ? WHERE id = ?')
        const forget = (['replies', 'asks'] as const).map((table) => database.prepare(
          `DELETE FROM ${table} WHERE purchase IN (SELECT id FROM purchases WHERE id = ? AND details ->> '$.policy.mode' = 'disclosed')`,
        ))
        // Two may have changed places, and no two bear one number.
        for (const id of moved.keys()) set.run(null, id)
        for (const [id, number] of moved) {
          set.run(number?.toString() ?? null, id)
          for (const one of forget) one.run(id)
        }
      }).immediate()
    },
    adopt: (purchase, number) => database.transaction(() => setNumber(begin(purchase).id, number)).immediate(),
    mayBeBehind: () => database.prepare('SELECT 1 FROM restorations LIMIT 1').get() !== undefined,
    forget: (id) => { database.prepare('DELETE FROM purchases WHERE id = ? AND number IS NULL AND id NOT IN (SELECT purchase FROM results)').run(id) },
    setRequest: (id, number, { json, signature, requestHash, sealingSecret }) => {
      database.prepare(`UPDATE purchases SET request = ?, signature = ?, request_hash = ?, sealing_secret = ?, sealed = NULL, proof_verified = NULL, answer_fault = NULL
        WHERE id = ? AND (request IS NULL OR request ->> '$.purchase' <> ?)`)
        .run(json, signature, requestHash, sealingSecret, id, number.toString())
      return get(id)
    },
    setAnswer: (id, { sealed, answer, integers }) => {
      database.prepare('UPDATE purchases SET sealed = ?, answer = ?, integers = ?, proof_verified = 1, answer_fault = NULL WHERE id = ?')
        .run(sealed, answer, integers.join(','), id)
      return get(id)
    },
    setAnswerFault: (id, fault) => {
      database.prepare('UPDATE purchases SET proof_verified = 0, answer_fault = ? WHERE id = ? AND answer IS NULL').run(fault, id)
    },
    setResult: (id, result) => {
      database.transaction(() => {
        if (get(id).request !== null) {
          throw new AppError('escrow.second-request', 'The one result of this purchase has been requested already; it cannot be computed anew.', { details: { purchase: id } })
        }
        database.prepare(`INSERT OR REPLACE INTO results
          (purchase, script, file_name, program, program_hash, ciphertexts, result_hash, computed_at, masks, program_salt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
          .run(
            id, result.script, result.fileName, result.program, result.programHash, result.ciphertexts, result.resultHash,
            result.computedAt, result.masks?.join(',') ?? null, result.programSalt,
          )
      }).immediate()
    },
    findResult: (id) => {
      const row = database.prepare<[number], ResultRow>('SELECT * FROM results WHERE purchase = ?').get(id)
      return row === undefined ? null : {
        script: row.script,
        fileName: row.file_name,
        program: row.program,
        programHash: row.program_hash,
        masks: row.masks === null ? null : row.masks.split(',').map(BigInt),
        programSalt: row.program_salt,
        ciphertexts: row.ciphertexts,
        resultHash: row.result_hash,
        computedAt: row.computed_at,
      }
    },
    findReply: (id, comparison) => {
      const row = database.prepare<[number, string], { holds: number }>('SELECT holds FROM replies WHERE purchase = ? AND comparison = ?').get(id, comparison)
      return row === undefined ? null : row.holds === 1
    },
    findProduct: (id, product) => {
      const row = database.prepare<[number, string], { ciphertext: Buffer }>('SELECT ciphertext FROM product_replies WHERE purchase = ? AND product = ?').get(id, product)
      return row === undefined ? null : new Uint8Array(row.ciphertext)
    },
    findAsk: (id, ask) => database.prepare<[number, string], { made: string }>('SELECT made FROM asks WHERE purchase = ? AND ask = ?').get(id, ask)?.made ?? null,
    addAsk: (id, ask, made) => { database.prepare('INSERT INTO asks (purchase, ask, made) VALUES (?, ?, ?) ON CONFLICT DO NOTHING').run(id, ask, made) },
    settleAsk: (id, ask, { replies = [], products = [] }) => {
      const insertProduct = database.prepare('INSERT INTO product_replies (purchase, product, ciphertext) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
      database.transaction(() => {
        insertReplies(id, replies)
        for (const [product, ciphertext] of products) insertProduct.run(id, product, ciphertext)
        database.prepare('DELETE FROM asks WHERE purchase = ? AND ask = ?').run(id, ask)
      }).immediate()
    },
    countReplies: (id) => database.prepare<[{ id: number }], RepliesCounted>(`SELECT
        (SELECT count(*) FROM replies WHERE purchase = $id) + (SELECT count(*) FROM product_replies WHERE purchase = $id) AS told,
        (SELECT coalesce(sum(coalesce(json_array_length(made, '$.flips'), 0) + coalesce(json_array_length(made, '$.masks'), 0)), 0) FROM asks WHERE purchase = $id)
        + (SELECT count(*) FROM (
          SELECT value FROM asks, json_each(made, '$.openly') WHERE purchase = $id EXCEPT SELECT comparison FROM replies WHERE purchase = $id
        )) AS unanswered`).get({ id }) ?? { told: 0, unanswered: 0 },
    findByNumber: (number) => select('number = ?', number.toString())[0] ?? null,
    findUnfinished: (listing) => select('number IS NULL AND listing = ?', listing.toString())[0] ?? null,
    list: () => select('1'),
  }
}
