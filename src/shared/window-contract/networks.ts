import { z } from 'zod'
import { addressSchema } from '../schemas/common.ts'
import { emptySchema, errorDocumentSchema, nameSchema, procedure, urlSchema } from './base.ts'
import { jobStartedSchema } from './jobs.ts'

export const networkSchema = z.strictObject({
  name: nameSchema,
  kind: z.enum(['practice', 'public', 'custom']),
  rpcUrl: urlSchema,
  chainId: z.int().min(1),
  contract: addressSchema.nullable(),
  /** Where people look at this chain: as it was told, else as it is known; null where there is none. */
  explorer: urlSchema.nullable(),
  active: z.boolean(),
})
export type NetworkJson = z.infer<typeof networkSchema>

const byName = z.strictObject({ name: nameSchema })

/** Deploying a market contract on the network in use is the move `deploy`. */
export const networksContract = {
  list: procedure.input(emptySchema).output(z.array(networkSchema)),
  /**
   * Adds it, or changes the one of that name; the first one is used at once. `isChecked`: only where its node answers, for that chain and
   * with that contract; throws `chain.unreachable`, `chain.wrong-chain`, `chain.wrong-contract` otherwise. `isNew`: only adds, and throws
   * `input.network-exists` where there is one of that name.
   */
  save: procedure
    .input(networkSchema.omit({ kind: true, active: true }).partial({ explorer: true })
      .extend({ isChecked: z.boolean().exactOptional(), isNew: z.boolean().exactOptional() }))
    .output(networkSchema),
  /** The chain that a node says it is of. Throws `chain.unreachable`, `chain.rpc-failed`. */
  askChainId: procedure.input(z.strictObject({ rpcUrl: urlSchema })).output(z.strictObject({ chainId: z.int().min(1) })),
  use: procedure.input(byName).output(networkSchema),
  remove: procedure.input(byName).output(emptySchema),
}

export const practiceStateSchema = z.strictObject({
  state: z.enum(['off', 'starting', 'running', 'failed']),
  /** Whether this computer can run the practice chain at all. */
  possible: z.boolean(),
  /** The job that starts it, while it does. */
  job: z.string().nullable(),
  /** The practice seller's listing, once it is on sale. */
  listingUrl: urlSchema.nullable(),
  /** The sample script put into the workspace. */
  script: z.string().nullable(),
  error: errorDocumentSchema.nullable(),
})
export type PracticeState = z.infer<typeof practiceStateSchema>

/** A local chain with play money, and a seller of the sample wages in the same app. */
export const practiceContract = {
  state: procedure.input(emptySchema).output(practiceStateSchema),
  /**
   * Starts chain and seller, makes a wallet where there is none, fills it with play money and takes the practice network into
   * use. A job of kind `practice`; where it runs already, its job is given again.
   */
  start: procedure.input(emptySchema).output(jobStartedSchema),
  /** Ends seller and chain; what happened stays and is there at the next start. */
  stop: procedure.input(emptySchema).output(practiceStateSchema),
}
