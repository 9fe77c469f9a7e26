import { getBytes, hexlify } from 'ethers'
import { AppError } from '../../shared/errors.ts'
import { parseJsonAs } from '../../shared/parse.ts'
import { programSchema } from '../../shared/schemas/program.ts'
import { resultRequestSchema } from '../../shared/schemas/result-request.ts'
import type { Market } from '../chain/market.ts'
import type { Evidence } from '../protocol/evidence.ts'
import { toBase64 } from '../base64.ts'
import type { Vault } from '../secrets/types.ts'
import type { PurchaseStore } from './purchase-store.ts'
import { readSealingSecret, type NumberedPurchase } from './request-result.ts'

export interface DiscloseDependencies {
  readonly store: PurchaseStore
  readonly market: Market
  readonly vault: Vault
}

/**
 * Everything that shows a third party what was delivered for a purchase: it contains the answer and the one-time secret that opens
 * it, and nothing else of the buyer's. Throws `escrow.not-delivered` where nothing stands on the contract yet.
 */
export const discloseAnswer = async (purchase: NumberedPurchase, { store, market, vault }: DiscloseDependencies): Promise<Evidence> => {
  const result = store.findResult(purchase.id)
  const delivery = await market.findDelivery(purchase.number)
  if (delivery === null || result === null || purchase.request === null) {
    throw new AppError('escrow.not-delivered', `No answer has been delivered for purchase ${purchase.number}.`, { details: { purchase: purchase.number.toString() } })
  }
  return {
    version: 1,
    kind: 'hesystem-dispute-evidence',
    request: parseJsonAs(resultRequestSchema, purchase.request, 'the stored request', 'store.corrupt'),
    program: purchase.details.policy.mode === 'private' ? null : parseJsonAs(programSchema, result.program, 'the stored program', 'store.corrupt'),
    answer: {
      details: purchase.detailsText,
      ciphertexts: toBase64(result.ciphertexts),
      sealed: toBase64(getBytes(delivery.sealedAnswer)),
      sealingSecret: hexlify(readSealingSecret(purchase, vault)),
    },
  }
}
