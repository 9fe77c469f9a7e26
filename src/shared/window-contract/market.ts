import { z } from 'zod'
import { addressSchema } from '../schemas/common.ts'
import { policySchema } from '../schemas/details.ts'
import { emptySchema, hashSchema, numberSchema, procedure, termsSchema, urlSchema } from './base.ts'
import { datasetColumnSchema } from './datasets.ts'

/** One line of the market: what the chain alone tells, or a URL somebody added by hand. */
export const marketEntrySchema = z.strictObject({
  url: urlSchema,
  source: z.enum(['chain', 'added']),
  /** null for an added URL that no listing on the contract names. */
  number: numberSchema.nullable(),
  open: z.boolean().nullable(),
  seller: addressSchema.nullable(),
  terms: termsSchema.nullable(),
  /** Sold by the wallet of this profile. */
  mine: z.boolean(),
})
export type MarketEntry = z.infer<typeof marketEntrySchema>

/** A listing as opened: fetched from its server and found to agree with the contract. */
export const openedListingSchema = z.strictObject({
  url: urlSchema,
  number: numberSchema,
  open: z.boolean(),
  title: z.string(),
  description: z.string(),
  seller: addressSchema,
  mine: z.boolean(),
  rows: z.int(),
  /** Those that scripts see as `data`. */
  columns: z.array(datasetColumnSchema),
  /** Names of the squares and products of columns that are sold with them. */
  secondMoments: z.array(z.string()),
  terms: termsSchema,
  termsHash: hashSchema,
  /** The document's hash, found on the contract. */
  detailsHash: hashSchema,
  policy: policySchema,
  /** Comparisons of encrypted cells sold in all; 0: none. What opening them costs is in the terms. */
  comparisons: z.int().min(0),
  products: z.int().min(0),
  /** The policy in words, a line a rule. */
  policyWords: z.array(z.string()),
  key: z.strictObject({ keyId: hashSchema, bits: z.int(), certified: z.boolean() }),
  /** What became of missing values, in words. */
  preparation: z.array(z.string()),
  testRows: z.int(),
  confirmations: z.int(),
  /** `none`: the answer rests on the seller's word and the escrow. */
  proof: z.string(),
})
export type OpenedListingJson = z.infer<typeof openedListingSchema>

const byUrl = z.strictObject({ url: urlSchema })

export const marketContract = {
  /** The newest listings, at most so many (by default 60), then what was added by hand; `left`: older ones beyond. */
  list: procedure.input(z.strictObject({ most: z.int().min(1).max(10_000).optional() }))
    .output(z.strictObject({ entries: z.array(marketEntrySchema), left: z.int().min(0) })),
  /** Throws where the server is gone or document and contract disagree: the code tells which. */
  show: procedure.input(byUrl.extend({
    /** Nobody chose it: the chain names it. Throws `access.address-unasked` where it is in somebody's own network. */
    unasked: z.boolean().optional(),
  })).output(openedListingSchema),
  /** Opens the URL first; what cannot be opened is not added. */
  add: procedure.input(byUrl).output(openedListingSchema),
  forget: procedure.input(byUrl).output(emptySchema),
}
