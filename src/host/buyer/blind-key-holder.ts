import { z } from 'zod'
import { createFormRange, rangeOfProduct } from '../../compute/bounds.ts'
import { encodeInequality } from '../../compute/canonical.ts'
import type { DatasetDescription, IntegerRange } from '../../compute/columns.ts'
import type { FormPair, IntegerForm } from '../../compute/key-holder.ts'
import type { PaillierPublicKey } from '../../crypto/types.ts'
import type { CiphertextSource, Engine, JobOptions } from '../../engine/engine.ts'
import { AppError } from '../../shared/errors.ts'
import { parseJsonAs } from '../../shared/parse.ts'
import { fromBase64, toBase64 } from '../base64.ts'
import type { RemoteKeyHolder } from '../scripts/ask-channel.ts'
import { sha256Hex } from '../trade/hash.ts'
import { blindComparisons, extendSource, maskProducts, unblindComparisons, unmaskProducts, type BlindContext } from './blind.ts'

/** A key holder's end with the ciphertexts it has made, on which a script's answer is then evaluated. */
export interface KeyHolderSession extends RemoteKeyHolder {
  /** The table, and behind it the products. */
  readonly source: CiphertextSource
}

/** The way to whoever holds the key. */
export interface BlindTransport {
  /** A digit for each ciphertext. */
  compare(ciphertexts: Uint8Array): Promise<string>
  multiply(left: Uint8Array, right: Uint8Array): Promise<Uint8Array>
}

/** What was made and told before, so that a run after a stop sends the same bytes again and asks only for the rest. */
export interface HelpMemory {
  findReply(question: string): boolean | null
  /** An unmasked product. */
  findProduct(product: string): Uint8Array | null
  findAsk(ask: string): string | null
  /** Written down before it is sent, with what takes the blinding off again. */
  addAsk(ask: string, made: string): void
  /** What was told; the ask is done with. */
  settleReplies(ask: string, replies: readonly (readonly [question: string, holds: boolean])[]): void
  settleProducts(ask: string, products: readonly (readonly [product: string, ciphertext: Uint8Array])[]): void
}

/** Under the test key everything is free: nothing needs to be kept. */
export const forgetful: HelpMemory = {
  findReply: () => null, findProduct: () => null, findAsk: () => null,
  addAsk: () => undefined, settleReplies: () => undefined, settleProducts: () => undefined,
}

export interface BlindKeyHolderParts {
  readonly key: PaillierPublicKey
  readonly table: CiphertextSource
  readonly dataset: DatasetDescription
  readonly engine: Engine
  readonly transport: BlindTransport
  readonly memory: HelpMemory
  readonly options: Pick<JobOptions, 'signal'>
}

/** What one request may hold. */
export const largestBatch = 1024

export const inBatches = async <T, R>(items: readonly T[], act: (batch: readonly T[]) => Promise<readonly R[]>): Promise<R[]> => {
  const results: R[] = []
  for (let start = 0; start < items.length; start += largestBatch) results.push(...await act(items.slice(start, start + largestBatch)))
  return results
}

/** As many truths as were asked for. Throws `runtime.seller-misbehaved`. */
export const parseSigns = (text: string, count: number): boolean[] => {
  if (text.length !== count) throw new AppError('runtime.seller-misbehaved', `The seller answered ${text.length} comparisons of ${count}.`)
  return [...text].map((digit) => digit === '1')
}

const questionsSchema = z.strictObject({ ciphertexts: z.string(), flips: z.array(z.boolean()) })
const factorsSchema = z.strictObject({ left: z.string(), right: z.string(), masks: z.array(z.tuple([z.string(), z.string()])) })

/**
 * Asks a key holder without showing what (compute.md, "Interaction with the key holder"): questions blinded, factors masked. What was told
 * once is not asked again, and what may have been sent is sent again as it was: it is counted once. Throws
 * `runtime.seller-misbehaved`, `crypto.invalid-ciphertext`, and what the transport does.
 */
