import type { Program } from '../../shared/schemas/program.ts'
import type { Details, TensorCommitment } from '../../shared/schemas/details.ts'
import { readForms } from '../../compute/packed-program.ts'
import { encodeProgram } from '../../compute/program.ts'
import type { CiphertextSource, Engine, JobOptions } from '../../engine/engine.ts'
import type { PaillierPublicKey } from '../../crypto/types.ts'
import { describeDataset } from '../trade/details-document.ts'
import { sha256Hex } from '../trade/hash.ts'
import type { EncryptedResult } from './purchase-store.ts'

export const publicKeyOf = ({ key }: TensorCommitment): PaillierPublicKey => ({ n: BigInt(`0x${key.n}`), bits: key.bits })

/** What a result request names a program by. */
export const hashProgram = (program: Program): string => sha256Hex(encodeProgram(program))

/** Evaluates a program on the downloaded table: everything the request will stand on. */
export const computeOnDataset = async (
  program: Program, details: Details, ciphertexts: CiphertextSource, engine: Engine, now: () => Date, options: JobOptions = {},
): Promise<EncryptedResult> => {
  const result = await engine.evaluate(publicKeyOf(details.dataset), ciphertexts, readForms(program, describeDataset(details)), options)
  return {
    program: encodeProgram(program),
    programHash: hashProgram(program),
    ciphertexts: result,
    resultHash: sha256Hex(result),
    computedAt: now().toISOString(),
  }
}
