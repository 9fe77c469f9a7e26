import { getBytes, hexlify } from 'ethers'
import { decryptionProofBytes } from '../../crypto/decryption-proof.ts'
import type { Details } from '../../shared/schemas/details.ts'
import type { Program } from '../../shared/schemas/program.ts'
import { resultRequestSchema, type ResultRequest } from '../../shared/schemas/result-request.ts'
import { AppError, isAppError, toErrorDocument } from '../../shared/errors.ts'
import { parseJsonAs } from '../../shared/parse.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Market, PurchaseOnChain } from '../chain/market.ts'
import type { DatasetService } from '../datasets/dataset-service.ts'
import type { ReadSubmission } from '../judging/judge-jobs.ts'
import { assertProgramAsked } from '../judging/read-program.ts'
import type { Ledger, LedgerSubject } from '../ledger/ledger.ts'
import type { LedgerEntry } from '../ledger/source-store.ts'
import { sealedLength } from '../protocol/answer-codec.ts'
import { hashResultRequest, recoverResultRequestSigner } from '../protocol/result-request.ts'
import { assertSealingKey, sealAnswer } from '../protocol/sealing.ts'
import { sha256Hex } from '../trade/hash.ts'
import { answerMasked, answerProgram, assertLength, countCiphertexts } from './answer-request.ts'
import { assertBoughtUnder } from './bought-under.ts'
import type { ListingStore, StoredListing } from './listing-store.ts'
import { declineKey, deliverKey } from './move-keys.ts'
import type { Sale, SaleKey, SaleStore } from './sale-store.ts'
import { createTurns } from './turns.ts'

export interface DeliveryDependencies {
  readonly sales: SaleStore
  readonly listings: ListingStore
  readonly datasets: DatasetService
  readonly ledger: Ledger
  readonly engine: () => Promise<Engine>
  readonly market: Market
  /** Throws `policy.ledger-behind` where the ledger lacks an answer of the dataset's source: see `createForgottenAnswers`. */
  readonly assertAnswersKnown: (dataset: string) => Promise<void>
  readonly now: () => Date
}

export interface Deliveries {
  /**
   * Writes a buyer's signed request down, once: the same body again is the same sale, another one is refused. Where a reorganisation gave
   * the number to another purchase, the request that stands on the contract now takes the place of the old.
   * Throws `access.request-mismatch`, `access.forbidden`, `input.*`, `escrow.second-request`.
   */
  receive(purchase: PurchaseOnChain, listing: StoredListing, submission: ReadSubmission): Sale
  /** Carries one sale as far as it goes now: decide, answer, deliver or decline. Safe to call again after any interruption. */
  advance(purchase: bigint): Promise<Sale>
}

/** What the buyer asked for, not what this machine could not do just now: such a refusal is final and declined on chain. */
const isRefusal = (error: unknown): error is AppError => isAppError(error) && /^(?:policy|input|crypto)\./.test(error.code)

/** Each holds up to 32 MiB of the table, and all share the same workers: more at once are no faster, and a hundred took gigabytes. */
const mostDecisionsAtOnce = 2

/**
 * Shares of the time to deliver, of which more must be left: before anything is debited, and before an answer is shown. A delivery that
 * comes too late is refused by the contract, but its bytes have been seen by then. What is debited stays debited, so that the first is
 * larger: nobody may spend what a table has left to answer by a request that comes too late, and take the whole price back.
 */
const leastShareLeft = { debit: 1 / 10, deliver: 1 / 20 } as const

/** Whether the very request that came still stands on the contract, unanswered. */
const isWaiting = ({ state, buyer, requestHash }: PurchaseOnChain, sale: Sale): boolean =>
  state === 'Requested' && buyer === sale.buyer && requestHash === sale.requestHash

/** Throws `policy.program-unexpected`, `policy.program-expected`. */
const assertProgramSent = ({ program }: ReadSubmission, details: Details): void => {
  if (program !== null) assertProgramAsked(details)
  else if (details.policy.mode !== 'private') throw new AppError('policy.program-expected', 'The request came without its program, which this listing asks for.')
}

