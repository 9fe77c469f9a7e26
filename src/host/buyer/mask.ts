import { randomBytes as systemRandom } from 'node:crypto'
import { answerBits } from '../../compute/bounds.ts'
import { encodeProgram, programToForms } from '../../compute/program.ts'
import { createAnswerMask } from '../../crypto/blinding.ts'
import { createCheckedRandom } from '../../crypto/random.ts'
import type { PaillierPublicKey } from '../../crypto/types.ts'
import type { CiphertextSource, Engine, JobOptions } from '../../engine/engine.ts'
import { answerMaskBits, assertPrivateProgram } from '../../policy/private.ts'
import type { PrivatePolicy } from '../../shared/schemas/details.ts'
import type { Program } from '../../shared/schemas/program.ts'
import { AppError } from '../../shared/errors.ts'
import type { DatasetDescription } from '../../compute/columns.ts'
import { sha256Hex } from '../trade/hash.ts'
import type { EncryptedResult } from './purchase-store.ts'

const random = createCheckedRandom((count) => new Uint8Array(systemRandom(count)))
const saltBytes = 32

/** What a request in `private` mode names a program by: without the salt, which is never sent, it tells nothing of it. */
export const commitToProgram = (program: Program, salt: string): string => sha256Hex(`${salt}\n${encodeProgram(program)}`)

interface Masked {
  readonly ciphertexts: Uint8Array
  readonly masks: readonly bigint[]
}

/**
 * Evaluates a program so that whoever decrypts it learns nothing: a fresh mask on every cell, then exact rerandomisation, so that neither
 * the ciphertexts nor what they decrypt to tell anything of the program, or of its answer beyond 2^−80 a cell of `bits` − 80 bits.
 */
const evaluateMasked = async (
  program: Program, bits: number, key: PaillierPublicKey, source: CiphertextSource, engine: Engine, options: JobOptions,
): Promise<Masked> => {
  const masks = program.cells.map(() => createAnswerMask(bits, random))
  const forms = programToForms(program).map(({ runs, constant }, cell) => ({ runs, constant: constant + (masks[cell] as bigint) }))
  const plain = await engine.evaluate(key, source, forms, options)
  return { ciphertexts: await engine.rerandomise(key, plain, options), masks }
}

/** What a plaintext may have, so that a sum of mask and value keeps its sign below the modulus. */
const spareKeyBits = 3

/**
 * A rehearsal on the test table of a listing in `private` mode: its seller has the test key and every test row, and must not read there
 * what it may not read on the real table. As long a mask as the real answer's; a longer one only for what the listing would not answer
 * anyway. Throws `policy.mask-too-short` where the test key has no room for a mask.
 */
export const computeTestMasked = async (
  program: Program, policy: PrivatePolicy, dataset: DatasetDescription, key: PaillierPublicKey, source: CiphertextSource,
  engine: Engine, options: JobOptions,
): Promise<Masked> => {
  const bits = answerBits(program, dataset).reduce((most, cell) => Math.max(most, cell + answerMaskBits), policy.maxAnswerBits)
  const limit = key.bits - spareKeyBits
  if (bits > limit) {
    throw new AppError('policy.mask-too-short', `On the test table the answer could have ${bits - answerMaskBits} bits; masked by ${answerMaskBits} more, its key has room for ${limit - answerMaskBits}.`, {
      details: { bits: bits - answerMaskBits, limit: limit - answerMaskBits },
    })
  }
  return evaluateMasked(program, bits, key, source, engine, options)
}

/** Evaluates a program for a listing in `private` mode. Throws `policy.*` for a program the listing would not answer, before any work. */
export const computeMasked = async (
  program: Program, policy: PrivatePolicy, dataset: DatasetDescription, key: PaillierPublicKey, source: CiphertextSource,
  engine: Engine, options: JobOptions,
): Promise<Pick<EncryptedResult, 'ciphertexts' | 'masks' | 'programHash' | 'programSalt'>> => {
  assertPrivateProgram(program, policy, dataset)
  const masked = await evaluateMasked(program, policy.maxAnswerBits, key, source, engine, options)
  const programSalt = Buffer.from(random(saltBytes)).toString('hex')
  return { ...masked, programHash: commitToProgram(program, programSalt), programSalt }
}

/** The answer's integers themselves; those of a result that was not masked as they are. */
export const unmaskAnswer = (integers: readonly bigint[], { masks }: Pick<EncryptedResult, 'masks'>): readonly bigint[] => {
  if (masks === null) return integers
  if (masks.length !== integers.length) throw new AppError('store.corrupt', `The stored result has ${masks.length} masks for ${integers.length} cells.`)
  return integers.map((integer, cell) => integer - (masks[cell] as bigint))
}
