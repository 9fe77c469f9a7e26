import { z } from 'zod'
import { addressSchema } from '../schemas/common.ts'
import { emptySchema, procedure } from './base.ts'

export const walletSchema = z.strictObject({ address: addressSchema, hasMnemonic: z.boolean(), backedUp: z.boolean() })

const secret = z.string().min(1).max(10_000)

/**
 * The private key never crosses. The recovery phrase does, twice: when it is made, to be written down, and when its owner asks
 * for it again. Balances are in `app.status`; paying out is the move `withdraw`.
 */
export const walletContract = {
  /** null: there is none yet. */
  show: procedure.input(emptySchema).output(walletSchema.nullable()),
  create: procedure.input(emptySchema).output(walletSchema.extend({ mnemonic: z.string() })),
  importMnemonic: procedure.input(z.strictObject({ words: secret })).output(walletSchema),
  importPrivateKey: procedure.input(z.strictObject({ privateKey: secret })).output(walletSchema),
  importKeystore: procedure.input(z.strictObject({ json: secret, password: z.string().max(1000) })).output(walletSchema),
  /** The 2020 `user_info.txt`; what else it said comes back, so that its network can be offered or named as dead. */
  importUserInfo: procedure.input(z.strictObject({ text: secret })).output(walletSchema.extend({
    endpointUrl: z.string().nullable(), deadNetwork: z.string().nullable(), ignoredFields: z.array(z.string()),
  })),
  revealMnemonic: procedure.input(emptySchema).output(z.strictObject({ mnemonic: z.string() })),
  /** A Web3 keystore file's text, under a password of the owner's. */
  exportKeystore: procedure.input(z.strictObject({ password: z.string().max(1000) }))
    .output(z.strictObject({ fileName: z.string(), json: z.string() })),
  /** The owner says that the phrase or the keystore is put away safely. */
  markBackedUp: procedure.input(emptySchema).output(walletSchema),
}
