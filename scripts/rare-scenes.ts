/**
 * Scenes that the plain journey in practice mode does not pass: private listings, comparisons, refusals marked in the editor, disputes
 * before an arbiter, the attack rehearsal, a transaction that is not mined, and what opens over pages. Over a chain with three parties.
 */
import type { Browser, Page } from '@playwright/test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Wallet } from 'ethers'
import { createBuying } from '../test/e2e/window/pages/buying.ts'
import { createDisputing } from '../test/e2e/window/pages/disputing.ts'
import { createSettingUp } from '../test/e2e/window/pages/setting-up.ts'
import { createWindowPage, type WindowPage } from '../test/e2e/window/pages/window-page.ts'
import { openMarketplace, type Marketplace } from '../test/e2e/window/support/marketplace.ts'
import { openWindow, type OpenedWindow } from '../test/e2e/window/support/open-window.ts'

export type ShootPage = (page: Page, name: string) => Promise<void>

const jobMilliseconds = 120_000
const scripts = {
  'mean.ts': 'export default { mean: data.col(\'revenue\').mean() }\n',
  'refused.ts': 'const revenue = data.col(\'revenue\')\n\nexport default {\n  all: revenue.mean(),\n  one: revenue.get(3),\n}\n',
  'share-above.ts': 'const revenue = data.col(\'revenue\')\nconst above = revenue > 10\n\nexport default {\n  share: above.mean(),\n  mean: (above * revenue).sum() / above.sum(),\n}\n',
  'matrix.ts': 'export default { bySize: data.rows(0, 12) * 2, total: data.sum(0) }\n',
}
const day = 86_400
const interactionFeeWei = '2000000000000000'

const publishMore = async ({ seller: { client }, atSeller }: Marketplace, serverUrl: string): Promise<void> => {
  const { datasets, listings } = client
  // Each a table of its own, with rows of its own: a table has one mode and one budget, and its rows are known again in another.
  for (const [name, header, step, groups] of [['visits', 'visits;site', 11, 3], ['takings', 'revenue;shop', 13, 5]] as const) {
    const rows = Array.from({ length: 40 }, (_, index) => `${(index * step) % 37 + step / 100};${index % groups}`)
    const file = { fileName: `${name}.csv`, contentBase64: Buffer.from(`${header}\n${rows.join('\n')}\n`).toString('base64') }
    await datasets.import({ name, source: { kind: 'file', file: (await datasets.openFile(file)).file }, decisions: {} })
    await atSeller.awaitOutcome((await datasets.encrypt({ name, keyBits: 2048 })).job, 'dataset')
    await atSeller.awaitOutcome((await datasets.testData({ name, keyBits: 2048, rows: 12 })).job, 'dataset')
  }
  const terms = { valueWei: '20000000000000000', deliverySeconds: 3600, expirationSeconds: day, condition: 1, serverUrl }
  const about = 'Revenue of forty days at three small shops, in thousands.'
  const drafts = [
    { dataset: 'visits', title: 'Private visits', description: 'Visits to three sites, a row a day. Nobody but you sees what you ask.', ...terms, mode: 'private' },
    { dataset: 'takings', title: 'Compared revenue', description: about, ...terms, minRows: 1, comparisons: 400, interactionFeeWei },
  ] as const
  for (const draft of drafts) {
    const { id } = await listings.create(draft)
    await atSeller.carryOut({ kind: 'publish', listing: id }, 'listing')
  }
}

const bringBuyer = async ({ window, market }: { readonly window: WindowPage, readonly market: Marketplace }): Promise<void> => {
  const wallet = Wallet.createRandom()
  await market.chain.setBalance(wallet.address, 10n ** 18n)
  const settingUp = createSettingUp(window)
  await settingUp.bringWallet(wallet.privateKey)
  await settingUp.nameNetwork({ name: 'Local', rpcUrl: market.chain.rpcUrl, chainId: market.chain.chainId, contract: market.contract })
  await settingUp.beginByBuying()
}

