import Database from 'better-sqlite3'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { MarketViews } from '../../src/host/chain/market-views.ts'
import { casesOf, testLength } from '../campaigns/support/figures.ts'
import { waitFor, type Running } from './support/command-line.ts'
import { queryProfile } from './support/profile.ts'
import { refusalOf } from './support/refusal.ts'
import { openRelay, rpcMethodOf, type Exchange, type Relay } from './support/relay.ts'
import { expectedAnswer, script, tableRows, valueWei } from './support/shop.ts'
import { openStage, type Party, type Stage } from './support/stage.ts'

// Twice the usual table, so that there are enough chunks to be interrupted between.
const rows = [...tableRows, ...tableRows]
const csv = ['wage,hours,score', ...rows.map((row) => row.join(','))].join('\n')
const answer = { ...expectedAnswer, totals: expectedAnswer.totals.map((total) => total * 2) }
const guaranteeWei = (valueWei + 1n) / 2n

/** A moment on a wire: an exchange, before the other side sees it or after it has answered. */
type Moment = readonly [when: 'before' | 'after', matches: (exchange: Exchange) => boolean]
const sending = (when: 'before' | 'after'): Moment => [when, (exchange) => rpcMethodOf(exchange) === 'eth_sendRawTransaction']

const isSubmission: Moment[1] = ({ method, path }) => method === 'POST' && path.endsWith('/result')

