import { readFileSync } from 'node:fs'
import type { Browser, Page } from '@playwright/test'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findFreePort } from '../../../src/cli/demo/free-port.ts'
import { listOwnAddresses } from '../../../src/host/window/check-reach.ts'
import { createBuying } from './pages/buying.ts'
import { createKeyboard } from './pages/keyboard.ts'
import { createSelling } from './pages/selling.ts'
import { createWindowPage, type WindowPage } from './pages/window-page.ts'
import { browserPath, launchBrowser, watchPage, type Watched } from './support/browser.ts'
import { openWindow, type OpenedWindow } from './support/open-window.ts'
import { pictureFailure } from './support/picture.ts'

const table = `id;age;pay;shift
${Array.from({ length: 40 }, (_, index) => `P${1000 + index};${20 + ((index * 7) % 41)};${index === 7 ? '' : (18 + ((index * 13) % 50) / 10).toFixed(1).replace('.', ',')};${index % 3 === 0 ? 'night' : 'day'}`).join('\n')}
`

const everyPage: readonly (readonly [string, string])[] = [
  ['#/buy/market', 'Market'], ['#/buy/workspace', 'Workspace'], ['#/buy/purchases', 'Purchases'], ['#/buy/purchases/1', 'Wages of 1985'],
  ['#/sell/datasets', 'Datasets'], ['#/sell/datasets/shifts', 'shifts'], ['#/sell/datasets/import', 'Import a table'], ['#/sell/listings', 'Listings'],
  ['#/sell/listings/new', 'Write a listing'], ['#/sell/serve', 'Serve'], ['#/sell/sales', 'Sales'], ['#/activity/receipts', 'Receipts'],
  ['#/activity/verify', 'Verify a receipt'], ['#/activity/disputes', 'Disputes'], ['#/activity/log', 'Log'], ['#/wallet', 'Wallet'], ['#/settings', 'Settings'],
]

/** What opens over pages: where, and by which button. */
const everyDialog: readonly (readonly [string, string])[] = [
  ['#/wallet', 'Recovery phrase…'], ['#/wallet', 'Keystore file…'], ['#/wallet', 'Back up everything…'], ['#/settings', 'Add one…'], ['#/buy/market', 'Find or do'],
]
/** A window of 1280 × 800 zoomed to 200 %, in CSS pixels. */
const zoomed = { width: 640, height: 400 }
const usual = { width: 1280, height: 800 }

