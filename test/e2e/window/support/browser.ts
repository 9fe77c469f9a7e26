import { chromium, type Browser, type Page } from '@playwright/test'
import { existsSync } from 'node:fs'

export const browserPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path))

/** Nothing of the browser's own goes out to the network while we look at what the page does. */
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync']

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ ...(browserPath === undefined ? {} : { executablePath: browserPath }), args: flags })

export interface Watched {
  /** Whatever the page or the browser complained of: broken policies, errors nobody caught. */
  readonly complaints: string[]
  /** Every address that was asked for. */
  readonly asked: string[]
}

export const watchPage = (page: Page): Watched => {
  const complaints: string[] = []
  const asked: string[] = []
  page.on('console', (message) => { if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text()) })
  page.on('pageerror', (error) => { complaints.push(error.message) })
  page.on('request', (request) => { asked.push(request.url()) })
  return { complaints, asked }
}
