import type { BaseWallet } from 'ethers'
import type { z } from 'zod'
import { AppError, type ErrorDocument } from '../../shared/errors.ts'
import type { Program } from '../../shared/schemas/program.ts'
import { encodeProgram } from '../../compute/program.ts'
import type { AnswerValue } from '../../compute/answer.ts'
import type { CiphertextSource, Engine, JobOptions } from '../../engine/engine.ts'
import type { Market, PurchaseOnChain } from '../chain/market.ts'
import type { StoredTransaction } from '../chain/outbox.ts'
import { followReorganisations } from '../chain/resume-transactions.ts'
import { createChunkStore } from '../datasets/chunk-store.ts'
import { widthOf } from '../datasets/tensor-wire.ts'
import type { CiphertextTable } from '../interop/export-tensor.ts'
import type { Evidence } from '../protocol/evidence.ts'
import type { Vault } from '../secrets/types.ts'
import type { ProfileDatabase } from '../storage/database.ts'
import { describeDataset } from '../trade/details-document.ts'
import { createBoughtElsewhere, type PurchaseElsewhere } from './bought-elsewhere.ts'
import { chooseReads, computeOnDataset, publicKeyOf } from './compute.ts'
import { purchaseHelp } from './derive-real.ts'
import { deriveFromAnswer, deriveFromScript, type DerivedScript, type DeriveOptions, type ScriptFile } from './derive.ts'
import { discloseAnswer } from './disclose.ts'
import { downloadDataset, openDownloaded, readDownloaded } from './download.ts'
import { describeNewPurchase, findForgottenPurchase, unansweredStates } from './forgotten-purchase.ts'
import { createPaymentNumbers } from './payment-numbers.ts'
import type { OpenListing, OpenedListing } from './open-listing.ts'
import { createPurchaseStore, type ComputedResult, type EncryptedResult, type Purchase, type RepliesCounted } from './purchase-store.ts'
import { requestResult, type NumberedPurchase, type RequestDependencies } from './request-result.ts'
import type { KeyHolderSession } from './blind-key-holder.ts'
import { createPrivateKeyHolder, createPurchaseKeyHolder, type PurchaseKeyHolderParts } from './purchase-key-holder.ts'
import { retryUntilConfirmed } from './retry.ts'
import { createSellers } from './sellers.ts'

export interface BuyOptions {
  /** The most the purchase may cost, guarantee included; by default what the listing asks at this moment. */
  readonly maxTotalWei?: bigint
  /** The terms that were looked at: others are refused with `escrow.terms-changed`, before anything is paid. */
  readonly termsHash?: string
  /** How long the payment may take to reach the chain before it is void; by default ten minutes. */
  readonly deadlineSeconds?: number
  /** Take up a purchase of this listing whose answer has not come yet, where there is one, instead of paying for another. */
  readonly resume?: boolean
}

export interface ComputeOptions extends JobOptions {
  /** Has the last word on a result before it is kept: what it throws leaves everything as it was. */
  readonly assertResult?: (result: EncryptedResult, program: Program) => Promise<void>
}

export interface PurchaseView {
  readonly purchase: Purchase
  /** null while the payment is not confirmed. */
  readonly onChain: PurchaseOnChain | null
  /** What the key holder told under this purchase, which nothing proves; 0 as long as there is no result to rest on it. */
  readonly unprovedReplies: number
}

