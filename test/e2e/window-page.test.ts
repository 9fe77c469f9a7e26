import { chromium, type Browser, type Page } from '@playwright/test'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../../scripts/run-command.ts'
import { createAppSchemeHandler } from '../../src/main/app-scheme.ts'

const browserPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path))
const browserFlags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync']

/** A browser knows no app:// scheme; the same handler answers under this name instead, with the same headers. */
const pageUrl = 'https://window.test/index.html'

// Skipped where no Chromium is installed: the built page needs a real browser to run in.
describe.skipIf(browserPath === undefined)('the window\'s page, built and run in a browser under its own policy', () => {
  let folder: string
  let browser: Browser
  let page: Page
  const complaints: string[] = []
  const asked: string[] = []

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hesystem-window-'))
    const built = await runCommand('electron-vite', ['build', '--outDir', folder])
    if (built.exitCode !== 0) throw new Error(built.output)
    const handle = createAppSchemeHandler(join(folder, 'renderer'))
    browser = await chromium.launch({ ...(browserPath === undefined ? {} : { executablePath: browserPath }), args: browserFlags })
    page = await browser.newPage({ colorScheme: 'light' })
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.route('**/*', async (route) => {
      const url = route.request().url()
      asked.push(url)
      const response = await handle(new Request(url.replace('https://window.test', 'app://hesystem')))
      await route.fulfill({
        status: response.status, headers: Object.fromEntries(response.headers), body: Buffer.from(await response.arrayBuffer()),
      })
    })
    await page.addInitScript('window.hesystem = { call: async (name) => ({ ok: true, value: { version: `9.8.7-${name}` } }) }')
    await page.goto(pageUrl)
  })

  afterAll(async () => {
    await browser.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('says what HEsystem is, which commands work, and the version that the shell told it', async () => {
    await page.getByText('Version 9.8.7-about').waitFor()
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('HEsystem')
    expect(await page.getByRole('main').innerText()).toContain('npm run demo')
  })

  it('breaks no rule of its policy and asks for nothing from outside', () => {
    expect(complaints).toEqual([])
    expect(asked.filter((url) => !url.startsWith('https://window.test/'))).toEqual([])
  })

  it('follows the system from light to dark', async () => {
    const ground = (): Promise<string> => page.locator('body').evaluate('getComputedStyle(document.body).backgroundColor')
    const light = await ground()
    await page.emulateMedia({ colorScheme: 'dark' })
    const dark = await ground()
    expect([light, dark]).toEqual(['rgb(251, 251, 250)', 'rgb(22, 24, 27)'])
  })

  it('does not run a script that somebody wrote into it', async () => {
    await page.evaluate('{ const s = document.createElement("script"); s.textContent = "window.owned = 1"; document.body.append(s) }')
    await expect.poll(() => complaints.join()).toContain('Content Security Policy')
    expect(await page.evaluate('window.owned')).toBeUndefined()
  })
})
