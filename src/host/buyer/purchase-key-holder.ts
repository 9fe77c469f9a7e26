import { encodeInequality } from '../../compute/canonical.ts'
import type { IntegerForm } from '../../compute/key-holder.ts'
import { AppError } from '../../shared/errors.ts'
import { signsSchema } from '../../shared/schemas/http.ts'
import type { RemoteKeyHolder } from '../scripts/ask-channel.ts'
import { sha256Hex } from '../trade/hash.ts'
import type { PurchaseStore } from './purchase-store.ts'
import type { SellerClient } from './seller-client.ts'
import { inBatches, parseSigns } from './test-key-holder.ts'

export interface PurchaseKeyHolderParts {
  readonly purchase: { readonly id: number; readonly number: bigint }
  readonly store: Pick<PurchaseStore, 'findReply' | 'addReplies'>
  readonly seller: SellerClient
  readonly withToken: <T>(act: (token: string) => Promise<T>) => Promise<T>
  readonly signal?: AbortSignal
}

/**
 * The seller's help with a purchase in `disclosed` mode: comparisons are asked openly. What was answered once is kept, and a run after a
 * dropped connection or a kill asks only for the rest; what was counted on the way is not counted again. Throws what the seller
 * refuses with, and `runtime.seller-misbehaved`.
 */
export const createPurchaseKeyHolder = ({ purchase, store, seller, withToken, signal }: PurchaseKeyHolderParts): RemoteKeyHolder => {
  const hashOf = (form: IntegerForm): string => sha256Hex(encodeInequality(form))

  const ask = async (comparisons: readonly IntegerForm[]): Promise<readonly boolean[]> => {
    const { signs } = await withToken((token) => seller.fetchJson(`/v1/purchases/${purchase.number}/comparisons`, signsSchema, {
      token, body: { comparisons }, ...(signal === undefined ? {} : { signal }),
    }))
    const holds = parseSigns(signs, comparisons.length)
    store.addReplies(purchase.id, comparisons.map((form, index) => [hashOf(form), holds[index] as boolean]))
    return holds
  }

  return {
    compare: async (forms) => {
      const known = forms.map((form) => store.findReply(purchase.id, hashOf(form)))
      const told = await inBatches(forms.filter((_, index) => known[index] === null), ask)
      let next = 0
      return known.map((holds) => holds ?? told[next++] as boolean)
    },
    multiply: () => Promise.reject(new AppError('bug.unexpected', 'Products are not asked for in disclosed mode.')),
  }
}
