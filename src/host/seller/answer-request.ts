import { timingSafeEqual } from 'node:crypto'
import type { Details } from '../../shared/schemas/details.ts'
import type { Program } from '../../shared/schemas/program.ts'
import { AppError } from '../../shared/errors.ts'
import { failpoint } from '../failpoint.ts'
import { assertAnswerCells } from '../../policy/policy.ts'
import { assertPrivateCells } from '../../policy/private.ts'
import { openReads, readForms } from '../../compute/packed-program.ts'
import type { Engine } from '../../engine/engine.ts'
import { withMappedErrors } from '../../engine/map-error.ts'
import type { PaillierKeyPair } from '../../crypto/types.ts'
import type { StoredTensor } from '../datasets/dataset-service.ts'
import type { ReadSubmission } from '../judging/judge-jobs.ts'
import { encodeAnswer } from '../protocol/answer-codec.ts'
import { createClaim } from '../protocol/opened-answer.ts'
import { describeDataset } from '../trade/details-document.ts'
import type { ResultRequest } from '../../shared/schemas/result-request.ts'

/** How many ciphertexts a buyer sent. Throws `input.invalid`. */
export const countCiphertexts = ({ length }: Uint8Array, { dataset: { key } }: Details): number => {
  const cells = length / (key.bits / 4)
  if (Number.isInteger(cells) && cells > 0) return cells
  throw new AppError('input.invalid', `The encrypted result has ${length} bytes, not a whole number of ciphertexts of ${key.bits / 4} bytes each.`, { details: { bytes: length } })
}

const notComputed = (): AppError =>
  new AppError('policy.result-mismatch', 'The encrypted result is not what this program computes from the listing\'s table.')

/**
 * Holds what a buyer sent to the length an answer can have, before it is kept: anybody who is refunded could fill the seller's disk.
 * Throws `input.invalid`, `policy.answer-cells`, `policy.result-mismatch`.
 */
export const assertLength = ({ ciphertexts, cells }: Pick<ReadSubmission, 'ciphertexts' | 'cells'>, details: Details): void => {
  const { policy, dataset: { key } } = details
  if (policy.mode === 'private') {
    assertPrivateCells(countCiphertexts(ciphertexts, details), policy, describeDataset(details))
    return
  }
  const asked = cells ?? 0
  if (ciphertexts.length <= Math.min(asked, policy.maxAnswerCells) * (key.bits / 4)) return
  assertAnswerCells(asked, policy)
  throw notComputed()
}

export interface MaskedTask {
  readonly request: ResultRequest
  /** What the buyer computed. */
  readonly ciphertexts: Uint8Array
  readonly details: Details
  readonly key: PaillierKeyPair
  /** Writes the answer down for good; rejects where it may not be given any more. */
  readonly debit: () => Promise<void>
}

export interface AnswerTask extends MaskedTask {
  readonly program: Program
  readonly tensor: StoredTensor
}

/** Debits first (S4), decrypts, holds the integers to the bound (S3), proves. Returns the payload, unsealed. */
const decryptProved = async (
  { request, details, key, debit }: Omit<MaskedTask, 'ciphertexts'>, program: Program | null, ciphertexts: Uint8Array, engine: Engine,
): Promise<Uint8Array> => {
  await debit()
  const plaintexts = await engine.decrypt(key, ciphertexts)
  failpoint('answer.decrypted')
  const integers = program === null ? plaintexts : withMappedErrors(() => openReads(program, describeDataset(details), plaintexts))
  const { maxAnswerBits } = details.policy
  const bound = 1n << BigInt(maxAnswerBits)
  if (integers.some((integer) => integer >= bound || integer <= -bound)) {
    throw new AppError('policy.answer-out-of-bounds', 'The answer is larger than this listing may give out.', { details: { maxAnswerBits } })
  }
  const proof = await engine.proveDecryption(key, createClaim({ request, details, program, ciphertexts, integers }))
  return encodeAnswer({ maxAnswerBits, integers, proof })
}

/**
 * Decrypts what a buyer masked, in `private` mode: nothing can be recomputed, so that the ciphertexts must be valid and their number is
 * what is debited, for good, also where an integer then is out of bounds and withheld. Throws `crypto.invalid-ciphertext`,
 * what the debit refuses, and `policy.answer-out-of-bounds` (S3).
 */
export const answerMasked = async (task: MaskedTask, engine: Engine): Promise<Uint8Array> => {
  await engine.assertCiphertexts(task.key.publicKey, task.ciphertexts)
  return decryptProved(task, null, task.ciphertexts, engine)
}

/**
 * Computes the one answer to a permitted program: recomputes the canonical ciphertexts from the seller's own table,
 * compares them byte for byte with what the buyer sent, debits the ledger (S4), decrypts its own recomputation, never the
 * buyer's (S1), and proves the decryption. Returns the answer's payload, unsealed. Throws `policy.result-mismatch`, one and the
 * same error whatever the difference, what the debit refuses, and `policy.answer-out-of-bounds` (S3).
 */
export const answerProgram = async (task: AnswerTask, engine: Engine): Promise<Uint8Array> => {
  const { program, ciphertexts, details, tensor, key } = task
  const own = await engine.evaluate(key.publicKey, tensor.source(), readForms(program, describeDataset(details)))
  if (own.length !== ciphertexts.length || !timingSafeEqual(own, ciphertexts)) {
    throw notComputed()
  }
  return decryptProved(task, program, own, engine)
}
