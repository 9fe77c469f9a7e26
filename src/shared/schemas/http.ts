import { z } from 'zod'
import { addressSchema, bytes32Schema, integerSchema, naturalSchema, signatureSchema } from './common.ts'
import { columnSchema, tensorCommitmentSchema } from './details.ts'
import { inequalitySchema, programSchema } from './program.ts'
import { resultRequestSchema } from './result-request.ts'

/** Bodies of the seller's HTTP server, one source for both sides (protocol.md, "The seller's HTTP server"). */

/** Bytes in standard base64. */
const base64Schema = z.string().regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, 'must be base64')

/** What a load balancer or a person with a monitor asks: whether buyers are served now. */
export const healthSchema = z.strictObject({
  ok: z.boolean(),
  /** Whether the chain answered when last asked, some seconds ago at most. */
  chain: z.enum(['reachable', 'unreachable']),
  /** Whether what is the seller's turn is being looked at. */
  watch: z.enum(['looking', 'stalled']),
})
export type Health = z.infer<typeof healthSchema>

export const listingSummarySchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  details: z.string(),
  detailsHash: bytes32Schema,
  /** The listing's number on the contract. */
  listing: naturalSchema,
})
export const listingsSchema = z.strictObject({ listings: z.array(listingSummarySchema) })

export const manifestSchema = z.strictObject({
  commitment: tensorCommitmentSchema,
  /** Leaf hashes, chunk by chunk; their Merkle root is the commitment's. */
  leaves: z.array(bytes32Schema).min(1),
})
export type Manifest = z.infer<typeof manifestSchema>

export const testDataSchema = z.strictObject({
  columns: z.array(columnSchema),
  manifest: manifestSchema,
  /** The made-up rows in the clear. */
  rows: z.array(z.array(z.number())),
  /** The same rows encrypted: Arrow IPC streams, one a chunk. */
  chunks: z.array(base64Schema),
})

/** Most ciphertexts of one request: an answer may have more, and takes several. */
export const mostTestResults = 256
export const testResultsRequestSchema = z.strictObject({ ciphertexts: base64Schema })
export const testResultsSchema = z.strictObject({ integers: z.array(integerSchema) })

/** Of each ciphertext whether it is at least 0: a digit each. */
export const signsSchema = z.strictObject({ signs: z.string().regex(/^[01]*$/, 'must be digits 0 and 1') })
export const blindComparisonsRequestSchema = z.strictObject({ ciphertexts: base64Schema })
export const productsRequestSchema = z.strictObject({ left: base64Schema, right: base64Schema })
export const productsSchema = z.strictObject({ ciphertexts: base64Schema })

/** What a purchase asks of the key holder: openly in `disclosed` mode, of each whether it holds; blinded in `private` mode. */
export const comparisonsRequestSchema = z.union([
  z.strictObject({ comparisons: z.array(inequalitySchema).min(1).max(1024) }),
  blindComparisonsRequestSchema,
])

/** A program; of a listing in `private` mode, which must not see one, only how many cells would be decrypted. */
export const checkRequestSchema = z.union([
  z.strictObject({ program: programSchema.describe('What the answer would be, in disclosed mode') }),
  z.strictObject({ cells: z.int().min(1).describe('In private mode: how many ciphertexts would be decrypted') }),
])
export type CheckRequest = z.infer<typeof checkRequestSchema>
export const checkVerdictSchema = z.discriminatedUnion('allowed', [
  z.strictObject({ allowed: z.literal(true) }),
  z.strictObject({ allowed: z.literal(false), code: z.string(), message: z.string() }),
])
export type CheckVerdict = z.infer<typeof checkVerdictSchema>

export const sessionRequestSchema = z.union([
  z.strictObject({ address: addressSchema }),
  z.strictObject({ message: z.string().max(4000), signature: signatureSchema }),
])
export const sessionChallengeSchema = z.strictObject({ message: z.string() })
export const sessionSchema = z.strictObject({ token: z.string(), expiresAt: z.string() })

export const resultSubmissionSchema = z.strictObject({
  request: resultRequestSchema,
  signature: signatureSchema,
  /** null for a listing in `private` mode: the program stays the buyer's secret. */
  program: programSchema.nullable().describe('null, and nothing else, for a listing in private mode: the program stays the buyer\'s secret'),
  ciphertexts: base64Schema.describe('Disclosed mode: what the program gives, byte for byte. Private mode: the same, each masked and rerandomised'),
})
export type ResultSubmission = z.infer<typeof resultSubmissionSchema>
export const resultAcceptedSchema = z.strictObject({ requestHash: bytes32Schema })

export const answerSchema = z.strictObject({
  requestHash: bytes32Schema,
  sealed: base64Schema,
  transaction: bytes32Schema,
})

/** RFC 9457 with the catalogue's code. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  next: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
})
