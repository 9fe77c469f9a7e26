import { EventEmitter } from 'node:events'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { IpcMain } from 'electron'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveBridge } from '../../../src/main/bridge.ts'
import { windowChannel } from '../../../src/shared/window-contract/channel.ts'
import type { WindowClient } from '../../../src/shared/window-contract/index.ts'
import { openWindowPair, refusalOf, type WindowPair } from '../window/window-pair.ts'

const ownFrame = { url: 'app://hesystem/index.html' }

/** Electron's ports of the main process are event emitters whose messages stand in `data`. */
class MainPort extends EventEmitter {
  closed = false
  readonly #port: MessagePort

  constructor(port: MessagePort) {
    super()
    this.#port = port
  }

  postMessage(message: unknown): void {
    this.#port.postMessage(message)
  }

  start(): void {
    this.#port.on('message', (data: unknown) => this.emit('message', { data }))
  }

  close(): void {
    this.closed = true
    this.#port.close()
  }
}

describe('the bridge of the window (S26; Electron at its edge replaced; unproven without the binary)', () => {
  let pair: WindowPair
  const ipc = new EventEmitter()
  const opened: MessagePort[] = []

  beforeAll(async () => {
    pair = await openWindowPair()
    serveBridge(ipc as unknown as IpcMain, pair.window)
    expect(ipc.eventNames()).toEqual([windowChannel])
  })
  afterAll(async () => {
    for (const port of opened) port.close()
    await pair.close()
  })

  const connect = (senderFrame: unknown, mainFrame: unknown = senderFrame, count = 1): { client: WindowClient, ports: MainPort[] } => {
    const channels = Array.from({ length: count }, () => new MessageChannel())
    const [first] = channels
    if (first === undefined) throw new Error('no port')
    opened.push(...channels.map(({ port1 }) => port1))
    const ports = channels.map(({ port2 }) => new MainPort(port2))
    ipc.emit(windowChannel, { senderFrame, sender: { mainFrame }, ports })
    first.port1.start()
    return { client: createORPCClient(new RPCLink({ port: first.port1 })), ports }
  }

  it('answers what is in the contract', async () => {
    expect(await connect(ownFrame).client.app.about({})).toMatchObject({ version: '1.2.3' })
  })

  it('streams to the page until the page has enough', async () => {
    const changes = await connect(ownFrame).client.app.changes({})
    const next = changes.next()
    await pair.client.app.saveState({ key: 'a', value: '1' })
    await pair.client.settings.update({ theme: 'light' })
    expect((await next).value).toMatchObject({ topics: ['settings'] })
    await changes.return?.(undefined)
  })

  it.each([
    ['a page from the network', { url: 'https://example.org/' }, undefined, 1],
    ['a page whose host only begins like ours', { url: 'app://hesystem.example.org/' }, undefined, 1],
    ['a frame inside our page', { url: 'app://hesystem/index.html' }, ownFrame, 1],
    ['a frame that is gone', null, undefined, 1],
    ['our page with more ports than one', ownFrame, undefined, 2],
  ])('closes the port of %s, unanswered', (_what, frame, mainFrame, count) => {
    const { ports } = connect(frame, mainFrame ?? frame, count)
    expect(ports.map(({ closed }) => closed)).toEqual(ports.map(() => true))
    expect(ports.flatMap((port) => port.eventNames())).toEqual([])
  })

  it('keeps the code of an error on its way to the window', async () => {
    expect(await refusalOf(connect(ownFrame).client.purchases.show({ purchase: '1' }))).toMatchObject({ code: 'chain.network-missing' })
  })
})
