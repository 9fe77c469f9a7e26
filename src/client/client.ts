import { AppError, isAppError } from '../shared/errors.ts'
import type { Details } from '../shared/schemas/details.ts'
import type {
  AnswerJson, AnswerValue, Host, JobOptions, ListingTerms, PurchaseState, Tensor, TestData, TestRun, Trade,
} from '../host/index.ts'
import { createSellerClient, fetchTestData, openTable, rehearseAnswer, requireCertificate } from '../host/index.ts'

/** What is on sale: the seller's document, found to be the one the contract names, and the contract's terms. */
export interface Listing {
  /** Its number on the contract. */
  readonly number: bigint
  readonly url: string
  readonly details: Details
  /** Amounts in wei, times in seconds. */
  readonly terms: ListingTerms
}

/** A listing's public test data: made-up rows of the same columns, in the clear (`rows`) and encrypted (`chunks`). */
export interface TestRequest extends TestData {
  /** rows × columns, encrypted under the test key. */
  readonly data: Tensor
  readonly listing: Listing
}

/** Names a purchase: its number on the contract is all that is needed to go on with it, in this process or a later one. */
export interface PurchaseHandle {
  readonly number: bigint
}

/** A bought and downloaded table. */
export interface DataRequest {
  /** rows × columns, encrypted under the seller's key. */
  readonly data: Tensor
  readonly purchase: PurchaseHandle
  readonly listing: Listing
}

export interface RequestDataOptions extends JobOptions {
  /** The most the purchase may cost, guarantee included; by default what the listing asks at this moment. */
  readonly maxTotalWei?: bigint
  /** Pay for another purchase even where one of this listing still waits for its answer. */
  readonly again?: boolean
}

export interface RequestResultOptions extends JobOptions {
  /** Whether to confirm an answer that opened and was checked; by default the profile's setting `autoConfirm`. */
  readonly confirm?: boolean
  /** Whether to litigate where the seller let the deadline pass; by default the profile's setting `autoLitigate`. */
  readonly litigate?: boolean
}

export interface PurchaseStatus extends PurchaseHandle {
  readonly state: PurchaseState
  /** What the contract owes this wallet by now, over all its purchases; `withdraw` pays it out. */
  readonly creditWei: bigint
}

/**
 * A session: one account on one network, opened by `initialize`. After `close` every call throws `runtime.not-initialized`.
 * All calls throw coded AppErrors; where the chain or the seller fails, calling again goes on where it stopped.
 */
export interface Client {
  /** The account's address. */
  readonly address: string
  /** The profile folder it works in. */
  readonly home: string
  /**
   * Opens a listing by its details URL and fetches its test data; free. Throws `escrow.not-listed`, `chain.wrong-chain`,
   * `runtime.seller-unreachable`.
   */
  requestTest(url: string): Promise<TestRequest>
  /**
   * Evaluates an answer built from `test.data`: on the plain rows (`plain`), and on their ciphertexts, which the seller decrypts
   * with the test key (`encrypted`); free, as often as wanted. Throws `input.answer-invalid`, `input.tensor-mixed`.
   */
  retrieveTestResult(test: TestRequest, answer: AnswerValue, options?: JobOptions): Promise<TestRun>
  /**
   * Pays price and guarantee (wei) into escrow and downloads the ciphertexts. A purchase of this listing that still waits for its
   * answer is taken up again, not paid for twice. Throws `escrow.costs-more`, `escrow.listing-closed`, `chain.insufficient-funds`.
   */
  requestData(url: string, options?: RequestDataOptions): Promise<DataRequest>
  /** A purchase made before, in this session or an earlier one, its download finished. Throws `input.not-found`. */
  openPurchase(purchase: PurchaseHandle, options?: JobOptions): Promise<DataRequest>
  /**
   * Evaluates an answer built from `data` on the ciphertexts, sends the one result request, waits for the delivery, opens and checks
   * it, and confirms unless told otherwise. The same answer again gives the same result without another request; a different one throws
   * `escrow.second-request`. A program the listing would not answer throws `policy.refused` and uses nothing up. Where the seller lets
   * the deadline pass it litigates and throws `escrow.refunded`, or, told not to, `escrow.delivery-missed`.
   */
  requestResult(purchase: PurchaseHandle, answer: AnswerValue, options?: RequestResultOptions): Promise<AnswerJson>
  /**
   * Gets the money back, but for a fee paid for the seller's help: before a result was requested, or after the seller missed its deadline.
   * Throws `escrow.wrong-state`, `escrow.wrong-time`, `input.not-found`.
   */
  litigation(purchase: PurchaseHandle): Promise<PurchaseStatus>
  /** The answer is right: the seller is paid, the guarantee comes back. Throws `escrow.wrong-state`. */
  confirm(purchase: PurchaseHandle): Promise<PurchaseStatus>
  /** The answer is wrong: the arbiter decides, or half the price is lost. Throws `escrow.wrong-state`, `escrow.wrong-time`. */
  dispute(purchase: PurchaseHandle): Promise<PurchaseStatus>
  /** Pays out what the contract owes this wallet, to it or to another address. Throws `escrow.nothing-to-withdraw`. */
  withdraw(to?: string): Promise<{ readonly amountWei: bigint; readonly to: string; readonly transaction: string }>
  /** Ends the session; what was bought is kept. */
  close(): Promise<void>
}

