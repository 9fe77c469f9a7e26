import { randomBytes, randomInt } from 'node:crypto'
import { plaintextBits } from '../../compute/columns.ts'
import { planPacked } from '../../compute/packed-plan.ts'
import { bytesToBigInt, joinIntegers } from '../../crypto/bytes.ts'
import { at } from '../../crypto/lists.ts'
import { toPaillierBigintPrivateKey, toPaillierBigintPublicKey } from '../../crypto/paillier-bigint.ts'
import { layOutGroups, slotBits, type PackedRange } from '../../crypto/packing.ts'
import type { KeyBits, LinearForm, PaillierKeyPair } from '../../crypto/types.ts'
import type { CiphertextSource, Engine } from '../../engine/engine.ts'

export type OperationName =
  | 'encrypt-owner' | 'encrypt-public' | 'decrypt' | 'sum1000' | 'sum1000-packed' | 'dot100' | 'dot1000' | 'float100' | 'float1000'
  | 'means' | 'means-packed'

/** What is measured on, the same for all: a key, ciphertexts under it, weights of 32 bits and either sign. */
export interface Material {
  readonly key: PaillierKeyPair
  readonly ciphertexts: Uint8Array
  readonly weights: readonly bigint[]
  /** Weights of either sign below 1, as their mantissas of 53 bits, which is what python-paillier keeps of them. */
  readonly floatWeights: readonly bigint[]
}

/** Runs an operation `count` times. */
export type Runner = (operation: OperationName, count: number) => Promise<void>

/** The table of the bar: 16 columns of 4,238 rows; its cells are the 1,000 ciphertexts over and over. */
export const meansTable = { rows: 4238, columns: 16 }
export const materialCells = 1000

const chooseWeight = (): bigint => BigInt(randomInt(2 ** 31, 2 ** 32)) * (randomInt(2) === 0 ? 1n : -1n)

/** A number below 1 of either sign, in units of 2^−53. */
const chooseMantissa = (): bigint => (BigInt.asUintN(53, bytesToBigInt(randomBytes(7))) + 1n) * (randomInt(2) === 0 ? 1n : -1n)

/** Random residues: as good as any ciphertexts to all that is measured. */
export const createMaterial = (key: PaillierKeyPair): Material => {
  const { n, bits } = key.publicKey
  const cells = Array.from({ length: materialCells }, () => bytesToBigInt(randomBytes(bits / 4)) % (n * n))
  return {
    key,
    ciphertexts: joinIntegers(cells, bits / 4),
    weights: Array.from({ length: materialCells }, chooseWeight),
    floatWeights: Array.from({ length: materialCells }, chooseMantissa),
  }
}

/** The ciphertexts over and over, laid out beforehand so that nothing but the engine is measured. */
const createSource = (bytes: Uint8Array, length: number, count: number): CiphertextSource => {
  const table = new Uint8Array(count * length)
  for (let at = 0; at < table.length; at += bytes.length) table.set(bytes.subarray(0, table.length - at), at)
  return { count, read: (start, cells) => table.subarray(start * length, (start + cells) * length) }
}

const sumForm = (start: number, count: number): LinearForm => ({ runs: [{ start, count, weight: 1n }], constant: 0n })

/** The columns of the table, or of a single one, as numbers of 32 bits. */
const rangesOf = (columns: number): PackedRange[] => Array.from({ length: columns }, () => ({ lower: -(2n ** 31n), upper: 2n ** 31n - 1n }))

/**
 * The same sums read from packed rows: as many blocks of rows side by side as fit, whose partial sums are opened, as a listing may
 * permit. One sum per group, of all its packed rows, one group after the other.
 */
const packedForms = (columns: number, rows: number, bits: KeyBits): LinearForm[] => {
  const ranges = rangesOf(columns)
  const rowBits = ranges.reduce((sum, range) => sum + slotBits(range, rows), 0)
  const blocks = Math.max(1, Math.floor(plaintextBits(bits) / rowBits))
  const groups = layOutGroups(ranges, rows, plaintextBits(bits), blocks)
  const asked = groups.flatMap(({ blockRows }) => Array.from({ length: columns * blocks }, (_, slot) => {
    const from = Math.floor(slot / columns) * blockRows
    return sumForm((slot % columns) * rows + from, Math.max(1, Math.min(blockRows, rows - from)))
  }))
  const { packed } = planPacked(asked, groups)
  return packed.map(({ group, start, count }) => sumForm(group * rows + start, count))
}

