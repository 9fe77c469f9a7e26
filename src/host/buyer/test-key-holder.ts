import type { SellerClient } from './seller-client.ts'
import { productsSchema, signsSchema } from '../../shared/schemas/http.ts'
import { fromBase64, toBase64 } from '../base64.ts'
import { createBlindKeyHolder, forgetful, type BlindKeyHolderParts, type KeyHolderSession } from './blind-key-holder.ts'

export interface TestKeyHolderParts extends Omit<BlindKeyHolderParts, 'transport' | 'memory'> {
  readonly seller: SellerClient
  /** The listing's test address. */
  readonly testLink: string
}

/** The seller's help on its test data, under the test key: free, blinded as it would be for the real table. */
export const createTestKeyHolder = ({ seller, testLink, ...parts }: TestKeyHolderParts): KeyHolderSession => createBlindKeyHolder({
  ...parts,
  memory: forgetful,
  transport: {
    compare: async (ciphertexts) =>
      (await seller.fetchJson(`${testLink}/comparisons`, signsSchema, { body: { ciphertexts: toBase64(ciphertexts) }, ...parts.options })).signs,
    multiply: async (left, right) => {
      const body = { left: toBase64(left), right: toBase64(right) }
      return fromBase64((await seller.fetchJson(`${testLink}/products`, productsSchema, { body, ...parts.options })).ciphertexts)
    },
  },
})
