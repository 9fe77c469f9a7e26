import { z } from 'zod'
import { addressSchema } from '../schemas/common.ts'
import { chainTimeSchema, emptySchema, nameSchema, numberSchema, procedure, termsSchema, weiSchema } from './base.ts'
import { purchaseStateSchema } from './purchases.ts'

export const disputeSchema = z.strictObject({
  purchase: numberSchema,
  listing: numberSchema,
  seller: addressSchema,
  buyer: addressSchema,
  /** Of this profile's wallet in it; one wallet may be several. */
  roles: z.array(z.enum(['buyer', 'seller', 'arbiter'])),
  terms: termsSchema,
  /** What the contract holds for it: price and both deposits. */
  heldWei: weiSchema,
  disputedAtSeconds: chainTimeSchema,
  /** The arbiter's last second; null where nobody rules. */
  deadlineSeconds: chainTimeSchema.nullable(),
  /** Whether this wallet may rule now. */
  rulable: z.boolean(),
  /** Whether anybody may close it now: nobody rules, or the arbiter's time is over. */
  closable: z.boolean(),
  /** Whether this profile can write the evidence: it bought, and holds the one-time secret. */
  hasEvidence: z.boolean(),
})
export type DisputeJson = z.infer<typeof disputeSchema>

const byNumber = z.strictObject({ purchase: numberSchema })

/** Ruling and closing are moves of `signing`. */
export const disputesContract = {
  /** Open disputes of this contract, the ones this wallet has a part in first. */
  list: procedure.input(emptySchema).output(z.array(disputeSchema)),
  /** What the buyer lays before the arbiter; it discloses the answer. Throws `escrow.not-delivered`, `input.not-found`. */
  evidence: procedure.input(byNumber).output(z.strictObject({ fileName: nameSchema, json: z.string() })),
  /** The verdict that follows from an evidence file and the contract; nothing is signed. Throws `input.evidence-invalid`. */
  judge: procedure.input(z.strictObject({ json: z.string().max(20_000_000) })).output(z.strictObject({
    purchase: numberSchema,
    state: purchaseStateSchema,
    /** null for no verdict: evidence of something else. */
    for: z.enum(['buyer', 'seller']).nullable(),
    /** What is wrong with the answer or the evidence, as a code; null for an answer that is right. */
    ground: z.string().nullable(),
    reason: z.string(),
  })),
}
