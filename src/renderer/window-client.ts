import { createORPCClient, isDefinedError, ORPCError, safe, type ClientContext, type ClientLink } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import { callProtocol, pageKeyProtocol } from '../shared/window-contract/page-key.ts'
import { readPageKey, takePageKey } from './page-key.ts'
import type { ErrorDocumentJson } from '../shared/window-contract/base.ts'
import type { WindowClient } from '../shared/window-contract/index.ts'

/** What the preload listens for, with one end of a channel to hand to the shell. */
const connectMessage = 'hesystem:connect'
const rpcPath = '/rpc'

type Link = ClientLink<ClientContext>

/** In Electron: one channel of messages, for as long as the page lives. */
const createPortLink = (): Link => {
  const { port1, port2 } = new MessageChannel()
  window.postMessage(connectMessage, window.location.origin, [port2])
  port1.start()
  return new PortLink({ port: port1 })
}

/** In a browser tab: a socket that is opened anew by the next call after it was lost. Calls under way when it is lost fail. */
const createSocketLink = (): Link => {
  takePageKey()
  let socket: WebSocket | null = null
  let link: Link | null = null
  const connect = (): Link => {
    if (link !== null && socket !== null && socket.readyState <= WebSocket.OPEN) return link
    const url = new URL(rpcPath, window.location.href)
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
    socket = new WebSocket(url, [callProtocol, `${pageKeyProtocol}${readPageKey()}`])
    link = new SocketLink({ websocket: socket })
    return link
  }
  return { call: (path, input, options) => connect().call(path, input, options) }
}

/** The shell, whichever it is: the renderer cannot tell them apart but by `app.about`. Made once for the whole window. */
export const createWindowClient = (): WindowClient =>
  createORPCClient(window.location.protocol === 'app:' ? createPortLink() : createSocketLink())

const connectionLost: ErrorDocumentJson = {
  code: 'runtime.window-disconnected',
  message: 'The window has lost its connection to HEsystem.',
  next: 'Check that HEsystem still runs; if it was started again, open the address that it printed.',
  details: {},
}

/** What went wrong, in the words of the catalogue: whatever a call threw. */
export const readError = (error: unknown): ErrorDocumentJson => {
  if (error instanceof ORPCError && isDefinedError(error) && error.code === 'APP_ERROR') return error.data as ErrorDocumentJson
  return connectionLost
}

export { safe }
