import { getBytes, hexlify, keccak256, type BaseWallet } from 'ethers'
import { answerSchema, checkVerdictSchema, resultAcceptedSchema, type CheckRequest, type ResultSubmission } from '../../shared/schemas/http.ts'
import { programSchema, type Program } from '../../shared/schemas/program.ts'
import { resultRequestSchema, type ResultRequest } from '../../shared/schemas/result-request.ts'
import { AppError, isAppError, toErrorDocument } from '../../shared/errors.ts'
import { parseJsonAs } from '../../shared/parse.ts'
import type { AnswerJson } from '../../compute/answer.ts'
import type { IntegerForm } from '../../compute/key-holder.ts'
import { readAnswer } from '../../compute/program.ts'
import type { Delivery, Market, PurchaseOnChain } from '../chain/market.ts'
import type { Engine } from '../../engine/engine.ts'
import { isAnswerFault } from '../protocol/evidence.ts'
import { openDelivery } from '../protocol/opened-answer.ts'
import { hashResultRequest, signResultRequest } from '../protocol/result-request.ts'
import { toSealingKey } from '../protocol/sealing.ts'
import type { Vault } from '../secrets/types.ts'
import { unmaskAnswer } from './mask.ts'
import type { ComputedResult, Purchase, PurchaseStore } from './purchase-store.ts'
import { pollMilliseconds, retryUntilConfirmed, sleep } from './retry.ts'
import type { SellerClient } from './seller-client.ts'

export interface RequestDependencies {
  readonly store: PurchaseStore
  /** The purchase under the number that the chain gives it now; where a reorganisation took its payment back, once that is there again. */
  readonly follow: (id: number) => Promise<NumberedPurchase>
  /** Asks the key holder openly what was not asked under this number yet. */
  readonly askOpenly: (purchase: NumberedPurchase, comparisons: readonly IntegerForm[]) => Promise<void>
  readonly market: Market
  readonly vault: Vault
  readonly wallet: BaseWallet
  readonly seller: SellerClient
  readonly engine: Engine
  readonly signal?: AbortSignal
  /** Told at each step, for people who watch. */
  readonly onStep?: (step: 'checking' | 'requesting' | 'sending' | 'waiting' | 'opening') => void
}

/** A purchase that the contract has numbered. */
export type NumberedPurchase = Purchase & { readonly number: bigint }

const secretPurpose = (purchase: NumberedPurchase): string => `purchase/${purchase.details.chain_id}/${purchase.details.contract_address}/${purchase.number}/sealing`

const parseProgram = (result: ComputedResult): Program => parseJsonAs(programSchema, result.program, 'the stored program', 'store.corrupt')

/** Asks the seller for free whether it would answer, so that a refusal never consumes the one request (compute.md). */
const assertAnswerable = async ({ details }: NumberedPurchase, program: Program, seller: SellerClient): Promise<void> => {
  const { policy } = details
  // In private mode the program was judged here when it was computed, and the seller hears of the number of cells alone.
  const body: CheckRequest = policy.mode === 'private' ? { cells: program.cells.length } : { program }
  const verdict = await seller.fetchJson(`${details.meta_link}/check`, checkVerdictSchema, { body })
  if (!verdict.allowed) throw new AppError('policy.refused', `The listing would not answer this: ${verdict.message}`, { details: { rule: verdict.code } })
}

/** By its hash too: the number may have been another purchase's, and have had that one's request. */
const requestKey = (number: bigint, requestHash: string): string => `purchase:${number}:request:${requestHash}`

/** Why the contract holds another request: what this profile sent itself under this number was another of its purchases' then. */
const otherRequest = ({ number, request }: NumberedPurchase, { requestHash }: PurchaseOnChain, market: Market): AppError => {
  const details = { purchase: number.toString() }
  if (request === null && !market.wasSent(requestKey(number, requestHash))) {
    return new AppError('escrow.request-forgotten', 'This purchase has had its one request, for another result than the one kept here: this profile was restored from a backup made before it.', { details })
  }
  return new AppError('escrow.request-displaced', `A request that was signed for another purchase of this wallet stands under number ${number}, which a reorganisation of the chain has given to this one.`, { details })
}

/**
 * The one-time key and the signed request are on disk before anything about them is on chain. Both follow from the profile's data key, the
 * purchase's number and the result: a profile that has lost them with everything since its last backup makes the same ones (docs/adr/0704),
 * and one whose purchase has another number by now makes that number's, for the same result, in place of the old (docs/adr/0707). Throws
 * `escrow.request-forgotten` and `escrow.request-displaced` where the contract holds another request, which only these two can meet.
 */
