import { ZeroHash, type BaseWallet } from 'ethers'
import type { AnswerJson } from '../../compute/answer.ts'
import { programSchema } from '../../shared/schemas/program.ts'
import { resultRequestSchema } from '../../shared/schemas/result-request.ts'
import type { Details } from '../../shared/schemas/details.ts'
import { AppError, isAppError } from '../../shared/errors.ts'
import { parseJsonAs } from '../../shared/parse.ts'
import type { Market, PurchaseOnChain } from '../chain/market.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { PurchaseService } from '../buyer/purchase-service.ts'
import { createReceipt, mergeReceipts, receiptSchema, signReceipt, withoutAnswer, type Receipt, type ReceiptParts, type ReceiptRole } from '../protocol/receipt.ts'
import type { ListingStore, StoredListing } from '../seller/listing-store.ts'
import type { SaleStore } from '../seller/sale-store.ts'
import type { ProfileDatabase } from '../storage/database.ts'

export interface StoredReceipt {
  readonly role: ReceiptRole
  readonly purchase: bigint
  readonly receipt: Receipt
  readonly updatedAt: string
}

export interface ExportedReceipt {
  readonly receipt: Receipt
  /** Why the other party's signature is missing; null where it is there, or this is the seller's own receipt. */
  readonly missingHalf: string | null
  /** The listing's, from its details document. */
  readonly title: string
}

export interface ReceiptService {
  /** The seller's half, signed, as its server hands it to the buyer. */
  signAsSeller(purchase: PurchaseOnChain, listing: StoredListing): Promise<Receipt>
  /**
   * The receipt of a purchase this wallet bought or sold, as the trade stands now; kept in the profile. A buyer's encloses the
   * answer, with what proves it, unless `encloseAnswer` is false; the profile keeps it without. Throws `input.not-found`.
   */
  export(purchase: bigint, options?: { readonly encloseAnswer?: boolean }): Promise<ExportedReceipt>
  /**
   * The answer that was bought, with the receipt that shows it. Throws `input.not-found`, and `escrow.wrong-state` where no answer has been
   * opened yet.
   */
  exportResult(purchase: bigint): Promise<ExportedReceipt & { readonly answer: AnswerJson }>
  list(): readonly StoredReceipt[]
}

export interface ReceiptServiceDependencies {
  readonly database: ProfileDatabase
  readonly market: Market
  readonly wallet: () => Promise<BaseWallet>
  readonly purchases: PurchaseService
  readonly listings: ListingStore
  readonly sales: SaleStore
  readonly ledger: Pick<Ledger, 'countHelp' | 'readRestorations'>
  readonly now: () => Date
}

type Content = Pick<ReceiptParts, 'mode' | 'datasetRoot' | 'request' | 'program' | 'proof' | 'unprovedReplies'>

/** The chain's clock and this machine's may differ by as much. */
const clockSlackSeconds = 60

/** The most that a purchase can have been told: what its listing sells, to everybody and for good. */
const mostReplies = ({ interactionOpened }: PurchaseOnChain, { budgets: { comparisons, products } }: Details): number =>
  (interactionOpened ? comparisons + products : 0)

const parseContent = (
  { dataset, policy: { mode } }: Details, request: string | null, signature: string | null, program: string | null,
): Content => ({
  datasetRoot: dataset.root,
  mode,
  request: request === null || signature === null ? null : { request: parseJsonAs(resultRequestSchema, request, 'the stored request', 'store.corrupt'), signature },
  // In private mode the program is the buyer's secret; the request holds a salted hash of it.
  program: program === null || mode === 'private' ? null : parseJsonAs(programSchema, program, 'the stored program', 'store.corrupt'),
})

