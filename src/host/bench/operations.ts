import { randomBytes, randomInt } from 'node:crypto'
import { bytesToBigInt, joinIntegers } from '../../crypto/bytes.ts'
import { at } from '../../crypto/lists.ts'
import { toPaillierBigintPrivateKey, toPaillierBigintPublicKey } from '../../crypto/paillier-bigint.ts'
import type { LinearForm, PaillierKeyPair } from '../../crypto/types.ts'
import type { CiphertextSource, Engine } from '../../engine/engine.ts'

export type OperationName = 'encrypt-owner' | 'encrypt-public' | 'decrypt' | 'sum1000' | 'dot100' | 'dot1000' | 'means'

/** What is measured on, the same for all: a key, ciphertexts under it, weights of 32 bits and either sign. */
export interface Material {
  readonly key: PaillierKeyPair
  readonly ciphertexts: Uint8Array
  readonly weights: readonly bigint[]
}

/** Runs an operation `count` times. */
export type Runner = (operation: OperationName, count: number) => Promise<void>

/** The table of the bar: 16 columns of 4,238 rows; its cells are the 1,000 ciphertexts over and over. */
export const meansTable = { rows: 4238, columns: 16 }
export const materialCells = 1000

const chooseWeight = (): bigint => BigInt(randomInt(2 ** 31, 2 ** 32)) * (randomInt(2) === 0 ? 1n : -1n)

/** Ciphertexts by products of a few real ones: as random as any to all that is measured. */
export const createMaterial = (key: PaillierKeyPair): Material => {
  const { n, bits } = key.publicKey
  const cells = Array.from({ length: materialCells }, () => bytesToBigInt(randomBytes(bits / 4)) % (n * n))
  return { key, ciphertexts: joinIntegers(cells, bits / 4), weights: Array.from({ length: materialCells }, chooseWeight) }
}

/** The ciphertexts over and over, laid out beforehand so that nothing but the engine is measured. */
const createSource = (bytes: Uint8Array, length: number, count: number): CiphertextSource => {
  const table = new Uint8Array(count * length)
  for (let at = 0; at < table.length; at += bytes.length) table.set(bytes.subarray(0, table.length - at), at)
  return { count, read: (start, cells) => table.subarray(start * length, (start + cells) * length) }
}

const sumForm = (start: number, count: number): LinearForm => ({ runs: [{ start, count, weight: 1n }], constant: 0n })

const formsOf = (operation: 'sum1000' | 'dot100' | 'dot1000' | 'means', weights: readonly bigint[]): LinearForm[] => {
  const { rows, columns } = meansTable
  if (operation === 'means') return Array.from({ length: columns }, (_, column) => sumForm(column * rows, rows))
  if (operation === 'sum1000') return [sumForm(0, materialCells)]
  const count = operation === 'dot100' ? 100 : 1000
  return [{ runs: weights.slice(0, count).map((weight, start) => ({ start, count: 1, weight })), constant: 0n }]
}

/** Our own engine. */
export const createEngineRunner = (engine: Engine, { key, ciphertexts, weights }: Material): Runner => {
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
      default:
        for (let i = 0; i < count; i += 1) await engine.evaluate(key.publicKey, source, formsOf(operation, weights))
    }
  }
}

/** paillier-bigint, used as well as it can be: negative weights are gathered and inverted once. */
export const createPaillierBigintRunner = ({ key, ciphertexts, weights }: Material): Runner => {
  const publicKey = toPaillierBigintPublicKey(key.publicKey)
  const privateKey = toPaillierBigintPrivateKey(key)
  const length = key.publicKey.bits / 4
  const cells = Array.from({ length: materialCells }, (_, i) => bytesToBigInt(ciphertexts.subarray(i * length, (i + 1) * length)))
  const sum = (count: number): bigint => cells.slice(1, count).reduce((total, c) => publicKey.addition(total, c), at(cells, 0))
  const dot = (count: number): bigint => {
    const totals = cells.slice(0, count).reduce((product, c, i) => {
      const weight = at(weights, i)
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
        return dot(100)
      case 'dot1000':
        return dot(1000)
      case 'sum1000':
        return sum(materialCells)
      case 'means':
        throw new RangeError('the means are 67.8 sums of a thousand, and measured as such')
    }
  }
  return async (operation, count) => {
    for (let i = 0; i < count; i += 1) run(operation, i)
  }
}
