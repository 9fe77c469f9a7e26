/** Renders resources/icons/icon.svg to the PNG from which electron-builder makes every system's icons. Needs Debian's chromium. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { projectRoot } from './run-command.ts'

const folder = join(projectRoot, 'resources', 'icons')
const side = 1024
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
const page = await browser.newPage({ viewport: { width: side, height: side } })
await page.setContent(`<style>body{margin:0}svg{display:block}</style>${readFileSync(join(folder, 'icon.svg'), 'utf8')}`)
await page.screenshot({ path: join(folder, 'icon.png'), omitBackground: true })
await browser.close()
console.log(`resources/icons/icon.png: ${side} × ${side}`)
