import { z } from 'zod'
import { addressSchema, bytes32Schema, naturalSchema } from './common.ts'

/** What a buyer signs (EIP-712) to ask for the one answer; its digest is the `requestHash` on chain (protocol.md). */
export const resultRequestSchema = z.strictObject({
  chainId: z.int().min(1),
  contract: addressSchema,
  purchase: naturalSchema,
  datasetRoot: bytes32Schema,
  /** SHA-256 of the result's ciphertexts, end to end. */
  resultHash: bytes32Schema,
  /** SHA-256 of the program's canonical text; in `private` mode of a secret salt, a line break and that text, so that it tells nothing. */
  programHash: bytes32Schema,
  x25519PublicKey: bytes32Schema,
})
export type ResultRequest = z.infer<typeof resultRequestSchema>
