import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Host } from '../../../src/host/index.ts'
import { createSellerClient } from '../../../src/host/buyer/seller-client.ts'
import { importWages, openShop, openTradeStage, type Shop, type TradeStage } from '../../campaigns/support/trade-stage.ts'
import { noteFigure } from '../../campaigns/support/figures.ts'
import { formsOf } from './secret-forms.ts'

const script = { fileName: 'answer.ts', source: 'export default data.col(\'wage\').mean()\n' }

const ofText = (text: string): readonly Buffer[] => [Buffer.from(text), Buffer.from(text, 'utf16le'), ...formsOf(Buffer.from(text))]
const ofInteger = (integer: bigint): readonly Buffer[] => {
  const hex = integer.toString(16)
  return formsOf(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex'))
}
const ofKey = (privateKey: string): readonly Buffer[] => formsOf(Buffer.from(privateKey.slice(2), 'hex'))

/** Files under a folder that hold one of the forms, write-ahead logs included. */
const findIn = (folder: string, forms: readonly Buffer[], except: readonly string[]): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && !except.includes(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => {
      const content = readFileSync(path)
      return forms.some((form) => content.includes(form))
    })

describe('a whole trade (S30)', () => {
  let stage: TradeStage
  let shop: Shop
  let buyer: Host
  let buyerHome: string
  const secrets = new Map<string, readonly Buffer[]>()

  /** The row of the table that is looked for: no bound and no other value is like it. */
  const cell = 9731.0625
  const cellForms = (): readonly Buffer[] => {
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleBE(cell)
    return [bytes, Buffer.from(String(cell))]
  }
  const exceptKeys = ['passphrase']

  beforeAll(async () => {
    stage = await openTradeStage()
    shop = await openShop(stage, async (host) => {
      await importWages(host)
      await host.datasets.importTable({ name: 'dropped', text: `pay,hours\n1,40\n20000,38\n${cell},41\n` })
      await host.datasets.encrypt('dropped', { keyBits: 2048 })
      for (const name of ['wages', 'dropped']) {
        const { p, q } = host.datasets.readKeyPair(name, 'data')
        secrets.set(`p of ${name}`, ofInteger(p)).set(`q of ${name}`, ofInteger(q))
      }
    })
    const party = await stage.createParty('buyer')
    buyer = party.host
    buyerHome = party.home
    secrets.set('the buyer\'s wallet', ofKey(party.privateKey))
    secrets.set('the passphrase', ofText(readFileSync(join(stage.folder, 'passphrase'), 'utf8')))
    const { market, purchases } = await buyer.trade()
    const client = createSellerClient(new URL(shop.url).origin)
    const token = await client.withSession(await buyer.wallet.unlock(), market.chainId, async (given) => given)
    secrets.set('a session token', [Buffer.from(token)])
    const { number } = await purchases.buy(shop.url)
    await purchases.compute(number, script)
    await purchases.request(number)
    await purchases.confirm(number)
    await (await buyer.trade()).receipts.export(number)
  }, 300_000)
  afterAll(async () => {
    await buyer.close()
    await stage.close()
  })

  const expectNone = (): void => {
    for (const [name, forms] of secrets) {
      expect(findIn(stage.folder, forms, exceptKeys), name).toEqual([])
      noteFigure('searches of all files of a trade for a secret in every notation')
      noteFigure('notations searched for', forms.length)
      expect(forms.some((form) => shop.serving.said().includes(form.toString('latin1'))), `${name} in what the server said`).toBe(false)
    }
  }

  it('would be seen to leave a secret behind: what is no secret is found', () => {
    expect(findIn(buyerHome, [Buffer.from(script.source)], []).length).toBeGreaterThan(0)
    expect(findIn(shop.home, cellForms(), []).length).toBeGreaterThan(0)
  })

  it('leaves no key, passphrase or token in profiles, logs and what was said, while it goes on', () => { expectNone() })

  it('leaves none when all are closed, and no cell of a table whose rows were dropped', async () => {
    await shop.serving.stop()
    const seller = await stage.open(shop.home)
    seller.datasets.dropPlain('dropped')
    expect(findIn(shop.home, cellForms(), [])).toEqual([])
    await seller.close()
    expectNone()
    expect(findIn(shop.home, cellForms(), [])).toEqual([])
  })
})
