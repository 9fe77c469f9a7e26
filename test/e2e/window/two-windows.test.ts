import type { Browser } from '@playwright/test'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startPracticeChain, type PracticeChain } from '../../../src/host/chain/practice-chain.ts'
import { createFolder } from '../support/cleanup.ts'
import { createBuying } from './pages/buying.ts'
import { createSelling } from './pages/selling.ts'
import { createSettingUp } from './pages/setting-up.ts'
import { createWindowPage, type WindowPage } from './pages/window-page.ts'
import { browserPath, launchBrowser, watchPage, type Watched } from './support/browser.ts'
import { buildRenderer, openWindow, type OpenedWindow } from './support/open-window.ts'
import { pictureFailure } from './support/picture.ts'

interface Party {
  readonly opened: OpenedWindow
  readonly window: WindowPage
  readonly watched: Watched
}

const rows = Array.from({ length: 30 }, (_, at) => ({ age: 20 + ((at * 7) % 41), pay: 18 + ((at * 13) % 50) / 10 }))
const table = `age;pay\n${rows.map(({ age, pay }) => `${age};${pay.toFixed(1).replace('.', ',')}`).join('\n')}\n`
const meanPay = rows.reduce((sum, { pay }) => sum + pay, 0) / rows.length
const script = "export default { pay: data.col('pay').mean() }\n"

/** What was decided about a table is there again after another page and a reload; a name that cannot be says one that can. */
const keepsTheImport = async ({ page, go }: WindowPage): Promise<void> => {
  const [unit, name] = [page.getByRole('textbox', { name: 'Unit of pay' }), page.getByRole('textbox', { name: 'Name of the dataset' })]
  await unit.fill('€/h')
  await name.fill('Löhne für 2024')
  await page.getByText('such as Lohne-fur-2024').waitFor()
  await go('Market')
  await page.goBack()
  await unit.waitFor()
  await page.reload()
  await unit.waitFor()
  expect([await unit.inputValue(), await name.inputValue()]).toEqual(['€/h', 'Löhne für 2024'])
  await name.fill('pay')
}

/** From the draft's page, over a form left unsaved, to the draft's page. */
const changesTheDraft = async ({ page, go, press }: WindowPage, to: string): Promise<void> => {
  await page.getByRole('link', { name: 'Edit' }).click()
  const price = page.getByLabel('Price of one answer (ether)')
  await price.fill(to)
  await go('Market')
  await page.goBack()
  await page.getByText('kept until you save it').waitFor()
  expect(await price.inputValue()).toBe(to)
  await press('Save the draft')
  await page.getByRole('button', { name: 'Publish…' }).waitFor()
  await go('Listings')
  expect(await page.getByRole('row').filter({ hasText: 'draft' }).count()).toBe(1)
  await page.getByRole('link', { name: 'pay', exact: true }).first().click()
}

