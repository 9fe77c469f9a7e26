import type { Page } from '@playwright/test'
import { join } from 'node:path'
import type { TestContext } from 'vitest'

/** Where pictures go that are to be looked at, if anywhere. */
const folder = process.env.HESYSTEM_TEST_PICTURES

/** The page as it stands, in both themes. */
export const takePicture = async (page: Page, name: string): Promise<void> => {
  if (folder === undefined) return
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) })
  }
}

/** A picture of each page as it stood when the test failed. */
export const pictureFailure = ({ onTestFailed, task }: Pick<TestContext, 'onTestFailed' | 'task'>, pages: () => readonly Page[]): void => {
  if (folder === undefined) return
  onTestFailed(async () => {
    for (const [index, page] of pages().entries()) await page.screenshot({ path: join(folder, `${task.name.slice(0, 40)} ${index + 1}.png`) })
  })
}