export const createBlindKeyHolder = (
  { key, table, dataset, engine, transport, memory, options }: BlindKeyHolderParts,
): KeyHolderSession => {
  const ranges: IntegerRange[] = []
  const cells = dataset.rows * dataset.columns.length
  let products = new Uint8Array(0)
  /** Names the products made so far: their numbers mean something only after those before them. */
  let history = ''
  const source = extendSource(table, () => products, key)
  const context = (): BlindContext => ({ key, source, dataset: { ...dataset, products: ranges }, engine, options })
  const length = key.bits / 4

  const nameOf = (...forms: readonly IntegerForm[]): string => {
    const readsProducts = forms.some(({ terms }) => terms.some(([start, count]) => start + count > cells))
    return sha256Hex(`${readsProducts ? history : ''}\n${forms.map(encodeInequality).join('\n')}`)
  }
  /** Makes what is to be sent, or takes up again what was made before. */
  const recall = async <T>(ask: string, schema: z.ZodType<T>, make: () => Promise<T>): Promise<T> => {
    const kept = memory.findAsk(ask)
    if (kept !== null) return parseJsonAs(schema, kept, 'a stored question', 'store.corrupt')
    const made = await make()
    memory.addAsk(ask, JSON.stringify(made))
    return made
  }

  const compare = async (batch: readonly (readonly [name: string, form: IntegerForm])[]): Promise<readonly boolean[]> => {
    const names = batch.map(([name]) => name)
    const ask = sha256Hex(`comparisons\n${names.join('\n')}`)
    const { ciphertexts, flips } = await recall(ask, questionsSchema, async () => {
      const blinded = await blindComparisons(batch.map(([, form]) => form), context())
      return { ciphertexts: toBase64(blinded.ciphertexts), flips: [...blinded.flips] }
    })
    const holds = unblindComparisons(parseSigns(await transport.compare(fromBase64(ciphertexts)), batch.length), flips)
    memory.settleReplies(ask, names.map((name, index) => [name, holds[index] as boolean]))
    return holds
  }

  const multiply = async (batch: readonly (readonly [name: string, pair: FormPair])[]): Promise<readonly Uint8Array[]> => {
    const names = batch.map(([name]) => name)
    const pairs = batch.map(([, pair]) => pair)
    const ask = sha256Hex(`products\n${names.join('\n')}`)
    const { left, right, masks } = await recall(ask, factorsSchema, async () => {
      const masked = await maskProducts(pairs, context())
      return { left: toBase64(masked.left), right: toBase64(masked.right), masks: masked.masks.map(([r, s]): [string, string] => [r, s]) }
    })
    const replied = await transport.multiply(fromBase64(left), fromBase64(right))
    if (replied.length !== pairs.length * length) {
      throw new AppError('runtime.seller-misbehaved', `The seller answered ${replied.length / length} products of ${pairs.length}.`)
    }
    const made = await unmaskProducts(replied, { pairs, masks }, context())
    const single = pairs.map((_, index) => made.slice(index * length, (index + 1) * length))
    memory.settleProducts(ask, names.map((name, index) => [name, single[index] as Uint8Array]))
    return single
  }

  /** Each item's result in its place: as it is remembered, or from `ask`. */
  const complete = async <T, R>(
    items: readonly T[], find: (name: string) => R | null, ask: (batch: readonly (readonly [string, T])[]) => Promise<readonly R[]>,
    name: (item: T) => string,
  ): Promise<readonly R[]> => {
    const named = items.map((item) => [name(item), item] as const)
    const known = named.map(([own]) => find(own))
    const told = await inBatches(named.filter((_, index) => known[index] === null), ask)
    let next = 0
    return known.map((result) => result ?? told[next++] as R)
  }

  return {
    source,
    compare: (forms) => complete(forms, memory.findReply, compare, nameOf),
    multiply: async (pairs) => {
      const made = await complete(pairs, memory.findProduct, multiply, (pair) => nameOf(...pair))
      const rangeOf = createFormRange({ ...dataset, products: ranges })
      history = sha256Hex(`${history}\n${pairs.map((pair) => nameOf(...pair)).join('\n')}`)
      ranges.push(...pairs.map((pair) => rangeOfProduct(pair, rangeOf).product))
      products = new Uint8Array(Buffer.concat([products, ...made]))
    },
  }
}