const weigh = (weights: readonly bigint[]): LinearForm[] =>
  [{ runs: weights.map((weight, start) => ({ start, count: 1, weight })), constant: 0n }]

type EvaluationName = Exclude<OperationName, 'encrypt-owner' | 'encrypt-public' | 'decrypt'>

/** What the engine is asked to evaluate for an operation, or null for one that is no evaluation. */
export const formsOf = (operation: OperationName, { key, weights, floatWeights }: Material): LinearForm[] | null => {
  const { rows, columns } = meansTable
  const { bits } = key.publicKey
  const evaluations: Readonly<Record<EvaluationName, () => LinearForm[]>> = {
    'means': () => Array.from({ length: columns }, (_, column) => sumForm(column * rows, rows)),
    'means-packed': () => packedForms(columns, rows, bits),
    'sum1000': () => [sumForm(0, materialCells)],
    'sum1000-packed': () => packedForms(1, materialCells, bits),
    'dot100': () => weigh(weights.slice(0, 100)),
    'dot1000': () => weigh(weights),
    'float100': () => weigh(floatWeights.slice(0, 100)),
    'float1000': () => weigh(floatWeights),
  }
  return operation in evaluations ? evaluations[operation as EvaluationName]() : null
}

/** Our own engine. */
export const createEngineRunner = (engine: Engine, material: Material): Runner => {
  const { key, ciphertexts } = material
  const length = key.publicKey.bits / 4
  const plaintexts = Array.from({ length: 4000 }, (_, i) => BigInt(i))
  const source = createSource(ciphertexts, length, meansTable.rows * meansTable.columns)
  return async (operation, count) => {
    switch (operation) {
      case 'encrypt-owner':
        await engine.encrypt(key, plaintexts.slice(0, count))
        return
      case 'encrypt-public':
        await engine.encrypt(key.publicKey, plaintexts.slice(0, count))
        return
      case 'decrypt':
        await engine.decrypt(key, ciphertexts.subarray(0, count * length))
        return
      default: {
        const forms = formsOf(operation, material) ?? []
        for (let i = 0; i < count; i += 1) await engine.evaluate(key.publicKey, source, forms)
      }
    }
  }
}

/** paillier-bigint, used as well as it can be: negative weights are gathered and inverted once. */
export const createPaillierBigintRunner = ({ key, ciphertexts, weights, floatWeights }: Material): Runner => {
  const publicKey = toPaillierBigintPublicKey(key.publicKey)
  const privateKey = toPaillierBigintPrivateKey(key)
  const length = key.publicKey.bits / 4
  const cells = Array.from({ length: materialCells }, (_, i) => bytesToBigInt(ciphertexts.subarray(i * length, (i + 1) * length)))
  const sum = (count: number): bigint => cells.slice(1, count).reduce((total, c) => publicKey.addition(total, c), at(cells, 0))
  const dot = (count: number, factors: readonly bigint[]): bigint => {
    const totals = cells.slice(0, count).reduce((product, c, i) => {
      const weight = at(factors, i)
      const side = weight < 0n ? 'negative' : 'positive'
      return { ...product, [side]: publicKey.addition(product[side], publicKey.multiply(c, weight < 0n ? -weight : weight)) }
    }, { positive: 1n, negative: 1n })
    return publicKey.addition(totals.positive, publicKey.multiply(totals.negative, -1n))
  }
  const run = (operation: OperationName, i: number): bigint => {
    switch (operation) {
      case 'encrypt-owner':
      case 'encrypt-public':
        return publicKey.encrypt(BigInt(i))
      case 'decrypt':
        return privateKey.decrypt(at(cells, i))
      case 'dot100':
        return dot(100, weights)
      case 'dot1000':
        return dot(1000, weights)
      case 'float100':
        return dot(100, floatWeights)
      case 'float1000':
        return dot(1000, floatWeights)
      case 'sum1000':
      case 'sum1000-packed':
        return sum(materialCells)
      case 'means':
      case 'means-packed':
        throw new RangeError('the means are 67.8 sums of a thousand, and measured as such')
    }
  }
  return async (operation, count) => {
    for (let i = 0; i < count; i += 1) run(operation, i)
  }
}