const assertSubmission = (
  purchase: PurchaseOnChain, { details }: StoredListing, submission: ReadSubmission, { chainId, contract }: Pick<Market, 'chainId' | 'contract'>,
): void => {
  const { request, signature, program, ciphertexts } = submission
  const requestHash = hashResultRequest(request)
  if (requestHash !== purchase.requestHash) {
    throw new AppError('access.request-mismatch', 'This request is not the one whose hash stands on the contract.', { details: { expected: purchase.requestHash, found: requestHash } })
  }
  if (recoverResultRequestSigner(request, signature) !== purchase.buyer) {
    throw new AppError('access.forbidden', 'The request is not signed by the wallet that bought this purchase.')
  }
  assertProgramSent(submission, details)
  const contradictions: readonly (readonly [boolean, string])[] = [
    // A request of another purchase can stand on the contract for this one too; its proof would be of the other.
    [request.chainId === chainId && request.contract.toLowerCase() === contract.toLowerCase(), 'chain and contract'],
    [request.purchase === purchase.id.toString(), 'purchase'],
    [request.datasetRoot === details.dataset.root, 'dataset root'],
    // In private mode it is a salted commitment, which says something to the buyer alone.
    [program === null || request.programHash === sha256Hex(program), 'program'],
    [request.resultHash === sha256Hex(ciphertexts), 'encrypted result'],
  ]
  const found = contradictions.find(([holds]) => !holds)
  if (found !== undefined) throw new AppError('access.request-mismatch', `The ${found[1]} sent is not the one that was signed.`, { details: { field: found[1] } })
}

/** Why what was sent cannot be the answer's ciphertexts, by its length: it is not kept then, and the request is declined. */
const refusalOfLength = (submission: ReadSubmission, { details }: StoredListing): AppError | null => {
  try {
    assertLength(submission, details)
    return null
  } catch (error) {
    if (isRefusal(error)) return error
    throw error
  }
}

