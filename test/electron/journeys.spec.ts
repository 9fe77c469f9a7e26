import { expect, test } from '@playwright/test'
import { createBuying } from '../e2e/window/pages/buying.ts'
import { createSelling } from '../e2e/window/pages/selling.ts'
import { createWindowPage, type WindowPage } from '../e2e/window/pages/window-page.ts'
import { openElectron, type OpenedElectron } from './open-electron.ts'

/** The journeys of test/e2e/window, page by page the same, in the real shell. */
test.describe.configure({ mode: 'serial', timeout: 240_000 })

const table = `age;pay\n${Array.from({ length: 40 }, (_, index) => `${20 + ((index * 7) % 41)};${18 + ((index * 13) % 50) / 10}`).join('\n')}\n`

let opened: OpenedElectron
let window: WindowPage

test.beforeAll(async () => {
  opened = await openElectron()
  window = createWindowPage(opened.page)
})
test.afterAll(async () => { await opened.close() })

test('a buyer comes from an empty profile to the proved answer', async () => {
  const buying = createBuying(window)
  await buying.tryItWithPlayMoney()
  await buying.runOnTestData()
  await buying.buy('Wages of 1985')
  await buying.compute()
  await buying.request()
  expect(await buying.readNumber('meanWage')).toBeCloseTo(9.024064, 5)
  await buying.confirm()
})

test('a seller comes from a file to serving', async () => {
  const selling = createSelling(window)
  await selling.chooseFile('shifts.csv', table)
  await selling.importIt()
  await selling.encrypt()
  await selling.writeListing({ price: '0.05', delivery: '30m' })
  await selling.publish()
  await selling.switchOn()
  await expect(opened.page.getByRole('contentinfo')).toContainText('Serving')
})
