import { ipcRenderer, type IpcRenderer } from 'electron'
import type { WindowChannel } from '../shared/window-contract/channel.ts'

const channel: WindowChannel = 'hesystem:connect'

/** What this file needs of a page's message: it is not checked against the types of browsers. */
interface PageMessage {
  readonly source: unknown
  readonly data: unknown
  readonly ports: Parameters<IpcRenderer['postMessage']>[2] & object
}
interface Page {
  addEventListener(kind: 'message', listen: (message: PageMessage) => void): void
}
const page = globalThis as unknown as Page

/** The whole way between the window and its shell: one port, handed on. Who sent it, names and shapes are checked on the other side. */
page.addEventListener('message', ({ source, data, ports }) => {
  if (source === page && data === channel && ports.length === 1) ipcRenderer.postMessage(channel, null, ports)
})
