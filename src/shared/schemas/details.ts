import { z } from 'zod'
import { addressSchema, bytes32Schema, hexIntegerSchema, rationalSchema } from './common.ts'

/** One column as the public sees it. Values are real numbers; value = integer under the ciphertext × scale. */
export const columnSchema = z.strictObject({
  name: z.string().min(1).max(200),
  type: z.enum(['number', 'integer', 'boolean', 'category']),
  unit: z.string().max(100),
  description: z.string().max(2000),
  /** For coded categories: the words behind 0, 1, 2 …; empty otherwise. */
  categories: z.array(z.string().max(500)).max(10_000),
  scale: rationalSchema,
  /** Declared bounds of the values (never the exact extremes), as finite numbers. */
  lower: z.number(),
  upper: z.number(),
})
export type Column = z.infer<typeof columnSchema>

/** A path on the host that the document came from: `//` and `/\\` would name another. */
const linkSchema = z.string().max(500).regex(/^\/(?![/\\])[\w./:~%-]*$/, 'must be a path on the seller\'s own server')

const answerLimits = {
  /** 2020's `condition`: dimᵢ(answer) ≤ dimᵢ(data) / condition; scalars always pass. */
  condition: z.number().positive(),
  /** Most cells one answer may decrypt, and most bits (without sign) a decrypted integer may have. */
  maxAnswerCells: z.int().min(1),
  maxAnswerBits: z.int().min(1),
}

/** The buyer sends the program, the seller judges and recomputes it. */
export const disclosedPolicySchema = z.strictObject({
  mode: z.literal('disclosed'),
  /** Smallest number of rows whose weights may differ from all others' (compute.md, the class rule); 1 = row-level answers. */
  minRows: z.int().min(1),
  ...answerLimits,
})
export type DisclosedPolicy = z.infer<typeof disclosedPolicySchema>

/** The buyer sends masked ciphertexts alone: cells and bits are all that the seller can limit. */
export const privatePolicySchema = z.strictObject({ mode: z.literal('private'), ...answerLimits })
export type PrivatePolicy = z.infer<typeof privatePolicySchema>

export const policySchema = z.discriminatedUnion('mode', [disclosedPolicySchema, privatePolicySchema])
export type Policy = z.infer<typeof policySchema>
export const policyModeSchema = z.enum(['disclosed', 'private'])
export type PolicyMode = z.infer<typeof policyModeSchema>

export const keySchema = z.strictObject({
  /** SHA-256 over the domain tag and n (crypto/keys). */
  keyId: bytes32Schema,
  bits: z.union([z.literal(2048), z.literal(3072), z.literal(4096)]),
  n: hexIntegerSchema,
  /** Proof that gcd(n, φ(n)) = 1: n-th roots of numbers that follow from n (protocol.md, key certificate); null: none was made yet. */
  certificate: z.strictObject({ scheme: z.literal('grsb-2018'), roots: z.array(hexIntegerSchema).length(8) }).nullable(),
})

/** An encrypted table as committed to: the Merkle root over its chunks (protocol.md, "Tensors on the wire"). */
export const tensorCommitmentSchema = z.strictObject({
  root: bytes32Schema,
  schemaHash: bytes32Schema,
  rows: z.int().min(1),
  columns: z.int().min(1),
  chunkRows: z.int().min(1),
  chunks: z.int().min(1),
  /** Groups of columns whose cells stand side by side in one more ciphertext a row, behind the columns' own (docs/adr/0302). */
  packed: z.array(z.array(z.int().min(0)).min(1)).min(1).exactOptional(),
  key: keySchema,
})
export type TensorCommitment = z.infer<typeof tensorCommitmentSchema>

/** The details document behind a listing's URL: what is served is hashed (keccak256) into the contract's `detailsHash`. */
export const detailsSchema = z.strictObject({
  version: z.literal(1),
  title: z.string().min(1).max(200),
  description: z.string().max(5000),
  seller: addressSchema,
  chain_id: z.int().min(1),
  contract_address: addressSchema,
  /** The seller's own id of the listing, as in /v1/listings/:id. */
  listing: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  /** (rows, columns), the 2020 name. */
  num_rows: z.tuple([z.int().min(1), z.int().min(1)]),
  condition: z.number().positive(),
  /** Links are relative to the details URL's origin, so that their hash survives a move of the server. */
  meta_link: linkSchema,
  test_link: linkSchema,
  test_result_link: linkSchema,
  data_link: linkSchema,
  result_link: linkSchema,
  columns: z.array(columnSchema).min(1).max(5000),
  /** What was made of missing values before encryption, where there were any; earlier versions do not say. */
  preparation: z.strictObject({
    rowsDropped: z.int().min(0),
    /** By column of the source: how many cells, and what they hold instead. */
    filled: z.array(z.strictObject({
      column: z.string().min(1).max(200), cells: z.int().min(1), with: z.enum(['mean', 'median', 'most-frequent', 'constant']),
    })).max(5000),
  }).exactOptional(),
  policy: policySchema,
  /** What belongs to the source table for its lifetime, whoever asks and under whatever listing. */
  budgets: z.strictObject({
    /** Different numbers answered in all; one asked for again tells nothing new and is not counted. */
    totalCells: z.int().min(1),
    /** Different comparisons the key holder answers in all, while a script runs; 0: none are sold. */
    comparisons: z.int().min(0).default(0),
    /** Products of two encrypted cells it makes in all, in `private` mode; 0: none. */
    products: z.int().min(0).default(0),
  }),
  dataset: tensorCommitmentSchema,
  test: tensorCommitmentSchema,
  /** Blocks the seller waits for before it releases data or an answer. */
  confirmations: z.int().min(1),
  /** The certificate of a server that no authority signs for: its SHA-256, pinned by whoever opens the listing (S24). */
  tls: z.strictObject({ certificateHash: bytes32Schema }).exactOptional(),
  /** How an answer's decryption is proved (protocol.md, "Proof of correct decryption"). */
  proof: z.literal('dj-batch-1'),
})
export type Details = z.infer<typeof detailsSchema>
