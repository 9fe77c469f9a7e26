import { describe, expect, it, vi } from 'vitest'
import { findLinkedPage, findLinkIn } from '../../../src/main/deep-link.ts'
import { createMenuTemplate } from '../../../src/main/menu.ts'
import { describeQuit } from '../../../src/host/window/quit-warning.ts'
import packages from '../../../resources/packaging/electron-builder.json' with { type: 'json' }
import { tradeFileEndings } from '../../../src/shared/trade-files.ts'
import { findFileIn } from '../../../src/main/opened-file.ts'
import { restoreBounds, usualSize } from '../../../src/main/window-bounds.ts'

const listing = 'https://data.example.org/v1/listings/wages'

describe('a link of another program', () => {
  it('opens a listing, and nothing else', () => {
    const page = `app://hesystem/index.html#/buy/listing?url=${encodeURIComponent(listing)}`
    expect(findLinkedPage(`hesystem://listing?url=${encodeURIComponent(listing)}`)).toBe(page)
    expect(findLinkIn(['/usr/bin/hesystem', '.', `hesystem://listing?url=${encodeURIComponent(listing)}`])).toBe(page)
  })

  it.each([
    ['another scheme', `https://listing?url=${listing}`], ['another page', `hesystem://wallet?url=${listing}`], ['no address', 'hesystem://listing'],
    ['a script', 'hesystem://listing?url=javascript:alert(1)'], ['a file', 'hesystem://listing?url=file:///etc/passwd'],
    ['a very long address', `hesystem://listing?url=https://a.example/${'a'.repeat(3000)}`], ['no link at all', 'nonsense'],
  ])('leads nowhere with %s', (_what, link) => {
    expect(findLinkedPage(link)).toBeNull()
  })
})

describe('a file that was opened with the program', () => {
  it('is a receipt, by its ending, wherever the program was started', () => {
    expect(findFileIn(['--flag', 'receipt-3.hereceipt'], '/home/ada')).toBe('/home/ada/receipt-3.hereceipt')
    expect(findFileIn(['.', '/home/ada/Receipt.HERECEIPT'], '/')).toBe('/home/ada/Receipt.HERECEIPT')
    expect(findFileIn(['.', 'answer-3.heresult'], '/home/ada')).toBe('/home/ada/answer-3.heresult')
  })

  it('is of the types that the packages register, and no other', () => {
    expect(packages.fileAssociations.map(({ ext }) => ext)).toEqual([...tradeFileEndings])
  })

  it.each(['table.csv', '--load=x.hereceipt', 'https://data.example.org/x.hereceipt'])('is not %s', (argument) => {
    expect(findFileIn([argument], '/home/ada')).toBeNull()
  })
})

describe('the place of the window', () => {
  const screens = [{ x: 0, y: 0, width: 1920, height: 1080 }]
  const at = (bounds: unknown): string => JSON.stringify(bounds)

  it('is where it was left, as long as its screen is there', () => {
    const bounds = { x: 100, y: 50, width: 1400, height: 900 }
    expect(restoreBounds(at(bounds), screens)).toEqual(bounds)
    expect(restoreBounds(at({ ...bounds, x: 2500 }), screens)).toEqual(usualSize)
  })

  it.each([['nothing', null], ['half a file', '{"x":'], ['something else', '{"x":1}'], ['a window of no size', at({ x: 0, y: 0, width: 1, height: 1 })]])(
    'is the usual one after %s was remembered', (_what, stored) => {
      expect(restoreBounds(stored, screens)).toEqual(usualSize)
    })
})

describe('quitting', () => {
  const idle = { open: [], running: [], serving: false }

  it('is free where nothing goes on', () => {
    expect(describeQuit(idle)).toBeNull()
  })

  it('says what stops, and what of it is kept', () => {
    expect(describeQuit({ ...idle, running: ['Encrypting wages'], serving: true })?.detail).toMatch(/^Encrypting wages\..*kept/)
    expect(describeQuit({ ...idle, serving: true })?.message).toBe('You are serving.')
  })

  it('names the purchase whose time is over first', () => {
    const open = [['2', 2_000_000_000], ['1', 1_900_000_000]] as const
    const waiting = open.map(([purchase, deadlineSeconds]) => ({ purchase, state: 'Requested' as const, deadlineSeconds }))
    const warning = describeQuit({ open: waiting, running: ['Encrypting wages'], serving: true })
    expect(warning?.message).toBe('2 purchases are open.')
    expect(warning?.detail).toContain('purchase 1, ends 17 Mar 2030')
  })
})

describe('the menu', () => {
  it('leads to the pages, and offers neither developer tools nor reloading', () => {
    const show = vi.fn()
    const template = createMenuTemplate(false, show)
    const go = template.find(({ label }) => label === 'Go')?.submenu
    for (const item of Array.isArray(go) ? go : []) (item.click as (() => void) | undefined)?.()
    expect(show.mock.calls.flat()).toContain('#/sell/serve')
    expect(JSON.stringify(template)).not.toMatch(/devtools|reload/i)
  })
})
