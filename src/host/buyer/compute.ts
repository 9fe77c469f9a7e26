import type { Details, TensorCommitment } from '../../shared/schemas/details.ts'
import { encodeProgram, programToForms } from '../../compute/program.ts'
import type { CiphertextSource, Engine, JobOptions } from '../../engine/engine.ts'
import type { PaillierPublicKey } from '../../crypto/types.ts'
import { sha256Hex } from '../trade/hash.ts'
import type { ComputedResult } from './purchase-store.ts'
import { deriveFromScript, type ScriptFile } from './scripts.ts'

export const publicKeyOf = ({ key }: TensorCommitment): PaillierPublicKey => ({ n: BigInt(`0x${key.n}`), bits: key.bits })

/** Runs a script over the downloaded table and keeps everything the request will stand on. */
export const computeOnDataset = async (
  script: ScriptFile, details: Details, ciphertexts: CiphertextSource, engine: Engine, now: () => Date, options: JobOptions = {},
): Promise<ComputedResult> => {
  const { program } = await deriveFromScript(script, details, details.dataset)
  const result = await engine.evaluate(publicKeyOf(details.dataset), ciphertexts, programToForms(program), options)
  const text = encodeProgram(program)
  return {
    script: script.source,
    fileName: script.fileName,
    program: text,
    programHash: sha256Hex(text),
    ciphertexts: result,
    resultHash: sha256Hex(result),
    computedAt: now().toISOString(),
  }
}