/** A client over an opened host, which it closes in the end. */
export const createClient = (host: Host, trade: Trade): Client => {
  let isClosed = false
  const open = (): Trade => {
    if (isClosed) throw new AppError('runtime.not-initialized', 'This session has been closed.')
    return trade
  }

  const toStatus = async ({ number }: PurchaseHandle, state: PurchaseState): Promise<PurchaseStatus> =>
    ({ number, state, creditWei: await trade.market.readBalance(trade.market.account) })

  const openPurchase = async ({ number }: PurchaseHandle, options: JobOptions = {}): Promise<DataRequest> => {
    const { purchases, market } = open()
    const { details, url, listing } = await purchases.download(number, options)
    const { terms } = await market.readPurchase(number)
    return { data: openTable(details, details.dataset).data, purchase: { number }, listing: { number: listing, url, details, terms } }
  }

  const missDelivery = async (error: AppError): Promise<never> => {
    // As the error names it: a reorganisation may have given it another number since it was asked for.
    await trade.purchases.litigate(BigInt(String(error.details['purchase'])))
    throw new AppError('escrow.refunded', `${error.message} The purchase was litigated; the contract owes its money to this wallet.`, { cause: error, details: error.details })
  }

  const awaitAnswer = async (
    begun: bigint, mayLitigate: boolean, { signal }: JobOptions,
  ): Promise<PurchaseHandle & { readonly answer: AnswerJson }> => {
    try {
      const { number, answer } = await trade.purchases.request(begun, signal === undefined ? {} : { signal })
      return { number, answer: JSON.parse(answer ?? 'null') as AnswerJson }
    } catch (error) {
      if (mayLitigate && isAppError(error, 'escrow.delivery-missed')) return missDelivery(error)
      throw error
    }
  }

  return {
    address: trade.market.account,
    home: host.home,
    openPurchase,

    requestTest: async (url) => {
      const { details, seller, ...opened } = await open().openListing(url)
      const testData = await fetchTestData(details, seller)
      const listing = { number: opened.number, url: opened.url, details, terms: opened.onChain.terms }
      return { ...testData, data: openTable(details, details.test).data, listing }
    },

    retrieveTestResult: async (test, answer, options = {}) => {
      open()
      const { details, url } = test.listing
      const seller = createSellerClient(new URL(url).origin, requireCertificate(details.tls?.certificateHash ?? null))
      return rehearseAnswer(answer, details, test, seller, await host.engine(), options)
    },

    requestData: async (url, { maxTotalWei, again = false, ...options } = {}) =>
      openPurchase(await open().purchases.buy(url, { resume: !again, ...(maxTotalWei === undefined ? {} : { maxTotalWei }) }), options),

    requestResult: async ({ number }, answer, { confirm, litigate, ...options } = {}) => {
      const { purchases, market } = open()
      const { autoConfirm, autoLitigate } = host.settings.get()
      await purchases.computeAnswer(number, answer, options)
      const answered = await awaitAnswer(number, litigate ?? autoLitigate, options)
      if ((confirm ?? autoConfirm) && (await market.readPurchase(answered.number)).state === 'Delivered') await purchases.confirm(answered.number)
      return answered.answer
    },

    litigation: async (purchase) => toStatus(purchase, (await open().purchases.litigate(purchase.number)).state),
    confirm: async (purchase) => toStatus(purchase, (await open().purchases.confirm(purchase.number)).state),
    dispute: async (purchase) => toStatus(purchase, (await open().purchases.dispute(purchase.number)).state),
    withdraw: async (to) => open().withdraw(to),

    close: async () => {
      if (isClosed) return
      isClosed = true
      await host.close()
    },
  }
}