const rpc = async (market: Marketplace, method: string, params: readonly unknown[]): Promise<void> => {
  await fetch(market.chain.rpcUrl, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
}

interface Stage {
  readonly market: Marketplace
  readonly buyer: OpenedWindow
  readonly window: WindowPage
  readonly shop: WindowPage
  readonly bench: WindowPage
  readonly shoot: ShootPage
}

const shootBuying = async ({ window, shoot }: Stage): Promise<void> => {
  const { page, go, press } = window
  const buying = createBuying(window)
  await go('Market')
  await page.getByRole('link', { name: 'Compared revenue' }).first().waitFor()
  await shoot(page, 'market-four')
  await page.getByText('Table', { exact: true }).first().click()
  await shoot(page, 'market-table')
  await page.getByRole('link', { name: 'Private visits' }).first().click()
  await page.getByRole('button', { name: 'Buy one answer' }).waitFor()
  await shoot(page, 'listing-private')
  await buying.buy('Compared revenue')
  await page.getByRole('button', { name: 'Open the seller\'s help' }).waitFor()
  await shoot(page, 'purchase-comparisons')
  await press('Open the seller\'s help')
  await window.readConfirmation()
  await shoot(page, 'confirm-comparisons')
  await window.sign()
  await buying.compute('share-above.ts')
  await shoot(page, 'purchase-compared')
  await press('Take the money back')
  await window.readConfirmation()
  await shoot(page, 'confirm-cancel')
  await press('Do not sign')
}

const shootWorkspace = async ({ market, window, shoot }: Stage): Promise<void> => {
  const { page, go } = window
  await go('Market')
  await page.getByRole('link', { name: 'Compared revenue' }).first().click()
  await page.getByRole('link', { name: 'Try on test data' }).click()
  await window.heading('Workspace').waitFor()
  await page.getByText('40 rows').first().waitFor()
  const url = new URLSearchParams(new URL(page.url()).hash.split('?')[1]).get('url') ?? ''
  // One that answers about groups only.
  const strict = (await market.seller.client.listings.list({})).find(({ title }) => title === market.listings.plain)?.url ?? ''
  await shoot(page, 'workspace-listing')
  for (const name of ['share-above.ts', 'refused.ts', 'matrix.ts']) {
    await window.goTo(`#/buy/workspace?${new URLSearchParams({ url: name === 'refused.ts' ? strict : url, script: name }).toString()}`)
    await page.locator('.monaco-editor .view-line').first().waitFor()
    await page.waitForTimeout(4000)
    await shoot(page, `workspace-${name.replace('.ts', '')}`)
    await window.press('Run on test data')
    await page.getByText(new RegExp(`^${name}, .*on made-up rows`)).waitFor({ timeout: jobMilliseconds })
    await shoot(page, `workspace-${name.replace('.ts', '')}-run`)
  }
}

const shootDispute = async ({ window, bench, shoot }: Stage): Promise<void> => {
  const buying = createBuying(window)
  const disputing = createDisputing(window)
  await buying.buy('Judged revenue')
  await buying.compute('mean.ts')
  await buying.request()
  await window.press('Dispute the answer')
  await window.readConfirmation()
  await shoot(window.page, 'confirm-dispute')
  await window.press('Do not sign')
  await disputing.dispute()
  await shoot(window.page, 'purchase-disputed')
  const evidence = await disputing.saveEvidence()
  await window.go('Disputes')
  await shoot(window.page, 'disputes-buyer')
  const ruling = createDisputing(bench)
  await ruling.judge(evidence)
  await shoot(bench.page, 'disputes-arbiter')
  await bench.page.emulateMedia({ colorScheme: 'dark' })
  await shoot(bench.page, 'disputes-arbiter-dark')
  await bench.page.getByRole('status').getByRole('button', { name: 'Rule for the seller' }).click()
  await bench.readConfirmation()
  await shoot(bench.page, 'confirm-rule-dark')
  await bench.press('Do not sign')
}

const shootSelling = async ({ shop, shoot }: Stage): Promise<void> => {
  const { page, go } = shop
  await go('Listings')
  await shoot(page, 'listings-four')
  await page.getByRole('link', { name: 'Judged revenue' }).first().click()
  await shop.press('Attack my own listing')
  await page.getByRole('region', { name: 'Attacks' }).or(page.getByRole('table', { name: 'Attacks' })).first().waitFor({ timeout: jobMilliseconds })
  await shoot(page, 'rehearsal')
  await shop.goTo('#/sell/listings/new')
  await page.getByLabel('Title').first().waitFor()
  await page.getByLabel('Rows behind each number, at least').fill('1')
  await page.getByLabel('Comparisons sold in all').fill('400')
  await page.getByLabel('Arbiter', { exact: true }).fill('0x70997970C51812dc3A010C7d01b50e0d17dc79C8')
  await page.getByLabel('Guarantee (ether)').fill('0.001')
  await page.getByLabel('Comparisons sold in all').scrollIntoViewIfNeeded()
  await shoot(page, 'draft-comparisons')
  await page.getByText('Programs stay private').click()
  await shoot(page, 'draft-private')
  await go('Sales')
  await shoot(page, 'sales-live')
}

const shootStuck = async ({ market, window, shoot }: Stage): Promise<void> => {
  const { page, go, press } = window
  await go('Market')
  await page.getByRole('link', { name: 'Shop revenue' }).first().click()
  await page.getByRole('button', { name: 'Buy one answer' }).waitFor()
  await rpc(market, 'evm_setAutomine', [false])
  await rpc(market, 'evm_setIntervalMining', [0])
  await press('Buy one answer')
  await press('Sign and send')
  await page.waitForTimeout(2000)
  await shoot(page, 'confirm-waiting')
  await press('Leave it running')
  await go('Wallet')
  await page.getByText('Waiting to be mined').waitFor()
  await shoot(page, 'wallet-waiting')
  await press('Speed up…')
  await window.readConfirmation()
  await shoot(page, 'confirm-speed-up')
  await press('Do not sign')
  await rpc(market, 'evm_setAutomine', [true])
  await rpc(market, 'anvil_mine', ['0x1'])
}

const shootOverlays = async ({ window, shoot }: Stage): Promise<void> => {
  const { page, go } = window
  await go('Receipts')
  await shoot(page, 'receipts-live')
  await page.keyboard.press('Control+k')
  await page.waitForTimeout(300)
  await shoot(page, 'palette')
  await page.keyboard.press('Escape')
  await page.keyboard.press('?')
  await page.waitForTimeout(300)
  await shoot(page, 'shortcuts')
  await page.keyboard.press('Escape')
}

/** Shoots what it can; the names of the scenes that did not come about. */
export const shootRareScenes = async (root: string, browser: Browser, shoot: ShootPage): Promise<string[]> => {
  const market = await openMarketplace(root)
  const buyer = await openWindow(root)
  const lookInto = async (address: string): Promise<WindowPage> => {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true })).newPage()
    page.setDefaultTimeout(30_000)
    await page.goto(address)
    return createWindowPage(page)
  }
  const failed: string[] = []
  try {
    await publishMore(market, new URL((await market.seller.client.listings.list({}))[0]?.url ?? '').origin)
    mkdirSync(join(buyer.home, 'scripts'), { recursive: true })
    for (const [name, source] of Object.entries(scripts)) writeFileSync(join(buyer.home, 'scripts', name), source)
    const window = await lookInto(buyer.address())
    await bringBuyer({ window, market })
    const [shop, bench] = [await lookInto(market.seller.address()), await lookInto(market.arbiter.address())]
    const stage = { market, buyer, window, shoot, shop, bench }
    for (const scenes of [shootBuying, shootWorkspace, shootDispute, shootSelling, shootStuck, shootOverlays]) {
      try {
        await scenes(stage)
      } catch (error) {
        failed.push(`${scenes.name}: ${String(error)}`)
        await shoot(window.page, `failed-${scenes.name}`)
        await window.page.keyboard.press('Escape')
      }
    }
  } finally {
    await buyer.close()
    await market.close()
  }
  return failed
}
