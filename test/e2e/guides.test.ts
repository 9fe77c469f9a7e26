import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { checkScript, rehearse } from '../../src/host/buyer/rehearse.ts'
import type { Host, Trade } from '../../src/host/create-host.ts'
import { prepareDataset, tableRows } from './support/shop.ts'
import { openStage, serve, type Stage } from './support/stage.ts'

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

const cliPath = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

/** A guide's commands by the word after `sh`, and its program. */
const readCommands = (name: string) => {
  const text = readFileSync(new URL(`../../docs/guides/${name}.md`, import.meta.url), 'utf8')
  const block = (fence: string): string => new RegExp(`^\`\`\`${fence}\\n(.*?)^\`\`\`$`, 'ms').exec(text)?.[1] ?? ''
  return { commands: (word = '') => block(`sh${word === '' ? '' : ` ${word}`}`), script: block('ts'), privateScript: block('ts private') }
}

describe('the guides for statisticians', () => {
  let stage: Stage
  let buyer: Host
  let trade: Trade
  let sellerHome: string
  let sellerUrl: string
  const urls: Record<string, string> = {}

  beforeAll(async () => {
    stage = await openStage()
    const party = await stage.createParty('seller')
    sellerHome = party.home
    const seller = await party.open()
    buyer = await (await stage.createParty('buyer')).open()
    await prepare(seller, 'patients', columnMean.table)
    await prepare(seller, 'clients', logisticModel.table)
    await prepareDataset(seller)
    await prepare(seller, 'workers', 'wage,union\n12.5,1\n8,0\n11,1\n9.25,0\n14,0\n10,1\n16,1\n7.75,0\n')
    await prepare(seller, 'staff', 'wage,union\n13,1\n8.5,0\n11.5,1\n9.75,0\n16.5,0\n9,1\n16,1\n7.25,0\n')
    const serving = await serve(seller)
    sellerUrl = serving.localUrl
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

  describe('buying.md, auditing.md, private.md and comparisons.md', { timeout: 300_000 }, () => {
    const buying = readCommands('buying')
    const auditing = readCommands('auditing')
    const hidden = readCommands('private')
    const compared = readCommands('comparisons')
    let folder: string

    const run = async (commands: string, environment: Readonly<Record<string, string>> = {}): Promise<string> => {
      const prelude = `set -e\nhesystem() { "${process.execPath}" "${cliPath}" "$@"; }\n`
      const { stdout } = await promisify(execFile)('bash', ['-c', prelude + commands], {
        cwd: folder,
        env: {
          ...process.env, ...stage.environment, HESYSTEM_HOME: join(folder, 'home'), LISTING: urls['patients'] ?? '', CONTRACT: stage.contract,
          RPC: stage.chain.rpcUrl, CHAIN_ID: String(stage.chain.chainId), ...environment,
        },
      })
      return stdout
    }

    beforeAll(() => {
      folder = join(stage.folder, 'newcomer')
      mkdirSync(folder)
      writeFileSync(join(folder, 'question.ts'), buying.script)
    })

    it('lead a newcomer from no wallet to an answer, and anybody from the receipt to a verdict', async () => {
      const address = /0x[0-9a-fA-F]{40}/.exec(await run(buying.commands('wallet')))?.[0] ?? ''
      await stage.chain.setBalance(address, 10n ** 18n)
      expect(await run(buying.commands('connection'))).toContain('terms and document agree')
      expect(await run(buying.commands('testing'))).toMatch(/Largest difference: 0[^]*The listing would answer it\./)
      const number = Number(/^Purchase (\d+): /m.exec(await run(buying.commands('buying').split('\n')[0] ?? ''))?.[1])
      const numbered = (commands: string): string => commands.replaceAll(/ 1(?= |$)/gm, ` ${number}`)
      await run(numbered(buying.commands('buying').split('\n').slice(1).join('\n')))
      const answer = JSON.parse(readFileSync(join(folder, 'answer.json'), 'utf8')) as { mean: number[] }
      const rows = columnMean.table.trim().split('\n').slice(1).map((line) => line.split(',').map(Number))
      const mean = (column: number): number => rows.reduce((sum, row) => sum + (row[column] ?? NaN), 0) / rows.length
      expect(answer.mean).toEqual(rows[0]?.map((_, column) => expect.closeTo(mean(column), 7) as number))
      await run(numbered(buying.commands('receipt')))

      expect(await run(auditing.commands())).toMatch(/The receipt holds together\.[^]*The decryption is proved/)
      await expect(run(auditing.commands('tampered'))).rejects.toMatchObject({ stdout: expect.stringContaining('The receipt does not hold.') as string })
      expect(await run(auditing.commands('result'))).toMatch(/The answer is the one that its receipt proves/)
      expect(await run(auditing.commands('chain'))).toContain('is what the chain says')
    })

    it('lead an owner to a listing in private mode, and the newcomer to an answer from it and a receipt that says so', async () => {
      const offered = await run(hidden.commands('offering'), { HESYSTEM_HOME: sellerHome, HESYSTEM_SERVE_PUBLIC_URL: sellerUrl })
      expect(offered).toMatch(/private/)
      const buyer = { LISTING: `${sellerUrl}/v1/listings/wages-1` }
      writeFileSync(join(folder, 'question.ts'), hidden.script)
      const [first = '', second = '', ...rest] = hidden.commands('buying').split('\n')
      expect(await run(first, buyer)).toContain('Largest difference: 0')
      const number = Number(/^Purchase (\d+): /m.exec(await run(second, buyer))?.[1])
      const numbered = (commands: string): string => commands.replaceAll(/ 1(?= |$)/gm, ` ${number}`)
      await run(numbered(rest.join('\n')), buyer)
      const wages = tableRows.map(([wage]) => wage)
      const total = wages.reduce((sum, wage) => sum + wage, 0)
      expect(JSON.parse(readFileSync(join(folder, 'answer.json'), 'utf8'))).toEqual({ mean: closeTo(total / wages.length), total: closeTo(total) })
      expect(await run(numbered(hidden.commands('receipt')))).toMatch(/The receipt holds together\.[^]*in private mode/)
    })

    it('let a newcomer ask which wages are above a threshold, and count what was asked', async () => {
      await run(compared.commands('offering').replaceAll('create wages ', 'create workers '), { HESYSTEM_HOME: sellerHome, HESYSTEM_SERVE_PUBLIC_URL: sellerUrl })
      const buyer = { LISTING: `${sellerUrl}/v1/listings/wages-compared` }
      writeFileSync(join(folder, 'share-above.ts'), compared.script)
      const [first = '', second = '', ...rest] = compared.commands('buying').split('\n')
      expect(await run(first, buyer)).toMatch(/Largest difference: 0[^]*comparison/)
      const number = Number(/^Purchase (\d+): /m.exec(await run(second, buyer))?.[1])
      const numbered = (commands: string): string => commands.replaceAll(/ 1(?= |$)/gm, ` ${number}`)
      expect(await run(numbered(rest.join('\n')), buyer)).toContain('unproved repl')
      expect(JSON.parse(readFileSync(join(folder, 'answer.json'), 'utf8'))).toEqual({ share: 0.5, meanAbove: closeTo(13.375), unionShareAbove: 0.75 })
    })

    it('and multiply encrypted columns and find the largest where neither is seen by the seller', async () => {
      const offered = await run(compared.commands('private-offering'), { HESYSTEM_HOME: sellerHome, HESYSTEM_SERVE_PUBLIC_URL: sellerUrl })
      expect(offered).toContain('private')
      const buyer = { LISTING: `${sellerUrl}/v1/listings/staff-private` }
      writeFileSync(join(folder, 'members.ts'), compared.privateScript)
      const [first = '', second = '', ...rest] = compared.commands('private-buying').split('\n')
      const tried = await run(first, buyer)
      expect(tried).toMatch(/7 different comparisons and 8 different products in all/)
      expect(tried).toMatch(/The listing would answer it\./)
      const number = Number(/^Purchase (\d+): /m.exec(await run(second, buyer))?.[1])
      const numbered = (commands: string): string => commands.replaceAll(/ 1(?= |$)/gm, ` ${number}`)
      expect(await run(numbered(rest.join('\n')), buyer)).toContain('It relies on 15 unproved replies')
      expect(JSON.parse(readFileSync(join(folder, 'answer.json'), 'utf8'))).toEqual({ meanOfMembers: closeTo(12.375), highest: 16.5 })
    })
  })
})
