/**
 * How fast the window is, in a browser of this machine over the renderer as it ships: the time until it can be used, until the editor
 * can be typed in, what is loaded, and how long the page's thread is ever blocked while the engine encrypts on all workers and a table
 * of 100,000 rows is scrolled. Prints one JSON document, and writes docs/window-speed.md from it.
 */
import type { CDPSession, Page } from '@playwright/test'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBuying } from '../test/e2e/window/pages/buying.ts'
import { createSelling } from '../test/e2e/window/pages/selling.ts'
import { createWindowPage } from '../test/e2e/window/pages/window-page.ts'
import { launchBrowser } from '../test/e2e/window/support/browser.ts'
import { buildRenderer, openWindow } from '../test/e2e/window/support/open-window.ts'
import { writeWindowSpeed, type Blocked, type LongTask, type WindowSpeed } from './write-window-speed.ts'

const rows = 100_000
const scrollSteps = 60

/** Bytes of the built files, by what they are for. */
const measureBundle = (root: string): WindowSpeed['bundleBytes'] => {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .map((entry) => ({ name: entry.name, bytes: statSync(join(entry.parentPath, entry.name)).size }))
  const sum = (pick: (name: string) => boolean): number =>
    files.filter(({ name }) => pick(name)).reduce((total, { bytes }) => total + bytes, 0)
  return {
    all: sum(() => true),
    firstPage: sum((name) => /^index-.*\.(js|css)$/.test(name)),
    editorAndItsWorkers: sum((name) => /\.(js|css)$/.test(name) && !/^index-/.test(name)),
    fonts: sum((name) => /\.(woff2?|ttf)$/.test(name)),
  }
}

// A long animation frame names the scripts that ran in it; a long task is what blocks the thread. They are matched by time.
const noteTasks = `window.__tasks = []; window.__scripts = [];
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) window.__tasks.push({ startTime, duration, page: location.hash || 'the first screen' })
}).observe({ type: 'longtask', buffered: true });
new PerformanceObserver((list) => {
  for (const { scripts } of list.getEntries()) for (const { startTime, duration, invoker, sourceURL, sourceFunctionName } of scripts) {
    window.__scripts.push({ startTime, duration, name: [sourceURL.split('/').at(-1), sourceFunctionName, invoker.split('/').at(-1)].filter(Boolean).join(' ') })
  }
}).observe({ type: 'long-animation-frame', buffered: true })`
const countFrames = `window.__frames = 0; window.__counting = true;
(function count() { if (!window.__counting) return; window.__frames += 1; requestAnimationFrame(count) })()`

const tasksSince = (page: Page, since: number): Promise<LongTask[]> => page.evaluate(`window.__tasks
  .filter(({ startTime }) => startTime >= ${since})
  .map(({ startTime, duration, page }) => ({
    milliseconds: Math.round(duration), page,
    ran: window.__scripts.filter((script) => script.startTime < startTime + duration && script.startTime + script.duration > startTime && script.duration >= 5)
      .map((script) => script.name + ' (' + Math.round(script.duration) + ' ms)'),
  }))`)
const nowOf = (page: Page): Promise<number> => page.evaluate('performance.now()')

/** Runs `act` while frames are counted; what blocked the page in the meantime. */
const observe = async (page: Page, act: () => Promise<void>): Promise<Blocked> => {
  await page.evaluate(countFrames)
  const from = await nowOf(page)
  await act()
  const milliseconds = await nowOf(page) - from
  const frames: number = await page.evaluate('window.__counting = false, window.__frames')
  const tasks = await tasksSince(page, from)
  return {
    longestMilliseconds: Math.max(0, ...tasks.map((task) => task.milliseconds)),
    over100: tasks.filter((task) => task.milliseconds > 100).length,
    framesPerSecond: Math.round((1000 * frames) / milliseconds), tasks,
  }
}

const table = (): string => `age;pay;hours\n${Array.from({ length: rows }, (_, index) =>
  `${20 + ((index * 7) % 41)};${(1800 + ((index * 13) % 500)) / 100};${(index * 3) % 60}`).join('\n')}\n`

const scroll = async (page: Page): Promise<void> => {
  const frame = page.getByRole('region', { name: 'Rows' }).last()
  await frame.waitFor()
  for (let step = 1; step <= scrollSteps; step += 1) {
    await frame.evaluate(`(element) => { element.scrollTop = element.scrollHeight * ${step / scrollSteps} }`)
    await page.waitForTimeout(50)
  }
}

const folder = mkdtempSync(join(tmpdir(), 'hesystem-speed-'))
const root = process.env.HESYSTEM_TEST_RENDERER ?? await buildRenderer(join(folder, 'out'))
const opened = await openWindow(root)
const browser = await launchBrowser()
try {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage()
  page.setDefaultTimeout(300_000)
  await page.addInitScript(noteTasks)
  const window = createWindowPage(page)
  const devtools: CDPSession = await page.context().newCDPSession(page)
  await devtools.send('Performance.enable')

  const opening = performance.now()
  await page.goto(opened.address())
  await page.getByRole('button', { name: 'Try it with play money' }).waitFor()
  const interactive = performance.now() - opening
  const pressed = performance.now()
  await createBuying(window).tryItWithPlayMoney()
  const practice = performance.now() - pressed
  await createBuying(window).runOnTestData()
  const firstResult = performance.now() - opening

  await page.reload()
  await window.heading('Workspace').waitFor()
  const editorReady: number = await page.locator('.monaco-editor .view-line').first().waitFor().then(() => nowOf(page))
  await window.go('Market')
  await page.reload()
  await window.heading('Market').waitFor()
  const laterInteractive = await nowOf(page)

  const selling = createSelling(window)
  await selling.chooseFile('many.csv', table())
  await selling.importIt()
  const scrolling = await observe(page, () => scroll(page))
  await page.getByRole('combobox', { name: 'Key length' }).click()
  await page.getByRole('option', { name: '2048 bits' }).click()
  const encrypting = await observe(page, async () => {
    await window.press('Encrypt the table')
    await page.getByRole('button', { name: 'Stop' }).first().waitFor()
    await scroll(page)
    for (const title of ['Market', 'Workspace', 'Purchases', 'Datasets']) {
      await window.go(title)
      await page.waitForTimeout(500)
    }
  })
  const report: WindowSpeed = {
    measuredOn: new Date().toISOString().slice(0, 10),
    machine: {
      processor: cpus()[0]?.model ?? 'unknown', cores: availableParallelism(), load: loadavg()[0] ?? 0, node: process.version, browser: browser.version(),
    },
    milliseconds: {
      untilInteractiveFirstTime: Math.round(interactive), untilInteractiveLater: Math.round(laterInteractive),
      untilEditorReady: Math.round(editorReady),
      practiceMode: Math.round(practice), untilFirstResultOnTestData: Math.round(firstResult),
    },
    bundleBytes: measureBundle(root),
    scrolling100000Rows: scrolling,
    encryptingOnAllWorkers: encrypting,
  }
  console.log(JSON.stringify(report, null, 2))
  writeFileSync(join(import.meta.dirname, '..', 'docs', 'window-speed.md'), writeWindowSpeed(report))
} finally {
  await browser.close()
  await opened.close()
  rmSync(folder, { recursive: true, force: true })
}
