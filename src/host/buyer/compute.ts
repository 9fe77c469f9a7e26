import type { Program } from '../../shared/schemas/program.ts'
import type { Details, TensorCommitment } from '../../shared/schemas/details.ts'
import { choosePackedReads, readForms } from '../../compute/packed-program.ts'
import type { IntegerRange } from '../../compute/columns.ts'
import { encodeProgram } from '../../compute/program.ts'
import type { CiphertextSource, Engine, JobOptions } from '../../engine/engine.ts'
import type { PaillierPublicKey } from '../../crypto/types.ts'
import { describeDataset } from '../trade/details-document.ts'
import { sha256Hex } from '../trade/hash.ts'
import { computeMasked } from './mask.ts'
import type { EncryptedResult } from './purchase-store.ts'

export const publicKeyOf = ({ key }: TensorCommitment): PaillierPublicKey => ({ n: BigInt(`0x${key.n}`), bits: key.bits })

/** A program with what it reads from packed rows. In `private` mode nothing: the request shows no program that could name the reads. */
export const chooseReads = (program: Program, details: Details): Program =>
  (details.policy.mode === 'private' ? program : choosePackedReads(program, describeDataset(details)))

/** What a result request names a program by in `disclosed` mode. */
export const hashProgram = (program: Program): string => sha256Hex(encodeProgram(program))

/**
 * Evaluates a program on the downloaded table, masked where the listing is in `private` mode: everything the request will stand on.
 * `products`: what the cells behind the table's can be, where a script had some made.
 */
export const computeOnDataset = async (
  program: Program, details: Details, ciphertexts: CiphertextSource, engine: Engine, now: () => Date,
  { products = [], ...options }: JobOptions & { readonly products?: readonly IntegerRange[] } = {},
): Promise<EncryptedResult> => {
  const { policy, dataset } = details
  const key = publicKeyOf(dataset)
  const result = policy.mode === 'private'
    ? await computeMasked(program, policy, { ...describeDataset(details), products }, key, ciphertexts, engine, options)
    : {
      ciphertexts: await engine.evaluate(key, ciphertexts, readForms(program, describeDataset(details)), options),
      programHash: hashProgram(program),
      masks: null,
      programSalt: null,
    }
  return { program: encodeProgram(program), ...result, resultHash: sha256Hex(result.ciphertexts), computedAt: now().toISOString() }
}
