import type { WindowPage } from './window-page.ts'

/** What the parties of a dispute do. */
export const createDisputing = ({ page, press, sign, go }: WindowPage) => ({
  dispute: async (): Promise<string> => {
    await press('Dispute the answer')
    await page.getByRole('button', { name: 'Sign and send' }).waitFor()
    const words = await page.getByRole('dialog').innerText()
    await sign()
    await page.locator('.tag', { hasText: 'Disputed' }).first().waitFor()
    return words
  },
  /** On the page of a purchase in a dispute that nobody rules on. */
  close: async (): Promise<void> => {
    await press('Close the dispute')
    await sign()
    await page.locator('.tag', { hasText: 'Settled' }).first().waitFor()
  },
  /** On the page of a disputed purchase; the path of the saved file. */
  saveEvidence: async (): Promise<string> => {
    const download = page.waitForEvent('download')
    await press('Save the evidence')
    return (await download).path()
  },
  judge: async (evidence: string): Promise<string> => {
    await go('Disputes')
    await page.locator('input[type=file]').setInputFiles(evidence)
    const verdict = page.getByRole('status').filter({ hasText: 'for the' })
    await verdict.waitFor()
    return verdict.innerText()
  },
  ruleForTheSeller: async (): Promise<void> => {
    await page.getByRole('status').filter({ hasText: 'for the' }).getByRole('button', { name: 'Rule for the seller' }).click()
    await sign()
    await page.getByText('No dispute is open').waitFor()
  },
})
