import type { IpcMainInvokeEvent } from 'electron'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/shared/errors.ts'
import { windowChannel } from '../../../src/shared/window-contract.ts'
import { serveBridge, type WindowHandlers } from '../../../src/main/bridge.ts'

type Listener = (event: IpcMainInvokeEvent, message: unknown) => unknown

const ownFrame = { url: 'app://hesystem/index.html' }

const eventFrom = (senderFrame: unknown, mainFrame: unknown = senderFrame): IpcMainInvokeEvent =>
  ({ senderFrame, sender: { mainFrame } }) as unknown as IpcMainInvokeEvent

const serve = (about: WindowHandlers['about'] = () => Promise.resolve({ version: '1.2.3' })): Listener => {
  const listeners = new Map<string, Listener>()
  serveBridge({ handle: (channel, listener) => { listeners.set(channel, listener) } }, { about })
  expect([...listeners.keys()]).toEqual([windowChannel])
  const listener = listeners.get(windowChannel)
  if (listener === undefined) throw new Error('the bridge was not served')
  return listener
}

const refusal = (code: string): unknown => ({ ok: false, error: expect.objectContaining({ code }) })

describe('the bridge of the window (Electron at its edge replaced; unproven without the binary)', () => {
  it('answers what is in the contract', async () => {
    expect(await serve()(eventFrom(ownFrame), { name: 'about', input: {} })).toEqual({ ok: true, value: { version: '1.2.3' } })
  })

  it.each([
    ['an unknown name', { name: 'readFile', input: {} }],
    ['a name of every object', { name: 'constructor', input: {} }],
    ['an input that is too much', { name: 'about', input: { path: '/etc/passwd' } }],
    ['a message with more in it', { name: 'about', input: {}, extra: 1 }],
    ['no message', undefined],
  ])('refuses %s', async (_what, message) => {
    expect(await serve()(eventFrom(ownFrame), message)).toEqual(refusal('input.invalid'))
  })

  it.each([
    ['a page from the network', eventFrom({ url: 'https://example.org/' })],
    ['a page whose host only begins like ours', eventFrom({ url: 'app://hesystem.example.org/' })],
    ['a frame inside our page', eventFrom({ url: 'app://hesystem/index.html' }, ownFrame)],
    ['a frame that is gone', eventFrom(null)],
  ])('refuses %s', async (_what, event) => {
    let asked = false
    const listener = serve(() => {
      asked = true
      return Promise.resolve({ version: '1.2.3' })
    })
    expect(await listener(event, { name: 'about', input: {} })).toEqual(refusal('access.forbidden'))
    expect(asked).toBe(false)
  })

  it('keeps the code of an error on its way to the window', async () => {
    const listener = serve(() => Promise.reject(new AppError('store.unwritable', 'The disk is full.')))
    expect(await listener(eventFrom(ownFrame), { name: 'about', input: {} })).toEqual(refusal('store.unwritable'))
  })

  it('shows the window nothing of a foreign error', async () => {
    const listener = serve(() => Promise.reject(new Error('key 0xdeadbeef')))
    const reply = await listener(eventFrom(ownFrame), { name: 'about', input: {} })
    expect(reply).toEqual(refusal('bug.unexpected'))
    expect(JSON.stringify(reply)).not.toContain('deadbeef')
  })

  it('sends no reply that the contract does not describe', async () => {
    const tooMuch = (): Promise<{ version: string }> => Promise.resolve({ version: '1.2.3', privateKey: 'deadbeef' })
    const reply = await serve(tooMuch)(eventFrom(ownFrame), { name: 'about', input: {} })
    expect(reply).toEqual(refusal('bug.unexpected'))
  })
})
