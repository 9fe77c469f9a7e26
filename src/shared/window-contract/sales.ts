import { z } from 'zod'
import { addressSchema } from '../schemas/common.ts'
import { chainTimeSchema, emptySchema, errorDocumentSchema, hashSchema, numberSchema, procedure, termsSchema, timeSchema, weiSchema } from './base.ts'
import { purchaseStateSchema, timelineStepSchema } from './purchases.ts'

export const saleSchema = z.strictObject({
  purchase: numberSchema,
  listing: z.string().nullable(),
  /** The listing's title; null for one made elsewhere with the same wallet. */
  title: z.string().nullable(),
  buyer: addressSchema,
  state: purchaseStateSchema,
  valueWei: weiSchema,
  guaranteeWei: weiSchema,
  paidAtSeconds: chainTimeSchema,
  closedAtSeconds: chainTimeSchema.nullable(),
  /** The last second of the clock that runs now; null: none runs. */
  deadlineSeconds: chainTimeSchema.nullable(),
  /** What this profile did about it; null: no request has come. */
  handled: z.enum(['received', 'answered', 'delivered', 'refused', 'declined', 'missed']).nullable(),
  refusal: errorDocumentSchema.nullable(),
  reclaimable: z.boolean(),
  declinable: z.boolean(),
})
export type SaleJson = z.infer<typeof saleSchema>

export const saleDetailsSchema = saleSchema.extend({
  terms: termsSchema,
  /** The listing's; null for one made elsewhere. */
  mode: z.enum(['disclosed', 'private']).nullable(),
  timeline: z.array(timelineStepSchema),
  /** What is due, or may be done now; null: nothing. */
  next: z.string().nullable(),
  /** Whether a dispute that nobody rules on may be closed. */
  closable: z.boolean(),
  /** What this profile was asked; null: nothing has come. */
  asked: z.strictObject({
    receivedAt: timeSchema,
    requestHash: hashSchema,
    /** As the server recomputes it; null in `private` mode, where it is not seen. The first cells and names of many. */
    program: z.strictObject({
      cells: z.array(z.string()), cellCount: z.int().min(1), answer: z.array(z.string()),
      comparisons: z.int().min(0), steps: z.int().min(0),
    }).nullable(),
  }).nullable(),
  /** Comparisons and products of encrypted cells that the purchase was helped with. */
  helped: z.int().min(0),
  /** Given with the answer; it comes back unless a dispute is lost or ends without a ruling. */
  depositWei: weiSchema,
  /** To the seller, the deposit included where it came back. */
  creditedWei: weiSchema,
  earnedWei: weiSchema,
  creditedToBuyerWei: weiSchema,
  burnedWei: weiSchema,
  heldWei: weiSchema,
  /** What the contract owes the wallet, from all its trades. */
  withdrawableWei: weiSchema,
  receiptId: z.string(),
})
export type SaleDetails = z.infer<typeof saleDetailsSchema>

/** Declining and reclaiming are moves of `signing`. */
export const salesContract = {
  list: procedure.input(emptySchema).output(z.array(saleSchema)),
  /** Throws `access.forbidden` for what another wallet sold. */
  show: procedure.input(z.strictObject({ purchase: numberSchema })).output(saleDetailsSchema),
  /** What sales brought: by day (UTC) of their end, oldest first, and in all. */
  earnings: procedure.input(emptySchema).output(z.strictObject({
    settledWei: weiSchema,
    /** Held by the contract for sales under way. */
    pendingWei: weiSchema,
    reclaimableWei: weiSchema,
    withdrawableWei: weiSchema,
    days: z.array(z.strictObject({ day: z.string(), sales: z.int(), earnedWei: weiSchema })),
  })),
}
