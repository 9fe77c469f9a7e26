import type { DatasetDescription, IntegerRange } from '../../compute/columns.ts'
import { createFormRange, rangeOfProduct } from '../../compute/bounds.ts'
import type { PaillierPublicKey } from '../../crypto/types.ts'
import type { CiphertextSource, Engine, JobOptions } from '../../engine/engine.ts'
import { signsSchema, testProductsSchema } from '../../shared/schemas/http.ts'
import { AppError } from '../../shared/errors.ts'
import type { RemoteKeyHolder } from '../scripts/ask-channel.ts'
import { blindComparisons, extendSource, maskProducts, unblindComparisons, unmaskProducts, type BlindContext } from './blind.ts'
import type { SellerClient } from './seller-client.ts'

/** A key holder's end with the ciphertexts it has made, on which a script's answer is then evaluated. */
export interface KeyHolderSession extends RemoteKeyHolder {
  /** The table, and behind it the products. */
  readonly source: CiphertextSource
}

/** What one request may hold. */
export const largestBatch = 1024

export const inBatches = async <T, R>(items: readonly T[], act: (batch: readonly T[]) => Promise<readonly R[]>): Promise<R[]> => {
  const results: R[] = []
  for (let start = 0; start < items.length; start += largestBatch) results.push(...await act(items.slice(start, start + largestBatch)))
  return results
}

export const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
export const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))

/** As many truths as were asked for. Throws `runtime.seller-misbehaved`. */
export const parseSigns = (text: string, count: number): boolean[] => {
  if (text.length !== count) throw new AppError('runtime.seller-misbehaved', `The seller answered ${text.length} comparisons of ${count}.`)
  return [...text].map((digit) => digit === '1')
}

export interface TestKeyHolderParts {
  readonly key: PaillierPublicKey
  readonly table: CiphertextSource
  readonly dataset: DatasetDescription
  readonly engine: Engine
  readonly seller: SellerClient
  /** The listing's test address. */
  readonly testLink: string
  readonly options: JobOptions
}

/** The seller's help on its test data, under the test key: free, blinded as it would be for the real table. */
export const createTestKeyHolder = ({ key, table, dataset, engine, seller, testLink, options }: TestKeyHolderParts): KeyHolderSession => {
  const ranges: IntegerRange[] = []
  let products = new Uint8Array(0)
  const source = extendSource(table, () => products, key)
  const signal = options.signal === undefined ? {} : { signal: options.signal }
  const context = (): BlindContext => ({ key, source, dataset: { ...dataset, products: ranges }, engine, options: signal })
  return {
    source,
    compare: (forms) => inBatches(forms, async (batch) => {
      const { ciphertexts, flips } = await blindComparisons(batch, context())
      const { signs } = await seller.fetchJson(`${testLink}/comparisons`, signsSchema, { body: { ciphertexts: toBase64(ciphertexts) }, ...signal })
      return unblindComparisons(parseSigns(signs, batch.length), flips)
    }),
    multiply: async (pairs) => {
      await inBatches(pairs, async (batch) => {
        const masked = await maskProducts(batch, context())
        const body = { left: toBase64(masked.left), right: toBase64(masked.right) }
        const reply = await seller.fetchJson(`${testLink}/products`, testProductsSchema, { body, ...signal })
        const made = await unmaskProducts(fromBase64(reply.ciphertexts), masked, context())
        const rangeOf = createFormRange({ ...dataset, products: ranges })
        ranges.push(...batch.map((pair) => rangeOfProduct(pair, rangeOf).product))
        products = new Uint8Array(Buffer.concat([products, made]))
        return []
      })
    },
  }
}
