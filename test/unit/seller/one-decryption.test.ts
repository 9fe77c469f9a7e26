import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine } from '../../../src/engine/create-engine.ts'
import type { Engine } from '../../../src/engine/engine.ts'
import { assertCanonicalProgram } from '../../../src/compute/canonical.ts'
import { programToForms } from '../../../src/compute/program.ts'
import { bigIntToBytes, bytesToBigInt } from '../../../src/crypto/bytes.ts'
import { answerProgram } from '../../../src/host/seller/answer-request.ts'
import type { StoredTensor } from '../../../src/host/datasets/dataset-service.ts'
import type { Details } from '../../../src/shared/schemas/details.ts'
import type { Program } from '../../../src/shared/schemas/program.ts'
import type { ResultRequest } from '../../../src/shared/schemas/result-request.ts'
import { isAppError } from '../../../src/shared/errors.ts'
import { keyPair, length, sourceOf } from '../engine/fixtures.ts'

// HESYSTEM_SUBMISSIONS=100000 for the long run; HESYSTEM_SUBMISSION_SEED repeats a run.
const submissions = Number(process.env['HESYSTEM_SUBMISSIONS'] ?? 3_000)
const seed = process.env['HESYSTEM_SUBMISSION_SEED'] ?? randomBytes(8).toString('hex')

const key = keyPair.publicKey
const rows = 6
const root = `0x${'1'.repeat(64)}`
const program: Program = {
  version: 1, datasetRoot: root, rows, columns: 1,
  cells: [{ scale: { numerator: '1', denominator: '1' }, constant: '5', terms: [[0, rows, '1']] }],
  answer: { kind: 'tensor', shape: [], cells: [0] },
}
const details: unknown = { policy: { maxAnswerBits: 64 }, dataset: { root, rows, columns: 1, key: { bits: 2048 } } }
const request: ResultRequest = {
  chainId: 31337, contract: `0x${'22'.repeat(20)}`, purchase: '1', datasetRoot: root, resultHash: root, programHash: root, x25519PublicKey: root,
}

describe('the seller\'s key, before one buyer after another (S1)', () => {
  let engine: Engine
  let table: Uint8Array
  let right: Uint8Array
  let decrypted: Uint8Array[]
  let debits: number

  beforeAll(async () => {
    const inner = await createEngine({ workers: 1 })
    // The spy sees whatever is handed to the private key.
    engine = {
      ...inner,
      decrypt: (pair, ciphertexts) => {
        decrypted.push(ciphertexts)
        return inner.decrypt(pair, ciphertexts)
      },
    }
    table = await inner.encrypt(keyPair, [3n, -1n, 4n, 1n, -5n, 9n])
    right = await inner.evaluate(key, sourceOf(table), programToForms(program))
  })
  afterAll(async () => { await engine.close() })

  const answer = (ciphertexts: Uint8Array, asked: Program = program): Promise<Uint8Array> => {
    assertCanonicalProgram(asked)
    const tensor: Partial<StoredTensor> = { source: () => sourceOf(table) }
    return answerProgram({
      request, program: asked, ciphertexts, details: details as Details, tensor: tensor as StoredTensor, key: keyPair,
      debit: async () => { debits += 1 },
    }, engine)
  }

  it(`decrypts nothing, and says one and the same, over ${submissions} submissions that are not the answer`, async () => {
    decrypted = []
    debits = 0
    let drawn = 0
    const draw = (below: number): number => {
      drawn += 1
      return createHash('sha256').update(`${seed}/${drawn}`).digest().readUInt32BE() % below
    }
    const square = key.n * key.n
    const toBytes = (value: bigint): Uint8Array => bigIntToBytes(((value % square) + square) % square, length)
    const cell = (row: number): bigint => bytesToBigInt(table.subarray(row * length, (row + 1) * length))
    const c = bytesToBigInt(right)
    const fresh = await engine.rerandomise(key, new Uint8Array([...right, ...table]))
    const flipBit = (bytes: Uint8Array): Uint8Array => {
      const flipped = Uint8Array.from(bytes)
      const at = draw(flipped.length)
      flipped[at] = (flipped[at] ?? 0) ^ (1 << draw(8))
      return flipped
    }
    const kinds: readonly (readonly [name: string, make: () => Uint8Array])[] = [
      ['a raw cell', () => toBytes(cell(draw(rows)))],
      ['a rerandomised cell', () => { const row = 1 + draw(rows); return fresh.slice(row * length, (row + 1) * length) }],
      ['the answer rerandomised', () => fresh.slice(0, length)],
      ['c·(1+n)^k', () => toBytes(c * (1n + BigInt(1 + draw(1_000_000)) * key.n))],
      ['c to a power', () => toBytes(c ** BigInt(2 + draw(3)))],
      ['−c', () => toBytes(-c)],
      ['0', () => toBytes(0n)],
      ['1', () => toBytes(1n)],
      ['n', () => toBytes(key.n)],
      ['a multiple of n', () => toBytes(key.n * BigInt(1 + draw(1_000_000)))],
      ['a bit of the answer flipped', () => flipBit(right)],
      ['random bytes', () => Uint8Array.from(randomBytes(length))],
      ['nothing', () => new Uint8Array(0)],
      ['the answer cut short', () => right.slice(0, draw(length))],
      ['the answer and a cell', () => new Uint8Array([...right, ...toBytes(cell(draw(rows)))])],
    ]
    const otherProgram = (): Program => {
      const first = draw(rows)
      const weight = String(2 + draw(1000))
      return { ...program, cells: [{ scale: { numerator: '1', denominator: '1' }, constant: '1', terms: [[first, 1, weight]] }] }
    }
    const submit = (index: number): readonly [name: string, ciphertexts: Uint8Array, asked: Program] => {
      const kind = kinds[index % (kinds.length + 1)]
      return kind === undefined ? ['the right bytes for another program', right, otherProgram()] : [kind[0], kind[1](), program]
    }
    const seen = new Set<string>()
    for (let index = 0; index < submissions; index += 1) {
      const [name, ciphertexts, asked] = submit(index)
      const outcome = await answer(ciphertexts, asked).then(() => 'answered', (error: unknown) => error)
      if (!isAppError(outcome)) throw new Error(`seed ${seed}, submission ${index}, ${name}: ${String(outcome)}`)
      seen.add(JSON.stringify([outcome.code, outcome.message, outcome.details]))
    }
    expect([...seen], `seed ${seed}`).toEqual([expect.stringMatching(/^\["policy\.result-mismatch"/)])
    expect(decrypted, `seed ${seed}`).toEqual([])
    expect(debits, `seed ${seed}`).toBe(0)
  }, 60_000 + submissions * 20)

  it('decrypts for the answer itself its own recomputation, once, after one debit', async () => {
    decrypted = []
    debits = 0
    const sent = Uint8Array.from(right)
    await answer(sent)
    expect(debits).toBe(1)
    expect(decrypted).toHaveLength(1)
    expect(decrypted[0]).toEqual(right)
    expect(decrypted[0]).not.toBe(sent)
  })
})
