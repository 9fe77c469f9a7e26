import { x25519 } from '@noble/curves/ed25519.js'
import { getBytes, hexlify } from 'ethers'
import { z } from 'zod'
import { closeReads, countReads, plaintextLimit } from '../../compute/packed-program.ts'
import { CryptoError } from '../../crypto/errors.ts'
import type { PaillierPublicKey } from '../../crypto/types.ts'
import type { DecryptionClaim } from '../../engine/engine.ts'
import { bytes32Schema } from '../../shared/schemas/common.ts'
import type { Details } from '../../shared/schemas/details.ts'
import type { Program } from '../../shared/schemas/program.ts'
import type { ResultRequest } from '../../shared/schemas/result-request.ts'
import { AppError } from '../../shared/errors.ts'
import { describeDataset } from '../trade/details-document.ts'
import { decodeAnswer } from './answer-codec.ts'
import { hashResultRequest } from './result-request.ts'
import { unsealAnswer } from './sealing.ts'

/** Bytes in standard base64. */
const base64Schema = z.string().regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, 'must be base64')

/**
 * What a buyer shows so that anybody can open the answer and check its proof: each part has its hash, or its public key, in what
 * stands on the contract or was signed.
 */
export const openedAnswerSchema = z.strictObject({
  /** The listing's details document, the very bytes: key, certificate and bounds. Hashed in the terms. */
  details: z.string().refine((text) => text.isWellFormed(), 'must be text that UTF-8 can write: it has half of a surrogate pair'),
  /** What was to be decrypted. Hashed in the request. */
  ciphertexts: base64Schema,
  /** The sealed answer. Hashed on the contract. */
  sealed: base64Schema,
  /** The one-time X25519 secret whose public key is in the request. It opens this one answer and nothing else. */
  sealingSecret: bytes32Schema,
})
export type OpenedAnswer = z.infer<typeof openedAnswerSchema>


/** The public key that a one-time secret belongs to, as requests name it. */
export const sealingKeyOf = (secretKey: Uint8Array): string => hexlify(x25519.getPublicKey(secretKey))

export interface SealedDelivery {
  readonly request: ResultRequest
  readonly details: Details
  /** null where it is not shown: then every cell is taken to be a ciphertext of its own. */
  readonly program: Program | null
  readonly ciphertexts: Uint8Array
  readonly sealed: Uint8Array
  readonly sealingSecret: Uint8Array
}

/** An answer that opened and has the right form; whether it is true is for its proof to show. */
export interface Delivered {
  readonly integers: readonly bigint[]
  readonly key: PaillierPublicKey
  readonly claim: DecryptionClaim
  readonly proof: Uint8Array
}

const claimedPlaintexts = (
  program: Program | null, details: Details, integers: readonly bigint[],
): Pick<DecryptionClaim, 'plaintexts' | 'answerBits'> => {
  const { maxAnswerBits } = details.policy
  if (program === null) return { plaintexts: integers, answerBits: maxAnswerBits }
  const table = describeDataset(details)
  try {
    return { plaintexts: closeReads(program, table, integers), answerBits: plaintextLimit(program, table, maxAnswerBits) }
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error
    throw new AppError('crypto.invalid-answer', `The answer holds cells that packed rows cannot give: ${error.message}.`, { cause: error })
  }
}

export interface AnsweredCells extends Pick<SealedDelivery, 'request' | 'details' | 'program' | 'ciphertexts'> {
  /** Cell by cell of the program. */
  readonly integers: readonly bigint[]
}

/**
 * That `integers` are what `ciphertexts` decrypt to, as the answer to this request and no other: packed sums hold several of them. Throws
 * `crypto.invalid-answer` where packed rows cannot add up to them.
 */
export const createClaim = ({ request, details, program, ciphertexts, integers }: AnsweredCells): DecryptionClaim => ({
  context: {
    chainId: BigInt(request.chainId),
    contract: getBytes(request.contract),
    purchase: BigInt(request.purchase),
    datasetRoot: getBytes(request.datasetRoot),
    requestHash: getBytes(hashResultRequest(request)),
  },
  ciphertexts,
  ...claimedPlaintexts(program, details, integers),
})

/**
 * Opens a delivery as far as no arithmetic is needed: the seal, the number and size of the cells, that a proof is there. Throws
 * `crypto.sealed-answer-invalid`, `crypto.invalid-answer`, `crypto.proof-invalid`: each the ground of a dispute.
 */
export const openDelivery = ({ request, details, program, ciphertexts, sealed, sealingSecret }: SealedDelivery): Delivered => {
  const { key, root } = details.dataset
  const { integers, maxAnswerBits, proof } = decodeAnswer(unsealAnswer(sealed, sealingSecret, hashResultRequest(request)))
  const given = ciphertexts.length / (key.bits / 4)
  const cells = program === null ? given : program.cells.length
  const reads = program === null ? given : countReads(program, describeDataset(details))
  if (integers.length !== cells || reads !== given) {
    throw new AppError('crypto.invalid-answer', `The answer holds ${integers.length} cells where ${cells} were asked for.`)
  }
  if (maxAnswerBits !== details.policy.maxAnswerBits || request.datasetRoot !== root) {
    throw new AppError('crypto.invalid-answer', 'The answer is for another listing.')
  }
  if (proof === null) throw new AppError('crypto.proof-invalid', 'The answer came without the proof that the listing promises.')
  return { integers, key: { n: BigInt(`0x${key.n}`), bits: key.bits }, claim: createClaim({ request, details, program, ciphertexts, integers }), proof }
}
