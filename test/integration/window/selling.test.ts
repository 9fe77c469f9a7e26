import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findFreePort } from '../../../src/cli/demo/free-port.ts'
import { createWindowHost } from '../../../src/host/window/create-window-host.ts'
import { startPracticeChain, type PracticeChain } from '../../../src/host/chain/practice-chain.ts'
import type { ServeEventJson } from '../../../src/shared/window-contract/serve.ts'
import { connectClient, openWindowPair, refusalOf, type WindowPair } from '../../unit/window/window-pair.ts'
import { createDesk, decisions, file, importTakings, type Desk } from './support.ts'

const script = { fileName: 'mean.ts', source: "export default data.col('revenue').mean()\n" }
const ether = 10n ** 18n

describe('selling through the contract: from a file to money, with nobody at the desk once Serve is on', () => {
  let chain: PracticeChain
  let seller: WindowPair
  let buyer: WindowPair
  let atSeller: Desk
  let atBuyer: Desk
  let port: number
  let listing: string
  let url: string

  const settle = async (pair: WindowPair, account: number): Promise<void> => {
    await pair.client.wallet.importPrivateKey({ privateKey: chain.accounts[account]?.privateKey ?? '' })
    await pair.client.networks.save({ name: 'local', rpcUrl: chain.rpcUrl, chainId: chain.chainId, contract: null })
  }

  beforeAll(async () => {
    chain = await startPracticeChain()
    port = await findFreePort()
    seller = await openWindowPair()
    buyer = await openWindowPair()
    atSeller = createDesk(seller.client)
    atBuyer = createDesk(buyer.client)
    await settle(seller, 0)
    await settle(buyer, 1)
  })
  afterAll(async () => {
    await seller.close()
    await buyer.close()
    await chain.stop()
  })

  const buy = async (): Promise<string> => (await atBuyer.carryOut({ kind: 'buy', url }, 'purchase')).purchase

  it('deploys a market and makes it the network\'s own', async () => {
    const { contract } = await atSeller.carryOut({ kind: 'deploy' }, 'contract')
    expect(await seller.client.networks.list({})).toEqual([expect.objectContaining({ name: 'local', kind: 'practice', contract, active: true })])
    await buyer.client.networks.save({ name: 'local', rpcUrl: chain.rpcUrl, chainId: chain.chainId, contract })
    expect(await buyer.client.app.status({})).toMatchObject({ network: { hasContract: true }, withdrawableWei: '0' })
  })

  it('imports a table as previewed, encrypts it and makes test data, as jobs', async () => {
    const opened = await seller.client.datasets.openFile(file)
    expect(opened.format).toBe('csv')
    const source = { kind: 'file', file: opened.file } as const
    const preview = await seller.client.datasets.preview({ source, decisions })
    expect(preview.columns.map(({ name, kind }) => `${name} ${kind}`)).toEqual(['revenue number', 'region category'])
    expect(await seller.client.datasets.import({ name: 'sales', source, decisions })).toMatchObject({ rows: 24, columns: 2, data: null, usedBy: null })
    await atSeller.awaitOutcome((await seller.client.datasets.encrypt({ name: 'sales', keyBits: 2048, packed: true })).job, 'dataset')
    await atSeller.awaitOutcome((await seller.client.datasets.testData({ name: 'sales', keyBits: 2048, rows: 20 })).job, 'dataset')
    const shown = await seller.client.datasets.show({ name: 'sales' })
    expect(shown).toMatchObject({ data: { complete: true, keyBits: 2048, packedGroups: 1 }, test: { complete: true }, testRows: 20 })
    expect(await seller.client.datasets.rows({ name: 'sales', offset: 22, limit: 10 })).toMatchObject({ offset: 22, total: 24,
      rows: [expect.any(Array), expect.any(Array)] })
    const { counts, edges } = await seller.client.datasets.histogram({ name: 'sales', column: 'revenue', bins: 6 })
    expect([counts.reduce((sum, count) => sum + count, 0), edges.length]).toEqual([24, 7])
  }, 120_000)

  it('drafts a listing, says exactly what becomes public, and publishes it', async () => {
    const draft = await seller.client.listings.create({ dataset: 'sales', title: 'Shop revenue', valueWei: (ether / 50n).toString(), condition: 1, serverUrl: `http://127.0.0.1:${port}` })
    listing = draft.id
    url = draft.url
    expect(draft).toMatchObject({ state: 'draft', number: null, onThisNetwork: true,
      terms: { guaranteeWei: (ether / 100n).toString(), arbiter: null } })
    const { items, costs } = await seller.client.listings.becomesPublic({ id: listing })
    expect(items.some(({ where, what }) => where === 'server' && what === 'Column revenue')).toBe(true)
    expect(BigInt(costs?.publishFeeWei ?? '0')).toBeGreaterThan(0n)
    const attacks = await seller.client.listings.rehearse({ id: listing })
    expect(attacks.length).toBeGreaterThan(0)
    expect(attacks.every(({ cells, refusal }) => cells === 0 && refusal !== null)).toBe(true)
    expect(await refusalOf(seller.client.signing.prepare({ kind: 'close', listing }))).toMatchObject({ code: 'escrow.wrong-state' })
    const shown = await seller.client.signing.prepare({ kind: 'publish', listing })
    expect(shown.call?.args.find(({ name }) => name === 'url')?.value).toBe(url)
    await atSeller.awaitOutcome((await seller.client.signing.confirm({ id: shown.id })).job, 'listing')
    expect(await seller.client.listings.show({ id: listing })).toMatchObject({ state: 'published', number: '1' })
    expect((await seller.client.datasets.list({}))[0]?.usedBy).toBe(listing)
  })

  it('takes a draft out again, and nothing that was published', async () => {
    const draft = { dataset: 'sales', title: 'Never mind', valueWei: '1000', condition: 1 }
    const { id } = await seller.client.listings.create(draft)
    await seller.client.listings.discard({ id })
    expect((await seller.client.listings.list({})).map((known) => known.id)).toEqual([listing])
    expect(await refusalOf(seller.client.listings.discard({ id: listing }))).toMatchObject({ code: 'escrow.wrong-state' })
    expect(await seller.client.listings.show({ id: listing })).toMatchObject({ state: 'published' })
    // A price beyond the contract's fields had made a draft that nothing could be done with.
    expect(await refusalOf(seller.client.listings.create({ ...draft,
      valueWei: (1n << 128n).toString() }))).toMatchObject({ code: 'escrow.wrong-terms' })
  })

  it('writes a draft anew in its own place, and publishes none that was not the one agreed to', async () => {
    const draft = { dataset: 'sales', title: 'First thoughts', valueWei: '1000', condition: 1 }
    const { id } = await seller.client.listings.create(draft)
    const shown = await seller.client.signing.prepare({ kind: 'publish', listing: id })
    const second = await seller.client.listings.create({ ...draft, title: 'Second thoughts', valueWei: '2000', replaces: id })
    expect(second).toMatchObject({ id, title: 'Second thoughts', state: 'draft', terms: { valueWei: '2000' } })
    const { job } = await seller.client.signing.confirm({ id: shown.id })
    expect((await atSeller.awaitEnd(job)).error).toMatchObject({ code: 'escrow.wrong-state' })
    expect(await seller.client.listings.show({ id })).toMatchObject({ state: 'draft', number: null, title: 'Second thoughts' })
    await seller.client.listings.discard({ id })
    const replace = (replaces: string) => refusalOf(seller.client.listings.create({ ...draft, replaces }))
    expect(await replace(listing)).toMatchObject({ code: 'escrow.wrong-state' })
    expect(await replace(id)).toMatchObject({ code: 'input.not-found' })
    expect((await seller.client.listings.list({})).map((known) => known.id)).toEqual([listing])
    expect(await seller.client.listings.show({ id: listing })).toMatchObject({ state: 'published', title: 'Shop revenue' })
  })

  it('says of limits what a draft with them would hold: derived columns add no numbers to what a table answers', async () => {
    const { file: again } = await seller.client.datasets.openFile(file)
    await seller.client.datasets.import({ name: 'with-moments', source: { kind: 'file', file: again }, decisions })
    await seller.client.datasets.addSecondMoments({ name: 'with-moments' })
    expect(await seller.client.listings.examples({ dataset: 'with-moments', condition: 1 })).toMatchObject({ totalCells: 24 })
  })

  it('serves on a standing authorisation and answers a buyer with nobody at the desk', async () => {
    const { shown, job } = await atSeller.confirm({ kind: 'serve', options: { port } })
    expect(shown.call).toBeNull()
    expect(shown.words.join(' ')).toContain('deliverResult, decline, reclaim')
    await atSeller.awaitOutcome(job, 'serving')
    expect(await seller.client.serve.state({})).toMatchObject({
      state: 'on', reach: 'this-computer', listings: [{ id: listing, title: 'Shop revenue', url, publishedUrl: url, certificateAgrees: true }], authorisation: { listings: [listing], spentTodayWei: '0' },
    })
    const checked = await seller.client.serve.check({ url })
    expect(checked).toMatchObject({ reachable: true, problem: null, steps: [{ ok: true }, { ok: true }, { ok: true }] })
    expect(await refusalOf(seller.client.networks.save({ name: 'local', rpcUrl: chain.rpcUrl, chainId: chain.chainId, contract: null }))).toMatchObject({ code: 'access.serving' })

    const purchase = await buy()
    expect((await seller.client.serve.state({})).open).toEqual([expect.objectContaining({ purchase, state: 'Paid' })])
    await atBuyer.awaitOutcome((await buyer.client.purchases.compute({ purchase, ...script })).job, 'computed')
    const { answer } = await atBuyer.carryOut({ kind: 'request', purchase }, 'answer')
    expect(answer).toBeCloseTo(13, 9)
    await atBuyer.carryOut({ kind: 'confirm', purchase }, 'purchase')

    expect(await seller.client.sales.list({})).toEqual([expect.objectContaining({ purchase, listing, state: 'Settled', handled: 'delivered' })])
    const sale = await seller.client.sales.show({ purchase })
    expect(sale).toMatchObject({
      title: 'Shop revenue', mode: 'disclosed', next: null, helped: 0, earnedWei: (ether / 50n).toString(), burnedWei: '0', heldWei: '0',
      asked: { program: { cells: ['1/24 × the sum of revenue over all 24 rows'], cellCount: 1, answer: ['answer: one number'], comparisons: 0 } },
    })
    expect(BigInt(sale.creditedWei)).toBe(BigInt(sale.earnedWei) + BigInt(sale.depositWei))
    expect(sale.timeline.filter(({ state }) => state === 'done').map(({ name }) => name)).toEqual(['paid', 'requested', 'delivered', 'confirmed'])
    expect(await refusalOf(buyer.client.sales.show({ purchase }))).toMatchObject({ code: 'access.forbidden' })
    expect(await seller.client.sales.earnings({})).toMatchObject({
      settledWei: (ether / 50n).toString(), pendingWei: '0', withdrawableWei: (ether / 50n + ether / 100n).toString(), days: [expect.objectContaining({ sales: 1 })],
    })
    const [delivered] = await seller.client.activity.signatures({})
    expect(delivered).toMatchObject({ by: 'standing-authorisation', move: 'deliverResult', outcome: 'done' })
    expect(BigInt((await seller.client.serve.state({})).authorisation?.spentTodayWei ?? '0')).toBeGreaterThan(0n)
  }, 120_000)

  it('answers for a listing that is published while it serves, as the confirmation says', async () => {
    const { id } = await seller.client.listings.create({
      dataset: 'sales', title: 'Shop revenue, again', valueWei: (ether / 50n).toString(), condition: 1, serverUrl: `http://127.0.0.1:${port}`,
    })
    const { shown, job } = await atSeller.confirm({ kind: 'publish', listing: id })
    expect(shown.words.join(' ')).toContain('it will answer for this listing too')
    await atSeller.awaitOutcome(job, 'listing')
    const dearer = await seller.client.signing.prepare({ kind: 'reprice', listing: id, valueWei: (ether / 10n).toString() })
    expect(dearer.words.join(' ')).toContain('each answer to a new purchase deposits 0.05 ether until the buyer confirms, without asking you')
    expect((await seller.client.serve.state({})).authorisation?.listings).toEqual([listing, id])
    await atSeller.carryOut({ kind: 'close', listing: id }, 'listing')
  })

  it('signs nothing beyond what was authorised: with the day\'s gas spent, an answer waits and says why', async () => {
    await seller.client.serve.off({})
    expect(await seller.client.serve.state({})).toMatchObject({ state: 'off', authorisation: null, listings: [] })
    await atSeller.carryOut({ kind: 'serve', options: { port, maxGasPerDayWei: '1' } }, 'serving')
    const purchase = await buy()
    await atBuyer.awaitOutcome((await buyer.client.purchases.compute({ purchase, ...script })).job, 'computed')
    const { job } = await atBuyer.confirm({ kind: 'request', purchase })
    const events = await seller.client.serve.events({})
    let refused: ServeEventJson | null = null
    for await (const event of events) {
      if (event.purchase !== purchase || event.kind !== 'failed') continue
      refused = event
      break
    }
    expect(refused?.error).toMatchObject({ code: 'access.not-authorised' })
    expect(await buyer.client.jobs.stop({ id: job })).toMatchObject({ state: 'stopped' })
    expect((await seller.client.sales.list({}))[0]).toMatchObject({ purchase, state: 'Requested', handled: 'answered' })

    await seller.client.serve.off({})
    await atSeller.carryOut({ kind: 'serve', options: { port } }, 'serving')
    const { answer } = await atBuyer.carryOut({ kind: 'request', purchase }, 'answer')
    expect(answer).toBeCloseTo(13, 9)
  }, 120_000)

  it('buys nothing on other terms than those that were shown', async () => {
    const shown = await buyer.client.signing.prepare({ kind: 'buy', url })
    await atSeller.carryOut({ kind: 'reprice', listing, valueWei: (ether / 60n).toString() }, 'listing')
    const before = await buyer.client.purchases.list({})
    const end = await atBuyer.awaitEnd((await buyer.client.signing.confirm({ id: shown.id })).job)
    expect(end).toMatchObject({ state: 'failed', error: { code: 'escrow.terms-changed' } })
    expect(await buyer.client.purchases.list({})).toEqual(before)
  }, 60_000)

  it('lets a buyer cancel before asking, and pays out what is owed', async () => {
    const purchase = await buy()
    const { moves } = await buyer.client.purchases.show({ purchase })
    expect(moves.map(({ kind }) => kind)).toEqual(['litigate'])
    expect(await atBuyer.carryOut({ kind: 'litigate', purchase }, 'purchase')).toMatchObject({ state: 'Refunded' })
    const owed = (await buyer.client.app.status({})).withdrawableWei
    expect(await atBuyer.carryOut({ kind: 'withdraw' }, 'withdrawn')).toMatchObject({ amountWei: owed })
    expect((await buyer.client.app.status({})).withdrawableWei).toBe('0')
  }, 60_000)

  it('shows a wallet brought into another profile what it bought elsewhere, and what that profile may do about it', async () => {
    const [first, second] = [await buy(), await buy()]
    const other = await openWindowPair()
    const atOther = createDesk(other.client)
    await settle(other, 1)
    const { contract } = (await seller.client.networks.list({})).find(({ active }) => active) ?? {}
    await other.client.networks.save({ name: 'local', rpcUrl: chain.rpcUrl, chainId: chain.chainId, contract: contract ?? null })
    expect(await other.client.purchases.list({})).toEqual([])
    const found = await other.client.purchases.elsewhere({})
    expect(found).toHaveLength((await buyer.client.purchases.list({})).length)
    expect(found.slice(0, 2)).toEqual([second, first].map((number) =>
      expect.objectContaining({ number, listing: '1', state: 'Paid', moves: ['take-up', 'litigate'] }) as unknown))
    // Asked for by the other profile, whose key alone opens the answer.
    const asked = found.find(({ state }) => state === 'Delivered')
    expect(asked?.moves).toEqual([])
    expect(await refusalOf(other.client.purchases.takeUp({ purchase: asked?.number ?? '' }))).toMatchObject({ code: 'escrow.wrong-state' })
    expect(await buyer.client.purchases.elsewhere({})).toEqual([])
    expect((await other.client.signing.prepare({ kind: 'buy', url })).warnings.join()).toContain(`another profile: purchase ${second}.`)
    // Sold by this wallet, not bought.
    expect(await refusalOf(seller.client.purchases.takeUp({ purchase: first }))).toMatchObject({ code: 'input.not-found' })

    expect(await atOther.carryOut({ kind: 'litigate', purchase: first }, 'purchase')).toMatchObject({ state: 'Refunded' })
    expect(await other.client.purchases.takeUp({ purchase: second })).toEqual({ purchase: second })
    expect(await other.client.purchases.elsewhere({})).not.toContainEqual(expect.objectContaining({ number: second }))
    await atOther.awaitOutcome((await other.client.purchases.compute({ purchase: second, ...script })).job, 'computed')
    expect((await atOther.carryOut({ kind: 'request', purchase: second }, 'answer')).answer).toBeCloseTo(13, 9)
    expect(await atOther.carryOut({ kind: 'confirm', purchase: second }, 'purchase')).toMatchObject({ state: 'Settled' })
    expect(other.bugs).toEqual([])
    await other.close()
  }, 120_000)

  it('drafts a private listing, which can hold no minimum of rows and says so, of a table in no other mode', async () => {
    await importTakings(seller.client, atSeller, 'nights', [3, 8, 5, 6, 1, 4])
    const limits = { dataset: 'nights', mode: 'private', condition: 1, maxAnswerCells: 4, maxAnswerBits: 128 } as const
    const { modeWords, questions, totalCells } = await seller.client.listings.examples(limits)
    expect(totalCells).toBe(16)
    expect(modeWords.join(' ')).toContain('you cannot refuse single rows')
    expect(questions.find(({ words }) => words === 'the value of one row')).toMatchObject({ allowed: true })
    expect(await refusalOf(seller.client.listings.create({ ...limits, valueWei: '1000', minRows: 4 }))).toMatchObject({ code: 'escrow.wrong-terms' })
    const draft = await seller.client.listings.create({ ...limits, valueWei: '1000', maxTotalCells: 9 })
    expect(draft).toMatchObject({ state: 'draft', policy: { mode: 'private' }, comparisons: 0, maxTotalCells: 9 })
    expect(draft.policy).not.toHaveProperty('minRows')
    const changed = await refusalOf(seller.client.listings.create({ ...limits, dataset: 'sales', valueWei: '1000' }))
    expect(changed.message).toContain('listed in disclosed mode before')
  }, 60_000)

  it('sells comparisons: opened by a signed move for the fee, told of in the answer, and never where rows must be grouped', async () => {
    const takings = [4, 9, 2, 7, 5, 3]
    const feeWei = ether / 500n
    await importTakings(seller.client, atSeller, 'days', takings)
    const draft = {
      dataset: 'days', valueWei: (ether / 50n).toString(), interactionFeeWei: feeWei.toString(), condition: 1, comparisons: 20, serverUrl: `http://127.0.0.1:${port}`,
    }
    const refused = await refusalOf(seller.client.listings.create({ ...draft, minRows: 2 }))
    expect(refused).toMatchObject({ code: 'escrow.wrong-terms', message: expect.stringContaining('single rows') as string })
    const comparing = await seller.client.listings.create({ ...draft, minRows: 1 })
    expect(comparing).toMatchObject({ comparisons: 20, terms: { interactionFeeWei: feeWei.toString() } })
    await atSeller.carryOut({ kind: 'publish', listing: comparing.id }, 'listing')
    await atSeller.carryOut({ kind: 'reprice', listing: comparing.id, valueWei: draft.valueWei, interactionFeeWei: (2n * feeWei).toString() }, 'listing')
    const repriced = (await buyer.client.market.list({})).entries.find((entry) => entry.url === comparing.url)
    expect(repriced?.terms?.interactionFeeWei).toBe((2n * feeWei).toString())
    await atSeller.carryOut({ kind: 'reprice', listing: comparing.id, valueWei: draft.valueWei, interactionFeeWei: feeWei.toString() }, 'listing')
    await seller.client.serve.off({})
    await atSeller.carryOut({ kind: 'serve', options: { port, listings: [listing, comparing.id] } }, 'serving')

    const shown = await buyer.client.market.show({ url: comparing.url })
    expect(shown.comparisons).toBe(20)
    expect(shown.policyWords.join(' ')).toContain('20 comparisons in all, whoever asks; opening this costs 0.002 ether')
    const { purchase: plain } = await atBuyer.carryOut({ kind: 'buy', url }, 'purchase')
    expect((await buyer.client.purchases.show({ purchase: plain })).moves.map(({ kind }) => kind)).toEqual(['litigate'])
    expect(await refusalOf(buyer.client.signing.prepare({ kind: 'openInteraction', purchase: plain }))).toMatchObject({ code: 'policy.comparisons-not-sold' })

    const { purchase } = await atBuyer.carryOut({ kind: 'buy', url: comparing.url }, 'purchase')
    const paid = await buyer.client.purchases.show({ purchase })
    expect(paid).toMatchObject({ interaction: { comparisons: 20, opened: false }, unprovedReplies: 0 })
    expect(paid.moves.map(({ kind }) => kind)).toEqual(['openInteraction', 'litigate'])
    const confirmation = await buyer.client.signing.prepare({ kind: 'openInteraction', purchase })
    expect(confirmation.call).toMatchObject({ function: 'openInteraction', args: [{ value: purchase }] })
    expect(confirmation.amounts.valueWei).toBe('0')
    const owedBefore = BigInt((await seller.client.app.status({})).withdrawableWei ?? '0')
    await atBuyer.awaitOutcome((await buyer.client.signing.confirm({ id: confirmation.id })).job, 'purchase')
    expect(BigInt((await seller.client.app.status({})).withdrawableWei ?? '0') - owedBefore).toBe(feeWei)
    const open = await buyer.client.purchases.show({ purchase })
    expect(open.interaction?.opened).toBe(true)
    expect(open.moves).toEqual([{ kind: 'litigate', explanation: expect.stringContaining('less the fee') as string }])
    expect(await refusalOf(buyer.client.signing.prepare({ kind: 'openInteraction', purchase }))).toMatchObject({ code: 'escrow.wrong-state' })

    const largest = { fileName: 'largest.ts', source: "export default data.col('takings').max()\n" }
    await atBuyer.awaitOutcome((await buyer.client.purchases.compute({ purchase, ...largest })).job, 'computed')
    const { answer } = await atBuyer.carryOut({ kind: 'request', purchase }, 'answer')
    expect(answer).toBe(Math.max(...takings))
    const answered = await buyer.client.purchases.show({ purchase })
    expect(answered.unprovedReplies).toBeGreaterThanOrEqual(takings.length - 1)
    expect(answered.unprovedReplies).toBeLessThanOrEqual(20)

    await seller.client.serve.off({})
    await atSeller.carryOut({ kind: 'serve', options: { port, listings: [listing] } }, 'serving')
  }, 120_000)

  it('serves again after a restart, on the same authorisation, until it is switched off', async () => {
    await seller.window.close()
    expect(await seller.client.serve.state({})).toMatchObject({ state: 'off', authorisation: { listings: [listing] } })
    const restarted = createWindowHost({ host: seller.host, shell: { kind: 'headless', version: '1' }, onBug: (error) => seller.bugs.push(error) })
    const { client, close } = connectClient(restarted)
    await restarted.resume()
    expect(await client.serve.state({})).toMatchObject({ state: 'on', localUrl: new URL(url).origin })
    expect(await client.serve.off({})).toMatchObject({ state: 'off', authorisation: null })
    close()
    await restarted.close()
  }, 60_000)

  it('met no bug on the way', () => {
    expect([...seller.bugs, ...buyer.bugs]).toEqual([])
  })
})