export interface PurchaseService {
  /**
   * Pays into escrow, once: an interrupted purchase of the same listing is taken up again, not made a second time; so is, in a profile
   * restored from a backup, one that was paid after it.
   */
  buy(url: string, options?: BuyOptions): Promise<NumberedPurchase>
  /** Pays the listing's fee for the key holder's help while scripts run, for good. Throws as the contract refuses. */
  openInteraction(number: bigint): Promise<PurchaseOnChain>
  download(number: bigint, options?: JobOptions): Promise<NumberedPurchase>
  /** The downloaded ciphertexts. Throws `runtime.not-downloaded` where they are read and not all there. */
  openTable(number: bigint): CiphertextTable
  /**
   * Downloads what is missing, runs the script on the ciphertexts, asks the key holder where the script compares, keeps the encrypted
   * result. Run again after a stop, it asks only for what it was not told yet.
   */
  compute(number: bigint, script: ScriptFile, options?: ComputeOptions): Promise<ComputedResult>
  /**
   * The same for an answer built in code from the table's tensor. Where a result has been requested already, the same answer
   * gives the kept one, so that an interrupted request can go on; another throws `escrow.second-request`.
   */
  computeAnswer(number: bigint, answer: AnswerValue, options?: JobOptions): Promise<ComputedResult>
  /** Sends the kept result and waits for its answer. Gives the purchase under its number of then: a reorganisation may have changed it. */
  request(number: bigint, options?: Pick<RequestDependencies, 'signal' | 'onStep'>): Promise<NumberedPurchase>
  /** Pays the seller for an answer whose proof held. Throws `escrow.wrong-state` before it was opened, the answer's own fault after. */
  confirm(number: bigint): Promise<PurchaseOnChain>
  /** Also of a purchase that this wallet made in another profile: the money needs nothing but the wallet. Throws `input.not-found`. */
  litigate(number: bigint): Promise<PurchaseOnChain>
  dispute(number: bigint): Promise<PurchaseOnChain>
  /** What an arbiter, or anybody else, needs to judge the delivered answer. It discloses the answer. Throws `escrow.not-delivered`. */
  disclose(number: bigint): Promise<Evidence>
  list(): Promise<readonly PurchaseView[]>
  /** What this wallet bought on this contract and this profile does not know, newest first. */
  listElsewhere(): Promise<readonly PurchaseElsewhere[]>
  /** Goes on here with one of those: see `BoughtElsewhere`. */
  takeUp(number: bigint): Promise<NumberedPurchase>
  show(number: bigint): Promise<PurchaseView>
  /** Throws `input.not-found`. */
  get(number: bigint): NumberedPurchase
  /** The encrypted result kept for a purchase. */
  findResult(number: bigint): ComputedResult | null
  /** What the key holder told under this purchase, whichever script asked. */
  countReplies(number: bigint): RepliesCounted
  /** Something of this purchase from the seller's server, signed in. */
  fetchFromSeller<T>(number: bigint, what: string, schema: z.ZodType<T>): Promise<T>
}

export interface PurchaseServiceDependencies {
  readonly database: ProfileDatabase
  readonly vault: Vault
  readonly wallet: () => Promise<BaseWallet>
  readonly engine: () => Promise<Engine>
  /** Shares computing on ciphertexts with workers elsewhere, where there are any. */
  readonly sharedEngine: () => Promise<Engine>
  readonly market: Market
  readonly openListing: OpenListing
  readonly now: () => Date
  /** Told of purchases whose number a reorganisation changed, and of what else it moved. */
  readonly onNotice: (message: string) => void
}

/** How a script is helped, and what its answer is evaluated on: the table, and behind it the products made for the script. */
interface Help {
  readonly options: DeriveOptions
  readonly source: CiphertextSource
}

const defaultDeadlineSeconds = 600
/** Refused by the chain, or cancelled: it will not be paid any more under this intention. */
const isOver = ({ status }: StoredTransaction): boolean => status === 'failed' || status === 'retried'

