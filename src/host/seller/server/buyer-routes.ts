import {
  answerSchema, comparisonsRequestSchema, manifestSchema, productsRequestSchema, productsSchema, resultAcceptedSchema,
  resultSubmissionSchema, signsSchema,
} from '../../../shared/schemas/http.ts'
import { z } from 'zod'
import { AppError, isAppError, type ErrorDocument } from '../../../shared/errors.ts'
import type { Inequality } from '../../../shared/schemas/program.ts'
import { errorCodes, type ErrorCode } from '../../../shared/error-codes.ts'
import { fromBase64, toBase64 } from '../../base64.ts'
import type { Market, PurchaseOnChain, PurchaseState } from '../../chain/market.ts'
import type { DatasetService } from '../../datasets/dataset-service.ts'
import { failpoint } from '../../failpoint.ts'
import { encodeChunk } from '../../datasets/chunk-arrow.ts'
import type { Engine } from '../../../engine/engine.ts'
import type { Judges } from '../../judging/judges.ts'
import type { Help } from '../../ledger/help-store.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Asker } from '../../ledger/source-store.ts'
import { sha256Hex } from '../../trade/hash.ts'
import { assertBoughtUnder } from '../bought-under.ts'
import type { Deliveries } from '../deliveries.ts'
import { productsOf, signsOf, signsOfTable, type CountHelp } from '../help.ts'
import type { ListingStore, StoredListing } from '../listing-store.ts'
import type { SaleStore } from '../sale-store.ts'
import { defineRoute, type RequestContext, type Route } from './route.ts'

export interface BuyerRouteDependencies {
  readonly listings: ListingStore
  readonly sales: SaleStore
  readonly datasets: DatasetService
  readonly deliveries: Pick<Deliveries, 'receive'>
  readonly ledger: Ledger
  readonly judges: Pick<Judges, 'run'>
  readonly engine: () => Promise<Engine>
  readonly market: Market
  /** Throws `policy.ledger-behind` where the ledger may lack help or answers that counted for the dataset's source. */
  readonly assertHelpKnown: (dataset: string, purchase: bigint) => Promise<void>
  /** The seller's half of the receipt, signed. */
  readonly createReceipt: (purchase: PurchaseOnChain, listing: StoredListing) => Promise<unknown>
  /** Carries a sale on and tells how it went; a failure that is no refusal is taken up again by the seller's watch. */
  readonly advance: (purchase: bigint) => Promise<void>
}

interface Authorised {
  readonly purchase: PurchaseOnChain
  readonly listing: StoredListing
}

const arrowType = 'application/vnd.apache.arrow.stream'

/** A refunded buyer has what they paid back: nothing more is served for it (S7). */
const entitled: readonly PurchaseState[] = ['Paid', 'Requested', 'Delivered', 'Disputed', 'Settled']

/** Of so many purchases the listing is kept in mind. */
const mostSeen = 10_000

const parsePurchaseNumber = (text: string | undefined): bigint => {
  if (text === undefined || !/^[1-9][0-9]{0,77}$/.test(text)) throw new AppError('input.not-found', 'There is no such purchase here.')
  return BigInt(text)
}

const notConfirmed = ({ details: { confirmations } }: StoredListing, what: string): AppError =>
  new AppError('escrow.not-confirmed', `${what} does not have its ${confirmations} confirmations yet.`, { retryable: true })

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorCodes, code)

