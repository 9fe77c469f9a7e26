import { encodeInequality } from '../../compute/canonical.ts'
import type { IntegerForm } from '../../compute/key-holder.ts'
import { AppError } from '../../shared/errors.ts'
import { productsSchema, signsSchema } from '../../shared/schemas/http.ts'
import { fromBase64, toBase64 } from '../base64.ts'
import type { RemoteKeyHolder } from '../scripts/ask-channel.ts'
import { sha256Hex } from '../trade/hash.ts'
import type { PurchaseStore } from './purchase-store.ts'
import type { SellerClient } from './seller-client.ts'
import { createBlindKeyHolder, inBatches, parseSigns, type BlindKeyHolderParts, type HelpMemory, type KeyHolderSession } from './blind-key-holder.ts'

type HelpStore = Pick<PurchaseStore, 'findReply' | 'findProduct' | 'findAsk' | 'addAsk' | 'settleAsk'>

export interface PurchaseKeyHolderParts {
  readonly purchase: { readonly id: number; readonly number: bigint }
  readonly store: HelpStore
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
    const openly = comparisons.map(hashOf)
    const name = sha256Hex(openly.join('\n'))
    // Before it is sent: what is counted there and lost on the way was given all the same, and the receipt tells of it.
    store.addAsk(purchase.id, name, JSON.stringify({ openly }))
    const { signs } = await withToken((token) => seller.fetchJson(`/v1/purchases/${purchase.number}/comparisons`, signsSchema, {
      token, body: { comparisons }, ...(signal === undefined ? {} : { signal }),
    }))
    const holds = parseSigns(signs, comparisons.length)
    store.settleAsk(purchase.id, name, { replies: openly.map((hash, index) => [hash, holds[index] as boolean]) })
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

/** What a purchase's profile keeps of its questions and what it was told. */
const createMemory = (id: number, store: HelpStore): HelpMemory => ({
  findReply: (question) => store.findReply(id, question),
  findProduct: (product) => store.findProduct(id, product),
  findAsk: (ask) => store.findAsk(id, ask),
  addAsk: (ask, made) => { store.addAsk(id, ask, made) },
  settleReplies: (ask, replies) => { store.settleAsk(id, ask, { replies }) },
  settleProducts: (ask, products) => { store.settleAsk(id, ask, { products }) },
})

/** The same with a purchase in `private` mode: nothing is shown of what is compared or multiplied. */
export const createPrivateKeyHolder = (
  { purchase, store, seller, withToken, signal }: PurchaseKeyHolderParts, table: Pick<BlindKeyHolderParts, 'key' | 'table' | 'dataset' | 'engine'>,
): KeyHolderSession => {
  const options = signal === undefined ? {} : { signal }
  const path = `/v1/purchases/${purchase.number}`
  return createBlindKeyHolder({
    ...table,
    options,
    memory: createMemory(purchase.id, store),
    transport: {
      compare: async (ciphertexts) => (await withToken((token) =>
        seller.fetchJson(`${path}/comparisons`, signsSchema, { token, body: { ciphertexts: toBase64(ciphertexts) }, ...options }))).signs,
      multiply: async (left, right) => fromBase64((await withToken((token) =>
        seller.fetchJson(`${path}/products`, productsSchema, { token, body: { left: toBase64(left), right: toBase64(right) }, ...options }))).ciphertexts),
    },
  })
}
