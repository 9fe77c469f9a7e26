import type { Browser, Page } from '@playwright/test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Wallet } from 'ethers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createBuying } from './pages/buying.ts'
import { createDisputing } from './pages/disputing.ts'
import { createSettingUp } from './pages/setting-up.ts'
import { createWindowPage, type WindowPage } from './pages/window-page.ts'
import { browserPath, launchBrowser } from './support/browser.ts'
import { openMarketplace, type Marketplace } from './support/marketplace.ts'
import { openPairWithPage } from './support/open-pair.ts'
import { buildRenderer, openWindow, type OpenedWindow } from './support/open-window.ts'
import { pictureFailure, takePicture } from './support/picture.ts'
import { createFolder } from '../support/cleanup.ts'

const scripts = {
  'mean.ts': "export default { mean: data.col('revenue').mean() }\n", 'one-row.ts': "export default data.col('revenue').get(3)\n",
  'above.ts': "const above = data.col('revenue') > 5\nexport default above.sum()\n", 'no-such-column.ts': "export default data.col('profit').mean()\n",
}
const ether = 10n ** 18n
const pastDelivery = 601
const pastExpiration = 1201

// Skipped where no Chromium is installed.
describe.skipIf(browserPath === undefined)('the window when things go wrong, over a real chain and a real seller', () => {
  const wallet = Wallet.createRandom()
  let root: string
  let market: Marketplace
  let opened: OpenedWindow
  let browser: Browser
  let page: Page
  let window: WindowPage
  const buying = () => createBuying(window)
  const network = (chainId: number) => ({ name: 'Test', rpcUrl: market.chain.rpcUrl, chainId, contract: market.contract })

  const lookInto = async (address: string): Promise<WindowPage> => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true })
    const other = await context.newPage()
    other.setDefaultTimeout(20_000)
    await other.goto(address)
    return createWindowPage(other)
  }
  const editScript = (script: string, url: string): Promise<void> =>
    window.goTo(`#/buy/workspace?${new URLSearchParams({ url, script }).toString()}`)
  /** The chain's clock moves on; the page asks anew, as it does when it is opened. */
  const wait = async (seconds: number): Promise<void> => {
    await market.chain.advanceTime(seconds)
    await page.reload()
  }

  beforeAll(async () => {
    root = process.env.HESYSTEM_TEST_RENDERER ?? await buildRenderer(join(createFolder(), 'out'))
    market = await openMarketplace(root)
    opened = await openWindow(root)
    mkdirSync(join(opened.home, 'scripts'), { recursive: true })
    for (const [name, source] of Object.entries(scripts)) writeFileSync(join(opened.home, 'scripts', name), source)
    browser = await launchBrowser()
    window = await lookInto(opened.address())
    page = window.page
  }, 180_000)
  beforeEach((context) => { pictureFailure(context, () => [page]) })
  afterAll(async () => {
    await browser.close()
    await opened.close()
    await market.close()
  })

  it('names a node that is of another network, and goes on once the right one is chosen', async () => {
    const settingUp = createSettingUp(window)
    await settingUp.bringWallet(wallet.privateKey)
    await settingUp.nameNetwork(network(1))
    await page.getByText('chain.wrong-chain').first().waitFor()
    await window.press('Use it all the same')
    await settingUp.beginByBuying()
    await page.getByText('chain.wrong-chain').first().waitFor()
    await window.go('Settings')
    await settingUp.addNetworkInSettings({ ...network(market.chain.chainId), name: 'Local' })
    // One of that name is neither replaced nor changed by adding.
    await window.press('Add one…')
    await settingUp.nameNetwork({ ...network(market.chain.chainId), name: 'Local', contract: '' })
    await page.getByText('input.network-exists').waitFor()
    await window.leaveDialog()
    await window.press('Edit test')
    await page.getByLabel('Node’s address').focus()
    await page.getByLabel('Market contract').focus()
    await page.getByText(`The node answers for chain ${market.chain.chainId}.`).waitFor()
    expect(await window.findBarriers()).toEqual([])
    await takePicture(page, 'network-edit')
    await window.press('Take that one')
    await window.press('Save the changes')
    await window.dialog().waitFor({ state: 'detached' })
    expect(await page.getByRole('row').filter({ hasText: 'test' }).innerText()).toContain(String(market.chain.chainId))
    expect(await page.getByRole('row').filter({ hasText: 'local' }).innerText()).toContain('in use')
    await window.go('Market')
    await page.getByRole('link', { name: market.listings.plain }).waitFor()
  }, 60_000)

  it('signs nothing for a wallet without money, and says how much is missing', async () => {
    await page.getByRole('link', { name: market.listings.plain }).first().click()
    await window.press('Buy one answer')
    await page.getByRole('dialog', { name: 'Nothing was signed' }).waitFor()
    expect(await window.dialog().innerText()).toMatch(/chain\.insufficient-funds/)
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
    await market.chain.setBalance(wallet.address, ether)
  })

  it('says what a policy refuses while it costs nothing, before Buy, and again before anything is sent', async () => {
    await page.getByRole('button', { name: 'Buy one answer' }).waitFor()
    await editScript('one-row.ts', new URLSearchParams(new URL(page.url()).hash.split('?')[1]).get('url') ?? '')
    await window.choose('Run on', 'Real table')
    await page.getByRole('region', { name: 'Results' }).getByText('tells 1 row apart from all others').waitFor()
    expect(await page.getByRole('region', { name: 'Results' }).innerText()).toMatch(/policy\.min-rows[^]*Buy one answer/)
    await buying().buy(market.listings.plain)
    await buying().compute('one-row.ts')
    await window.press('Request the answer')
    await window.press('Sign and send')
    await page.getByText('policy.refused').waitFor()
    expect(await window.dialog().innerText()).toContain('tells 1 row apart from all others')
    await window.dialog().getByRole('button', { name: 'Close', exact: true }).last().click()
    expect(await window.state('Paid').isVisible()).toBe(true)
  }, 60_000)

  it('marks on the lines of a script what they ask of the seller, what the listing refuses, and what is wrong', async () => {
    await window.press('The listing')
    await page.getByRole('button', { name: 'Buy one answer' }).waitFor()
    const url = new URLSearchParams(new URL(page.url()).hash.split('?')[1]).get('url') ?? ''
    const edit = (script: string): Promise<void> => editScript(script, url)
    const editor = page.locator('.monaco-editor')
    await edit('above.ts')
    await editor.locator('.squiggly-warning').first().waitFor({ timeout: 30_000 })
    await editor.locator('.line-note', { hasText: '24 comparisons' }).waitFor()
    await edit('no-such-column.ts')
    await editor.locator('.squiggly-error').first().waitFor()
    await edit('mean.ts')
    await editor.locator('.squiggly-error').waitFor({ state: 'detached' })
    await page.getByText('Numbers to decrypt').waitFor()
    expect(await editor.locator('.squiggly-warning, .line-note').count()).toBe(0)
  }, 90_000)

  it('keeps a test run under its own script whatever is opened meanwhile, and marks it where the next one fails', async () => {
    const results = page.getByRole('region', { name: 'Results' })
    await window.choose('Run on', 'Test data')
    await window.press('Run on test data')
    await page.getByRole('button', { name: 'no-such-column.ts', exact: true }).click()
    await results.getByText('policy allows this answer').waitFor({ timeout: 30_000 })
    await results.getByText(/^mean\.ts, .*on made-up rows, encrypted/).waitFor()
    await window.press('Run on test data')
    await results.getByText('The run before. The new one failed: see above.').waitFor()
    expect(await results.innerText()).toMatch(/profit[^]*The run before[^]*mean\.ts, /)
    await window.go('Purchases')
    await page.getByRole('row').filter({ hasText: 'Paid' }).getByRole('link').click()
    await window.state('Paid').waitFor()
  }, 60_000)

  it('gives the money back before an answer was asked for', async () => {
    expect(await page.getByRole('region', { name: 'Also possible now' }).innerText()).toContain('price and guarantee come back')
    await buying().takeTheMoneyBack()
    await window.press('Withdraw')
    await window.sign()
  }, 60_000)

  it('goes on in the middle of a trade after the program was started anew', async () => {
    await buying().buy(market.listings.plain)
    await buying().compute('mean.ts')
    const hash = new URL(page.url()).hash
    await opened.restart()
    await page.goto(opened.address())
    await page.getByRole('navigation').waitFor()
    await window.goTo(hash)
    await page.getByRole('button', { name: 'Request the answer' }).waitFor()
  }, 60_000)

  it('says so when the seller is gone, and has sent nothing', async () => {
    await market.seller.client.serve.off({})
    await window.press('Request the answer')
    await window.press('Sign and send')
    await page.getByText('runtime.seller-unreachable').waitFor()
    await window.leaveDialog()
    expect(await window.state('Paid').isVisible()).toBe(true)
    await page.reload()
    await page.getByRole('button', { name: 'Request the answer' }).waitFor()
    await window.go('Market')
    await page.getByText('seller does not answer').first().waitFor()
  }, 60_000)

  it('takes the money back from a seller who does not deliver in time', async () => {
    // A seller who may spend nothing takes the request and cannot answer it.
    await market.switchOn({ maxGasPerDayWei: '1' })
    await window.go('Purchases')
    await page.getByRole('row').filter({ hasText: 'Paid' }).getByRole('link').click()
    await window.press('Request the answer')
    await window.press('Sign and send')
    await page.locator('.tag', { hasText: 'Requested' }).first().waitFor()
    await window.press('Leave it running')
    await wait(pastDelivery)
    await page.getByRole('heading', { name: 'The seller has missed the deadline' }).waitFor()
    await buying().takeTheMoneyBack()
    await market.seller.client.serve.off({})
    await market.switchOn()
  }, 90_000)

  it('lets the seller reclaim what an absent buyer left', async () => {
    await page.reload()
    await page.getByRole('navigation').waitFor()
    await buying().buy(market.listings.plain)
    await buying().compute('mean.ts')
    await buying().request()
    await wait(pastExpiration)
    const shop = await lookInto(market.seller.address())
    await shop.go('Sales')
    await shop.press('Reclaim')
    expect(await shop.readConfirmation()).toContain('the buyer stayed silent')
    await shop.sign()
    await shop.page.locator('.tag', { hasText: 'Settled' }).waitFor()
    expect(await shop.page.evaluate('location.hash')).toBe('#/sell/sales')
    await shop.page.getByRole('row').filter({ hasText: 'Settled' }).getByRole('link').click()
    await shop.page.getByText('You reclaimed the payment').waitFor()
    await shop.page.getByText('1/24 × the sum of revenue over all 24 rows').waitFor()
    expect(await shop.findBarriers()).toEqual([])
    await takePicture(shop.page, 'sale-settled')
    await shop.go('Receipts')
    expect(await shop.page.getByRole('row').filter({ hasText: market.listings.plain }).first().innerText()).toMatch(/sold[^]*Settled[^]*not yet/i)
    await shop.page.context().close()
    await page.reload()
    await window.state('Settled').waitFor()
  }, 90_000)

  it('warns a buyer of what a dispute costs, and lets the arbiter rule by the evidence', async () => {
    await buying().buy(market.listings.judged)
    await buying().compute('mean.ts')
    await buying().request()
    const disputing = createDisputing(window)
    expect(await disputing.dispute()).toContain('An arbiter who stays silent costs you as much as none would')
    const evidence = await disputing.saveEvidence()
    const bench = await lookInto(market.arbiter.address())
    const ruling = createDisputing(bench)
    await bench.go('Disputes')
    await bench.page.getByRole('row').filter({ hasText: '24 rows of revenue, weekend' }).getByRole('link', { name: market.listings.judged }).waitFor()
    expect(await ruling.judge(evidence)).toMatch(/for the seller[^]*proof of decryption holds[^]*“Judged revenue”: 24 rows of revenue, weekend[^]*mean/)
    await ruling.ruleForTheSeller()
    await bench.page.context().close()
    await window.goTo('#/buy/purchases')
    await page.locator('.tag', { hasText: 'Settled' }).first().waitFor()
  }, 120_000)

  it('closes a dispute that nobody rules on from the purchase itself, and half of the price is withdrawn', async () => {
    await buying().buy(market.listings.plain)
    await buying().compute('mean.ts')
    await buying().request()
    const disputing = createDisputing(window)
    expect(await disputing.dispute()).toContain('half of the price')
    await disputing.close()
    await page.getByText('half of the price is credited to you, both deposits were burned').waitFor()
    const shop = await lookInto(market.seller.address())
    await shop.go('Sales')
    await shop.goTo((await page.evaluate<string>('location.hash')).replace('buy/purchases', 'sell/sales'))
    await shop.page.getByText('half of the price is credited to each side, both deposits were burned').waitFor()
    await shop.page.getByRole('region', { name: 'Next step' }).getByRole('button', { name: 'Withdraw' }).waitFor()
    expect(await shop.page.getByRole('region', { name: 'Money' }).innerText()).toMatch(/Credited to you\s*0\.01\s*ether[^]*Burned\s*0\.02/)
    await takePicture(shop.page, 'sale-disputed')
    await shop.page.context().close()
  }, 60_000)

  it('lets a waiting transaction be cancelled, sent again and sped up, and it happens once', async () => {
    const rpc = async (method: string, ...params: unknown[]): Promise<unknown> => {
      const reply = await fetch(market.chain.rpcUrl, {
        method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      })
      return (await reply.json() as { result: unknown }).result
    }
    const findWaiting = async (): Promise<string> => /"hash":"(0x[0-9a-f]{64})"/.exec(JSON.stringify(await rpc('txpool_content')))?.[1] ?? ''
    const waiting = page.getByRole('region', { name: 'Waiting to be mined' })
    const getStuck = async (): Promise<void> => {
      await rpc('evm_setAutomine', false)
      await window.press('Withdraw…')
      await window.press('Sign and send')
      await window.press('Leave it running')
      await waiting.getByRole('button', { name: 'Cancel…' }).waitFor()
    }
    /** Signs what takes its place; blocks come once that is on its way. */
    const replace = async (name: string, words: RegExp): Promise<void> => {
      const before = await findWaiting()
      await waiting.getByRole('button', { name }).click()
      expect(await window.readConfirmation()).toMatch(words)
      await window.press('Sign and send')
      await expect.poll(findWaiting).not.toBe(before)
      await rpc('evm_setAutomine', true)
      await rpc('anvil_mine', '0x1')
      await waiting.waitFor({ state: 'detached' })
      await window.leaveDialog()
    }
    await window.go('Wallet')
    await getStuck()
    await replace('Cancel…', /does nothing takes the place/)
    expect(await page.getByText('Withdraw what the contract owes').isVisible()).toBe(true)
    await getStuck()
    await waiting.getByRole('button', { name: 'Send again' }).click()
    await replace('Speed up…', /Speed up/)
    await page.getByText('Withdraw what the contract owes').waitFor({ state: 'detached' })
    await window.go('Log')
    await page.getByRole('row').filter({ hasText: 'Speed up' }).getByText('done').waitFor()
  }, 60_000)

  it('says what to install where there is no local chain, and finds it once it is there', async () => {
    let program: string | null = null
    const bare = await openPairWithPage(root, { practice: { findProgram: () => program } })
    const first = await lookInto(bare.address())
    await first.page.getByRole('region', { name: 'Practice mode is not possible yet' }).getByText('https://getfoundry.sh').waitFor()
    expect(await first.findBarriers()).toEqual([])
    program = '/usr/bin/anvil'
    await first.press('Look again')
    await first.page.getByRole('button', { name: 'Try it with play money' }).waitFor()
    await first.page.context().close()
    expect(bare.bugs).toEqual([])
    await bare.close()
  }, 60_000)

  it('met no bug on the way', () => {
    expect([...opened.bugs, ...market.seller.bugs, ...market.arbiter.bugs]).toEqual([])
  })
})