/** What only the buyer of a purchase gets; authority comes from the recovered signer and the confirmed state of the chain alone. */
export const createBuyerRoutes = (dependencies: BuyerRouteDependencies): readonly Route[] => {
  const { listings, sales, datasets, deliveries, ledger, judges, engine, market, createReceipt, advance } = dependencies

  /** The number of the listing that a purchase was last seen to be of: says how many confirmations to ask for, and gives no right. */
  const lastSeen = new Map<bigint, bigint>()

  /** As it stands with the listing's confirmations. */
  const findAsOf = (number: bigint, { details: { confirmations } }: StoredListing): Promise<PurchaseOnChain | null> =>
    (confirmations === 1 ? market.findPurchase(number) : market.findPurchase(number, { confirmations }))

  const assertEntitled = (purchase: PurchaseOnChain, listing: StoredListing, account: string): Authorised => {
    if (purchase.buyer !== account) throw new AppError('access.forbidden', 'Another wallet bought this purchase.')
    if (!entitled.includes(purchase.state)) throw new AppError('escrow.wrong-state', `The purchase is ${purchase.state}.`, { details: { state: purchase.state } })
    assertBoughtUnder(listing, purchase)
    return { purchase, listing }
  }

  const authorise = async ({ parameters, account }: RequestContext<unknown>): Promise<Authorised> => {
    const number = parsePurchaseNumber(parameters['id'])
    const seen = lastSeen.get(number)
    const expected = seen === undefined ? null : listings.findByNumber(market, seen)
    if (expected !== null) {
      // A download asks for thousands of chunks: the confirmed state alone is looked at, unless the chain has changed its mind.
      const purchase = await findAsOf(number, expected)
      if (purchase !== null && purchase.listing === expected.number) return assertEntitled(purchase, expected, account)
    }
    const found = await market.findPurchase(number)
    const listing = found === null ? null : listings.findByNumber(market, found.listing)
    if (listing === null) throw new AppError('input.not-found', 'There is no such purchase here.')
    // One confirmation is the latest block: that has just been looked at.
    const purchase = listing.details.confirmations === 1 ? found : await findAsOf(number, listing)
    if (purchase === null) throw notConfirmed(listing, 'The purchase')
    const authorised = assertEntitled(purchase, listing, account)
    if (lastSeen.size >= mostSeen) lastSeen.clear()
    lastSeen.set(number, purchase.listing)
    return authorised
  }

  /** A purchase whose script may still ask. */
  const authoriseHelp = async (context: RequestContext<unknown>): Promise<Authorised> => {
    const { purchase, listing } = await authorise(context)
    if (purchase.state !== 'Paid') throw new AppError('escrow.wrong-state', `The purchase is ${purchase.state}: its script has run.`, { details: { state: purchase.state } })
    if (purchase.interactionOpened) {
      await dependencies.assertHelpKnown(listing.dataset, purchase.id)
      return { purchase, listing }
    }
    if ((await market.readPurchase(purchase.id)).interactionOpened) throw notConfirmed(listing, 'Opening interactive use')
    throw new AppError('escrow.interaction-not-open', 'The key holder\'s help is paid for, once and for good, before the first question is answered.', { details: { purchase: purchase.id.toString() } })
  }

  const askerOf = ({ id, buyer }: PurchaseOnChain): Asker => ({ chainId: market.chainId, contract: market.contract, purchase: id, buyer })

  const countAs = (kind: Help['kind'], purchase: PurchaseOnChain, listing: StoredListing, sent: readonly Uint8Array[]): CountHelp => (count) => {
    ledger.debitHelp(askerOf(purchase), { kind, request: sha256Hex(Buffer.concat(sent)), count }, listing)
    failpoint('help.counted')
  }

  return [
    defineRoute({
      method: 'GET', path: '/v1/purchases/:id/data/manifest', summary: 'The dataset\'s chunk hashes', audience: 'buyer', response: manifestSchema, requestsPerMinute: 120,
      handle: async (context) => {
        const { listing } = await authorise(context)
        const { commitment, leaves } = datasets.readTensor(listing.dataset, 'data')
        return { json: { commitment, leaves } }
      },
    }),
    defineRoute({
      method: 'GET', path: '/v1/purchases/:id/data/:chunk', summary: 'One chunk of the encrypted tensor, as an Arrow IPC stream', audience: 'buyer', responseType: arrowType, requestsPerMinute: 6000,
      handle: async (context) => {
        const { listing } = await authorise(context)
        const { commitment, readChunk } = datasets.readTensor(listing.dataset, 'data')
        const text = context.parameters['chunk'] ?? ''
        const index = /^(?:0|[1-9][0-9]{0,8})$/.test(text) ? Number(text) : Number.NaN
        if (!(index < commitment.chunks)) throw new AppError('input.not-found', `The dataset has chunks 0 to ${commitment.chunks - 1}.`)
        return { type: arrowType, bytes: encodeChunk(commitment, listing.details.columns, index, await readChunk(index)) }
      },
    }),
    defineRoute({
      method: 'POST', path: '/v1/purchases/:id/comparisons', summary: 'Of each comparison whether it holds; counted before it is answered, once', audience: 'buyer',
      body: comparisonsRequestSchema, takesText: true, response: signsSchema, bodyLimitBytes: 4 * 1024 * 1024, requestsPerMinute: 120,
      handle: async (context) => {
        const { purchase, listing } = await authoriseHelp(context)
        const key = datasets.readKeyPair(listing.dataset, 'data')
        const asked = await ledger.settle({ kind: 'questions', text: context.text }, listing, (judged) =>
          'ciphertexts' in judged || ledger.debitComparisons(askerOf(purchase), judged.judgement, listing))
        if ('ciphertexts' in asked) {
          const { ciphertexts } = asked
          return { json: { signs: await signsOf(ciphertexts, key, await engine(), countAs('comparisons', purchase, listing, [ciphertexts])) } }
        }
        failpoint('comparisons.counted')
        return { json: { signs: await signsOfTable(JSON.parse(asked.comparisons) as Inequality[], datasets.readTensor(listing.dataset, 'data').source(), key, await engine()) } }
      },
    }),
    defineRoute({
      method: 'POST', path: '/v1/purchases/:id/products', summary: 'Multiplies pairs of masked ciphertexts; counted before it is answered, once', audience: 'buyer',
      body: productsRequestSchema, response: productsSchema, bodyLimitBytes: 4 * 1024 * 1024, requestsPerMinute: 120,
      handle: async (context) => {
        const { purchase, listing } = await authoriseHelp(context)
        const [left, right] = [fromBase64(context.body.left), fromBase64(context.body.right)]
        const key = datasets.readKeyPair(listing.dataset, 'data')
        const products = await productsOf(left, right, key, await engine(), countAs('products', purchase, listing, [left, right]))
        return { json: { ciphertexts: toBase64(products) } }
      },
    }),
    defineRoute({
      method: 'POST', path: '/v1/purchases/:id/result', summary: 'The signed request and the encrypted result, once; with the program in disclosed mode, without it in private mode', audience: 'buyer',
      body: resultSubmissionSchema, takesText: true, response: resultAcceptedSchema, bodyLimitBytes: 4 * 1024 * 1024, requestsPerMinute: 60,
      handle: async (context) => {
        const { purchase, listing } = await authorise(context)
        const sale = deliveries.receive(purchase, listing, await judges.run({ kind: 'submission', text: context.text }))
        // It goes on in the background.
        void advance(sale.purchase)
        return { status: 202, json: { requestHash: sale.requestHash } }
      },
    }),
    defineRoute({
      method: 'GET', path: '/v1/purchases/:id/answer', summary: 'The sealed answer, once its delivery is confirmed', audience: 'buyer', response: answerSchema, requestsPerMinute: 600,
      handle: async (context) => {
        // A declined request is refunded; its buyer is still told why.
        const { purchase, listing } = await authorise(context).catch((error: unknown) => {
          if (isAppError(error, 'escrow.wrong-state')) throw refusalOf(parsePurchaseNumber(context.parameters['id']), context.account) ?? error
          throw error
        })
        const delivery = purchase.state === 'Requested' || purchase.state === 'Paid' ? null : await market.findDelivery(purchase.id, { confirmations: listing.details.confirmations })
        if (delivery === null) throw refusalOf(purchase.id, context.account) ?? new AppError('escrow.not-delivered', 'The answer is not on the contract yet.', { retryable: true })
        return { json: { requestHash: delivery.requestHash, sealed: Buffer.from(delivery.sealedAnswer.slice(2), 'hex').toString('base64'), transaction: delivery.transactionHash } }
      },
    }),
    defineRoute({
      method: 'GET', path: '/v1/purchases/:id/receipt', summary: 'The seller\'s half of the receipt', audience: 'buyer', response: z.unknown(), requestsPerMinute: 60,
      handle: async (context) => {
        const { purchase, listing } = await authorise(context)
        return { json: await createReceipt(purchase, listing) }
      },
    }),
  ]

  /** Why a sale was refused, in the words decided when it was; null where it was not, or for anybody but its buyer. */
  function refusalOf(number: bigint, account: string): AppError | null {
    const sale = sales.summarise(number)
    if (sale === null || sale.refusal === null || sale.buyer !== account) return null
    const { code, message } = JSON.parse(sale.refusal) as ErrorDocument
    return new AppError('policy.refused', `The seller declined: ${message}`, { details: { rule: isErrorCode(code) ? code : 'bug.unexpected' } })
  }
}
