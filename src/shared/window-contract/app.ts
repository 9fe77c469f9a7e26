import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { addressSchema } from '../schemas/common.ts'
import { emptySchema, procedure, timeSchema, weiSchema } from './base.ts'

export const doctorReportSchema = z.strictObject({
  healthy: z.boolean(),
  entries: z.array(z.strictObject({ name: z.string(), verdict: z.enum(['ok', 'warn', 'fail']), found: z.string(), advice: z.string().nullable() })),
})

/** What of the profile changed: the window asks anew for what it shows of it. */
export const topics = ['wallet', 'networks', 'practice', 'datasets', 'listings', 'serve', 'sales', 'market', 'scripts', 'purchases', 'disputes', 'receipts', 'activity', 'settings', 'jobs'] as const
export type Topic = (typeof topics)[number]

/** What the status bar shows; balances are null where no network or wallet is there or the network cannot be used. */
export const statusSchema = z.strictObject({
  account: addressSchema.nullable(),
  balanceWei: weiSchema.nullable(),
  /** What the contract owes the wallet. */
  withdrawableWei: weiSchema.nullable(),
  network: z.strictObject({ name: z.string(), kind: z.enum(['practice', 'public', 'custom']), chainId: z.int(), hasContract: z.boolean() }).nullable(),
  /** Why the network cannot be used, in words; null where it can or none is in use. */
  networkProblem: z.string().nullable(),
  serving: z.boolean(),
  runningJobs: z.int().min(0),
  practice: z.enum(['off', 'starting', 'running', 'failed']),
})

const backendSchema = z.enum(['wasm-fused', 'wasm', 'node-crypto', 'bigint'])

/** null: the fastest that passes its self-test; one thread per core. */
const engineChoiceSchema = z.strictObject({ backend: backendSchema.nullable(), workers: z.int().min(1).max(1024).nullable() })

export const engineSchema = z.strictObject({
  backend: backendSchema,
  /** Why this one: what was asked for, measured or found wanting. */
  reason: z.string(),
  /** Worker threads. */
  workers: z.int().min(1),
  cores: z.int().min(1),
  /** What the profile's configuration says. */
  choice: engineChoiceSchema,
  /** Whether it holds from the next start only. */
  pending: z.boolean(),
  /** What was said for this start instead: a variable, a file; null: nothing. */
  setBy: z.string().nullable(),
  /** The fastest first; `fault`: why it cannot be had here. */
  backends: z.array(z.strictObject({ name: backendSchema, fault: z.string().nullable() })),
})
export type EngineJson = z.infer<typeof engineSchema>

export const appContract = {
  /** What computes with ciphertexts on this computer; starts it where nothing has yet. */
  engine: procedure.input(emptySchema).output(engineSchema),
  /** Written into the profile's configuration, for the next start. Throws `runtime.backend-unavailable` where it cannot be had here. */
  chooseEngine: procedure.input(engineChoiceSchema).output(engineSchema),
  about: procedure.input(emptySchema).output(z.strictObject({
    version: z.string(),
    shell: z.enum(['electron', 'headless']),
    /** The profile's folder on this computer. */
    home: z.string(),
    node: z.string(),
    platform: z.string(),
  })),
  doctor: procedure.input(emptySchema).output(doctorReportSchema),
  /** How far the first run has come; `complete` once there is a wallet and a network in use. */
  firstRun: procedure.input(emptySchema).output(z.strictObject({
    hasWallet: z.boolean(), walletBackedUp: z.boolean(), hasNetwork: z.boolean(), practiceReady: z.boolean(), complete: z.boolean(),
    /** Whether this computer can run the practice chain. */
    practicePossible: z.boolean(),
    /** A restored profile takes this one's place once HEsystem begins anew. */
    restoredWaits: z.boolean(),
  })),
  status: procedure.input(emptySchema).output(statusSchema),
  /** A stream of what changed, for as long as somebody listens; opened once for the whole window. */
  changes: procedure.input(emptySchema).output(eventIterator(z.strictObject({ topics: z.array(z.enum(topics)), at: timeSchema }))),
  /** What the window keeps for itself between runs (open tabs, chosen columns), one text a key. */
  readState: procedure.input(z.strictObject({ key: z.string().regex(/^[a-z][a-z0-9.-]{0,63}$/) })).output(z.strictObject({ value: z.string().nullable() })),
  saveState: procedure.input(z.strictObject({ key: z.string().regex(/^[a-z][a-z0-9.-]{0,63}$/), value: z.string().max(1_000_000) })).output(emptySchema),
}
