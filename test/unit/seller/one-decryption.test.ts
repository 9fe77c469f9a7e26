import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEngine } from '../../../src/engine/create-engine.ts'
import type { Engine } from '../../../src/engine/engine.ts'
import { assertCanonicalProgram } from '../../../src/compute/canonical.ts'
import { encodeProgram, programToForms, toLinearForm } from '../../../src/compute/program.ts'
import { decodeAnswer } from '../../../src/host/protocol/answer-codec.ts'
import { answerProgram } from '../../../src/host/seller/answer-request.ts'
import { signsOfTable } from '../../../src/host/seller/help.ts'
import type { StoredTensor } from '../../../src/host/datasets/dataset-service.ts'
import type { Details } from '../../../src/shared/schemas/details.ts'
import type { Program } from '../../../src/shared/schemas/program.ts'
import type { ResultRequest } from '../../../src/shared/schemas/result-request.ts'
import { isAppError } from '../../../src/shared/errors.ts'
import { createDraws } from '../../campaigns/fuzz/draws.ts'
import { createSubmissions, type DrawnSubmission } from '../../campaigns/fuzz/submissions.ts'
import { keyPair, length, sourceOf } from '../engine/fixtures.ts'

/** What S1 names. */
const submissions = 100_000
// HESYSTEM_SEED repeats a run.
const seed = process.env['HESYSTEM_SEED'] ?? randomBytes(8).toString('hex')

const key = keyPair.publicKey
const cells = [3n, -1n, 4n, 1n, -5n, 9n]
const rows = cells.length
const root = `0x${'1'.repeat(64)}`
const one = { numerator: '1', denominator: '1' }
const program: Program = {
  version: 1, datasetRoot: root, rows, columns: 1,
  cells: [{ scale: one, constant: '5', terms: [[0, rows, '1']] }],
  answer: { kind: 'tensor', shape: [], cells: [0] },
}
const details: unknown = { policy: { maxAnswerBits: 64 }, dataset: { root, rows, columns: 1, key: { bits: 2048 } } }
const request: ResultRequest = {
  chainId: 31337, contract: `0x${'22'.repeat(20)}`, purchase: '1', datasetRoot: root, resultHash: root, programHash: root, x25519PublicKey: root,
}

