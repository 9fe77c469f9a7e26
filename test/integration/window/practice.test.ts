import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWindowPair, refusalOf, type WindowPair } from '../../unit/window/window-pair.ts'
import { createDesk, type Desk } from './support.ts'

const source = `const mean = data.col('wage').mean()
export default { mean }
`

describe('practice mode through the contract: from an empty profile to the first answer', () => {
  let pair: WindowPair
  let url: string

  beforeAll(async () => { pair = await openWindowPair({ practice: { keyBits: 2048, sellerWorkers: 1 } }) })
  afterAll(async () => { await pair.close() })

  const awaitOutcome: Desk['awaitOutcome'] = (job, kind) => createDesk(pair.client).awaitOutcome(job, kind)
  const confirm: Desk['confirm'] = (move) => createDesk(pair.client).confirm(move)

  it('starts chain, market and seller, makes a wallet with play money, and leaves a script in the workspace', async () => {
    const { job } = await pair.client.practice.start({})
    expect((await pair.client.practice.state({})).state).toBe('starting')
    expect(await pair.client.practice.start({})).toEqual({ job })
    const outcome = await awaitOutcome(job, 'practice')
    url = outcome.listingUrl
    expect(await pair.client.practice.state({})).toMatchObject({ state: 'running', listingUrl: url, script: 'average-wages.ts' })
    const status = await pair.client.app.status({})
    expect(status).toMatchObject({ network: { name: 'practice', kind: 'practice', hasContract: true }, networkProblem: null, practice: 'running' })
    expect(BigInt(status.balanceWei ?? '0')).toBe(100n * 10n ** 18n)
    expect(await pair.client.app.firstRun({})).toMatchObject({ hasWallet: true, complete: true, practiceReady: true })
    expect((await pair.client.workspace.read({ name: 'average-wages.ts' })).source).toContain('export default')
  }, 180_000)

  it('shows the market and the listing, checked against the contract', async () => {
    const market = await pair.client.market.list({})
    expect(market).toEqual({ entries: [expect.objectContaining({ url, source: 'chain', number: '1', open: true, mine: false })], left: 0 })
    const listing = await pair.client.market.show({ url })
    expect(listing).toMatchObject({ title: 'Wages of 1985', rows: 534, number: '1', open: true })
    expect(listing.columns.map(({ name }) => name)).toContain('wage')
    expect(listing.policyWords.join(' ')).toContain('10 rows')
    expect((await pair.client.workspace.editorTypes({ url })).declarations).toContain('"wage"')
  })

  it('rehearses a script on test data, checks and gauges it, for free', async () => {
    const script = { url, fileName: 'mean.ts', source }
    expect(await pair.client.workspace.gauge(script)).toMatchObject({ cells: 1, shapes: [{ path: '.mean', shape: [] }] })
    expect(await pair.client.workspace.check(script)).toEqual({ allowed: true })
    const { rehearsal } = await awaitOutcome((await pair.client.workspace.try(script)).job, 'rehearsal')
    expect(rehearsal.largestDifference).toBe(0)
    expect(rehearsal.encrypted).toEqual(rehearsal.plain)
    const refused = await pair.client.workspace.check({ ...script, source: 'export default data.get(0, 0)' })
    expect(refused).toMatchObject({ allowed: false })
  })

  it('signs nothing that was not shown, and nothing shown twice', async () => {
    const shown = await pair.client.signing.prepare({ kind: 'buy', url })
    const { valueWei, guaranteeWei } = (await pair.client.market.show({ url })).terms
    const total = BigInt(valueWei) + BigInt(guaranteeWei)
    expect(shown).toMatchObject({ kind: 'buy', network: { name: 'practice', playMoney: true }, call: { function: 'buy' } })
    expect(shown.amounts).toMatchObject({ valueWei: total.toString(), priceWei: valueWei, guaranteeWei })
    expect(BigInt(shown.amounts.maxCostWei)).toBeGreaterThan(total + BigInt(shown.amounts.expectedFeeWei) - 1n)
    expect(shown.call?.args.find(({ value }) => value === shown.termsHash)).toBeDefined()
    expect((await pair.client.purchases.list({}))).toEqual([])

    await pair.client.signing.refuse({ id: shown.id })
    expect(await refusalOf(pair.client.signing.confirm({ id: shown.id }))).toMatchObject({ code: 'access.confirmation-void' })
    expect(await refusalOf(pair.client.signing.confirm({ id: 'made up' }))).toMatchObject({ code: 'access.confirmation-void' })
    expect((await pair.client.purchases.list({}))).toEqual([])
  })

  it('buys, computes, asks, reads the right answer, confirms', async () => {
    const bought = await confirm({ kind: 'buy', url })
    expect(await refusalOf(pair.client.signing.confirm({ id: bought.shown.id }))).toMatchObject({ code: 'access.confirmation-void' })
    const { purchase } = await awaitOutcome(bought.job, 'purchase')
    expect(await pair.client.purchases.list({})).toEqual([expect.objectContaining({ number: purchase, state: 'Paid', next: 'compute' })])
    expect(await refusalOf(pair.client.signing.prepare({ kind: 'confirm', purchase }))).toMatchObject({ code: 'escrow.wrong-state' })

    await awaitOutcome((await pair.client.purchases.compute({ purchase, fileName: 'mean.ts', source })).job, 'computed')
    expect(await pair.client.purchases.show({ purchase })).toMatchObject({ next: 'request', computed: { fileName: 'mean.ts' } })
    const asked = await confirm({ kind: 'request', purchase })
    expect(asked.shown.amounts.valueWei).toBe('0')
    const { answer } = await awaitOutcome(asked.job, 'answer')
    expect((answer as { mean: number }).mean).toBeCloseTo(9.02, 1)

    const opened = await pair.client.purchases.show({ purchase })
    expect(opened).toMatchObject({ state: 'Delivered', next: 'confirm', answered: true, proofVerified: true, problem: null, answer })
    expect(opened.timeline.map(({ name, state }) => `${name} ${state}`)).toEqual(
      ['paid done', 'computed done', 'requested done', 'delivered done', 'opened done', 'confirmed now'])
    const settled = await confirm({ kind: 'confirm', purchase })
    expect(await awaitOutcome(settled.job, 'purchase')).toMatchObject({ state: 'Settled' })
    expect(await pair.client.purchases.show({ purchase })).toMatchObject({ state: 'Settled', next: 'withdraw' })

    const paidOut = await awaitOutcome((await confirm({ kind: 'withdraw' })).job, 'withdrawn')
    expect(paidOut.amountWei).toBe((await pair.client.market.show({ url })).terms.guaranteeWei)
    expect((await pair.client.activity.signatures({})).map(({ by, move, outcome }) => `${by} ${move} ${outcome}`)).toEqual(
      ['withdraw', 'confirm', 'request', 'buy'].map((move) => `confirmation ${move} done`))
    expect((await pair.client.activity.transactions({})).every(({ status, feeWei }) => status === 'confirmed' && feeWei !== null)).toBe(true)

    expect(await pair.client.receipts.list({})).toMatchObject([{ role: 'buyer', purchase, title: expect.stringContaining('Wages') as string, state: 'Settled', updatedAt: null }])
    const { base64, missingHalf, citation } = await pair.client.receipts.export({ purchase, format: 'json', encloseAnswer: true })
    const json = Buffer.from(base64, 'base64').toString()
    expect(missingHalf).toBeNull()
    expect(citation).toMatch(/proved by the receipt/)
    const pdf = await pair.client.receipts.export({ purchase, format: 'pdf', encloseAnswer: false })
    expect(pdf).toMatchObject({ fileName: `receipt-${purchase}.pdf`, mediaType: 'application/pdf' })
    expect(Buffer.from(pdf.base64, 'base64').subarray(0, 5).toString()).toBe('%PDF-')
    expect(await pair.client.receipts.verify({ json })).toMatchObject({ ok: true, decryptionProved: true, citation, signatures: { seller: 'valid', buyer: 'valid' } })
    expect(await pair.client.receipts.verify({ json: json.replace('"Settled"', '"Refunded"') })).toMatchObject({ ok: false })
    const { base64: whole } = await pair.client.receipts.export({ purchase, format: 'pdf', encloseAnswer: true })
    expect(await pair.client.receipts.verify({ pdf: whole })).toMatchObject({ ok: true, pages: 'own', citation })
    const words = Buffer.from(Buffer.from(whole, 'base64').toString('latin1').replace('/Title', '/Tilte'), 'latin1').toString('base64')
    expect(await pair.client.receipts.verify({ pdf: words })).toMatchObject({ ok: false, pages: 'changed', problems: [{ field: 'pdf' }] })
  }, 120_000)

  it('met no bug on the way', () => {
    expect(pair.bugs).toEqual([])
  })

  it('stops, and starts again where it was', async () => {
    expect(await pair.client.practice.stop({})).toMatchObject({ state: 'off' })
    expect((await pair.client.app.status({})).networkProblem).not.toBeNull()
    const outcome = await awaitOutcome((await pair.client.practice.start({})).job, 'practice')
    expect((await pair.client.purchases.list({})).map(({ state }) => state)).toEqual(['Settled'])
    expect(await pair.client.market.show({ url: outcome.listingUrl })).toMatchObject({ title: 'Wages of 1985' })
  }, 120_000)
})
