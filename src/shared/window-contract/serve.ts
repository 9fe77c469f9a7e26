import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { emptySchema, errorDocumentSchema, numberSchema, procedure, timeSchema, urlSchema, weiSchema } from './base.ts'

/** What serving may sign by itself: asked for once, until switched off (S28). */
export const authorisationSchema = z.strictObject({
  listings: z.array(z.string()),
  /** The contract's functions it covers. */
  functions: z.array(z.string()),
  maxGasPerDayWei: weiSchema,
  spentTodayWei: weiSchema,
  grantedAt: timeSchema,
})

export const serveOptionsSchema = z.strictObject({
  host: z.string().min(1).max(200).exactOptional(),
  port: z.int().min(0).max(65_535).exactOptional(),
  /** Speak TLS with this profile's own certificate, for a network whose addresses no authority signs for. */
  ownTls: z.boolean().exactOptional(),
  /** How buyers reach it through a proxy that speaks TLS for it. */
  publicUrl: urlSchema.exactOptional(),
  /** Published listings only; by default all of them. */
  listings: z.array(z.string()).exactOptional(),
  /** The most gas a day that it may spend on deliveries, refusals and reclaims, in wei. */
  maxGasPerDayWei: weiSchema.exactOptional(),
})

export const serveStateSchema = z.strictObject({
  state: z.enum(['off', 'starting', 'on', 'stopping']),
  reach: z.enum(['this-computer', 'network', 'internet']).nullable(),
  localUrl: urlSchema.nullable(),
  publicUrl: urlSchema.nullable(),
  listings: z.array(z.strictObject({
    id: z.string(),
    title: z.string(),
    /** The address to share. */
    url: urlSchema,
    /** Where the contract sends buyers; another address than `url` until the listing is moved. */
    publishedUrl: urlSchema,
    /** False where the server shows its own certificate and the listing does not pin it: buyers will refuse it. */
    certificateAgrees: z.boolean(),
  })),
  authorisation: authorisationSchema.nullable(),
  since: timeSchema.nullable(),
  /** Purchases that wait for something of the seller's, with the time until which. */
  open: z.array(z.strictObject({ purchase: numberSchema, state: z.string(), deadlineSeconds: z.int() })),
})
export type ServeState = z.infer<typeof serveStateSchema>

/** One thing that happened while serving. */
export const serveEventSchema = z.strictObject({
  id: z.int(),
  at: timeSchema,
  kind: z.enum(['started', 'stopped', 'sale-advanced', 'declined-unseen', 'reclaimed', 'authorised', 'failed']),
  purchase: numberSchema.nullable(),
  words: z.string(),
  error: errorDocumentSchema.nullable(),
})
export type ServeEventJson = z.infer<typeof serveEventSchema>

/** Switching on is the move `serve`: it asks for the standing authorisation first. */
export const serveContract = {
  state: procedure.input(emptySchema).output(serveStateSchema),
  off: procedure.input(emptySchema).output(serveStateSchema),
  /** What happened lately (at most 200), then what happens, for as long as somebody listens. */
  events: procedure.input(emptySchema).output(eventIterator(serveEventSchema)),
  /** Addresses of this computer in the networks it is in. */
  addresses: procedure.input(emptySchema).output(z.array(z.strictObject({ address: z.string(), interface: z.string() }))),
  /** Opens the shared address of a listing as a buyer would, with what that shows and what it cannot show. */
  check: procedure.input(z.strictObject({ url: urlSchema })).output(z.strictObject({
    reachable: z.boolean(),
    /** `null`: cannot be told from here. */
    steps: z.array(z.strictObject({ what: z.string(), ok: z.boolean().nullable(), words: z.string() })),
    problem: errorDocumentSchema.nullable(),
  })),
}
