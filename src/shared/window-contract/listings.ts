import { z } from 'zod'
import { addressSchema } from '../schemas/common.ts'
import { policyModeSchema, policySchema } from '../schemas/details.ts'
import { emptySchema, nameSchema, numberSchema, procedure, termsSchema, timeSchema, urlSchema, weiSchema } from './base.ts'

export const listingSchema = z.strictObject({
  id: z.string(),
  dataset: nameSchema,
  title: z.string(),
  description: z.string(),
  state: z.enum(['draft', 'published', 'closed']),
  /** Its number on the contract; null until published. */
  number: numberSchema.nullable(),
  url: urlSchema,
  terms: termsSchema,
  policy: policySchema,
  /** Comparisons of encrypted cells that the table ever answers; 0: none are sold. */
  comparisons: z.int().min(0),
  products: z.int().min(0),
  /** Different numbers that the table ever answers, to all buyers together. */
  maxTotalCells: z.int().min(0),
  rows: z.int(),
  columns: z.int(),
  keyBits: z.int(),
  /** Whether buyers take no other certificate than its seller's own. */
  pinsCertificate: z.boolean(),
  createdAt: timeSchema,
  /** False where it was made for another chain or contract than the one in use. */
  onThisNetwork: z.boolean(),
})
export type ListingJson = z.infer<typeof listingSchema>

export const listingDraftSchema = z.strictObject({
  dataset: nameSchema,
  title: z.string().min(1).max(200).exactOptional(),
  description: z.string().max(5000).exactOptional(),
  valueWei: weiSchema,
  /** By default a tenth of the price with an arbiter, half of it without. */
  guaranteeWei: weiSchema.exactOptional(),
  interactionFeeWei: weiSchema.exactOptional(),
  deliverySeconds: z.int().min(1).exactOptional(),
  expirationSeconds: z.int().min(1).exactOptional(),
  disputeSeconds: z.int().min(1).exactOptional(),
  arbiter: addressSchema.exactOptional(),
  /** Where the seller's server answers, such as http://127.0.0.1:7373, which is also the default. */
  serverUrl: urlSchema.exactOptional(),
  /** `disclosed` by default. */
  mode: policyModeSchema.exactOptional(),
  /** In `disclosed` mode alone. */
  minRows: z.int().min(1).exactOptional(),
  /** Comparisons of encrypted cells sold in all, while scripts run; only where `minRows` is 1. By default none. */
  comparisons: z.int().min(0).exactOptional(),
  products: z.int().min(0).exactOptional(),
  condition: z.number().positive().exactOptional(),
  maxAnswerCells: z.int().min(1).exactOptional(),
  maxAnswerBits: z.int().min(1).exactOptional(),
  /** By default half the table's cells; in `private` mode four answers. */
  maxTotalCells: z.int().min(1).exactOptional(),
  confirmations: z.int().min(1).exactOptional(),
  /** Pin this profile's own certificate, for a server in one's own network. */
  pinOwnCertificate: z.boolean().exactOptional(),
  /** A draft that this one is written in the place of, under the same id. */
  replaces: z.string().exactOptional(),
})
export type ListingDraftJson = z.infer<typeof listingDraftSchema>

/** Exactly what the world learns of a listing, and what it costs its seller. */
export const publicViewSchema = z.strictObject({
  items: z.array(z.strictObject({
    /** Who can read it: anybody from the chain, anybody from the server, or buyers alone. */
    where: z.enum(['chain', 'server', 'buyers']),
    what: z.string(),
    value: z.string(),
  })),
  /** null where the network in use cannot tell. */
  costs: z.strictObject({
    publishGas: z.string(), publishFeeWei: weiSchema,
    /** For the longest answer that the policy permits, at the present gas price. */
    deliveryGas: z.string(), deliveryFeeWei: weiSchema,
    /** Price less one delivery. Negative where a sale would lose money. */
    netEarningsWei: z.string().regex(/^-?\d+$/),
  }).nullable(),
})

/** What one known attack would get out of a listing now. */
export const attackSchema = z.strictObject({
  attack: z.string(),
  words: z.string(),
  /** How many of its questions would be answered, before the first refusal. */
  answered: z.int().min(0),
  questions: z.int().min(0),
  refusal: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  /** Cells of the table that it gets exactly, and their bits. */
  cells: z.int().min(0),
  bits: z.number().min(0),
})
export type AttackJson = z.infer<typeof attackSchema>

/** What limits mean: their mode in words, and questions a buyer might ask. */
export const examplesSchema = z.strictObject({
  /** What the mode protects and what it does not, a sentence each. */
  modeWords: z.array(z.string()),
  /** Different numbers that the table would ever answer. */
  totalCells: z.int().min(0),
  questions: z.array(z.strictObject({
    script: z.string(),
    words: z.string(),
    allowed: z.boolean(),
    /** Why not, in the policy's words. */
    reason: z.string().nullable(),
  })),
})

const byId = z.strictObject({ id: z.string() })

/** Publishing, closing, opening, new prices and moves to another URL are moves of `signing`: each is a transaction. */
export const listingsContract = {
  /** A draft; nothing is on chain. */
  create: procedure.input(listingDraftSchema).output(listingSchema),
  /** Takes a draft out of the profile; what was published stays. */
  discard: procedure.input(byId).output(emptySchema),
  list: procedure.input(emptySchema).output(z.array(listingSchema)),
  show: procedure.input(byId).output(listingSchema),
  becomesPublic: procedure.input(byId).output(publicViewSchema),
  /** What limits would mean for a dataset: some questions under them, each judged by the policy itself. Nothing is kept. */
  examples: procedure
    .input(listingDraftSchema.pick({
      dataset: true, mode: true, minRows: true, comparisons: true, products: true, condition: true,
      maxAnswerCells: true, maxAnswerBits: true, maxTotalCells: true,
    }))
    .output(examplesSchema),
  /** The attack rehearsal: free, on this computer, counted nowhere. */
  rehearse: procedure.input(byId).output(z.array(attackSchema)),
}
