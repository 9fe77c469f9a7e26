import type { WindowPage } from './window-page.ts'

const jobMilliseconds = 90_000

/** What a seller does, page by page. */
export const createSelling = ({ page, press, sign, go }: WindowPage) => ({
  chooseFile: async (fileName: string, content: string): Promise<void> => {
    await go('Datasets')
    await page.getByRole('link', { name: 'Import a table' }).click()
    await page.locator('input[type=file]').setInputFiles({ name: fileName, mimeType: 'text/csv', buffer: Buffer.from(content) })
    await page.getByRole('region', { name: 'Columns' }).last().waitFor()
  },
  columnRow: (name: string) => page.getByRole('row').filter({ has: page.getByRole('checkbox', { name: `Take ${name}` }) }),
  importIt: async (): Promise<void> => {
    await page.getByRole('button', { name: /^Import \d/ }).click()
    await page.getByRole('button', { name: 'Encrypt the table' }).waitFor()
  },
  encrypt: async (): Promise<void> => {
    await page.getByRole('combobox', { name: 'Key length' }).click()
    await page.getByRole('option', { name: '2048 bits' }).click()
    await press('Encrypt the table')
    await page.getByRole('button', { name: 'Make test data' }).waitFor({ timeout: jobMilliseconds })
    await press('Make test data')
    await page.getByRole('link', { name: 'Write a listing' }).waitFor({ timeout: jobMilliseconds })
  },
  writeListing: async ({ price, delivery }: { readonly price: string, readonly delivery: string }): Promise<void> => {
    await page.getByRole('link', { name: 'Write a listing' }).click()
    await page.getByLabel('Price of one answer (ether)').fill(price)
    await page.getByLabel('You deliver within').fill(delivery)
    await press('Save the draft')
    await page.getByRole('button', { name: 'Publish…' }).waitFor()
  },
  publish: async (): Promise<void> => {
    await press('Publish…')
    await sign()
    await page.getByRole('link', { name: 'Serve it' }).waitFor()
  },
  switchOn: async (): Promise<void> => {
    await go('Serve')
    await page.getByLabel('Port').fill('0')
    await press('Switch on…')
    await sign()
    await page.getByRole('button', { name: 'Switch off' }).waitFor()
  },
})