// Skipped where no Chromium is installed.
describe.skipIf(browserPath === undefined)('two windows, one network', () => {
  let chain: PracticeChain
  let browser: Browser
  let seller: Party
  let buyer: Party

  const open = async (root: string): Promise<Party> => {
    const opened = await openWindow(root)
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true })).newPage()
    page.setDefaultTimeout(20_000)
    const watched = watchPage(page)
    await page.goto(opened.address())
    return { opened, window: createWindowPage(page), watched }
  }
  /** From the first screen to a network, with the practice chain's account of this number as wallet. */
  const setUp = async ({ window }: Party, account: number, contract: string): Promise<void> => {
    const settingUp = createSettingUp(window)
    await settingUp.bringWallet(chain.accounts[account]?.privateKey ?? '')
    await settingUp.nameNetwork({ name: 'Ours', rpcUrl: chain.rpcUrl, chainId: chain.chainId, contract })
  }
  /** As its button copies it. */
  const readContract = async ({ window }: Party): Promise<string> => {
    await window.go('Settings')
    return await window.page.getByRole('button', { name: /^Copy contract address/ }).first().getAttribute('aria-label').then((label) => label?.split(' ').at(-1)) ?? ''
  }
  /** The receipt of the purchase whose page is open. */
  const exportReceipt = async ({ window }: Party): Promise<{ readonly path: string, readonly id: string }> => {
    const download = window.page.waitForEvent('download')
    await window.press('Export the receipt')
    const path = await (await download).path()
    return { path, id: (JSON.parse(readFileSync(path, 'utf8')) as { readonly id: string }).id }
  }

  beforeAll(async () => {
    const root = process.env.HESYSTEM_TEST_RENDERER ?? await buildRenderer(join(createFolder(), 'out'))
    chain = await startPracticeChain()
    browser = await launchBrowser()
    seller = await open(root)
    buyer = await open(root)
    mkdirSync(join(buyer.opened.home, 'scripts'), { recursive: true })
    writeFileSync(join(buyer.opened.home, 'scripts', 'mean-pay.ts'), script)
  }, 180_000)
  beforeEach((context) => { pictureFailure(context, () => [seller.window.page, buyer.window.page]) })
  afterAll(async () => {
    await browser.close()
    await seller.opened.close()
    await buyer.opened.close()
    await chain.stop()
  })

  it('a data owner deploys a market, and sells answers from a table of their own', async () => {
    const { window } = seller
    await setUp(seller, 0, '')
    await createSettingUp(window).beginBySelling()
    await window.go('Settings')
    await window.press('Deploy a contract')
    await window.sign()
    const selling = createSelling(window)
    await selling.chooseFile('pay.csv', table)
    await keepsTheImport(window)
    await selling.importIt()
    await selling.encrypt()
    await selling.writeListing({ price: '0.03', delivery: '30m' })
    await changesTheDraft(window, '0.05')
    await selling.publish()
    await selling.switchOn()
    // The listing names the usual port, and the server took another.
    await window.page.getByText(/The contract sends buyers to \S+:7373, and you serve at/).waitFor()
    await window.press('Move the listing here…')
    await window.sign()
    await window.page.getByText('The contract sends buyers to').waitFor({ state: 'detached' })
  }, 180_000)

  it('somebody else finds it, rehearses, buys, and has the right answer with its proof', async () => {
    const { window } = buyer
    const page = window.page
    const contract = await readContract(seller)
    await setUp(buyer, 1, contract)
    await createSettingUp(window).beginByBuying()
    await page.getByRole('link', { name: /^pay\b/ }).first().click()
    await page.getByRole('button', { name: 'Buy one answer' }).waitFor()
    const url = new URLSearchParams(new URL(page.url()).hash.split('?')[1]).get('url') ?? ''
    await window.goTo(`#/buy/workspace?${new URLSearchParams({ url, script: 'mean-pay.ts' }).toString()}`)
    const buying = createBuying(window)
    await buying.runOnTestData()
    await buying.buy('pay')
    await buying.compute('mean-pay.ts')
    await buying.request()
    expect(await buying.readNumber('pay')).toBeCloseTo(meanPay, 9)
    expect(await page.getByText('decryption proved').isVisible()).toBe(true)
    await buying.confirm()
  }, 120_000)

  it('the seller sees the sale settled, withdraws its price, and both hold one receipt', async () => {
    const { window } = seller
    await window.go('Sales')
    await window.state('Settled').waitFor()
    await window.press('Withdraw…')
    expect(await window.readConfirmation()).toContain('0.075')
    await window.sign()
    await window.page.getByRole('button', { name: 'Withdraw…' }).waitFor({ state: 'detached' })
    const { path, id } = await exportReceipt(buyer)
    expect(id).toMatch(/-1$/)
    await window.goTo('#/activity/verify')
    await window.page.locator('input[type=file]').setInputFiles(path)
    await window.page.getByText('The receipt holds.').waitFor()
    await window.go('Receipts')
    const download = window.page.waitForEvent('download')
    await window.press('Export the receipt of purchase 1')
    await window.page.getByRole('menuitem').first().click()
    expect(readFileSync(await (await download).path(), 'utf8')).toContain(`"id": "${id}"`)
  }, 60_000)

  it('met no bug on the way', () => {
    for (const { opened, watched } of [seller, buyer]) expect([...opened.bugs, ...watched.complaints.filter((words) => !words.includes('WebSocket'))]).toEqual([])
  })
})