export const createPurchaseService = (dependencies: PurchaseServiceDependencies): PurchaseService => {
  const { database, vault, wallet, engine, sharedEngine, market, openListing, now, onNotice } = dependencies
  const store = createPurchaseStore(database, market)

  const payments = createPaymentNumbers(store, market, onNotice)
  const { withNumber, findPayment: paymentOf } = payments
  payments.follow()

  const get = (number: bigint): NumberedPurchase => {
    const known = store.findByNumber(number)
    if (known !== null) return { ...known, number }
    const untold = store.list().find((purchase) => withNumber(purchase).number === number)
    if (untold === undefined) throw new AppError('input.not-found', `There is no purchase ${number} in this profile on this network.`, { details: { purchase: number.toString() } })
    // Who names the number has seen it: from here on the purchase is known by it.
    return { ...store.setNumber(untold.id, number), number }
  }
  const listKnown = (): readonly Purchase[] => {
    payments.follow()
    return store.list().map(withNumber)
  }
  const elsewhere = createBoughtElsewhere({ store, market, openListing, now, listKnown })
  const chunksOf = ({ id }: Purchase) => createChunkStore(database, 'purchase', String(id))
  const sellerOf = createSellers(market)

  const pay = async (purchase: Purchase): Promise<NumberedPurchase> => {
    const { number } = await market.buy(`buy:${purchase.id}`, {
      listing: purchase.listing,
      termsHash: purchase.termsHash,
      maxTotalWei: purchase.maxTotalWei,
      deadlineSeconds: purchase.deadlineSeconds,
    })
    return { ...store.setNumber(purchase.id, number), number }
  }

  /** Under the number that the chain gives it now, noted; a payment that was taken back is sent again, as it was signed. */
  const follow = async (id: number): Promise<NumberedPurchase> => {
    await followReorganisations(market.outbox, onNotice)
    payments.follow()
    const purchase = store.get(id)
    return purchase.number === null ? pay(purchase) : { ...purchase, number: purchase.number }
  }

  const begin = async (listing: OpenedListing, { maxTotalWei, deadlineSeconds, termsHash: seen }: BuyOptions): Promise<Purchase> => {
    const { terms, termsHash, open } = listing.onChain
    if (seen !== undefined && seen !== termsHash) {
      throw new AppError('escrow.terms-changed', 'The listing has other terms now than those that were looked at.', { details: { listing: listing.number.toString() } })
    }
    if (!open) throw new AppError('escrow.listing-closed', 'The listing is closed: it takes no new purchases.', { details: { listing: listing.number.toString() } })
    const total = terms.valueWei + terms.guaranteeWei
    if (maxTotalWei !== undefined && total > maxTotalWei) {
      throw new AppError('escrow.costs-more', `The listing asks ${total} wei, guarantee included; at most ${maxTotalWei} were to be paid.`, { details: { totalWei: total.toString(), maxTotalWei: maxTotalWei.toString() } })
    }
    const lastsUntil = await market.readTime() + (deadlineSeconds ?? defaultDeadlineSeconds)
    const { address: buyer } = await wallet()
    return store.begin(describeNewPurchase(listing, { buyer, maxTotalWei: maxTotalWei ?? total, deadlineSeconds: lastsUntil, now }))
  }

  /** An intention goes when nothing was sent for it or the chain refused it; what may still be mined stays, and is taken up again. */
  const forgetUnpaid = (purchase: Purchase): void => {
    const sent = paymentOf(purchase)
    if (sent === null || isOver(sent)) store.forget(purchase.id)
  }

  /** An intention to buy that a stop interrupted. One that can never be paid any more goes: refused, or unsent and too late. */
  const findUnfinished = async (listing: bigint): Promise<Purchase | null> => {
    const unfinished = store.findUnfinished(listing)
    if (unfinished === null) return null
    const sent = paymentOf(unfinished)
    if (!(sent === null ? await market.readTime() > unfinished.deadlineSeconds : isOver(sent))) return unfinished
    store.forget(unfinished.id)
    return null
  }

  const download = async (number: bigint, options: JobOptions = {}): Promise<NumberedPurchase> => {
    const purchase = get(number)
    const seller = await sellerOf(purchase)
    const account = await wallet()
    await downloadDataset({
      details: purchase.details, number, seller, chunks: chunksOf(purchase), engine: await engine(), options,
      withToken: (act) => retryUntilConfirmed(options.signal, () => seller.withSession(account, market.chainId, act)),
    })
    return purchase
  }

  const keyHolderParts = async (purchase: NumberedPurchase, { signal }: Pick<JobOptions, 'signal'>): Promise<PurchaseKeyHolderParts> => {
    const [seller, account] = [await sellerOf(purchase), await wallet()]
    return {
      ...(signal === undefined ? {} : { signal }), purchase, store, seller,
      withToken: (act) => retryUntilConfirmed(signal, () => seller.withSession(account, market.chainId, act)),
    }
  }

  /** How a script over a purchase's table is helped. */
  const helpWith = async (purchase: NumberedPurchase, { signal }: JobOptions): Promise<Help> => {
    const { details } = purchase
    const help = purchaseHelp(details)
    const table = openDownloaded(details, chunksOf(purchase), help?.isBlinded === true ? undefined : widthOf(details.dataset))
    const given = signal === undefined ? {} : { signal }
    if (help === null) return { options: given, source: table }
    const parts = await keyHolderParts(purchase, given)
    if (!help.isBlinded) return { options: { ...given, help, keyHolder: createPurchaseKeyHolder(parts) }, source: table }
    const keyHolder: KeyHolderSession = createPrivateKeyHolder(parts, {
      key: publicKeyOf(details.dataset), table, dataset: describeDataset(details), engine: await sharedEngine(),
    })
    return { options: { ...given, help, keyHolder }, source: keyHolder.source }
  }

  const findUnanswered = async (listing: bigint): Promise<Purchase | null> => {
    const { address } = await wallet()
    for (const purchase of store.list()) {
      if (purchase.number === null || purchase.listing !== listing || purchase.buyer !== address || purchase.answer !== null) continue
      if (unansweredStates.includes((await market.readPurchase(purchase.number)).state)) return purchase
    }
    return null
  }

  const refusedAnswer = ({ number, answerFault }: NumberedPurchase): AppError => {
    const { code, message } = JSON.parse(answerFault ?? '{}') as ErrorDocument
    return new AppError(code, message, { details: { purchase: number.toString() } })
  }

  const secondRequest = (number: bigint): AppError =>
    new AppError('escrow.second-request', 'The one result of this purchase has been requested already.', { details: { purchase: number.toString() } })

  const computeAndKeep = async (
    purchase: NumberedPurchase, { program, products }: Pick<DerivedScript, 'program' | 'products'>, source: CiphertextSource, script: ScriptFile,
    { assertResult, ...options }: ComputeOptions,
  ): Promise<ComputedResult> => {
    const { details } = purchase
    const reads = chooseReads(program, details)
    const computed = await computeOnDataset(reads, details, source, await sharedEngine(), now, { ...options, products })
    await assertResult?.(computed, program)
    const result = { ...computed, script: script.source, fileName: script.fileName }
    store.setResult(purchase.id, result)
    return result
  }

  /** Which script asked it is nobody's to tell: what one was told can be written into another. */
  const countReplies = ({ id }: Purchase): number => store.findResult(id) === null ? 0 : store.countReplies(id).told

  const view = async (purchase: Purchase): Promise<PurchaseView> => ({
    purchase,
    onChain: purchase.number === null ? null : await market.readPurchase(purchase.number),
    unprovedReplies: countReplies(purchase),
  })

  return {
    get,
    download,
    openTable: (number) => {
      const [{ details }, chunks] = [get(number), chunksOf(get(number))]
      return {
        commitment: details.dataset,
        columns: details.columns,
        source: openDownloaded(details, chunks),
        readChunk: (index) => readDownloaded(chunks, index),
      }
    },
    findResult: (number) => store.findResult(get(number).id),
    countReplies: (number) => store.countReplies(get(number).id),
    fetchFromSeller: async (number, what, schema) => {
      const seller = await sellerOf(get(number))
      return seller.withSession(await wallet(), market.chainId, (token) => seller.fetchJson(`/v1/purchases/${number}/${what}`, schema, { token }))
    },

    buy: async (url, options = {}) => {
      const listing = await openListing(url)
      const known = listKnown().map((purchase) => purchase.number)
      const paidBefore = await findForgottenPurchase(listing, { store, market, now, known })
      if (paidBefore !== null) return paidBefore
      const unanswered = options.resume === true ? await findUnanswered(listing.number) : null
      const purchase = unanswered ?? await findUnfinished(listing.number) ?? await begin(listing, options)
      try {
        return await pay(purchase)
      } catch (error) {
        forgetUnpaid(purchase)
        throw error
      }
    },

    openInteraction: async (number) => {
      get(number)
      await market.openInteraction(`purchase:${number}:open-interaction`, number)
      return market.readPurchase(number)
    },

    compute: async (number, script, options = {}) => {
      const purchase = await download(number, options)
      if (purchase.request !== null) throw secondRequest(number)
      const help = await helpWith(purchase, options)
      const derived = await deriveFromScript(script, purchase.details, purchase.details.dataset, help.options)
      return computeAndKeep(purchase, derived, help.source, script, options)
    },

    computeAnswer: async (number, answer, options = {}) => {
      const { id, details, request } = get(number)
      const { program } = deriveFromAnswer(answer, details, details.dataset)
      if (request !== null) {
        const kept = store.findResult(id)
        if (kept?.program !== encodeProgram(chooseReads(program, details))) throw secondRequest(number)
        return kept
      }
      const purchase = await download(number, options)
      const source = openDownloaded(details, chunksOf(purchase), widthOf(details.dataset))
      return computeAndKeep(purchase, { program, products: [] }, source, { source: '', fileName: '' }, options)
    },

    request: async (number, options = {}) => {
      const purchase = get(number)
      return requestResult(purchase, {
        store, market, vault, follow, wallet: await wallet(), engine: await engine(), seller: await sellerOf(purchase), ...options,
        askOpenly: async (numbered, comparisons) => {
          if (comparisons.length > 0) await createPurchaseKeyHolder(await keyHolderParts(numbered, options)).compare(comparisons)
        },
      })
    },

    confirm: async (number) => {
      const purchase = get(number)
      if (purchase.proofVerified !== true && (await market.readPurchase(number)).state === 'Delivered') {
        if (purchase.answerFault !== null) throw refusedAnswer(purchase)
        throw new AppError('escrow.wrong-state', 'The answer has not been opened and checked yet: request it first, then confirm.', { details: { purchase: number.toString() } })
      }
      await market.confirmResult(`purchase:${number}:confirm`, number)
      return market.readPurchase(number)
    },

    litigate: async (number) => {
      if (listKnown().some((purchase) => purchase.number === number)) get(number)
      else await elsewhere.readMine(number)
      await market.litigate(`purchase:${number}:litigate`, number)
      return market.readPurchase(number)
    },

    dispute: async (number) => {
      get(number)
      await market.dispute(`purchase:${number}:dispute`, number)
      return market.readPurchase(number)
    },

    disclose: (number) => discloseAnswer(get(number), { store, market, vault }),
    list: () => Promise.all(listKnown().map(view)),
    listElsewhere: () => elsewhere.list(),
    takeUp: (number) => elsewhere.takeUp(number),
    show: (number) => view(get(number)),
  }
}
