import { expect } from 'vitest'
import type { WindowPage } from './window-page.ts'

const jobMilliseconds = 60_000
const mostTabs = 120

/** What is in focus, as it is called on the screen; nothing for a page or a part of one, which is no control. */
const focusedName = `(() => {
  const focused = document.activeElement
  if (!focused?.matches('a, button, input, textarea, summary')) return ''
  const label = focused.labels?.[0]?.textContent ?? focused.getAttribute('aria-label') ?? focused.textContent ?? ''
  return label.replace(/\\s*\\*$/, '').trim()
})()`

/** The window by keys alone: nothing is clicked, and nothing is put in focus but by Tab. */
export const createKeyboard = ({ page, dialog, heading }: WindowPage) => {
  const nameInFocus = (): Promise<string> => page.evaluate(focusedName)
  /** Tabs until what is called that is in focus. */
  const tabTo = async (name: string | RegExp): Promise<void> => {
    const isIt = (found: string): boolean => (typeof name === 'string' ? found === name : name.test(found))
    const passed: string[] = []
    for (let presses = 0; presses < mostTabs && !isIt(await nameInFocus()); presses += 1) {
      await page.keyboard.press('Tab')
      passed.push(await nameInFocus())
    }
    expect(isIt(await nameInFocus()), `${String(name)} among ${passed.join(' | ')}`).toBe(true)
  }
  return {
    tabTo,
    /** Waits until a button or link of that name is there, tabs to it and presses it. */
    press: async (name: string): Promise<void> => {
      await page.getByRole('button', { name, exact: true }).or(page.getByRole('link', { name, exact: true })).first().waitFor({ timeout: jobMilliseconds })
      await tabTo(name)
      await page.keyboard.press('Enter')
    },
    type: async (label: string | RegExp, text: string): Promise<void> => {
      await tabTo(label)
      await page.keyboard.press('Control+a')
      await page.keyboard.type(text)
    },
    /** The confirmation opens with what does not sign in focus: Enter pressed twice signs nothing. */
    sign: async (): Promise<void> => {
      await page.getByRole('button', { name: 'Sign and send' }).waitFor()
      await page.waitForFunction('document.activeElement?.textContent === "Do not sign"')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await dialog().waitFor({ state: 'detached', timeout: jobMilliseconds })
    },
    goByPalette: async (words: string, title: string): Promise<void> => {
      await page.keyboard.press('Control+k')
      await page.waitForFunction('document.activeElement?.getAttribute("aria-label") === "Find or do"')
      await page.keyboard.type(words)
      await page.getByRole('option').first().waitFor()
      await page.keyboard.press('Enter')
      await heading(title).waitFor()
    },
  }
}
