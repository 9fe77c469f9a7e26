import { z } from 'zod'
import { addressSchema } from '../schemas/common.ts'
import { emptySchema, hashSchema, numberSchema, procedure, timeSchema, urlSchema, weiSchema } from './base.ts'
import { jobStartedSchema } from './jobs.ts'
import { serveOptionsSchema } from './serve.ts'

const ofListing = { listing: z.string() }
const ofPurchase = { purchase: numberSchema }

/** Everything that moves money or spends gas. */
export const moveSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('deploy') }),
  z.strictObject({ kind: z.literal('publish'), ...ofListing }),
  z.strictObject({ kind: z.literal('close'), ...ofListing }),
  z.strictObject({ kind: z.literal('open'), ...ofListing }),
  z.strictObject({ kind: z.literal('reprice'), ...ofListing, valueWei: weiSchema, guaranteeWei: weiSchema.exactOptional(), interactionFeeWei: weiSchema.exactOptional() }),
  z.strictObject({ kind: z.literal('relocate'), ...ofListing, serverUrl: urlSchema }),
  z.strictObject({ kind: z.literal('serve'), options: serveOptionsSchema }),
  z.strictObject({ kind: z.literal('decline'), ...ofPurchase }),
  z.strictObject({ kind: z.literal('reclaim'), ...ofPurchase }),
  z.strictObject({ kind: z.literal('buy'), url: urlSchema, maxTotalWei: weiSchema.exactOptional() }),
  /** Sends the kept result and waits for its answer; the job's outcome is the answer. */
  z.strictObject({ kind: z.literal('request'), ...ofPurchase }),
  /** Pays the listing's fee out of the price, for good, for comparisons while scripts run. */
  z.strictObject({ kind: z.literal('openInteraction'), ...ofPurchase }),
  z.strictObject({ kind: z.literal('confirm'), ...ofPurchase }),
  z.strictObject({ kind: z.literal('litigate'), ...ofPurchase }),
  z.strictObject({ kind: z.literal('dispute'), ...ofPurchase }),
  /** The arbiter decides. */
  z.strictObject({ kind: z.literal('rule'), ...ofPurchase, for: z.enum(['buyer', 'seller']) }),
  /** Ends a dispute that nobody ruled on. */
  z.strictObject({ kind: z.literal('close-dispute'), ...ofPurchase }),
  /** The same move at a higher fee, or nothing at all, in the place of a transaction that waits. */
  z.strictObject({ kind: z.literal('speed-up'), hash: hashSchema }),
  z.strictObject({ kind: z.literal('cancel'), hash: hashSchema }),
  z.strictObject({ kind: z.literal('withdraw'), to: addressSchema.exactOptional() }),
])
export type Move = z.infer<typeof moveSchema>
export type MoveKind = Move['kind']

/** What is about to be signed, to be shown whole before anybody agrees to it (S28). */
export const confirmationSchema = z.strictObject({
  /** Good for one `confirm`, until `expiresAt`. */
  id: z.string(),
  expiresAt: timeSchema,
  kind: z.string(),
  /** “Buy one answer from CPS wages 1985”. */
  title: z.string(),
  /** What will happen, and what it binds to, a sentence each. */
  words: z.array(z.string()),
  /** What cannot be undone, or may cost more than it seems; shown in amber. */
  warnings: z.array(z.string()),
  /** The other party of the trade; null where there is none. */
  counterparty: addressSchema.nullable(),
  network: z.strictObject({ name: z.string(), chainId: z.int(), playMoney: z.boolean() }),
  /** The call as it is encoded for the contract; null for the standing authorisation, which is not one call. */
  call: z.strictObject({
    to: addressSchema.nullable(),
    function: z.string(),
    args: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  }).nullable(),
  amounts: z.strictObject({
    /** What leaves the wallet with the call, of which the guarantee comes back after a confirmed trade. */
    valueWei: weiSchema,
    priceWei: weiSchema.nullable(),
    guaranteeWei: weiSchema.nullable(),
    expectedFeeWei: weiSchema,
    /** The most that can leave the wallet, fee included; above it nothing is signed. */
    maxCostWei: weiSchema,
    /** What the wallet has. */
    balanceWei: weiSchema,
  }),
  deadlines: z.array(z.strictObject({ what: z.string(), seconds: z.int() })),
  /** The terms agreed to, where there are any. */
  termsHash: hashSchema.nullable(),
})
export type Confirmation = z.infer<typeof confirmationSchema>

export const signingContract = {
  /** Decodes and prices a move without signing anything. Throws what the contract, the funds or the network would refuse. */
  prepare: procedure.input(moveSchema).output(confirmationSchema),
  /** Carries out what was shown, once: a job of kind `move`. Throws `access.confirmation-void` for an id used, expired or unknown. */
  confirm: procedure.input(z.strictObject({ id: z.string() })).output(jobStartedSchema),
  /** Forgets it: the person said no. */
  refuse: procedure.input(z.strictObject({ id: z.string() })).output(emptySchema),
}
