import { randomBytes as systemRandom } from 'node:crypto'
import { encodeProgram, programToForms } from '../../compute/program.ts'
import { createAnswerMask } from '../../crypto/blinding.ts'
import { createCheckedRandom } from '../../crypto/random.ts'
import type { PaillierPublicKey } from '../../crypto/types.ts'
import type { CiphertextSource, Engine, JobOptions } from '../../engine/engine.ts'
import { assertPrivateProgram } from '../../policy/private.ts'
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

/**
 * Evaluates a program for a listing in `private` mode: a fresh mask on every cell, then exact rerandomisation, so that neither the
 * ciphertexts nor what they decrypt to tell anything of the program, or of its answer beyond 2^−80 a cell. Throws `policy.*` for a
 * program the listing would not answer, before any work.
 */
export const computeMasked = async (
  program: Program, policy: PrivatePolicy, dataset: DatasetDescription, key: PaillierPublicKey, source: CiphertextSource,
  engine: Engine, options: JobOptions,
): Promise<Pick<EncryptedResult, 'ciphertexts' | 'masks' | 'programHash' | 'programSalt'>> => {
  assertPrivateProgram(program, policy, dataset)
  const masks = program.cells.map(() => createAnswerMask(policy.maxAnswerBits, random))
  const forms = programToForms(program).map(({ runs, constant }, cell) => ({ runs, constant: constant + (masks[cell] as bigint) }))
  const plain = await engine.evaluate(key, source, forms, options)
  const programSalt = Buffer.from(random(saltBytes)).toString('hex')
  const ciphertexts = await engine.rerandomise(key, plain, options)
  return { ciphertexts, masks, programHash: commitToProgram(program, programSalt), programSalt }
}

/** The answer's integers themselves; those of a result that was not masked as they are. */
export const unmaskAnswer = (integers: readonly bigint[], { masks }: Pick<EncryptedResult, 'masks'>): readonly bigint[] => {
  if (masks === null) return integers
  if (masks.length !== integers.length) throw new AppError('store.corrupt', `The stored result has ${masks.length} masks for ${integers.length} cells.`)
  return integers.map((integer, cell) => integer - (masks[cell] as bigint))
}
