import { expect, test } from '@playwright/test'
import { openElectron, type OpenedElectron } from './open-electron.ts'

let opened: OpenedElectron

test.beforeAll(async () => { opened = await openElectron() })
test.afterAll(async () => { await opened.close() })

test('the window opens its first page on its own scheme', async () => {
  expect(opened.page.url()).toMatch(/^app:\/\/hesystem\/index\.html/)
  await expect(opened.page.getByRole('heading', { name: 'Buy answers, not data.' })).toBeVisible()
})

test('the page has no Node, and nothing of ours hangs on it', async () => {
  expect(await opened.page.evaluate('[typeof require, typeof process, typeof window.hesystem]')).toEqual(['undefined', 'undefined', 'undefined'])
})

test('the page can neither leave nor open another', async () => {
  const { application, page } = opened
  await page.evaluate('window.open("https://example.org/"); location.assign("https://example.org/"); 0')
  await page.waitForTimeout(500)
  expect(application.windows()).toHaveLength(1)
  expect(page.url()).toMatch(/^app:\/\/hesystem\//)
})