const prepare = async (
  purchase: NumberedPurchase, result: ComputedResult, onChain: PurchaseOnChain, { store, vault, wallet, market }: RequestDependencies,
): Promise<Purchase> => {
  const { secretKey, publicKey } = toSealingKey(vault.derive(`${secretPurpose(purchase)}/${result.resultHash}/${result.programHash}`))
  const request: ResultRequest = {
    chainId: purchase.details.chain_id,
    contract: purchase.details.contract_address,
    purchase: purchase.number.toString(),
    datasetRoot: purchase.details.dataset.root,
    resultHash: result.resultHash,
    programHash: result.programHash,
    x25519PublicKey: hexlify(publicKey),
  }
  const requestHash = hashResultRequest(request)
  if (BigInt(onChain.requestHash) !== 0n && onChain.requestHash !== requestHash) throw otherRequest(purchase, onChain, market)
  return store.setRequest(purchase.id, purchase.number, {
    json: JSON.stringify(request),
    signature: await signResultRequest(request, wallet),
    requestHash,
    sealingSecret: vault.seal(secretPurpose(purchase), secretKey),
  })
}

const send = async (
  purchase: NumberedPurchase, submission: ResultSubmission, { seller, wallet, market, signal }: RequestDependencies,
): Promise<void> => {
  await retryUntilConfirmed(signal, () => seller.withSession(wallet, market.chainId, (token) =>
    seller.fetchJson(`/v1/purchases/${purchase.number}/result`, resultAcceptedSchema, { token, body: submission, ...(signal === undefined ? {} : { signal }) })))
}

const missed = (purchase: NumberedPurchase): AppError =>
  new AppError('escrow.delivery-missed', 'The seller let the delivery deadline pass.', { details: { purchase: purchase.number.toString() } })

/** So often in a row the contract may show a number as another's while the payment says nothing of it: a node may be behind. */
const mostDisplaced = 20
const lost = ({ number }: NumberedPurchase): AppError =>
  new AppError('escrow.not-found', `Purchase ${number} is not this wallet's on the chain any more, and its payment is not known to have been moved.`, { details: { purchase: number.toString() } })

const stopped = (): AppError => new AppError('runtime.cancelled', 'Stopped waiting; the request stands, and asking again goes on with it.')

/** Why the seller declined, in its own words where it still gives them. */
const explainRefund = async (purchase: NumberedPurchase, { seller, wallet, market }: RequestDependencies): Promise<AppError> => {
  try {
    await seller.withSession(wallet, market.chainId, (token) => seller.fetchJson(`/v1/purchases/${purchase.number}/answer`, answerSchema, { token }))
  } catch (error) {
    if (isAppError(error, 'policy.refused')) return error
  }
  return new AppError('escrow.refunded', 'The purchase was refunded: the seller declined the request, or it was litigated.', { details: { purchase: purchase.number.toString() } })
}

/** Whether the contract holds a purchase of this buyer's under its number, with this request or with none yet. */
const isAsKnown = ({ buyer, requestHash }: NumberedPurchase, onChain: PurchaseOnChain): boolean =>
  onChain.buyer === buyer && (onChain.requestHash === requestHash || BigInt(onChain.requestHash) === 0n)

/**
 * Waits until the delivery stands on the contract with the listing's confirmations. The chain is what is believed; the
 * seller's server need not be there any more by then. null: the request is not on the contract under this number any more.
 * Throws `escrow.delivery-missed`, `escrow.refunded`, `policy.refused`.
 */
const awaitDelivery = async (purchase: NumberedPurchase, dependencies: RequestDependencies): Promise<Delivery | null> => {
  const { market, signal } = dependencies
  for (;;) {
    if (signal?.aborted === true) throw stopped()
    const delivery = await market.findDelivery(purchase.number, { confirmations: purchase.details.confirmations })
    const onChain = await market.findPurchase(purchase.number)
    if (onChain === null || onChain.state === 'Paid' || !isAsKnown(purchase, onChain)) return null
    if (delivery !== null) return delivery
    const { state, deadlineSeconds } = onChain
    if (state === 'Refunded') throw await explainRefund(purchase, dependencies)
    if (state === 'Requested' && await market.readTime() > deadlineSeconds) throw missed(purchase)
    await sleep(pollMilliseconds)
  }
}

const parseRequest = (json: string): ResultRequest => parseJsonAs(resultRequestSchema, json, 'the stored request', 'store.corrupt')

/** The one-time secret of a purchase whose result was requested. */
export const readSealingSecret = (purchase: NumberedPurchase, vault: Vault): Uint8Array => {
  if (purchase.sealingSecret === null) throw new AppError('bug.unexpected', 'An answer arrived for a request that was never made.')
  return vault.open(secretPurpose(purchase), purchase.sealingSecret)
}

interface CheckedAnswer {
  readonly integers: readonly bigint[]
  readonly answer: AnswerJson
  readonly sealed: Uint8Array
}

