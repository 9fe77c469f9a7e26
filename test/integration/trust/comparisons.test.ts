import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { checkScript } from '../../../src/host/buyer/rehearse.ts'
import { failpointVariable } from '../../../src/host/failpoint.ts'
import type { Host, Trade } from '../../../src/host/index.ts'
import { citeReceipt } from '../../../src/host/receipts/cite-receipt.ts'
import { verifyReceipt } from '../../../src/host/protocol/verify-receipt.ts'
import { verifyReceiptOnChain } from '../../../src/host/protocol/verify-receipt-on-chain.ts'
import type { Serving } from '../../../src/host/seller/serve.ts'
import type { Environment } from '../../e2e/support/command-line.ts'
import { queryProfile, updateProfile } from '../../e2e/support/profile.ts'
import { refusalOf } from '../../e2e/support/refusal.ts'
import { openRelay, type Relay } from '../../e2e/support/relay.ts'
import { serveBehind } from '../../e2e/support/serve-behind.ts'
import type { Program } from '../../../src/shared/schemas/program.ts'
import { publishListing, tableRows, valueWei } from '../../e2e/support/shop.ts'
import { openStage, serve, type Party, type Stage } from '../../e2e/support/stage.ts'

const file = (source: string) => ({ fileName: 'script.ts', source })
const wages = tableRows.map(([wage]) => wage)
const mean = wages.reduce((sum, wage) => sum + wage, 0) / wages.length
const above = wages.filter((wage) => wage > mean)
const rowsScript = file(`const wage = data.col('wage')
const above = wage > wage.mean()
export default {
  largest: wage.max(),
  whoEarnsMost: wage.argmax(),
  above: above.sum(),
  meanAbove: (above * wage).sum() / above.sum(),
}
`)
const rowsAnswer = {
  largest: Math.max(...wages), whoEarnsMost: wages.indexOf(Math.max(...wages)), above: above.length,
  meanAbove: above.reduce((sum, wage) => sum + wage, 0) / above.length,
}

/** Tables of their own, so that no ledger knows one from another. */
const csvOf = (shift: number): string =>
  ['wage,hours', ...tableRows.map(([wage, hours], row) => `${wage + shift * (1 + row % 5)},${hours + shift * (1 + row % 7)}`)].join('\n')

const closeTo = (value: number): number => expect.closeTo(value, 12) as number
const readSample = (name: string) =>
  ({ fileName: name, source: readFileSync(new URL(`../../../resources/scripts/${name}`, import.meta.url), 'utf8') })

/** Wages on an edge of the histogram and on the threshold are among them. */
const workers: readonly (readonly [wage: number, union: 0 | 1])[] = [
  [10, 1], [4.5, 0], [12.25, 1], [15, 0], [22.75, 1], [9.5, 0], [5, 0], [13, 1], [18.5, 0], [20, 1], [7.25, 0], [11, 0],
]
const samplesCsv = ['wage,union', ...workers.map((row) => row.join(','))].join('\n')
const between = (low: number, high: number): number => workers.filter(([wage]) => wage >= low && wage < high).length
const aboveTen = workers.filter(([wage]) => wage > 10)
const samples: Readonly<Record<string, unknown>> = {
  'histogram.ts': { edges: [5, 10, 15, 20], counts: [between(0, 5), between(5, 10), between(10, 15), between(15, 20), between(20, Infinity)] },
  'largest-and-smallest.ts': { largest: 22.75, whoEarnsMost: 4, smallest: 4.5, whoEarnsLeast: 1 },
  'share-above.ts': {
    share: closeTo(aboveTen.length / workers.length),
    meanAbove: closeTo(aboveTen.reduce((sum, [wage]) => sum + wage, 0) / aboveTen.length),
    unionShareAbove: closeTo(aboveTen.reduce((sum, [, union]) => sum + union, 0) / aboveTen.length),
  },
}

