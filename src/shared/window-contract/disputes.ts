import { z } from 'zod'
import { addressSchema } from '../schemas/common.ts'
import { answerSchema, chainTimeSchema, emptySchema, hashSchema, nameSchema, numberSchema, procedure, termsSchema, urlSchema, weiSchema } from './base.ts'
import { purchaseStateSchema } from './purchases.ts'

export const disputeSchema = z.strictObject({
  purchase: numberSchema,
  listing: numberSchema,
  /** Of the listing, where this profile bought or sells it; null: its server has to be asked. */
  title: z.string().nullable(),
  /** Where the listing's details were, by the contract. */
  url: urlSchema,
  /** Of the details it was bought under. */
  detailsHash: hashSchema,
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
    /** null: nobody rules on this purchase. */
    arbiter: addressSchema.nullable(),
    /** Whether this wallet may rule on it now. */
    rulable: z.boolean(),
    /** By the contract: a verdict is about them. */
    seller: addressSchema,
    buyer: addressSchema,
    /** null for evidence of something else. */
    disputed: z.strictObject({
      title: z.string(),
      rows: z.int(),
      columns: z.array(z.string()),
      /** As delivered; null where it does not open, or its program is not shown. */
      answer: answerSchema.nullable(),
    }).nullable(),
  })),
}