/** Opens and checks a delivery: the hash on the contract, the seal, the cells, the proof of decryption. Throws `crypto.*`. */
const check = async (
  purchase: NumberedPurchase, request: ResultRequest, result: ComputedResult, delivery: Delivery, { vault, engine }: RequestDependencies,
): Promise<CheckedAnswer> => {
  const sealed = getBytes(delivery.sealedAnswer)
  if (delivery.requestHash !== purchase.requestHash) throw new AppError('crypto.invalid-answer', 'The delivery on the contract is for another request.')
  if (keccak256(sealed) !== delivery.answerHash) throw new AppError('crypto.invalid-answer', 'The sealed answer does not have the hash that stands on the contract.')
  const { details } = purchase
  const { integers, key, claim, proof } = openDelivery({
    request, details, program: parseProgram(result), ciphertexts: result.ciphertexts, sealed,
    sealingSecret: readSealingSecret(purchase, vault),
  })
  await engine.verifyDecryption(key, claim, proof)
  return { integers, answer: readAnswer(parseProgram(result), unmaskAnswer(integers, result)), sealed }
}

/** Whether the request that is kept was made for the number that the purchase has. */
const hasRequest = ({ number, request }: NumberedPurchase): boolean =>
  request !== null && parseRequest(request).purchase === number.toString()

/** Asks under the number that the purchase was last seen to have; null: it has another, or its request or payment is to be sent again. */
const requestUnderNumber = async (
  purchase: NumberedPurchase, result: ComputedResult, dependencies: RequestDependencies,
): Promise<Purchase | null> => {
  const { store, market, seller, askOpenly, onStep } = dependencies
  const program = parseProgram(result)

  if (!hasRequest(purchase)) {
    onStep?.('checking')
    const onChain = await market.readPurchase(purchase.number)
    if (onChain.buyer !== purchase.buyer) return null
    if (BigInt(onChain.requestHash) === 0n) {
      await askOpenly(purchase, program.comparisons ?? [])
      await assertAnswerable(purchase, program, seller)
    }
    await prepare(purchase, result, onChain, dependencies)
  }
  const prepared = store.get(purchase.id)
  if (prepared.request === null || prepared.signature === null || prepared.requestHash === null) throw new AppError('bug.unexpected', 'The request was written and is not there.')
  const numbered = { ...prepared, number: purchase.number }
  const request = parseRequest(prepared.request)

  const onChain = await market.readPurchase(purchase.number)
  if (onChain.buyer !== purchase.buyer) return null
  if (!isAsKnown(numbered, onChain)) throw otherRequest(numbered, onChain, market)
  const { state, deadlineSeconds } = onChain
  if (state === 'Requested' && await market.readTime() > deadlineSeconds) throw missed(purchase)
  if (state === 'Paid') {
    onStep?.('requesting')
    await market.requestResult(requestKey(purchase.number, prepared.requestHash), purchase.number, prepared.requestHash)
  }
  if (state === 'Paid' || state === 'Requested') {
    onStep?.('sending')
    await send(numbered, {
      request,
      signature: prepared.signature,
      program: purchase.details.policy.mode === 'private' ? null : program,
      ciphertexts: Buffer.from(result.ciphertexts.buffer, result.ciphertexts.byteOffset, result.ciphertexts.byteLength).toString('base64'),
    }, dependencies)
  }
  onStep?.('waiting')
  const delivery = await awaitDelivery(numbered, dependencies)
  if (delivery === null) return null
  onStep?.('opening')
  try {
    const { integers, answer, sealed } = await check(numbered, request, result, delivery, dependencies)
    return store.setAnswer(purchase.id, { sealed, integers, answer: JSON.stringify(answer) })
  } catch (error) {
    if (isAnswerFault(error)) store.setAnswerFault(purchase.id, JSON.stringify(toErrorDocument(error)))
    throw error
  }
}

/**
 * Asks for the one answer and waits for it: checks that it would be answered, writes the request down, notes it on the
 * contract, sends it, waits for the delivery, opens it and verifies its proof. Every step may be interrupted; calling again goes on
 * from there. An answer that does not hold is refused with `crypto.*`, which stays written down. Where a reorganisation gives the
 * purchase another number on the way, the same result is requested under that one (docs/adr/0707).
 */
export const requestResult = async (begun: NumberedPurchase, dependencies: RequestDependencies): Promise<NumberedPurchase> => {
  const { store, market, follow, signal } = dependencies
  for (let displaced = 0; ;) {
    const purchase = await follow(begun.id)
    if (purchase.answer !== null && purchase.sealed !== null && hasRequest(purchase)) return purchase
    const result = store.findResult(purchase.id)
    if (result === null) throw new AppError('escrow.wrong-state', 'There is no result to request an answer for: compute first.', { details: { purchase: purchase.number.toString() } })
    const isStillOurs = async (): Promise<boolean> => (await market.findPurchase(purchase.number))?.buyer === purchase.buyer
    try {
      const answered = await requestUnderNumber(purchase, result, dependencies)
      if (answered !== null) return { ...answered, number: purchase.number }
    } catch (error) {
      // What was asked or sent under a number that is another's by now says nothing of this purchase.
      if (await isStillOurs()) throw error
    }
    displaced = await isStillOurs() ? 0 : displaced + 1
    if (displaced > mostDisplaced) throw lost(purchase)
    if (signal?.aborted === true) throw stopped()
    await sleep(pollMilliseconds)
  }
}
