import { AxeBuilder } from '@axe-core/playwright'
import type { Locator, Page } from '@playwright/test'

const chainMilliseconds = 60_000

/** The frame around every page, and what can be done from anywhere. */
export const createWindowPage = (page: Page) => {
  const dialog = (): Locator => page.getByRole('dialog')
  return {
    page,
    dialog,
    heading: (title: string): Locator => page.getByRole('heading', { level: 1, name: title, exact: true }),
    state: (words: string): Locator => page.locator('.tag', { hasText: words }).first(),
    go: async (title: string): Promise<void> => {
      await page.getByRole('navigation').getByRole('link', { name: title, exact: true }).click()
      await page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor()
    },
    goTo: async (hash: string): Promise<void> => {
      await page.evaluate(`location.hash = ${JSON.stringify(hash)}`)
    },
    press: (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click(),
    /** One of the segments of a control. */
    choose: (control: string, segment: string): Promise<void> =>
      page.getByRole('radiogroup', { name: control }).getByText(segment, { exact: true }).click(),
    /** A file dropped on the window. */
    drop: async (fileName: string, text: string): Promise<void> => {
      await page.evaluate(`(() => {
        const dataTransfer = new DataTransfer()
        dataTransfer.items.add(new File([${JSON.stringify(text)}], ${JSON.stringify(fileName)}))
        for (const kind of ['dragover', 'drop']) document.body.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }))
      })()`)
    },
    /** What stands in the confirmation that is open. */
    readConfirmation: async (): Promise<string> => {
      await page.getByRole('button', { name: 'Sign and send' }).waitFor()
      return dialog().innerText()
    },
    sign: async (): Promise<void> => {
      await page.getByRole('button', { name: 'Sign and send' }).click()
      await dialog().waitFor({ state: 'detached', timeout: chainMilliseconds })
    },
    /** Leaves what is open over the page without carrying it out. */
    leaveDialog: async (): Promise<void> => {
      await page.keyboard.press('Escape')
      await dialog().waitFor({ state: 'detached' })
    },
    /** How far the page as it stands reaches beyond its width, in pixels: what can be read only by scrolling sideways. */
    findOverflow: (): Promise<number> =>
      page.evaluate('(() => { const main = document.querySelector("main"); return Math.max(main.scrollWidth - main.clientWidth, document.documentElement.scrollWidth - innerWidth) })()'),
    /** The words that reach out of the field, cell or paragraph they stand in, each with the pixels: they lie over what is beside them. */
    findSpilled: (): Promise<string[]> =>
      page.evaluate(`[...document.querySelectorAll('main :is(p, dt, dd, td, th, h1, h2, h3, label, button, aside, section)')]
        .filter((box) => getComputedStyle(box).overflowX === 'visible' && box.clientWidth > 0 && box.scrollWidth > box.clientWidth + 1)
        .map((box) => box.tagName.toLowerCase() + ' by ' + (box.scrollWidth - box.clientWidth) + ': ' + box.innerText.slice(0, 60))`),
    /** Serious and critical violations of WCAG on the page as it stands, each with where it is. */
    findBarriers: async (): Promise<string[]> => {
      const { violations } = await new AxeBuilder({ page }).exclude('.monaco-editor').analyze()
      return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
    },
  }
}

export type WindowPage = ReturnType<typeof createWindowPage>