export const createDeliveries = ({
  sales, listings, datasets, ledger, engine, market, assertAnswersKnown, now,
}: DeliveryDependencies): Deliveries => {
  /** One sale is worked on by one call at a time; a second caller waits for the first one's outcome. */
  const underWay = new Map<string, Promise<Sale>>()
  const inTurn = createTurns(mostDecisionsAtOnce)

  const notArrived = (purchase: bigint): AppError =>
    new AppError('input.not-found', `No request has arrived for purchase ${purchase}.`, { details: { purchase: purchase.toString() } })

  const show = (purchase: bigint): Sale => {
    const sale = sales.find(purchase)
    if (sale === null) throw notArrived(purchase)
    return sale
  }

  /** Null where its number is another request's by now. */
  const findStanding = ({ purchase, requestHash }: SaleKey): Sale | null => {
    const sale = sales.find(purchase)
    return sale?.requestHash === requestHash ? sale : null
  }

  const movedOn = ({ purchase }: SaleKey): AppError =>
    new AppError('escrow.wrong-state', 'The purchase has moved on since its request came.', { details: { purchase: purchase.toString() }, retryable: true })

  /** A debit for a sale that was set aside would stand under the number of the one that took its place. Throws `escrow.wrong-state`. */
  const assertStands = (sale: SaleKey): void => {
    if (sales.summarise(sale.purchase)?.requestHash !== sale.requestHash) throw movedOn(sale)
  }

  const entryOf = ({ purchase }: Sale, { programHash }: ResultRequest): LedgerEntry =>
    ({ chainId: market.chainId, contract: market.contract, purchase, programHash })

  const answerSeen = async (sale: Sale, request: ResultRequest, subject: LedgerSubject): Promise<Uint8Array> => {
    const job = { kind: 'program', text: sale.program } as const
    const judgement = await ledger.settle(job, subject, (judged) => ledger.assertPermitted(judged, subject))
    await assertAnswersKnown(subject.dataset)
    ledger.assertAsked({ ...entryOf(sale, request), buyer: sale.buyer }, judgement)
    return answerProgram({
      request,
      // It was read and judged as this very text.
      program: JSON.parse(sale.program) as Program,
      ciphertexts: sale.ciphertexts,
      details: subject.details,
      tensor: datasets.readTensor(subject.dataset, 'data'),
      key: datasets.readKeyPair(subject.dataset, 'data'),
      debit: async () => {
        await assertDeliverable(sale, subject.details)
        await ledger.settle(job, subject, (judged) => {
          assertStands(sale)
          return ledger.debit(entryOf(sale, request), judged, subject)
        }, judgement)
      },
    }, await engine())
  }

  const answerUnseen = async (sale: Sale, request: ResultRequest, subject: LedgerSubject): Promise<Uint8Array> => {
    const { details, dataset } = subject
    const cells = countCiphertexts(sale.ciphertexts, details)
    // A sale that was debited and then interrupted is judged no second time: its own cells are spent already.
    if (!ledger.hasDebited(entryOf(sale, request))) ledger.assertCellsPermitted(cells, subject)
    await assertAnswersKnown(dataset)
    return answerMasked({
      request,
      ciphertexts: sale.ciphertexts,
      details,
      key: datasets.readKeyPair(dataset, 'data'),
      debit: async () => {
        await assertDeliverable(sale, details)
        assertStands(sale)
        ledger.debitCells(entryOf(sale, request), cells, subject)
      },
    }, await engine())
  }

  const hasLeft = async (share: number, { deadlineSeconds, terms }: PurchaseOnChain): Promise<boolean> =>
    deadlineSeconds - await market.readTime() > terms.deliverySeconds * share

  /**
   * Asked before the work and again before the debit. Gives the purchase. Throws `policy.request-late`; `escrow.wrong-state`, which the
   * next look sees to.
   */
  const assertInTime = async (sale: Sale): Promise<PurchaseOnChain> => {
    const onChain = await market.readPurchase(sale.purchase)
    const details = { purchase: sale.purchase.toString() }
    if (!isWaiting(onChain, sale)) throw movedOn(sale)
    if (await hasLeft(leastShareLeft.debit, onChain)) return onChain
    throw new AppError('policy.request-late', 'The request came when its time was nearly over: an answer could come too late to be delivered.', { details })
  }

  /**
   * The same, and that the wallet could pay the bond and the gas of the largest answer, beside what it has promised: more requests than it
   * has bonds for would be debited, wait for ether until they are late, and be refunded. Throws `chain.insufficient-funds`, and is then
   * asked again at the next look.
   */
  const assertDeliverable = async (sale: Sale, { policy, dataset: { key } }: Details): Promise<void> => {
    const { terms } = await assertInTime(sale)
    const bytes = sealedLength(policy.maxAnswerCells, policy.maxAnswerBits, decryptionProofBytes(key.bits))
    await market.estimate('deliverResult', [sale.purchase, sale.requestHash, new Uint8Array(bytes).fill(255)], terms.guaranteeWei)
  }

  const decide = async (sale: Sale): Promise<void> => {
    const listing = listings.show(sale.listing)
    const { dataset, details } = listing
    const request = parseJsonAs(resultRequestSchema, sale.request, 'the stored request', 'store.corrupt')
    try {
      // What can be refused without touching the table is refused first: a refused request must not use the ledger up.
      assertBoughtUnder(listing, await assertInTime(sale))
      assertSealingKey(getBytes(request.x25519PublicKey))
      const subject = { dataset, details }
      const payload = details.policy.mode === 'private' ? await answerUnseen(sale, request, subject) : await answerSeen(sale, request, subject)
      sales.answer(sale, sealAnswer(payload, getBytes(request.x25519PublicKey), sale.requestHash))
    } catch (error) {
      if (!isRefusal(error)) throw error
      sales.refuse(sale, JSON.stringify(toErrorDocument(error)))
    }
  }

  /** Records that the purchase ended, or begins anew, another way. Throws `escrow.not-confirmed`. */
  const close = (sale: Sale, { state, buyer }: PurchaseOnChain): void => {
    if (state === 'Paid' && buyer === sale.buyer) {
      throw new AppError('escrow.not-confirmed', 'A reorganisation of the chain took the request back; its answer waits until it is there again.', {
        details: { purchase: sale.purchase.toString() }, retryable: true,
      })
    }
    // Another run of ours, or the clock, was faster: what the chain says is what happened. Whoever bears the number now is answered for
    // what they asked, not for what another did before a reorganisation.
    const delivered = buyer === sale.buyer && state !== 'Requested' && state !== 'Refunded' && sale.state === 'answered'
    sales.finish(sale, delivered ? 'delivered' : 'missed')
  }

  /** Brings a decided sale onto the chain. */
  const settle = async (sale: Sale, onChain: PurchaseOnChain): Promise<void> => {
    const key = deliverKey(sale.purchase, sale.requestHash)
    const inTime = await hasLeft(leastShareLeft.deliver, onChain) || market.wasSent(key)
    if (sale.state === 'answered' && sale.sealed !== null && inTime) {
      await market.deliverResult(key, sale.purchase, sale.requestHash, hexlify(sale.sealed), onChain.terms.guaranteeWei)
      sales.finish(sale, 'delivered')
    } else {
      await market.decline(declineKey(sale.purchase, sale.requestHash), sale.purchase)
      sales.finish(sale, 'declined')
    }
  }

  /** One step of a sale that has not ended, where its request still waits; else what became of it. */
  const proceed = async (sale: Sale, act: (sale: Sale, onChain: PurchaseOnChain) => Promise<void>): Promise<void> => {
    const onChain = await market.readPurchase(sale.purchase)
    if (isWaiting(onChain, sale)) await act(sale, onChain)
    else close(sale, onChain)
  }

  const decideStanding = async (key: SaleKey): Promise<void> => {
    const sale = findStanding(key)
    if (sale?.state === 'received') await decide(sale)
  }

  const run = async (key: SaleKey): Promise<Sale> => {
    // On a chain begun anew the same number is somebody else's purchase.
    await market.assertReady()
    const received = findStanding(key)
    if (received?.state === 'received') await proceed(received, () => inTurn(() => decideStanding(key)))
    const decided = findStanding(key)
    if (decided?.state === 'answered' || decided?.state === 'refused') await proceed(decided, settle)
    return show(key.purchase)
  }

  return {
    receive: (purchase, listing, submission) => {
      const { bodyHash, request, signature, program, ciphertexts } = submission
      const earlier = sales.find(purchase.id)
      const isSame = earlier?.bodyHash === bodyHash
      // A reorganisation may have taken a request back for good, and given its number to another purchase, which has its own.
      const isDisplaced = earlier !== null && earlier.requestHash !== purchase.requestHash
      if (earlier !== null && isSame && !(earlier.state === 'missed' && isWaiting(purchase, earlier))) return earlier
      if (earlier !== null && !isSame && !isDisplaced) {
        throw new AppError('escrow.second-request', 'This purchase has already had its one request.', { details: { purchase: purchase.id.toString() } })
      }
      if (purchase.state === 'Paid') {
        throw new AppError('escrow.not-confirmed', 'The result request is not on the contract yet, or not with the listing\'s confirmations.', { retryable: true })
      }
      if (purchase.state !== 'Requested') {
        throw new AppError('escrow.wrong-state', `The purchase is ${purchase.state}; no result can be sent any more.`, { details: { state: purchase.state } })
      }
      assertSubmission(purchase, listing, submission, market)
      if (isDisplaced) {
        const { chainId, contract } = market
        ledger.displace({ chainId, contract, purchase: purchase.id }, earlier.requestHash, purchase.requestHash)
        sales.setAside(earlier)
      }
      const refusal = refusalOfLength(submission, listing)
      const sale = sales.receive({
        purchase: purchase.id,
        listing: listing.id,
        buyer: purchase.buyer,
        requestHash: purchase.requestHash,
        request: JSON.stringify(request),
        signature,
        bodyHash,
        program: program ?? '',
        ciphertexts: refusal === null ? ciphertexts : new Uint8Array(),
        receivedAt: now().toISOString(),
      })
      if (sale.bodyHash !== bodyHash) throw new AppError('escrow.second-request', 'This purchase has already had its one request.')
      if (refusal !== null && sale.state === 'received') sales.refuse(sale, JSON.stringify(toErrorDocument(refusal)))
      return sale
    },

    advance: (purchase) => {
      const sale = sales.summarise(purchase)
      if (sale === null) return Promise.reject(notArrived(purchase))
      const running = underWay.get(sale.requestHash)
      if (running !== undefined) return running
      const started = run(sale).finally(() => underWay.delete(sale.requestHash))
      underWay.set(sale.requestHash, started)
      return started
    },
  }
}