describe('comparisons that a listing sells (S5)', () => {
  let stage: Stage
  let shop: Host
  let seller: Party
  let relay: Relay
  let serving: Serving
  let alice: Trade
  let aliceParty: Party
  let bob: Trade

  const offer = async (name: string, draft: Parameters<typeof publishListing>[2], text: string): Promise<string> => {
    await shop.datasets.importTable({ name, text })
    shop.datasets.createTestData(name, { rows: 8 })
    await shop.datasets.encrypt(name, { keyBits: 2048 })
    await shop.datasets.encryptTestData(name, { keyBits: 2048 })
    const { id } = await publishListing(shop, relay.url, { dataset: name, condition: 1, ...draft })
    return `${relay.url}/v1/listings/${id}`
  }
  const counted = (): number => queryProfile(seller.home, 'SELECT * FROM ledger_comparisons').length
  const buyOpened = async ({ purchases }: Trade, url: string): Promise<bigint> => {
    const { number } = await purchases.buy(url)
    await purchases.openInteraction(number)
    return number
  }

  beforeAll(async () => {
    stage = await openStage()
    seller = await stage.createParty('seller')
    shop = await seller.open()
    relay = await openRelay()
    serving = await serve(shop, { publicUrl: relay.url })
    relay.forwardTo(serving.port)
    aliceParty = await stage.createParty('alice')
    alice = await (await aliceParty.open()).trade()
    bob = await (await (await stage.createParty('bob')).open()).trade()
  }, 180_000)

  it('are asked, counted once, proved with the answer they lead to, and said in the receipt to rest on the seller\'s word', async () => {
    const feeWei = valueWei / 10n
    const url = await offer('rows', { minRows: 1, comparisons: 40, interactionFeeWei: feeWei }, csvOf(0))
    const { details, seller: client } = await alice.openListing(url)
    expect(await checkScript(rowsScript, details, client)).toMatchObject({ allowed: true })
    expect(counted()).toBe(0)

    const { number } = await alice.purchases.buy(url)
    const unpaid = await refusalOf(() => alice.purchases.compute(number, rowsScript))
    expect(unpaid).toMatchObject({ code: 'escrow.interaction-not-open' })
    expect(counted()).toBe(0)
    const before = await alice.market.readBalance(seller.address)
    await alice.purchases.openInteraction(number)
    expect(await alice.market.readBalance(seller.address) - before).toBe(feeWei)
    const opened = await alice.receipts.export(number)

    await alice.purchases.compute(number, rowsScript)
    const asked = counted()
    expect(asked).toBeGreaterThan(tableRows.length)
    // Run again it is told from the profile; told anew by the seller it costs nothing more.
    await alice.purchases.compute(number, rowsScript)
    updateProfile(aliceParty.home, 'DELETE FROM replies')
    await alice.purchases.compute(number, rowsScript)
    expect(counted()).toBe(asked)

    const { answer, proofVerified } = await alice.purchases.request(number)
    expect(proofVerified).toBe(true)
    const given = JSON.parse(answer ?? '') as typeof rowsAnswer
    expect(given).toMatchObject({ ...rowsAnswer, meanAbove: expect.closeTo(rowsAnswer.meanAbove, 12) as number })
    expect((await alice.purchases.show(number)).unprovedReplies).toBe(asked)
    await alice.purchases.confirm(number)
    const { receipt } = await alice.receipts.export(number)
    expect(receipt.trade.unprovedReplies).toBe(asked)
    expect(verifyReceipt(receipt)).toMatchObject({ ok: true, signatures: { seller: 'valid', buyer: 'valid' } })
    // The receipt of a moment before holds as well: the fee was all that had been paid out.
    expect(await verifyReceiptOnChain(receipt, stage.chain.rpcUrl)).toEqual({ problems: [], stateSince: null })
    expect(await verifyReceiptOnChain(opened.receipt, stage.chain.rpcUrl)).toEqual({ problems: [], stateSince: 'Settled' })
    const forged = verifyReceipt({ ...receipt, trade: { ...receipt.trade, unprovedReplies: 0 } })
    expect(forged.ok).toBe(false)
    expect(forged.problems.map(({ field }) => field)).toContain('trade.unprovedReplies')
  }, 180_000)

  it('are counted in the receipt also where another script asked them, whose replies were written into the one requested', async () => {
    const url = await offer('written', { minRows: 1, comparisons: 40 }, csvOf(5))
    const before = counted()
    const number = await buyOpened(alice, url)
    await alice.purchases.compute(number, file("const w = data.col('wage').rows([0, 1, 2, 3])\nexport default { top: w.argmax() }\n"))
    // Counted there, and lost on the way: it was given all the same.
    relay.intercept({ after: ({ path }) => { if (path.endsWith('/comparisons')) throw new Error('the wire is cut') } })
    await refusalOf(() => alice.purchases.compute(number, file("export default data.col('hours').rows([0, 1]).max()\n")))
    relay.intercept({})
    const asked = counted() - before
    expect(asked).toBeGreaterThan(3)
    const early = await alice.receipts.export(number)
    expect([early.missingHalf, early.receipt.trade.unprovedReplies]).toEqual([null, asked])

    await alice.purchases.compute(number, file("export default { highestOfFour: data.col('wage').get(0) }\n"))
    await alice.purchases.request(number)
    await alice.purchases.confirm(number)
    const { receipt, missingHalf } = await alice.receipts.export(number)
    expect([missingHalf, receipt.trade.unprovedReplies, receipt.program?.comparisons]).toEqual([null, asked, undefined])
    expect(verifyReceipt(receipt)).toMatchObject({ ok: true, signedByBoth: true })
    expect(citeReceipt(receipt, true)).toContain(`${asked} unproved replies of the key holder were given, of which the program shows 0.`)

    // A seller who names more than was asked finds no buyer to sign it, and one whose half is not signed is told of.
    const change = (part: (half: typeof receipt) => Partial<typeof receipt>): void => {
      relay.intercept({ after: ({ path }, { status, body }) => {
        if (!path.endsWith('/receipt')) return undefined
        const half = JSON.parse(body.toString()) as typeof receipt
        return { status, body: Buffer.from(JSON.stringify({ ...half, ...part(half) })) }
      } })
    }
    const garbage = { details: '{}', ciphertexts: '', sealed: '', sealingSecret: `0x${'11'.repeat(32)}` }
    const lies: readonly (readonly [Parameters<typeof change>[0], string | null])[] = [
      [({ trade }) => ({ trade: { ...trade, unprovedReplies: 1_000_000 } }), 'crypto.receipt-mismatch'],
      [({ signatures: { seller: own } }) => ({ signatures: { seller: `${own?.slice(0, 20) ?? ''}${own?.[20] === 'a' ? 'b' : 'a'}${own?.slice(21) ?? ''}`, buyer: null } }), 'crypto.invalid-signature'],
      [() => ({ signatures: { seller: null, buyer: null } }), 'crypto.invalid-signature'],
      [() => ({ proof: garbage, program: null, request: null }), null],
    ]
    for (const [lie, code] of lies) {
      change(lie)
      for (const encloseAnswer of [true, false]) {
        const exported = await alice.receipts.export(number, { encloseAnswer })
        if (code === null) expect(exported.missingHalf).toBeNull()
        else expect(exported.missingHalf).toContain(code)
        expect(exported.receipt.trade.unprovedReplies).toBe(code === null ? asked : asked - 1)
        expect(verifyReceipt(exported.receipt)).toMatchObject({ ok: true, signatures: { seller: code === null ? 'valid' : 'missing', buyer: 'valid' } })
      }
    }
    relay.intercept({})
  }, 180_000)

  it('answer the sample scripts on real data, and a default listing refuses each by the rule that stops it', async () => {
    const url = await offer('samples', { minRows: 1, comparisons: 200 }, samplesCsv)
    const { listings } = await shop.trade()
    const usual = await listings.create({ dataset: 'samples', valueWei, serverUrl: relay.url })
    await listings.publish(usual.id)
    const { details, seller: client } = await alice.openListing(`${relay.url}/v1/listings/${usual.id}`)
    for (const [name, expected] of Object.entries(samples)) {
      const sample = readSample(name)
      const refused = await checkScript(sample, details, client)
      expect(refused, name).toMatchObject({ allowed: false, code: 'policy.comparisons-not-sold' })
      const number = await buyOpened(alice, url)
      await alice.purchases.compute(number, sample)
      const { answer, proofVerified } = await alice.purchases.request(number)
      expect(proofVerified, name).toBe(true)
      expect(JSON.parse(answer ?? ''), name).toEqual(expected)
      await alice.purchases.confirm(number)
    }
  }, 240_000)

  it('cost nothing more when the seller is killed between counting them and answering (S4, S5)', async () => {
    const url = await offer('killed', { minRows: 1, comparisons: tableRows.length }, csvOf(3))
    const before = counted()
    const number = await buyOpened(alice, url)
    await serving.stop()
    const startProcess = (environment: Environment) => serveBehind(relay, seller.home, { ...stage.environment, ...environment })
    const script = file('const wage = data.col(\'wage\')\nexport default (wage > 16).sum()\n')
    const killed = await startProcess({ [failpointVariable]: 'comparisons.counted' })
    const refused = refusalOf(() => alice.purchases.compute(number, script))
    expect((await killed.ended).signal).toBe('SIGKILL')
    expect((await refused).code).toBe('runtime.seller-unreachable')
    const asked = counted() - before
    expect(asked).toBeGreaterThan(0)
    expect(alice.purchases.findResult(number)).toBeNull()

    const again = await startProcess({})
    await alice.purchases.compute(number, script)
    expect(counted() - before).toBe(asked)
    const { answer } = await alice.purchases.request(number)
    expect(JSON.parse(answer ?? '')).toBe(shop.datasets.readRows('killed').filter(([wage = 0]) => wage > 16).length)
    await again.kill('SIGTERM')
    serving = await serve(shop, { publicUrl: relay.url })
    relay.forwardTo(serving.port)
  }, 180_000)

  it('are of single rows, and so are not sold where answers must be about groups', async () => {
    const refusal = await refusalOf(() => offer('groups', { minRows: 4, comparisons: 20 }, csvOf(1)))
    expect(refusal).toMatchObject({ code: 'escrow.wrong-terms' })
    expect(refusal.message).toContain('single rows')
  }, 120_000)

  it('are not sold without a fee, which a refund does not give back: a tenth of the price where none is named', async () => {
    const url = await offer('charged', { minRows: 1, comparisons: 5, valueWei: 101n }, csvOf(3))
    const { id, terms: { valueWei, interactionFeeWei } } = (await alice.openListing(url)).onChain
    expect([valueWei, interactionFeeWei]).toEqual([101n, 11n])
    const { listings } = await shop.trade()
    const own = listings.list().find(({ number }) => number === id)?.id ?? ''
    const free = [
      () => listings.reprice(own, { valueWei: 101n, interactionFeeWei: 0n }),
      () => publishListing(shop, relay.url, { dataset: 'charged', minRows: 1, comparisons: 5, interactionFeeWei: 0n }),
    ]
    for (const attempt of free) expect(await refusalOf(attempt)).toMatchObject({ code: 'escrow.wrong-terms' })
  }, 120_000)

  it('run out for all wallets together: a search for one value ends with the budget', async () => {
    const url = await offer('searched', { minRows: 1, comparisons: 5 }, csvOf(2))
    const before = counted()
    const search = async (trade: Trade): Promise<{ readonly steps: number; readonly code: string }> => {
      const number = await buyOpened(trade, url)
      let [low, high] = [0, 64]
      for (let steps = 0; ; steps++) {
        const middle = (low + high) / 2
        const source = `export default data.col('wage').get(3) > ${middle} ? 1 + data.sum() : data.sum()\n`
        try {
          await trade.purchases.compute(number, file(source))
        } catch (error) {
          return { steps, code: (error as { code: string }).code }
        }
        // What its script was told: it chose by it what to export.
        const { cells: [first] } = JSON.parse(trade.purchases.findResult(number)?.program ?? '') as Program
        if (first?.constant === '0') high = middle
        else low = middle
      }
    }
    const first = await search(alice)
    // Some steps were not asked: what the declared bounds decide costs nothing.
    expect(first.steps).toBeGreaterThanOrEqual(5)
    expect(first.code).toBe('policy.budget-spent')
    expect(counted()).toBe(before + 5)
    // A fresh wallet pays again and learns what is known already, nothing more.
    const number = await buyOpened(bob, url)
    const fresh = await refusalOf(() => bob.purchases.compute(number, file('export default data.col(\'wage\').get(4) > 13.5 ? data.sum() : data.mean()')))
    expect(fresh.code).toBe('policy.budget-spent')
    expect(counted()).toBe(before + 5)
  }, 180_000)
})
