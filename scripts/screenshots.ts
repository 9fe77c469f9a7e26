/**
 * Pictures of the window over a real trade in practice mode. Without arguments the few that the documentation shows, into
 * docs/screenshots; with a folder, every page in both themes at 1280×800 and 1920×1080, and the rare scenes, to be looked at; with a
 * folder and `--rare`, the rare scenes alone.
 */
import type { Page } from '@playwright/test'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBuying } from '../test/e2e/window/pages/buying.ts'
import { createSelling } from '../test/e2e/window/pages/selling.ts'
import { createWindowPage, type WindowPage } from '../test/e2e/window/pages/window-page.ts'
import { launchBrowser } from '../test/e2e/window/support/browser.ts'
import { buildRenderer, openWindow } from '../test/e2e/window/support/open-window.ts'
import { shootRareScenes } from './rare-scenes.ts'

const themes = ['light', 'dark'] as const
/** 1280 × 800 at 200 %, in CSS pixels. */
const zoomed = { width: 640, height: 400 }
const sizes = [{ width: 1280, height: 800 }, { width: 1920, height: 1080 }] as const

interface Scene {
  readonly name: string
  readonly hash: string
  readonly prepare?: (window: WindowPage) => Promise<unknown>
}

const scenes: readonly Scene[] = [
  { name: 'market', hash: '#/buy/market' },
  { name: 'workspace', hash: '#/buy/workspace', prepare: ({ page }) => page.locator('.view-line').first().waitFor() },
  { name: 'purchases', hash: '#/buy/purchases' },
  { name: 'purchase', hash: '#/buy/purchases/1' },
  { name: 'import-empty', hash: '#/sell/datasets/import' },
  { name: 'datasets', hash: '#/sell/datasets' },
  { name: 'dataset', hash: '#/sell/datasets/shifts' },
  { name: 'own-listing', hash: '#/sell/listings/shifts-1' },
  { name: 'listings', hash: '#/sell/listings' },
  { name: 'listing-draft', hash: '#/sell/listings/new' },
  { name: 'serve', hash: '#/sell/serve' },
  { name: 'sales', hash: '#/sell/sales' },
  { name: 'receipts', hash: '#/activity/receipts' },
  { name: 'verify', hash: '#/activity/verify' },
  { name: 'disputes', hash: '#/activity/disputes' },
  { name: 'log', hash: '#/activity/log' },
  { name: 'wallet', hash: '#/wallet' },
  { name: 'settings', hash: '#/settings' },
]

const table = `id;age;pay;shift
${Array.from({ length: 240 }, (_, index) => `P${1000 + index};${20 + ((index * 7) % 41)};${(18 + ((index * 13) % 50) / 10).toFixed(1).replace('.', ',')};${index % 3 === 0 ? 'night' : 'day'}`).join('\n')}
`

const settle = async (page: Page): Promise<void> => {
  await page.waitForLoadState('networkidle')
  // Relative times and transitions come to rest.
  await page.waitForTimeout(700)
}

const folder = process.argv[2] ?? join(import.meta.dirname, '..', 'docs', 'screenshots')
const everything = process.argv[2] !== undefined
mkdirSync(folder, { recursive: true })

const built = mkdtempSync(join(tmpdir(), 'hesystem-screenshots-'))
const root = process.env.HESYSTEM_TEST_RENDERER ?? await buildRenderer(built)
const rareAlone = process.argv[3] === '--rare'
const opened = await openWindow(root)
const browser = await launchBrowser()
const page = await (await browser.newContext({ viewport: sizes[0], colorScheme: 'light' })).newPage()
const window = createWindowPage(page)
const buying = createBuying(window)
const selling = createSelling(window)

const shootPage = async (of: Page, name: string): Promise<void> => {
  // Nothing is hovered in a picture.
  await of.mouse.move(0, 0)
  await settle(of)
  await of.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' })
  console.log(`${name}.png`)
}
const shoot = (name: string): Promise<void> => shootPage(page, name)
/** A moment of the journey that has no address: both themes, as it stands. */
const shootBoth = async (name: string, shown: boolean): Promise<void> => {
  for (const colorScheme of everything ? themes : [themes[0]]) {
    await page.emulateMedia({ colorScheme })
    if (everything || shown) await shoot(everything ? `${name}-${colorScheme}` : name)
  }
  await page.emulateMedia({ colorScheme: 'light' })
}
const shootScene = async ({ name, hash, prepare }: Scene, suffix: string): Promise<void> => {
  await window.goTo(hash)
  await prepare?.(window)
  await shoot(`${name}${suffix}`)
}

const shootRare = async (): Promise<void> => {
  const failed = await shootRareScenes(root, browser, shootPage)
  for (const words of failed) console.error(words)
  if (failed.length > 0) process.exitCode = 1
}
const shootJourney = async (): Promise<void> => {
  await page.goto(opened.address())
  await page.getByRole('button', { name: 'Try it with play money' }).waitFor()
  await shootBoth('first-run', true)
  await buying.tryItWithPlayMoney()
  await buying.runOnTestData()
  await window.go('Market')
  await buying.openSampleListing()
  await shootBoth('listing', false)
  await window.press('Buy one answer')
  await window.readConfirmation()
  await shootBoth('confirm', true)
  await window.sign()
  await buying.compute()
  await shootBoth('purchase-request', false)
  await buying.request()
  await shootBoth('purchase-delivered', true)
  await buying.confirm()
  await selling.chooseFile('shifts.csv', table)
  await shootBoth('import', true)
  await selling.importIt()
  await selling.encrypt()
  await selling.writeListing({ price: '0.05', delivery: '30m' })
  await shootBoth('own-listing', false)
  await selling.publish()
  await selling.switchOn()
  // Its port was free a moment ago, not the one that the listing names.
  await window.press('Move the listing here…')
  await window.sign()
  if (everything) {
    await page.setViewportSize(zoomed)
    for (const scene of scenes) await shootScene(scene, '-zoomed')
    for (const viewport of sizes) {
      for (const colorScheme of themes) {
        await page.setViewportSize(viewport)
        await page.emulateMedia({ colorScheme })
        for (const scene of scenes) await shootScene(scene, `-${viewport.width}-${colorScheme}`)
      }
    }
  } else {
    const find = (name: string): Scene[] => scenes.filter((scene) => scene.name === name)
    for (const scene of find('serve')) await shootScene(scene, '')
    for (const scene of find('workspace')) await shootScene(scene, '')
    await page.emulateMedia({ colorScheme: 'dark' })
    for (const scene of find('workspace')) await shootScene(scene, '-dark')
  }
}

try {
  if (!rareAlone) await shootJourney()
  if (everything) await shootRare()
} catch (error) {
  // What stood there.
  await page.screenshot({ path: join(folder, 'failed.png') })
  throw error
} finally {
  await browser.close()
  await opened.close()
  rmSync(built, { recursive: true, force: true })
}
