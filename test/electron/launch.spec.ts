import { _electron as electron, expect, test, type ElectronApplication, type Page } from '@playwright/test'
import { join } from 'node:path'

let application: ElectronApplication
let page: Page

test.beforeAll(async () => {
  const executablePath = process.env.HESYSTEM_ELECTRON
  if (executablePath === undefined) throw new Error('HESYSTEM_ELECTRON does not say where the binary is; run `npm run test:electron`.')
  application = await electron.launch({ executablePath, args: [join(import.meta.dirname, '..', '..')] })
  page = await application.firstWindow()
})

test.afterAll(async () => {
  await application.close()
})

test('the window opens its page on its own scheme and shows the version', async () => {
  expect(page.url()).toBe('app://hesystem/index.html')
  await expect(page.getByRole('heading', { name: 'HEsystem' })).toBeVisible()
  await expect(page.getByRole('status')).toHaveText(/^Version \d+\.\d+\.\d+/)
})

test('the page has no Node and one way out', async () => {
  const found = await page.evaluate('[typeof require, typeof process, Object.keys(window.hesystem).join()]')
  expect(found).toEqual(['undefined', 'undefined', 'call'])
})

test('the page can neither leave nor open another', async () => {
  await page.evaluate('window.open("https://example.org/"); location.assign("https://example.org/"); 0')
  await page.waitForTimeout(500)
  expect(application.windows()).toHaveLength(1)
  expect(page.url()).toBe('app://hesystem/index.html')
})
