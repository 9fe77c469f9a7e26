import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSettingUp } from './pages/setting-up.ts'
import { createWindowPage, type WindowPage } from './pages/window-page.ts'
import { browserPath, launchBrowser, watchPage } from './support/browser.ts'
import { openPairWithPage, type PairWithPage } from './support/open-pair.ts'
import { buildRenderer, openWindow, type OpenedWindow } from './support/open-window.ts'
import { takePicture } from './support/picture.ts'

const passphrase = 'the passphrase of the backup'

describe.skipIf(browserPath === undefined)('a profile that moves to another computer through the window', () => {
  let folder: string
  let old: PairWithPage
  let fresh: OpenedWindow
  let browser: Browser
  let address: string
  let backup: string

  const openPage = async (at: string): Promise<WindowPage> => {
    const page: Page = await (await browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true })).newPage()
    page.setDefaultTimeout(15_000)
    watchPage(page)
    await page.goto(at)
    return createWindowPage(page)
  }
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hesystem-moving-'))
    const root = process.env.HESYSTEM_TEST_RENDERER ?? await buildRenderer(join(folder, 'out'))
    old = await openPairWithPage(root)
    address = (await old.client.wallet.create({})).address
    // Where no node is: what is bought and sold is not needed here.
    await old.client.networks.save({ name: 'away', rpcUrl: 'http://127.0.0.1:9', chainId: 424_242, contract: null })
    const { file } = await old.client.datasets.openFile({ fileName: 'pay.csv', contentBase64: Buffer.from(`pay\n${Array.from({ length: 24 }, (_, row) => (row * 7) % 5 + 1.5).join('\n')}\n`).toString('base64') })
    await old.client.datasets.import({ name: 'pay', source: { kind: 'file', file }, decisions: {} })
    fresh = await openWindow(root)
    browser = await launchBrowser()
  }, 180_000)
  afterAll(async () => {
    await browser.close()
    await fresh.close()
    await old.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('is backed up on its Wallet page, which says so with what is in it', async () => {
    const window = await openPage(old.address())
    const { page } = window
    await window.go('Wallet')
    await page.getByText('This wallet is not backed up').waitFor()
    await page.getByText('The network at 127.0.0.1:9 does not answer.').waitFor()
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(1)
    await takePicture(window.page, 'wallet')
    await window.go('Market')
    await page.getByText('The network at 127.0.0.1:9 does not answer.').waitFor()
    expect(await page.getByText('Nothing is on sale').count()).toBe(0)
    expect(await window.findBarriers()).toEqual([])
    await takePicture(window.page, 'market-down')
    await window.go('Wallet')
    await window.press('Back up everything…')
    await page.getByText('tables with their keys').waitFor()
    await page.getByLabel('Passphrase of the backup', { exact: false }).fill(passphrase)
    await page.getByLabel('Once more').fill(`${passphrase}.`)
    await page.getByText('The two differ.').waitFor()
    expect(await page.getByRole('button', { name: 'Make and save it' }).isDisabled()).toBe(true)
    await page.getByLabel('Once more').fill(passphrase)
    await takePicture(window.page, 'back-up')
    expect(await window.findBarriers()).toEqual([])
    const download = page.waitForEvent('download')
    await window.press('Make and save it')
    const saved = await download
    expect(saved.suggestedFilename()).toMatch(/^hesystem-\d{4}-\d\d-\d\d\.hebackup$/)
    backup = join(folder, saved.suggestedFilename())
    await saved.saveAs(backup)
    await page.getByText('it was checked by reading it back').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click()
    await page.getByText('nothing added since').waitFor()
    expect(await page.getByText('This wallet is not backed up').count()).toBe(0)
    await takePicture(window.page, 'wallet-backed-up')
  }, 60_000)

  it('is restored at the first start, after a wrong passphrase too, and opens in the same tab', async () => {
    const window = await openPage(fresh.address())
    const { page } = window
    await takePicture(window.page, 'first-run')
    await window.press('Restore a backup…')
    expect(await page.getByRole('button', { name: 'Restore it' }).isDisabled()).toBe(true)
    await page.locator('input[type=file]').setInputFiles(backup)
    await page.getByLabel('Passphrase of the backup').fill('another passphrase, wrong')
    await window.press('Restore it')
    await page.getByText('The passphrase does not open this backup.').waitFor()
    await page.getByLabel('Passphrase of the backup').fill(passphrase)
    await takePicture(window.page, 'restore')
    expect(await window.findBarriers()).toEqual([])
    await window.press('Restore it')
    await page.getByText('The backup was restored').waitFor()
    await takePicture(window.page, 'restored')
    // Whoever leaves the page then finds it waiting.
    await page.reload()
    await page.getByText('A backup was restored.').waitFor()
    await window.press('Open it')
    await window.go('Datasets')
    await page.getByRole('link', { name: 'pay' }).waitFor()
    await window.go('Wallet')
    await page.getByRole('button', { name: `Copy account address ${address}` }).first().waitFor()
    await page.getByText('nothing added since').waitFor()
    expect(fresh.bugs).toEqual([])
    expect(old.bugs).toEqual([])
  }, 90_000)

  it('is not offered where a wallet was made already', async () => {
    const started = await openWindow(process.env.HESYSTEM_TEST_RENDERER ?? join(folder, 'out', 'renderer'))
    try {
      const window = await openPage(started.address())
      await createSettingUp(window).bringWallet(`0x${'1'.repeat(64)}`)
      await window.press('Back')
      await window.page.getByRole('button', { name: 'Set up with my own wallet and network' }).waitFor()
      expect(await window.page.getByRole('button', { name: 'Restore a backup…' }).count()).toBe(0)
    } finally {
      await started.close()
    }
  }, 60_000)
})