// Skipped where no Chromium is installed: the window needs a real browser to run in.
describe.skipIf(browserPath === undefined)('the window, in a browser, over a real chain and a real seller', () => {
  let opened: OpenedWindow
  let browser: Browser
  let page: Page
  let window: WindowPage
  let watched: Watched
  const buying = () => createBuying(window)
  const selling = () => createSelling(window)

  beforeAll(async () => {
    opened = await openWindow()
    browser = await launchBrowser()
    const context = await browser.newContext({ viewport: usual, colorScheme: 'light', acceptDownloads: true })
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    page = await context.newPage()
    page.setDefaultTimeout(10_000)
    watched = watchPage(page)
    window = createWindowPage(page)
    await page.goto(opened.address())
  }, 180_000)
  afterAll(async () => {
    await browser.close()
    await opened.close()
  })

  beforeEach((context) => { pictureFailure(context, () => [page]) })

  describe('a buyer who has never seen it', () => {
    it('is one click from an empty profile to a script in the editor', async () => {
      await page.getByRole('button', { name: 'Try it with play money' }).waitFor()
      expect(await window.findBarriers()).toEqual([])
      await buying().tryItWithPlayMoney()
      expect(await page.locator('.monaco-editor').innerText()).toContain('data')
      expect(await page.getByRole('contentinfo').innerText()).toContain('100 ether')
    }, 270_000)

    it('runs it on test data for nothing, and sees cost, policy and result', async () => {
      await buying().runOnTestData()
      expect(await buying().readNumber('meanWage')).toBeGreaterThan(0)
      expect(await page.getByText('Numbers to decrypt').isVisible()).toBe(true)
    })

    it('saves result and plot, each with where it comes from', async () => {
      const csv = await buying().save('Save', /CSV/)
      expect(csv.name).toBe('test-average-wages.csv')
      expect(csv.bytes.toString()).toMatch(/^# Test run of average-wages\.ts on made-up rows[^]*\n# receipt: none yet\n[^]*meanByColumn\.wage,\d/)
      const json = JSON.parse((await buying().save('Save', /JSON/)).bytes.toString()) as { readonly answer: unknown, readonly citation: string }
      expect(json).toMatchObject({ answer: { meanWage: expect.any(Number) as number }, citation: expect.stringContaining('made-up rows') as string })
      await window.press('Save')
      await page.getByRole('menuitem', { name: 'Copy as a table' }).click()
      await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toMatch(/^meanWage\t\d[^]*\nmeanByColumn\.wage\t\d/m)
      const svg = await buying().save('Save the plot of meanByColumn', /SVG/)
      expect(svg.bytes.toString()).toMatch(/^<svg[^]*<desc>Test run of average-wages\.ts[^]*<rect/)
      expect(svg.bytes.toString()).not.toContain('var(--')
      const png = await buying().save('Save the plot of meanByColumn', /PNG/)
      expect([...png.bytes.subarray(1, 4)].map((byte) => String.fromCharCode(byte)).join('')).toBe('PNG')
    })

    it('is shown what would be signed, and nothing leaves the wallet when it is refused', async () => {
      await window.go('Market')
      await buying().openSampleListing()
      await window.press('Buy one answer')
      const words = await window.readConfirmation()
      expect(words).toContain('play money')
      expect(await window.findBarriers()).toEqual([])
      expect(words).toMatch(/0\.03\s*ether/)
      expect(words).toContain('0.02 ether is the price, 0.01 ether your guarantee')
      await window.press('Do not sign')
      await window.dialog().waitFor({ state: 'detached' })
      expect(await page.getByRole('contentinfo').innerText()).toContain('100 ether')
    })

    it('buys, computes, requests, confirms, and has the proved answer', async () => {
      await window.press('Buy one answer')
      await window.sign()
      await buying().compute()
      await buying().request()
      expect(await buying().readNumber('meanWage')).toBeCloseTo(9.024064, 5)
      expect(await page.getByText('decryption proved').isVisible()).toBe(true)
      await buying().confirm()
    }, 120_000)

    it('says one and the same receipt id beneath the answer, in its files and in the receipt', async () => {
      const id = /hesystem-31337-0x[0-9a-fA-F]{40}-1/.exec(await page.getByRole('region', { name: 'Answer' }).innerText())?.[0] ?? ''
      expect(id).not.toBe('')
      expect((await buying().save('Save', /CSV/)).bytes.toString()).toContain(`# receipt: ${id}\n`)
      expect(JSON.parse((await buying().save('Save', /JSON/)).bytes.toString())).toMatchObject({ receipt: id, citation: expect.stringContaining(`Receipt ${id}.`) as string })
      expect((await buying().save('Save the plot of meanByColumn', /SVG/)).bytes.toString()).toMatch(new RegExp(`<desc>[^<]*Receipt ${id}\\.`))
      expect(JSON.parse((await buying().save('Save', /With its receipt/)).bytes.toString())).toMatchObject({ receipt: { id } })
    })

    it('takes the guarantee back and a receipt home that holds', async () => {
      await window.press('Withdraw')
      expect(await window.readConfirmation()).toMatch(/0\.01/)
      await window.sign()
      const download = page.waitForEvent('download')
      await window.press('Export the receipt')
      const path = await (await download).path()
      await window.goTo('#/activity/verify')
      await page.locator('input[type=file]').setInputFiles(path)
      await page.getByText('The receipt holds.').waitFor()
      await window.go('Market')
      const receipt = readFileSync(path, 'utf8')
      await window.drop('receipt-1.hereceipt', receipt.replace('"Settled"', '"Refunded"'))
      await window.heading('Verify a receipt').waitFor()
      await page.getByText('The receipt does not hold.').waitFor()
      await window.drop('receipt-1.hereceipt', receipt)
      await page.getByText('The receipt holds.').waitFor()
    })

    it('takes the answer home with its receipt, and sees whether it was changed on the way', async () => {
      await window.goTo('#/buy/purchases/1')
      await window.press('Save')
      const download = page.waitForEvent('download')
      await page.getByRole('menuitem', { name: /With its receipt/ }).click()
      const saved = await download
      expect(saved.suggestedFilename()).toBe('answer-1.heresult')
      const text = readFileSync(await saved.path(), 'utf8')
      await window.drop('answer-1.heresult', text)
      await page.getByText('The answer holds: its receipt shows that it is this one.').waitFor()
      expect(await buying().readNumber('meanWage')).toBeCloseTo(9.024064, 5)
      expect(await window.findBarriers()).toEqual([])
      await window.drop('answer-1.heresult', text.replace(/"meanWage": 9\.0/, '"meanWage": 8.0'))
      await page.getByText('The answer’s file does not hold.').waitFor()
      await page.getByText('is not the answer that the receipt proves').waitFor()
    })

    it('finds scripts, runs and purchase again after the program was started anew', async () => {
      await opened.restart()
      await page.goto(opened.address())
      // Where it was left.
      await window.heading('Verify a receipt').waitFor()
      await window.go('Workspace')
      await page.getByText('policy allows this answer').waitFor()
      await window.goTo('#/buy/purchases/1')
      await window.state('Settled').waitFor()
      expect(await buying().readNumber('meanWage')).toBeCloseTo(9.024064, 5)
    }, 120_000)
  })

  describe('a seller with a table of a spreadsheet\'s making', () => {
    it('sees separator, decimal comma and the identifier recognised', async () => {
      await selling().chooseFile('shifts.csv', table)
      expect(await page.getByRole('combobox', { name: 'Separator' }).inputValue()).toBe('Semicolon')
      expect(await page.getByRole('combobox', { name: /Decimal mark/ }).inputValue()).toBe('Comma, 3,14')
      expect(await selling().columnRow('id').innerText()).toContain('looks like an identifier')
      expect(await selling().columnRow('id').getByRole('checkbox').isChecked()).toBe(false)
    })

    it('fills a gap with a value of its owner\'s, and imports it', async () => {
      await page.getByText('input.csv-missing-values').waitFor()
      await page.getByRole('textbox', { name: 'Fill missing pay with' }).fill('20.5')
      await page.getByText('input.fill-invalid').waitFor()
      await page.getByRole('textbox', { name: 'Fill missing pay with' }).fill('20,5')
      await selling().importIt()
      expect(await page.getByText('40 rows, 3 columns').isVisible()).toBe(true)
    })

    it('adds second moments, encrypts it with packed columns and makes test data', async () => {
      await window.press('Add second moments')
      await page.getByText(/squares and products of columns are part of the table/).waitFor()
      await page.getByRole('switch', { name: /Packed besides/ }).check()
      await selling().encrypt()
      expect(await page.getByText('yes, 2048 bits').isVisible()).toBe(true)
    }, 180_000)

    it('writes a listing, sees what becomes public, publishes and serves it', async () => {
      await selling().writeListing({ price: '0.05', delivery: '30m' })
      expect(await page.getByRole('region', { name: 'Exactly what becomes public' }).innerText()).toMatch(/on the chain[^]*0\.05[^]*from your server[^]*pay: 1 of 40 values was missing/)
      await selling().publish()
      await selling().switchOn()
      expect(await page.getByRole('img', { name: /Code of/ }).count()).toBe(1)
      await window.press('Can a buyer get through?')
      await page.getByText('Terms, description and keys agree with the contract.').waitFor()
      expect(await page.getByRole('contentinfo').innerText()).toContain('Serving')
    }, 120_000)

    it('is told what a price cannot be', async () => {
      await window.goTo('#/sell/listings/new')
      for (const [price, words] of [['cheap', '"cheap" is not an amount'], ['0,05', 'write decimals with a point']] as const) {
        await page.getByLabel('Price of one answer (ether)').fill(price)
        await page.getByText(words).waitFor()
      }
      expect(await page.getByRole('button', { name: 'Save the draft' }).isDisabled()).toBe(true)
    })
  })

  describe('whoever uses it', () => {
    it.each(['light', 'dark'] as const)('meets no serious barrier on any page in the %s theme', async (colorScheme) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const barriers: string[] = []
      for (const [address, title] of everyPage) {
        await window.goTo(address)
        await window.heading(title).waitFor()
        await page.waitForLoadState('networkidle')
        barriers.push(...(await window.findBarriers()).map((barrier) => `${title}: ${barrier}`))
        barriers.push(...(await window.findSpilled()).map((spilled) => `${title}: ${spilled}`))
        await page.setViewportSize(zoomed)
        const beyond = await window.findOverflow()
        if (beyond > 0) barriers.push(`${title}: at 200 % it reaches ${beyond} pixels beyond the window`)
        await page.setViewportSize(usual)
      }
      for (const [address, button] of everyDialog) {
        await window.goTo(address)
        await page.getByRole('button', { name: button }).first().click()
        await window.dialog().waitFor()
        barriers.push(...(await window.findBarriers()).map((barrier) => `${button}: ${barrier}`))
        await window.leaveDialog()
      }
      expect(barriers).toEqual([])
    }, 180_000)

    it('can buy by keyboard alone, from the palette to the settled purchase', async () => {
      const keys = createKeyboard(window)
      await window.goTo('#/settings')
      await window.heading('Settings').waitFor()
      await keys.goByPalette('go to market', 'Market')
      await keys.tabTo(/Wages of 1985/)
      await page.keyboard.press('Enter')
      await keys.press('Buy one answer')
      await page.getByRole('button', { name: 'Sign and send' }).waitFor()
      await window.leaveDialog()
      await keys.press('Buy one answer')
      await keys.sign()
      await keys.press('Compute')
      await keys.press('Request the answer')
      await keys.sign()
      await keys.press('Confirm and settle')
      await keys.sign()
      await window.state('Settled').waitFor()
    }, 120_000)

    it('can sell by keyboard alone, from the file to a server in the network whose certificate the listing pins', async () => {
      const keys = createKeyboard(window)
      const own = listOwnAddresses().find(({ address }) => !address.includes(':'))?.address ?? '127.0.0.1'
      const port = await findFreePort()
      await keys.goByPalette('import a table', 'Import a table')
      const chooser = page.waitForEvent('filechooser')
      await keys.press('Choose a file')
      await (await chooser).setFiles({ name: 'nights.csv', mimeType: 'text/csv', buffer: Buffer.from(`nights\n${Array.from({ length: 24 }, (_, index) => index % 7).join('\n')}\n`) })
      await keys.press('Import 24 rows')
      await page.getByRole('combobox', { name: 'Key length' }).waitFor()
      await keys.tabTo('Key length')
      await page.keyboard.press('Enter')
      await page.getByRole('option', { name: '2048 bits' }).waitFor()
      await page.keyboard.press('ArrowUp')
      await page.keyboard.press('Enter')
      await keys.press('Encrypt the table')
      await keys.press('Make test data')
      await keys.press('Write a listing')
      await window.heading('Write a listing').waitFor()
      expect(await page.getByRole('combobox', { name: 'Dataset' }).inputValue()).toBe('nights')
      await keys.type('Price of one answer (ether)', '0.04')
      await keys.tabTo('This computer')
      await page.keyboard.press('ArrowRight')
      await keys.type('Address of your server', `https://${own}:${port}`)
      await keys.press('Save the draft')
      await keys.press('Publish…')
      await keys.sign()
      await keys.press('Open Serve')
      await keys.press('Switch off')
      await page.getByRole('button', { name: 'Switch on…' }).waitFor()
      await keys.tabTo('This computer')
      await page.keyboard.press('ArrowRight')
      await keys.type('Port', String(port))
      await keys.press('Switch on…')
      await keys.sign()
      await keys.tabTo('Switch off')
      await page.getByRole('heading', { level: 3, name: 'nights' }).waitFor()
      await page.getByRole('button', { name: 'Can a buyer get through?' }).nth(1).focus()
      await page.keyboard.press('Enter')
      await page.getByText('over TLS, with a certificate that buyers accept').waitFor()
    }, 120_000)

    it('goes by letters, and types letters where text is wanted', async () => {
      await page.keyboard.press('g')
      await page.keyboard.press('w')
      await window.heading('Wallet').waitFor()
      await window.goTo('#/activity/receipts')
      const search = page.getByRole('textbox', { name: 'Search receipts' })
      await search.pressSequentially('gw')
      expect(await search.inputValue()).toBe('gw')
      expect(await window.heading('Receipts').isVisible()).toBe(true)
    })
  })

  it('asked nobody but its own host, broke no rule of its policy, and met no bug', () => {
    expect(watched.asked.filter((url) => !/^(http:\/\/127\.0\.0\.1:\d+\/|data:|blob:)/.test(url))).toEqual([])
    expect(watched.complaints.filter((words) => !words.includes('WebSocket'))).toEqual([])
    expect(opened.bugs).toEqual([])
  })
})
