import { z } from 'zod'
import { addressSchema } from '../schemas/common.ts'
import { chainTimeSchema, emptySchema, errorDocumentSchema, numberSchema, procedure, weiSchema } from './base.ts'
import { purchaseStateSchema } from './purchases.ts'

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

/** Declining and reclaiming are moves of `signing`. */
export const salesContract = {
  list: procedure.input(emptySchema).output(z.array(saleSchema)),
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