describe('a process that is killed', { timeout: 240_000 }, () => {
  let stage: Stage
  let seller: Party
  let buyer: Party
  /** Between buyer and seller, and between each of them and the chain. */
  let relay: Relay
  let sellerWire: Relay
  let buyerWire: Relay
  let chain: MarketViews
  let url: string
  let serving: readonly string[]
  let server: Running
  let scriptPath: string

  /** Kills a process at a moment on a wire; with `before`, nothing of the exchange goes through. */
  const killAt = async (wire: Relay, [when, matches]: Moment, running: Running): Promise<void> => {
    let reached = false
    const act = async (exchange: Exchange): Promise<void> => {
      if (reached || !matches(exchange)) return
      reached = true
      await running.kill()
      if (when === 'before') throw new Error('nothing goes through any more')
    }
    wire.intercept({ [when]: act })
    const { signal, stdout, stderr } = await running.ended
    wire.intercept({})
    if (!reached || signal !== 'SIGKILL') throw new Error(`it ended before the moment came:\n${stdout}\n${stderr}`)
  }

  const nonceOf = ({ address }: Party): Promise<number> => chain.readNonce(address)

  /** The seller's server, in a process of its own; the relay leads to it from now on. */
  const startServer = async (): Promise<void> => {
    const { running, document } = await seller.cli.start<{ port: number }>(...serving)
    relay.forwardTo(document.port)
    server = running
  }

  beforeAll(async () => {
    stage = await openStage()
    const chainPort = Number(new URL(stage.chain.rpcUrl).port)
    chain = stage.readMarket()
    relay = await openRelay()
    serving = ['serve', '--port', '0', '--public-url', relay.url]
    sellerWire = await openRelay(chainPort)
    buyerWire = await openRelay(chainPort)
    seller = await stage.createParty('seller', { rpcUrl: sellerWire.url })
    buyer = await stage.createParty('buyer', { rpcUrl: buyerWire.url })
    scriptPath = join(stage.folder, script.fileName)
    writeFileSync(scriptPath, script.source)
  })

  it('while it encrypts goes on under the same key, and encrypts no chunk twice', async () => {
    const host = await seller.open()
    await host.datasets.importTable({ name: 'wages', text: csv })
    host.datasets.createTestData('wages', { rows: 4 })
    await host.datasets.encryptTestData('wages', { keyBits: 2048 })
    // Stopped right after its key was made, then told to take a row a chunk, for a table of a few rows would be one chunk.
    const controller = new AbortController()
    const options = { keyBits: 2048, signal: controller.signal, onProgress: () => { controller.abort() } } as const
    expect((await refusalOf(() => host.datasets.encrypt('wages', options))).code).toBe('runtime.cancelled')
    await host.close()
    const database = new Database(join(seller.home, 'profile.sqlite'))
    database.prepare('UPDATE tensors SET chunk_rows = 1 WHERE kind = \'data\'').run()
    database.close()

    const key = (): unknown[] => queryProfile(seller.home, 'SELECT n, sealed_key FROM tensors WHERE kind = \'data\'')
    const leaves = (): unknown[] => queryProfile(seller.home, 'SELECT chunk, leaf FROM tensor_leaves WHERE kind = \'data\' ORDER BY chunk')
    const made = key()
    const running = seller.cli.launch('dataset', 'encrypt', 'wages')
    await waitFor(running, () => leaves().length >= 2, 'two chunks were done')
    await running.kill()
    const done = leaves()
    expect(done.length).toBeLessThan(rows.length)
    expect(await seller.cli.run('dataset', 'encrypt', 'wages')).toMatchObject({ commitment: { chunks: rows.length } })
    expect([key(), leaves().slice(0, done.length)]).toEqual([made, done])
  })

  it('while it publishes has published once', async () => {
    const { id } = await seller.cli.run<{ id: string }>('listing', 'create', 'wages', '--value', `${valueWei}wei`, '--min-rows', '4', '--url', relay.url)
    for (const when of casesOf(1, ['after', 'before'] as const)) await killAt(sellerWire, sending(when), seller.cli.launch('listing', 'publish', id))
    const published = await seller.cli.run<{ url: string }>('listing', 'publish', id)
    expect(published).toMatchObject({ listing: '1', state: 'published' })
    expect([await nonceOf(seller), await chain.findListingById(2n)]).toEqual([1, null]);
    ({ url } = published)
  })

  it('while it pays has paid once, even where the seller is gone by then', async () => {
    await startServer()
    await killAt(buyerWire, sending('before'), buyer.cli.launch('buy', url))
    expect(await nonceOf(buyer)).toBe(0)
    await killAt(buyerWire, sending('after'), buyer.cli.launch('buy', url))
    expect(await buyer.cli.run('buy', url)).toMatchObject({ purchase: '1', state: 'Paid' })
    expect(await nonceOf(buyer)).toBe(1)

    await killAt(buyerWire, sending('after'), buyer.cli.launch('buy', url, '--again'))
    await server.kill()
    expect(await buyer.cli.run('purchases', 'list')).toMatchObject({ purchases: [{ purchase: '1' }, { purchase: '2', state: 'Paid' }] })
    expect(await buyer.cli.run('litigate', '2')).toMatchObject({ state: 'Refunded' })
    expect(await chain.readBalance(buyer.address)).toBe(valueWei + guaranteeWei)
    // That one is dealt with; the next is another one.
    await startServer()
    expect(await buyer.cli.run('buy', url, '--again')).toMatchObject({ purchase: '3', state: 'Paid' })
  })

  it('while it downloads fetches only what is missing', async () => {
    const chunks = (): string[] => relay.seen.filter((line) => /\/data\/\d+$/.test(line)).map((line) => line.replace(/^.*\//, ''))
    await killAt(relay, ['before', ({ path }) => path.endsWith('/data/5')], buyer.cli.launch('compute', '1', scriptPath))
    expect(chunks()).toEqual(['0', '1', '2', '3', '4', '5'])
    relay.seen.length = 0
    await buyer.cli.run('compute', '1', scriptPath)
    expect(chunks()).toEqual(rows.map((_, chunk) => String(chunk)).slice(5))
  })

  it('while it requests its answer gets that answer, by one request', async () => {
    const nonce = await nonceOf(buyer)
    const isLong = testLength() > 1
    if (isLong) await killAt(buyerWire, sending('before'), buyer.cli.launch('request', '1'))
    await killAt(buyerWire, sending('after'), buyer.cli.launch('request', '1'))
    if (isLong) await killAt(relay, ['before', isSubmission], buyer.cli.launch('request', '1'))
    await killAt(relay, ['after', isSubmission], buyer.cli.launch('request', '1'))
    for (let time = 1; time <= 2; time += 1) expect(await buyer.cli.run('request', '1')).toMatchObject({ purchase: '1', answer })
    expect(await nonceOf(buyer)).toBe(nonce + 1)
    expect((await chain.readPurchase(1n)).state).toBe('Delivered')
  })

  it('while it owes an answer delivers it once', async () => {
    await buyer.cli.run('compute', '3', scriptPath)
    const nonce = await nonceOf(seller)
    const requesting = buyer.cli.launch('request', '3')
    await killAt(relay, ['after', isSubmission], server)
    for (const when of ['before', 'after'] as const) await killAt(sellerWire, sending(when), seller.cli.launch(...serving))
    await startServer()
    const { exitCode, stdout } = await requesting.ended
    expect({ exitCode, document: JSON.parse(stdout) as unknown }).toMatchObject({ exitCode: 0, document: { answer } })
    await expect.poll(() => queryProfile(seller.home, 'SELECT state FROM sales WHERE purchase = ?', '3')).toEqual([{ state: 'delivered' }])
    expect(await nonceOf(seller)).toBe(nonce + 1)
  })

  it('while it confirms or withdraws has done so once', async () => {
    const nonce = await nonceOf(buyer)
    await killAt(buyerWire, sending('after'), buyer.cli.launch('confirm', '1'))
    expect(await buyer.cli.run('confirm', '1')).toMatchObject({ state: 'Settled' })
    const owed = await chain.readBalance(buyer.address)
    const balance = await chain.readAccountBalance(buyer.address)
    await killAt(buyerWire, sending('after'), buyer.cli.launch('wallet', 'withdraw'))
    expect(await buyer.cli.refuse('wallet', 'withdraw')).toMatchObject({ code: 'escrow.nothing-to-withdraw' })
    expect(await nonceOf(buyer)).toBe(nonce + 2)
    expect(await chain.readBalance(buyer.address)).toBe(0n)
    // Paid out, less the fee.
    expect(await chain.readAccountBalance(buyer.address)).toBeGreaterThan(balance + owed / 2n)
  })

  it('while it changes a listing can go on with that change, or with another', async () => {
    await server.kill()
    const nonce = await nonceOf(seller)
    const reprice = (factor: bigint): string[] => ['listing', 'reprice', 'wages-1', '--value', `${valueWei * factor}wei`]
    await killAt(sellerWire, sending('after'), seller.cli.launch(...reprice(2n)))
    expect(await seller.cli.run(...reprice(3n))).toMatchObject({ terms: { valueWei: `${valueWei * 3n}` } })
    expect((await chain.readListing(1n)).terms.valueWei).toBe(valueWei * 3n)
    if (testLength() > 1) await killAt(sellerWire, sending('after'), seller.cli.launch('listing', 'close', 'wages-1'))
    expect(await seller.cli.run('listing', 'close', 'wages-1')).toMatchObject({ state: 'closed', terms: { valueWei: `${valueWei * 3n}` } })
    expect([await nonceOf(seller), (await chain.readListing(1n)).open]).toEqual([nonce + 3, false])
  })
})
