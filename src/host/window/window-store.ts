import { z } from 'zod'
import { parseJsonAs } from '../../shared/parse.ts'
import { naturalSchema } from '../../shared/schemas/common.ts'
import type { MarketPlace } from '../seller/listing-store.ts'
import type { ProfileDatabase } from '../storage/database.ts'

/** What was agreed to when Serve was switched on (S28): it holds until it is switched off, over restarts too. */
const authorisationSchema = z.strictObject({
  chainId: z.int(),
  contract: z.string(),
  /** Ids of listings in this profile. */
  listings: z.array(z.string()),
  maxGasPerDayWei: naturalSchema.transform(BigInt),
  host: z.string(),
  port: z.int(),
  publicUrl: z.string().nullable(),
  /** Absent in authorisations given before there was a choice. */
  ownTls: z.boolean().default(false),
  grantedAt: z.string(),
})
export type Authorisation = Readonly<z.infer<typeof authorisationSchema>>

/** By whose word something was signed: a person's at the desk, or the standing authorisation's. */
export type SignedBy = 'confirmation' | 'standing-authorisation'

export interface SignatureRecord {
  readonly id: number
  readonly at: string
  readonly by: SignedBy
  readonly move: string
  readonly words: string
  readonly outcome: 'under-way' | 'done' | 'failed'
  readonly feeWei: bigint
  readonly error: string | null
}

/** What only the window needs to remember. */
export interface WindowStore {
  listUrls(place: MarketPlace): readonly string[]
  addUrl(place: MarketPlace, url: string): void
  removeUrl(url: string): void
  findState(key: string): string | null
  saveState(key: string, value: string): void
  /** Writes down what is about to be signed, before it is. */
  beginSignature(signature: Pick<SignatureRecord, 'by' | 'move' | 'words'>): number
  endSignature(id: number, end: { readonly error: string | null, readonly feeWei?: bigint }): void
  /** Newest first. */
  listSignatures(limit: number): readonly SignatureRecord[]
  /** Fees spent on the standing authorisation's word since a time. */
  sumFeesSince(at: string): bigint
  findAuthorisation(): Authorisation | null
  saveAuthorisation(authorisation: Authorisation): void
  removeAuthorisation(): void
}

interface SignatureRow {
  readonly id: number
  readonly at: string
  readonly by_word: SignedBy
  readonly move: string
  readonly words: string
  readonly outcome: SignatureRecord['outcome']
  readonly fee_wei: string
  readonly error: string | null
}

const toSignature = ({ by_word: by, fee_wei: feeWei, ...row }: SignatureRow): SignatureRecord => ({ ...row, by, feeWei: BigInt(feeWei) })

export const createWindowStore = (database: ProfileDatabase, now: () => Date): WindowStore => ({
  listUrls: ({ chainId, contract }) => database
    .prepare<[number, string], { url: string }>('SELECT url FROM market_urls WHERE chain_id = ? AND contract = ? ORDER BY added_at')
    .all(chainId, contract).map(({ url }) => url),
  addUrl: ({ chainId, contract }, url) => {
    database.prepare('INSERT INTO market_urls (url, chain_id, contract, added_at) VALUES (?, ?, ?, ?) ON CONFLICT (url) DO NOTHING')
      .run(url, chainId, contract, now().toISOString())
  },
  removeUrl: (url) => { database.prepare('DELETE FROM market_urls WHERE url = ?').run(url) },

  findState: (key) => database.prepare<[string], { value: string }>('SELECT value FROM window_state WHERE key = ?').get(key)?.value ?? null,
  saveState: (key, value) => { database.prepare('INSERT OR REPLACE INTO window_state (key, value) VALUES (?, ?)').run(key, value) },

  beginSignature: ({ by, move, words }) => Number(database
    .prepare('INSERT INTO signatures (at, by_word, move, words, outcome) VALUES (?, ?, ?, ?, \'under-way\')')
    .run(now().toISOString(), by, move, words).lastInsertRowid),
  endSignature: (id, { error, feeWei = 0n }) => {
    database.prepare('UPDATE signatures SET outcome = ?, error = ?, fee_wei = ? WHERE id = ?')
      .run(error === null ? 'done' : 'failed', error, feeWei.toString(), id)
  },
  listSignatures: (limit) => database.prepare<[number], SignatureRow>('SELECT * FROM signatures ORDER BY id DESC LIMIT ?').all(limit).map(toSignature),
  sumFeesSince: (at) => database
    .prepare<[string], { fee_wei: string }>('SELECT fee_wei FROM signatures WHERE at >= ? AND by_word = \'standing-authorisation\'')
    .all(at).reduce((sum, { fee_wei: fee }) => sum + BigInt(fee), 0n),

  findAuthorisation: () => {
    const row = database.prepare<[], { document: string }>('SELECT document FROM standing_authorisation WHERE id = 1').get()
    return row === undefined ? null : parseJsonAs(authorisationSchema, row.document, 'the standing authorisation', 'store.corrupt')
  },
  saveAuthorisation: (authorisation) => {
    const document = JSON.stringify({ ...authorisation, maxGasPerDayWei: authorisation.maxGasPerDayWei.toString() })
    database.prepare('INSERT OR REPLACE INTO standing_authorisation (id, document) VALUES (1, ?)').run(document)
  },
  removeAuthorisation: () => { database.prepare('DELETE FROM standing_authorisation').run() },
})
