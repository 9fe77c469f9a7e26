import { readFileSync } from 'node:fs'
import type { WindowPage } from './window-page.ts'

const practiceMilliseconds = 240_000
const jobMilliseconds = 60_000

/** What a buyer does, page by page. */
export const createBuying = ({ page, press, sign, go }: WindowPage) => {
  const openListing = async (title: string | RegExp): Promise<void> => {
    await page.getByRole('link', { name: title }).first().click()
    await page.getByRole('button', { name: 'Buy one answer' }).waitFor()
  }
  const compute = async (script?: string): Promise<void> => {
    if (script !== undefined) {
      await page.getByRole('combobox', { name: 'Script' }).click()
      await page.getByRole('option', { name: script }).click()
    }
    await press('Compute')
    await page.getByRole('button', { name: 'Request the answer' }).waitFor({ timeout: jobMilliseconds })
  }
  return {
    tryItWithPlayMoney: async (): Promise<void> => {
      await press('Try it with play money')
      await page.getByRole('button', { name: 'Run on test data' }).waitFor({ timeout: practiceMilliseconds })
      await page.locator('.monaco-editor .view-line').first().waitFor()
    },
    runOnTestData: async (): Promise<void> => {
      await press('Run on test data')
      await page.getByText('policy allows this answer').waitFor({ timeout: jobMilliseconds })
    },
    openSampleListing: () => openListing(/Wages of 1985/),
    /** From the market, and on to the purchase's page. */
    buy: async (title: string): Promise<void> => {
      await go('Market')
      await openListing(title)
      await press('Buy one answer')
      await sign()
      await page.locator('.tag', { hasText: 'Paid' }).first().waitFor({ timeout: jobMilliseconds })
    },
    compute,
    request: async (): Promise<void> => {
      await press('Request the answer')
      await sign()
      await page.getByRole('button', { name: 'Confirm and settle' }).waitFor({ timeout: jobMilliseconds })
    },
    confirm: async (): Promise<void> => {
      await press('Confirm and settle')
      await sign()
      await page.locator('.tag', { hasText: 'Settled' }).waitFor({ timeout: jobMilliseconds })
    },
    takeTheMoneyBack: async (): Promise<void> => {
      await press('Take the money back')
      await sign()
      await page.locator('.tag', { hasText: 'Refunded' }).first().waitFor({ timeout: jobMilliseconds })
    },
    /** What a menu of an answer saves: the file's name and its bytes. */
    save: async (menu: string, item: RegExp): Promise<{ readonly name: string, readonly bytes: Buffer }> => {
      await press(menu)
      const download = page.waitForEvent('download')
      await page.getByRole('menuitem', { name: item }).click()
      const saved = await download
      return { name: saved.suggestedFilename(), bytes: readFileSync(await saved.path()) }
    },
    /** A number of the answer as it is shown. */
    readNumber: async (name: string): Promise<number> => Number(await page.locator('.figure', { hasText: name }).locator('.answer-number').innerText()),
  }
}
