import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerShapes, programToForms, readAnswer } from '../../../src/compute/program.ts'
import type { InteractionTerms } from '../../../src/compute/interaction.ts'
import { createEngine } from '../../../src/engine/create-engine.ts'
import type { Engine } from '../../../src/engine/engine.ts'
import { sourceOf } from '../../../src/host/buyer/blind.ts'
import type { SellerClient } from '../../../src/host/buyer/seller-client.ts'
import { fromBase64, toBase64 } from '../../../src/host/base64.ts'
import { createTestKeyHolder } from '../../../src/host/buyer/test-key-holder.ts'
import { deriveInThread, type ScriptThreadOptions } from '../../../src/host/scripts/script-thread.ts'
import { isFree, productsOf, signsOf } from '../../../src/host/seller/help.ts'
import { AppError } from '../../../src/shared/errors.ts'
import { keyPair } from '../crypto/fixtures.ts'
import { createTable } from '../compute/support.ts'

const help: InteractionTerms = { comparisons: null, products: null, isBlinded: true }
const { dataset, readCell, values } = createTable([
  { name: 'pay', decimals: 2, integers: [1050, -225, 900, 1050, 30] }, { name: 'age', decimals: 0, integers: [20, 30, 41, 25, 60] },
])
const description = { rows: dataset.rows, columns: dataset.columns, keyBits: dataset.keyBits, datasetRoot: dataset.datasetRoot }
const cells = dataset.rows * dataset.columns.length

/** The lines of product.md's table, as typed there, and what rests on them. */
const lines: readonly string[] = [
  'data + 3', 'data - 3', 'data * 3', 'data / 4', 'data + data.t().t()', 'data - data * 2', 'data + [1, 2]', 'data * [[2, 3]]', 'data * data',
  'data > 20', 'data < 20', 'data >= 30', 'data <= 30', 'data == 30', 'data != 30', 'data > [[10, 25]]', 'data > data.rows([4, 3, 2, 1, 0])',
  'data[1]', 'data[1][0]', 'data.dim()', 'data.t()', 'data.transpose()', 'data.mean()', 'data.max()', 'data.min()',
  'data.mean(1)', 'data.max(1)', 'data.min(1)', 'data.mean(0)', 'data.max(0)', 'data.min(0)',
  'data.argmax(0)', 'data.argmin(0)', 'data.col("pay").median()', 'data.col("pay").sort(0)', 'data.where(data > 20, 0)',
  '((data.col("pay") > 5) * data.col("pay")).sum()', 'data.col("pay").dot(data.col("age"))', 'data.col("pay") ** 3',
]

describe('a script with the key holder\'s help on ciphertexts', () => {
  let engine: Engine
  let operations = 0
  let requests = 0

  beforeAll(async () => { engine = await createEngine({ workers: 1 }) })
  afterAll(() => engine.close())

  /** Counts what the engine is given to multiply in of ciphertexts that the script's forms name. */
  const counting = (): Engine => ({
    ...engine,
    evaluate: (key, source, forms, options) => {
      operations += forms.reduce((sum, { runs }) => runs.reduce((inner, { count }) => inner + count, sum), 0)
      return engine.evaluate(key, source, forms, options)
    },
  })

  /** The seller's two routes, without a network between. */
  const seller = {
    fetchJson: async (path: string, _schema: unknown, { body }: { body: Record<string, string> }) => {
      requests += 1
      if (path.endsWith('/comparisons')) return { signs: await signsOf(fromBase64(body['ciphertexts'] as string), keyPair, engine, isFree) }
      return { ciphertexts: toBase64(await productsOf(fromBase64(body['left'] as string), fromBase64(body['right'] as string), keyPair, engine, isFree)) }
    },
  } as unknown as SellerClient

  const createHolder = async (own: Engine) => {
    const plaintexts = Array.from({ length: cells }, (_, cell) => readCell(cell))
    const table = sourceOf(await engine.encrypt(keyPair, plaintexts), keyPair.publicKey)
    return createTestKeyHolder({
      key: keyPair.publicKey, table, dataset: description, engine: own, seller, testLink: '/test', options: {},
    })
  }

  const derive = (source: string, options: ScriptThreadOptions, rows: typeof values | null) => deriveInThread(
    { fileName: 'a.ts', source }, { rows: dataset.rows, columns: ['pay', 'age'] }, { description, rows, help }, options,
  )

  it('gives every line of the old documentation as the plain numbers have it', async () => {
    const source = `export default [\n${lines.map((line) => `  ${line},\n`).join('')}]`
    const keyHolder = await createHolder(counting())
    const plain = await derive(source, {}, values)
    const asked = await derive(source, { keyHolder }, null)
    expect(asked.program).toEqual(plain.program)
    expect(asked.interaction).toEqual(plain.interaction)
    const ciphertexts = await engine.evaluate(keyPair.publicKey, keyHolder.source, programToForms(asked.program))
    const answer = readAnswer(asked.program, await engine.decrypt(keyPair, ciphertexts))
    expect(answer).toEqual(plain.plain)
    expect(answerShapes(asked.program)[0]?.shape).toEqual([5, 2])
    // What the gauge told: each comparison's own ciphertexts and one more to blind it; each product's twice, for the cross terms, and
    // three to take them off.
    const { comparisons, products, ciphertextOperations } = plain.interaction
    const ofProducts = plain.asked.filter((place) => place.products > 0).reduce((sum, place) => sum + place.ciphertextOperations, 0)
    expect(operations).toBe(ciphertextOperations + comparisons + ofProducts + 3 * products)
    expect(requests).toBe(plain.interaction.rounds)
  })

  it('is stopped while it waits', async () => {
    const controller = new AbortController()
    const never = { compare: () => new Promise<never>(() => undefined), multiply: () => new Promise<never>(() => undefined) }
    setTimeout(() => { controller.abort(new Error('enough')) }, 300)
    await expect(derive('export default data > 20', { keyHolder: never, signal: controller.signal }, null)).rejects.toThrow('enough')
  })

  it('fails in the script\'s own line with what the key holder says', async () => {
    const refusing = { compare: () => Promise.reject(new AppError('policy.budget-spent', 'nothing is left')), multiply: () => Promise.resolve() }
    await expect(derive('const x = 1\nexport default data > 20', { keyHolder: refusing }, null)).rejects.toMatchObject({
      code: 'policy.budget-spent', message: 'a.ts:2:21: nothing is left', details: { line: 2 },
    })
  })
})
