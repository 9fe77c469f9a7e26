import { getBytes, keccak256 } from 'ethers'
import { z } from 'zod'
import type { AnswerJson } from '../../compute/answer.ts'
import { encodeProgram, readAnswer } from '../../compute/program.ts'
import { isSameAddress } from '../../shared/address.ts'
import { resultRequestSchema } from '../../shared/schemas/result-request.ts'
import { isAppError, type AppError, type ErrorCode } from '../../shared/errors.ts'
import { connectChain } from '../chain/connect.ts'
import type { PurchaseOnChain } from '../chain/market.ts'
import { createMarketViews } from '../chain/market-views.ts'
import { hashDetails, parseDetails } from '../trade/details-document.ts'
import { sha256Hex } from '../trade/hash.ts'
import { assertCertified, assertProved } from './check-proofs.ts'
import { fromBase64 } from '../base64.ts'
import { openDelivery, openedAnswerSchema, sealingKeyOf, type Delivered } from './opened-answer.ts'
import { hashResultRequest } from './result-request.ts'
import { shownProgramSchema } from './shown-program.ts'

/** What a buyer lays before the arbiter (protocol.md, "Request, sealing, dispute"): everything that the verdict follows from. */
export const evidenceSchema = z.strictObject({
  version: z.literal(1),
  kind: z.literal('hesystem-dispute-evidence'),
  request: resultRequestSchema,
  /** null in `private` mode: the request holds a salted hash of it alone, and the verdict does not need it. */
  program: shownProgramSchema.nullable(),
  answer: openedAnswerSchema,
})
export type Evidence = z.infer<typeof evidenceSchema>

/** The market that the arbiter looks at. */
export interface MarketPlace {
  readonly chainId: number
  readonly contract: string
}

export interface Verdict {
  /** null for no verdict: anybody can make a file that is not of this purchase, the seller too. */
  readonly for: 'buyer' | 'seller' | null
  /** Why, as a code: what is wrong with the answer or with the evidence; null for an answer that is right. */
  readonly ground: ErrorCode | null
  readonly reason: string
}

/** What of the evidence does not belong to the purchase as the contract knows it, or null. */
const findForeignPart = ({ request, program, answer }: Evidence, chain: MarketPlace, onChain: PurchaseOnChain): string | null => {
  const details = hashDetails(answer.details) === onChain.terms.detailsHash ? parseDetails(answer.details) : null
  // Without its program an answer from packed rows would look wrong: only where there was none to see may it be missing.
  const isUnseen = details?.policy.mode === 'private'
  const checks: readonly (readonly [boolean, string])[] = [
    [request.chainId === chain.chainId && isSameAddress(request.contract, chain.contract), 'chain and contract'],
    [request.purchase === onChain.id.toString(), 'purchase'],
    [hashResultRequest(request) === onChain.requestHash, 'request'],
    [details !== null, 'details document'],
    // Anybody can list somebody else's document as their own, and answer wrongly: that says nothing of whoever it names.
    [details !== null && isSameAddress(details.seller, onChain.seller), 'details document\'s seller'],
    [details !== null && details.chain_id === chain.chainId && isSameAddress(details.contract_address, chain.contract), 'details document\'s market'],
    [keccak256(fromBase64(answer.sealed)) === onChain.answerHash, 'sealed answer'],
    [sha256Hex(fromBase64(answer.ciphertexts)) === request.resultHash, 'encrypted result'],
    [program === null ? isUnseen : !isUnseen && sha256Hex(encodeProgram(program)) === request.programHash, 'program'],
    [sealingKeyOf(getBytes(answer.sealingSecret)) === request.x25519PublicKey, 'one-time secret'],
  ]
  return checks.find(([holds]) => !holds)?.[1] ?? null
}

/** An answer at fault, in the sense of the protocol; anything else that goes wrong is no verdict. */
const grounds: readonly ErrorCode[] = ['crypto.sealed-answer-invalid', 'crypto.invalid-answer', 'crypto.proof-invalid']
export const isAnswerFault = (error: unknown): error is AppError => grounds.some((code) => isAppError(error, code))

const openEvidence = ({ request, program, answer }: Evidence): Delivered => openDelivery({
  request,
  details: parseDetails(answer.details),
  program,
  ciphertexts: fromBase64(answer.ciphertexts),
  sealed: fromBase64(answer.sealed),
  sealingSecret: getBytes(answer.sealingSecret),
})

/** What a dispute is about, for people. */
export interface Disputed {
  readonly title: string
  readonly rows: number
  readonly columns: readonly string[]
  /** As delivered, right or wrong; null where it does not open, or its program is not shown. */
  readonly answer: AnswerJson
}

const readDelivered = (evidence: Evidence): AnswerJson => {
  if (evidence.program === null) return null
  try {
    return readAnswer(evidence.program, openEvidence(evidence).integers)
  } catch (error) {
    if (!isAnswerFault(error)) throw error
    return null
  }
}

/** Of evidence that belongs to its purchase: from any other it tells nothing. */
export const readDisputed = (evidence: Evidence): Disputed => {
  const { title, num_rows: [rows], columns } = parseDetails(evidence.answer.details)
  return { title, rows, columns: columns.map(({ name }) => name), answer: readDelivered(evidence) }
}

/**
 * What the evidence shows by itself: whether the sealed answer in it opens, holds the cells that were asked for, and is proved. A proof
 * under a key without a certificate binds to nothing: such a key may open one ciphertext as several numbers. It is the seller who listed
 * it, in a document whose hash stands on the contract, and who owes the proof; so that the verdict is for the buyer, though no buyer's
 * program pays for one.
 */
export const judgeAnswer = (evidence: Evidence): Verdict => {
  try {
    assertProved(openEvidence(evidence))
    assertCertified(parseDetails(evidence.answer.details).dataset.key)
    return { for: 'seller', ground: null, reason: 'The sealed answer opens, and its proof of decryption holds.' }
  } catch (error) {
    if (!isAnswerFault(error) && !isAppError(error, 'crypto.certificate-invalid')) throw error
    return { for: 'buyer', ground: error.code, reason: error.message }
  }
}

/**
 * The arbiter's verdict: for the buyer if and only if the evidence is of this purchase, and the sealed bytes do not open, do
 * not hold the cells that were asked for, or their proof does not verify; for the seller where they are right. Evidence of something else
 * proves nothing, for nobody.
 */
export const computeVerdict = (evidence: Evidence, chain: MarketPlace, onChain: PurchaseOnChain): Verdict => {
  const foreign = findForeignPart(evidence, chain, onChain)
  return foreign === null
    ? judgeAnswer(evidence)
    : { for: null, ground: 'input.evidence-foreign', reason: `The evidence proves nothing: its ${foreign} is not the one that stands on the contract.` }
}

/** What was judged, and whose: a verdict is of the seller whom the contract names. */
export interface JudgedPurchase {
  readonly verdict: Verdict
  readonly onChain: PurchaseOnChain
}

/**
 * The same by a node's word, with no profile. Throws `chain.unreachable`, `chain.wrong-chain`, `chain.wrong-contract`,
 * `escrow.not-found`.
 */
export const judgeOnChain = async (evidence: Evidence, rpcUrl: string): Promise<JudgedPurchase> => {
  const { chainId, contract, purchase } = evidence.request
  const connection = connectChain({ name: 'of the evidence', rpcUrl, chainId, contract })
  try {
    await connection.assertReady()
    const onChain = await createMarketViews(connection, contract).readPurchase(BigInt(purchase))
    return { verdict: computeVerdict(evidence, { chainId, contract }, onChain), onChain }
  } finally {
    connection.close()
  }
}
