import type { WindowPage } from './window-page.ts'

const practiceMilliseconds = 120_000
const jobMilliseconds = 60_000

/** What a buyer does, page by page. */
export const createBuying = ({ page, press, sign }: WindowPage) => ({
  tryItWithPlayMoney: async (): Promise<void> => {
    await press('Try it with play money')
    await page.getByRole('button', { name: 'Run on test data' }).waitFor({ timeout: practiceMilliseconds })
    await page.locator('.monaco-editor .view-line').first().waitFor()
  },
  runOnTestData: async (): Promise<void> => {
    await press('Run on test data')
    await page.getByText('policy allows this answer').waitFor({ timeout: jobMilliseconds })
  },
  openSampleListing: async (): Promise<void> => {
    await page.getByRole('link', { name: /Wages of 1985/ }).first().click()
    await page.getByRole('button', { name: 'Buy one answer' }).waitFor()
  },
  compute: async (): Promise<void> => {
    await press('Compute')
    await page.getByRole('button', { name: 'Request the answer' }).waitFor({ timeout: jobMilliseconds })
  },
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
  /** A number of the answer as it is shown. */
  readNumber: async (name: string): Promise<number> => Number(await page.locator('.figure', { hasText: name }).locator('.answer-number').innerText()),
})