describe('the seller\'s key, before one buyer after another (S1)', () => {
  let inner: Engine
  let engine: Engine
  let table: Uint8Array
  let right: Uint8Array
  /** Whatever was handed to the private key, for whatever use. */
  let touched: (readonly [use: 'decrypt' | 'prove', ciphertexts: Uint8Array])[]
  let debits: number

  beforeAll(async () => {
    inner = await createEngine({ workers: 1 })
    const results = new Map<string, Uint8Array>()
    engine = {
      ...inner,
      decrypt: (pair, ciphertexts) => {
        touched.push(['decrypt', ciphertexts])
        return inner.decrypt(pair, ciphertexts)
      },
      proveDecryption: (pair, claim) => {
        touched.push(['prove', claim.ciphertexts])
        return inner.proveDecryption(pair, claim)
      },
      // Equal forms over one table give equal bytes, as the engine promises: each is computed once, and given out in bytes of its own.
      evaluate: async (publicKey, source, forms) => {
        const asked = forms.map(({ runs, constant }) => `${constant}:${runs.map(({ start, count, weight }) => `${start}+${count}*${weight}`).join()}`).join(';')
        const known = results.get(asked) ?? await inner.evaluate(publicKey, source, forms)
        results.set(asked, known)
        return Uint8Array.from(known)
      },
    }
    table = await inner.encrypt(keyPair, cells)
    right = await inner.evaluate(key, sourceOf(table), programToForms(program))
  })
  beforeEach(() => {
    touched = []
    debits = 0
  })
  afterAll(async () => { await inner.close() })

  const answer = (ciphertexts: Uint8Array, asked: Program = program): Promise<Uint8Array> => {
    assertCanonicalProgram(asked)
    const tensor: Partial<StoredTensor> = { source: () => sourceOf(table) }
    return answerProgram({
      request, program: asked, ciphertexts, details: details as Details, tensor: tensor as StoredTensor, key: keyPair,
      debit: async () => { debits += 1 },
    }, engine)
  }

  it(`is not touched, and one and the same is said, over ${submissions} submissions that are not the answer (seed ${seed})`, async () => {
    const zeros = await inner.encrypt(keyPair, new Array<bigint>(64).fill(0n))
    const draw = createSubmissions({ n: key.n, length, table, right, zeros, program })
    const seen = new Map<string, string>()
    const counts = new Map<string, number>()
    for (let index = 0; index < submissions; index += 1) {
      const { kind, ciphertexts, program: asked } = draw(createDraws(`${seed}/${index}`), index)
      const outcome = await answer(ciphertexts, asked).then(() => 'answered', (error: unknown) => error)
      if (!isAppError(outcome)) throw new Error(`submission ${index}, ${kind}: ${String(outcome)}`)
      seen.set(JSON.stringify([outcome.code, outcome.message, outcome.details]), `submission ${index}, ${kind}`)
      counts.set(kind, (counts.get(kind) ?? 0) + 1)
    }
    expect([...seen.keys()], [...seen.values()].join()).toEqual([expect.stringMatching(/^\["policy\.result-mismatch"/)])
    expect(touched).toEqual([])
    expect(debits).toBe(0)
    // Every kind had its share.
    expect(Math.min(...counts.values())).toBeGreaterThan(submissions / 40)
  }, 600_000)

  it('decrypts and proves for the answer itself its own recomputation, once, after one debit', async () => {
    const sent = Uint8Array.from(right)
    await answer(sent)
    expect(debits).toBe(1)
    expect(touched.map(([use]) => use)).toEqual(['decrypt', 'prove'])
    for (const [, ciphertexts] of touched) {
      expect(ciphertexts).toEqual(right)
      expect(ciphertexts).not.toBe(sent)
    }
  })

  it('gives out what the bound of an answer lets through, to the last number on either side, and no larger one (S3)', async () => {
    const [first = 0n] = cells
    const bound = 1n << 64n
    const ask = async (integer: bigint): Promise<unknown> => {
      const asked: Program = { ...program, cells: [{ scale: one, constant: String(integer - first), terms: [[0, 1, '1']] }] }
      const result = await inner.evaluate(key, sourceOf(table), programToForms(asked))
      return answer(result, asked).then((payload) => decodeAnswer(payload).integers, (error: unknown) => (error as { code: string }).code)
    }
    for (const integer of [bound - 1n, 1n - bound, 0n]) expect(await ask(integer)).toEqual([integer])
    for (const integer of [bound, -bound, bound + 1n, bound * bound]) expect(await ask(integer)).toBe('policy.answer-out-of-bounds')
  })

  it('decrypts for comparisons of its table its own recomputation of them, nothing else', async () => {
    const draws = createDraws(`${seed}/comparisons`)
    const questions = Array.from({ length: 40 }, () => {
      const from = draws.below(rows)
      return { constant: String(draws.below(19) - 9), terms: [[from, 1 + draws.below(rows - from), draws.pick(['1', '-1', '3'])]] as [number, number, string][] }
    })
    const own = await inner.evaluate(key, sourceOf(table), questions.map(toLinearForm))
    await signsOfTable(questions, sourceOf(table), keyPair, engine)
    expect(touched).toEqual([['decrypt', own]])
  })

  it('is shown the same by whoever draws a submission again from its seed, and never the answer itself by chance', () => {
    const draw = createSubmissions({ n: key.n, length, table, right, zeros: table, program })
    for (let index = 0; index < 64; index += 1) {
      const [first, second] = [0, 1].map(() => draw(createDraws(`repeat/${index}`), index)) as [DrawnSubmission, DrawnSubmission]
      expect(second).toEqual(first)
      const isAnswer = Buffer.compare(first.ciphertexts, right) === 0 && encodeProgram(first.program) === encodeProgram(program)
      expect(isAnswer, first.kind).toBe(false)
    }
  })
})
