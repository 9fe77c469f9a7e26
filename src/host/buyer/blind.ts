import { randomBytes as systemRandom } from 'node:crypto'
import { createFormRange, rangeBits, type FormRange } from '../../compute/bounds.ts'
import type { DatasetDescription } from '../../compute/columns.ts'
import type { FormPair, IntegerForm } from '../../compute/key-holder.ts'
import { toLinearForm } from '../../compute/program.ts'
import { createBlinding, createMask } from '../../crypto/blinding.ts'
import { createCheckedRandom } from '../../crypto/random.ts'
import type { LinearForm, PaillierPublicKey } from '../../crypto/types.ts'
import type { CiphertextSource, Engine, JobOptions } from '../../engine/engine.ts'

const random = createCheckedRandom((count) => new Uint8Array(systemRandom(count)))

/** What forms are evaluated on: the table's ciphertexts, and behind them the products made so far. */
export interface BlindContext {
  readonly key: PaillierPublicKey
  readonly source: CiphertextSource
  /** With the ranges of the products made so far. */
  readonly dataset: DatasetDescription
  readonly engine: Engine
  readonly options: JobOptions
}

const lengthOf = ({ bits }: PaillierPublicKey): number => bits / 4

/** Ciphertexts end to end as the engine reads them. */
export const sourceOf = (ciphertexts: Uint8Array, key: PaillierPublicKey): CiphertextSource => {
  const length = lengthOf(key)
  return { count: ciphertexts.length / length, read: (start, count) => ciphertexts.slice(start * length, (start + count) * length) }
}

/** The table's ciphertexts with others behind them. */
export const extendSource = (table: CiphertextSource, products: () => Uint8Array, key: PaillierPublicKey): CiphertextSource => ({
  get count() { return table.count + products().length / lengthOf(key) },
  read: async (start, count) => {
    const inTable = Math.max(0, Math.min(count, table.count - start))
    const own = inTable === 0 ? new Uint8Array(0) : await table.read(start, inTable)
    if (inTable === count) return own
    const behind = await sourceOf(products(), key).read(start + inTable - table.count, count - inTable)
    return new Uint8Array(Buffer.concat([own, behind]))
  },
})

const bitsOf = (form: IntegerForm, rangeOf: FormRange): number =>
  rangeBits(rangeOf(form.terms.map(([start, count, weight]) => [start, count, BigInt(weight)] as const), BigInt(form.constant)))

export interface BlindedComparisons {
  readonly ciphertexts: Uint8Array
  /** Of each, whether its sign was turned. */
  readonly flips: readonly boolean[]
}

/** Each form times a fresh factor plus a smaller random number, at random turned around (crypto/blinding.ts), rerandomised exactly. */
export const blindComparisons = async (forms: readonly IntegerForm[], context: BlindContext): Promise<BlindedComparisons> => {
  const { key, source, dataset, engine, options } = context
  const rangeOf = createFormRange(dataset)
  const blindings = forms.map((form) => createBlinding(key.bits, bitsOf(form, rangeOf), random))
  const plain = await engine.evaluate(key, source, forms.map(toLinearForm), options)
  const blinded = await engine.evaluate(key, sourceOf(plain, key), blindings.map(({ factor, offset }, index) =>
    ({ runs: [{ start: index, count: 1, weight: factor }], constant: offset })), options)
  return { ciphertexts: await engine.rerandomise(key, blinded, options), flips: blindings.map(({ isFlipped }) => isFlipped) }
}

/** What the replies to blinded comparisons say of the forms themselves. */
export const unblindComparisons = (holds: readonly boolean[], flips: readonly boolean[]): boolean[] =>
  holds.map((one, index) => one !== flips[index])

/** What takes the masks off again; integers in decimal. */
export interface ProductMasks {
  readonly pairs: readonly FormPair[]
  readonly masks: readonly (readonly [left: string, right: string])[]
}

export interface MaskedProducts extends ProductMasks {
  readonly left: Uint8Array
  readonly right: Uint8Array
}

const plus = ({ runs, constant }: LinearForm, mask: bigint): LinearForm => ({ runs, constant: constant + mask })

/** Enc(x + r) and Enc(y + s) of each pair, each mask 80 bits longer than its value, rerandomised exactly. */
export const maskProducts = async (pairs: readonly FormPair[], context: BlindContext): Promise<MaskedProducts> => {
  const { key, source, dataset, engine, options } = context
  const rangeOf = createFormRange(dataset)
  const masks = pairs.map((pair) => pair.map((form) => createMask(bitsOf(form, rangeOf), random)) as [bigint, bigint])
  const mask = async (side: 0 | 1): Promise<Uint8Array> => {
    const forms = pairs.map((pair, index) => plus(toLinearForm(pair[side]), (masks[index] as [bigint, bigint])[side]))
    return engine.rerandomise(key, await engine.evaluate(key, source, forms, options), options)
  }
  return { pairs, masks: masks.map(([r, s]) => [String(r), String(s)]), left: await mask(0), right: await mask(1) }
}

/** Enc(xy) = Enc((x + r)(y + s)) · Enc(x)^−s · Enc(y)^−r · Enc(−rs). Throws `crypto.invalid-ciphertext` for products that are none. */
export const unmaskProducts = async (products: Uint8Array, { pairs, masks }: ProductMasks, context: BlindContext): Promise<Uint8Array> => {
  const { key, source, engine, options } = context
  await engine.assertCiphertexts(key, products, options)
  const sides = await engine.evaluate(key, source, pairs.flatMap(([left, right]) => [toLinearForm(left), toLinearForm(right)]), options)
  const all = sourceOf(new Uint8Array(Buffer.concat([products, sides])), key)
  return engine.evaluate(key, all, pairs.map((_, index) => {
    const [r, s] = (masks[index] as readonly [string, string]).map(BigInt) as [bigint, bigint]
    const x = pairs.length + 2 * index
    const runs = [{ start: index, count: 1, weight: 1n }, { start: x, count: 1, weight: -s }, { start: x + 1, count: 1, weight: -r }]
    return { runs: runs.filter(({ weight }) => weight !== 0n), constant: -r * s }
  }), options)
}
