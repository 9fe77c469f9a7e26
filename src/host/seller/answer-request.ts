import { timingSafeEqual } from 'node:crypto'
import type { Details } from '../../shared/schemas/details.ts'
import { programSchema, type Inequality, type Program } from '../../shared/schemas/program.ts'
import { AppError } from '../../shared/errors.ts'
import { failpoint } from '../failpoint.ts'
import { parseAs } from '../../shared/parse.ts'
import { nameCell } from '../../compute/answer.ts'
import { assertCanonicalProgram } from '../../compute/canonical.ts'
import { assertPackedReads, openReads, readForms } from '../../compute/packed-program.ts'
import { assertCellCount } from '../../policy/policy.ts'
import type { Engine } from '../../engine/engine.ts'
import { withMappedErrors } from '../../engine/map-error.ts'
import type { PaillierKeyPair } from '../../crypto/types.ts'
import type { StoredTensor } from '../datasets/dataset-service.ts'
import type { Ledger, LedgerSubject } from '../ledger/ledger.ts'
import { encodeAnswer } from '../protocol/answer-codec.ts'
import { createClaim } from '../protocol/opened-answer.ts'
import { describeDataset } from '../trade/details-document.ts'
import type { ResultRequest } from '../../shared/schemas/result-request.ts'

/** Beyond the answer's own bits: what a column's values, its offset and its scale may add to a program's numbers. */
const spareDigits = 160

/** Numbers far longer than an answer may be are refused before their common divisors are looked for, which takes long. */
const assertDigits = ({ cells, answer, comparisons = [] }: Program, { maxAnswerBits }: Details['policy']): void => {
  const most = Math.ceil(maxAnswerBits * Math.log10(2)) + spareDigits
  const scales = cells.map(({ scale: { numerator, denominator } }) => Math.max(numerator.length, denominator.length))
  for (const [index, { constant, terms }] of [...cells, ...comparisons].entries()) {
    const fixed = Math.max(constant.length, scales[index] ?? 0)
    const digits = terms.reduce((longest, [, , weight]) => Math.max(longest, weight.length), fixed)
    if (digits <= most) continue
    const place = index < cells.length ? nameCell(answer, index) : `comparison ${index - cells.length + 1} of ${comparisons.length}`
    const message = `The program holds a number of ${digits} digits, for ${place}; the listing's answers need ${most} at most.`
    throw new AppError('policy.answer-bits', message, { details: { digits, place, limit: most } })
  }
}

/** A listing in `private` mode must not learn a program, not even one that is sent to it. Throws `policy.program-unexpected`. */
export const assertProgramAsked = ({ policy }: Details): void => {
  if (policy.mode === 'disclosed') return
  throw new AppError('policy.program-unexpected', 'This listing is in private mode: it answers masked ciphertexts, and must not see a program.')
}

/**
 * Reads a program from the network and holds it to its canonical form, to the listing's policy and to all that its table has answered
 * before, before any data is touched (S2). Counts nothing.
 */
export const parsePermittedProgram = (value: unknown, subject: LedgerSubject, ledger: Ledger): Program => {
  const { details } = subject
  assertProgramAsked(details)
  const program = parseAs(programSchema, value, 'the program', 'input.program-invalid')
  const { root, rows, columns } = details.dataset
  if (program.datasetRoot !== root || program.rows !== rows || program.columns !== columns) {
    throw new AppError('input.program-invalid', 'The program was made for another dataset.', { details: { root: program.datasetRoot } })
  }
  assertCellCount(program, details.policy)
  assertDigits(program, details.policy)
  assertCanonicalProgram(program)
  assertPackedReads(program, describeDataset(details))
  ledger.assertPermitted(program, subject)
  return program
}

/** How many ciphertexts a buyer sent. Throws `input.invalid`. */
export const countCiphertexts = ({ length }: Uint8Array, { dataset: { key } }: Details): number => {
  const cells = length / (key.bits / 4)
  if (Number.isInteger(cells) && cells > 0) return cells
  throw new AppError('input.invalid', `The encrypted result has ${length} bytes, not a whole number of ciphertexts of ${key.bits / 4} bytes each.`, { details: { bytes: length } })
}

/**
 * What a purchase asks of the key holder, as the program of comparisons alone that it is judged as. Throws `policy.comparisons-not-sold`,
 * `input.program-not-canonical`, and `policy.*` as `parsePermittedProgram`. Counts nothing.
 */
export const parsePermittedQuestions = (comparisons: readonly Inequality[], subject: LedgerSubject, ledger: Ledger): Program => {
  const { dataset: { root, rows, columns }, policy, budgets } = subject.details
  if (budgets.comparisons === 0) throw new AppError('policy.comparisons-not-sold', 'This listing sells no comparisons.')
  const answer = { kind: 'constant', value: null } as const
  const questions: Program = { version: 1, datasetRoot: root, rows, columns, cells: [], answer, comparisons: [...comparisons] }
  assertDigits(questions, policy)
  assertCanonicalProgram(questions)
  ledger.assertPermitted(questions, subject)
  return questions
}

export interface MaskedTask {
  readonly request: ResultRequest
  /** What the buyer computed. */
  readonly ciphertexts: Uint8Array
  readonly details: Details
  readonly key: PaillierKeyPair
  /** Writes the answer down for good; throws where it may not be given any more. */
  readonly debit: () => void
}

export interface AnswerTask extends MaskedTask {
  readonly program: Program
  readonly tensor: StoredTensor
}

/** Debits first (S4), decrypts, holds the integers to the bound (S3), proves. Returns the payload, unsealed. */
const decryptProved = async (
  { request, details, key, debit }: Omit<MaskedTask, 'ciphertexts'>, program: Program | null, ciphertexts: Uint8Array, engine: Engine,
): Promise<Uint8Array> => {
  debit()
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
    throw new AppError('policy.result-mismatch', 'The encrypted result is not what this program computes from the listing\'s table.')
  }
  return decryptProved(task, program, own, engine)
}
