import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { checkScript, rehearse } from '../../src/host/buyer/rehearse.ts'
import type { Host, Trade } from '../../src/host/create-host.ts'
import { openStage, serve } from './support/stage.ts'

/** The blocks of a guide by their language, as they stand. */
const readGuide = (name: string) => {
  const text = readFileSync(new URL(`../../docs/guides/${name}.md`, import.meta.url), 'utf8')
  const block = (language: string): string => new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(text)?.[1] ?? ''
  return { table: block('csv'), script: block('ts'), refused: block('ts refused'), answer: JSON.parse(block('json')) as Record<string, unknown> }
}

const columnMean = readGuide('column-mean')
const logisticModel = readGuide('logistic-model')

const toScript = (source: string) => ({ fileName: 'script.ts', source })

/** Numbers to the digits the guide shows. */
const closeTo = (value: unknown): unknown => {
  if (typeof value === 'number') return expect.closeTo(value, 7)
  if (Array.isArray(value)) return value.map(closeTo)
  return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, closeTo(item)]))
}

const prepare = async ({ datasets }: Host, name: string, text: string): Promise<void> => {
  await datasets.importTable({ name, text })
  datasets.createTestData(name, { rows: 6 })
  await datasets.encrypt(name, { keyBits: 2048 })
  await datasets.encryptTestData(name, { keyBits: 2048 })
}

describe('the guides for statisticians', () => {
  let buyer: Host
  let trade: Trade
  const urls: Record<string, string> = {}

  beforeAll(async () => {
    const stage = await openStage()
    const seller = await (await stage.createParty('seller')).open()
    buyer = await (await stage.createParty('buyer')).open()
    await prepare(seller, 'patients', columnMean.table)
    await prepare(seller, 'clients', logisticModel.table)
    const serving = await serve(seller)
    const { listings } = await seller.trade()
    const publish = async (dataset: string, policy: { minRows: number; condition?: number }): Promise<string> => {
      const { id } = await listings.create({ dataset, valueWei: 1_000_000n, serverUrl: serving.localUrl, maxTotalCells: 100, ...policy })
      const { url } = await listings.publish(id)
      return url
    }
    urls['patients'] = await publish('patients', { minRows: 4, condition: 1 })
    urls['clients'] = await publish('clients', { minRows: 1, condition: 1 })
    trade = await buyer.trade()
  })

  const buyAnswer = async (url: string, source: string): Promise<unknown> => {
    const { number } = await trade.purchases.buy(url)
    await trade.purchases.compute(number, toScript(source))
    return JSON.parse((await trade.purchases.request(number)).answer ?? '') as unknown
  }

  it('column-mean.md rehearses, gauges and buys what it says', async () => {
    const { details, seller } = await trade.openListing(urls['patients'] ?? '')
    const rehearsal = await rehearse(toScript(columnMean.script), details, seller, await buyer.engine())
    expect(rehearsal).toMatchObject({ largestDifference: 0, verdict: { allowed: true }, gauge: { cells: 4, steps: 0, roundingError: 0 } })
    expect(await buyAnswer(urls['patients'] ?? '', columnMean.script)).toEqual(closeTo(columnMean.answer))
  })

  it('column-mean.md is refused a single row before anything is paid', async () => {
    const { details, seller } = await trade.openListing(urls['patients'] ?? '')
    expect(await checkScript(toScript(columnMean.refused), details, seller)).toMatchObject({ allowed: false, code: 'policy.min-rows' })
  })

  it('logistic-model.md scores every encrypted row', async () => {
    const { details, seller } = await trade.openListing(urls['clients'] ?? '')
    const rehearsal = await rehearse(toScript(logisticModel.script), details, seller, await buyer.engine())
    expect(rehearsal.gauge).toMatchObject({ cells: 8 })
    expect(rehearsal.largestDifference).toBeLessThan(1e-12)
    expect(await buyAnswer(urls['clients'] ?? '', logisticModel.script)).toEqual(closeTo(logisticModel.answer))
    const other = await trade.openListing(urls['patients'] ?? '')
    const scores = toScript('export default data.dot([0.1, 0.2, 0.3]).sigmoid()')
    expect(await checkScript(scores, other.details, other.seller)).toMatchObject({ allowed: false, code: 'policy.min-rows' })
  })
})
