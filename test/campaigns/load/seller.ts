import type { PaillierKeyPair, PaillierPublicKey } from '../../../src/crypto/types.ts'
import type { Host } from '../../../src/host/index.ts'
import { openShop, type Shop, type TradeStage } from '../support/trade-stage.ts'

export const dataset = 'load'
export const columns = 8
/** So few different values that each is encrypted once; their sums are not all the same. */
const differentValues = 64

const valueAt = (row: number, column: number): number => (row * (2 * column + 1) + column) % differentValues

export const tableOf = (rows: number): readonly (readonly number[])[] =>
  Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (__, column) => valueAt(row, column)))

const publicKeyOf = (key: PaillierKeyPair | PaillierPublicKey): PaillierPublicKey => ('publicKey' in key ? key.publicKey : key)

/**
 * Makes this host's engine encrypt each number once under each key and use that ciphertext again: 200 MB in seconds. The numbers here
 * are no secret; bytes, hashes and sums are as real as any.
 */
const encryptEachNumberOnce = async (host: Host): Promise<void> => {
  const engine = await host.engine()
  const encrypt = engine.encrypt.bind(engine)
  const known = new Map<string, Uint8Array>()
  engine.encrypt = async (key, plaintexts) => {
    const { n, bits } = publicKeyOf(key)
    const nameOf = (plaintext: bigint): string => `${n}/${plaintext}`
    const fresh = [...new Set(plaintexts)].filter((plaintext) => !known.has(nameOf(plaintext)))
    const length = bits / 4
    const made = fresh.length === 0 ? new Uint8Array() : await encrypt(key, fresh)
    fresh.forEach((plaintext, at) => { known.set(nameOf(plaintext), made.slice(at * length, (at + 1) * length)) })
    return Uint8Array.from(Buffer.concat(plaintexts.map((plaintext) => known.get(nameOf(plaintext)) ?? new Uint8Array())))
  }
}

/** A seller of a table of so many rows, whose server is a process of its own. */
export const openLoadShop = (stage: TradeStage, rows: number): Promise<Shop> => openShop(stage, async (host) => {
  await encryptEachNumberOnce(host)
  const names = Array.from({ length: columns }, (_, column) => `c${column}`)
  await host.datasets.importTable({ name: dataset, text: [names, ...tableOf(rows)].map((cells) => cells.join(',')).join('\n') })
  host.datasets.createTestData(dataset, { rows: 50 })
  await host.datasets.encrypt(dataset, { keyBits: 2048 })
  await host.datasets.encryptTestData(dataset, { keyBits: 2048 })
}, { dataset, deliverySeconds: 24 * 3600, expirationSeconds: 24 * 3600 })