export const createReceiptService = (dependencies: ReceiptServiceDependencies): ReceiptService => {
  const { database, market, wallet, purchases, listings, sales, ledger, now } = dependencies

  const sign = async (purchase: PurchaseOnChain, content: Content): Promise<Receipt> => {
    const history = await market.readHistory(purchase.id)
    return signReceipt(createReceipt({ chainId: market.chainId, contract: market.contract, purchase, history, ...content }), await wallet())
  }

  const signAsSeller = (purchase: PurchaseOnChain, listing: StoredListing): Promise<Receipt> => {
    const found = sales.find(purchase.id)
    // What another asked under this number, before a reorganisation gave it away, is not this buyer's to read.
    const sale = found?.requestHash === purchase.requestHash ? found : null
    const { chainId, contract } = market
    return sign(purchase, {
      ...parseContent(listing.details, sale?.request ?? null, sale?.signature ?? null, sale?.program ?? null),
      unprovedReplies: ledger.countHelp({ chainId, contract, purchase: purchase.id, buyer: purchase.buyer }),
    })
  }

  /** Whether a script may have been helped under this purchase of which a profile restored from a backup knows nothing. */
  const forgets = ({ paidAtSeconds }: PurchaseOnChain): boolean =>
    ledger.readRestorations().some(({ restoredAtSeconds }) => paidAtSeconds <= restoredAtSeconds + clockSlackSeconds)

  const exportAsBuyer = async (onChain: PurchaseOnChain, encloseAnswer: boolean): Promise<ExportedReceipt> => {
    const purchase = purchases.get(onChain.id)
    const { title } = purchase.details
    const program = purchase.request === null ? null : purchases.findResult(onChain.id)?.program ?? null
    const proof = encloseAnswer && onChain.answerHash !== ZeroHash ? (await purchases.disclose(onChain.id)).answer : null
    const content = parseContent(purchase.details, purchase.request, purchase.signature, program)
    const signWith = (unprovedReplies: number): Promise<Receipt> => sign(onChain, { ...content, proof, unprovedReplies })
    const { told, unanswered } = purchases.countReplies(onChain.id)
    const own = await signWith(told)
    try {
      const theirs = await purchases.fetchFromSeller(onChain.id, 'receipt', receiptSchema)
      const { unprovedReplies: counted } = theirs.trade
      // Replies that were lost on the way are in the seller's number only; one that is too small, or more than was asked, is not signed.
      const most = Math.max(told + unanswered, forgets(onChain) ? mostReplies(onChain, purchase.details) : 0)
      const half = counted > own.trade.unprovedReplies && counted <= most ? await signWith(counted) : own
      return { receipt: mergeReceipts(half, theirs), missingHalf: null, title }
    } catch (error) {
      // A seller who is gone, refuses or tells another story cannot keep the buyer from a receipt of their own.
      if (!isAppError(error)) throw error
      return { receipt: own, missingHalf: `${error.code}: ${error.message}`, title }
    }
  }

  const save = (role: ReceiptRole, purchase: bigint, receipt: Receipt): void => {
    database.prepare(`INSERT INTO receipts (id, role, chain_id, contract, purchase, document, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (role, chain_id, contract, purchase) DO UPDATE SET document = excluded.document, updated_at = excluded.updated_at`)
      .run(`${role}-${market.chainId}-${market.contract}-${purchase}`, role, market.chainId, market.contract, purchase.toString(), JSON.stringify(receipt), now().toISOString())
  }

  const exportReceipt = async (number: bigint, encloseAnswer: boolean): Promise<ExportedReceipt> => {
    const onChain = await market.readPurchase(number)
    const listing = onChain.seller === market.account ? listings.findByNumber(market, onChain.listing) : null
    if (listing === null && onChain.buyer !== market.account) {
      throw new AppError('input.not-found', `Purchase ${number} was neither bought nor sold by this wallet.`, { details: { purchase: number.toString() } })
    }
    const role: ReceiptRole = listing === null ? 'buyer' : 'seller'
    const exported: ExportedReceipt = listing === null
      ? await exportAsBuyer(onChain, encloseAnswer)
      : { receipt: await signAsSeller(onChain, listing), missingHalf: null, title: listing.details.title }
    // The one-time secret that opens the answer is in the file the user asked for, never in the clear in the profile.
    save(role, number, withoutAnswer(exported.receipt))
    return exported
  }

  return {
    signAsSeller,
    export: (number, { encloseAnswer = true } = {}) => exportReceipt(number, encloseAnswer),
    exportResult: async (number) => {
      const { answer } = purchases.get(number)
      if (answer === null) {
        throw new AppError('escrow.wrong-state', `The answer of purchase ${number} has not been opened and checked yet.`, { details: { purchase: number.toString() } })
      }
      return { ...await exportReceipt(number, true), answer: JSON.parse(answer) as AnswerJson }
    },
    list: () => database.prepare<[], { role: ReceiptRole; purchase: string; document: string; updated_at: string }>('SELECT role, purchase, document, updated_at FROM receipts ORDER BY updated_at')
      .all().map((row) => ({
        role: row.role,
        purchase: BigInt(row.purchase),
        receipt: parseJsonAs(receiptSchema, row.document, 'a stored receipt', 'store.corrupt'),
        updatedAt: row.updated_at,
      })),
  }
}
