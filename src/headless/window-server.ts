import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { RPCHandler } from '@orpc/server/ws'
import { WebSocketServer, type WebSocket } from 'ws'
import { createPageHeaders, createPageRefusal, readPageFile, type PageReply } from '../host/window/page-files.ts'
import { isCall } from '../host/window/read-call.ts'
import type { WindowHost } from '../host/window/create-window-host.ts'
import { errorCodes } from '../shared/error-codes.ts'
import { AppError, toAppError } from '../shared/errors.ts'
import { callProtocol, pageKeyProtocol, signedInMark } from '../shared/window-contract/page-key.ts'
import { assertNotEmbedded, assertOwnCaller, listHosts } from './guard-request.ts'

import { createWindowSessions, type WindowSessions } from './window-sessions.ts'

export interface WindowServerOptions {
  readonly window: Pick<WindowHost, 'router' | 'errorInterceptor'>
  /** The built renderer. */
  readonly root: string
  /** A loopback address. */
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Told the address to open, at the start and after each use: it is good once. */
  readonly onAddress: (url: string) => void
  readonly onBug: (error: unknown) => void
  /** Of the server before this one at the same port: its tabs stay signed in. */
  readonly sessions?: WindowSessions
}

export interface WindowServer {
  readonly port: number
  /** The address to open now. */
  readonly address: () => string
  /** The same, opening at a place of the window, such as #/wallet. */
  readonly addressOf: (place: string) => string
  readonly sessions: WindowSessions
  close(): Promise<void>
}

const rpcPath = '/rpc'
const openPath = '/open'
/** A table to import crosses as base64. */
const largestMessageBytes = 150 * 1024 * 1024

/**
 * A page of its own before the window's: a redirect from here would still count as coming from wherever the address was
 * clicked, and a SameSite=Strict cookie would stay behind. The page's key goes behind #, which is sent to nobody; the window takes it
 * from there.
 */
const createWelcomePage = (pageKey: string, place: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/${signedInMark}${pageKey}${place}"><link rel="icon" href="data:,"><title>HEsystem</title><p>Opening HEsystem …</p></html>`

/** A place of the window as a link may name it; anything else opens it where it was left. */
const readPlace = (text: string | null): string => (text !== null && /^#\/[\w/?=-]{1,200}$/.test(text) ? text : '')

const signInWords = `You are not signed in to this window.\n\n${errorCodes['access.window-not-signed-in'].next}\n`

const send = (response: ServerResponse, { status, headers, body }: PageReply, more: Record<string, string> = {}): void => {
  response.writeHead(status, { ...headers, ...more, 'cache-control': 'no-store' })
  response.end(body)
}

const refuse = (error: unknown, onBug: (error: unknown) => void): PageReply => {
  const refusal = toAppError(error)
  if (refusal.code === 'bug.unexpected') onBug(error)
  return createPageRefusal(errorCodes[refusal.code].status, `${refusal.message}\n\n${refusal.next}\n`)
}

type TabSocket = Pick<WebSocket, 'addEventListener' | 'send'>

/** A tab's socket of which only calls are heard: whoever sends anything else is hung up on. */
const onlyCalls = (tab: WebSocket): TabSocket => {
  const addEventListener: TabSocket['addEventListener'] = (type, listener, options) => {
    const hear = typeof listener === 'function' ? listener : listener.handleEvent.bind(listener)
    tab.addEventListener(type, (event) => {
      if ('data' in event && !isCall(event.data)) tab.close(1007, 'not a call of the window')
      else hear(event)
    }, options)
  }
  return { addEventListener, send: tab.send.bind(tab) }
}

interface Desk {
  readonly sessions: WindowSessions
  readonly hosts: ReadonlySet<string>
  readonly root: string
}

/** What of the request line says where to. Throws `input.not-found` for what is no address at all. */
const parseTarget = ({ url = '/' }: IncomingMessage): URL => {
  const target = URL.parse(url, 'http://window')
  if (target === null) throw new AppError('input.not-found', 'There is nothing at this address.')
  return target
}

const answer = async (request: IncomingMessage, response: ServerResponse, { sessions, hosts, root }: Desk): Promise<void> => {
  assertOwnCaller(request, hosts, { originRequired: false })
  if (request.method !== 'GET') {
    send(response, createPageRefusal(405, 'Only GET is answered here.'))
    return
  }
  const { pathname, searchParams } = parseTarget(request)
  if (pathname === openPath) {
    const session = sessions.exchange(searchParams.get('token') ?? '')
    if (session === null) send(response, createPageRefusal(401, signInWords))
    else {
      const page = { status: 200, headers: createPageHeaders('text/html; charset=utf-8'), body: createWelcomePage(session.pageKey, readPlace(searchParams.get('at'))) }
      send(response, page, { 'set-cookie': sessions.describeCookie(session.cookie) })
    }
    return
  }
  assertNotEmbedded(request)
  if (!sessions.isSignedIn(request.headers.cookie)) send(response, createPageRefusal(401, signInWords))
  else send(response, await readPageFile(root, pathname === '/' ? '/index.html' : pathname))
}

const assertMayConnect = (request: IncomingMessage, { sessions, hosts }: Desk): void => {
  assertOwnCaller(request, hosts, { originRequired: true })
  if (parseTarget(request).pathname !== rpcPath) throw new AppError('input.not-found', 'There is nothing at this address.')
  const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim())
  const pageKey = protocols.find((protocol) => protocol.startsWith(pageKeyProtocol))?.slice(pageKeyProtocol.length) ?? null
  if (!sessions.mayCall(request.headers.cookie, pageKey)) throw new AppError('access.window-not-signed-in', 'This tab is not signed in.')
}

const refuseUpgrade = (socket: Duplex, error: unknown): void => {
  const { code } = toAppError(error)
  socket.end(`HTTP/1.1 ${errorCodes[code].status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

const listen = (server: ReturnType<typeof createServer>, host: string, port: number): Promise<number> => new Promise((resolve, reject) => {
  server.once('error', (error) => {
    reject(new AppError('runtime.port-unavailable', `Cannot listen on ${host}:${port}: ${error.message}`, { details: { host, port }, cause: error }))
  })
  server.listen(port, host, () => {
    const bound = server.address()
    resolve(typeof bound === 'object' && bound !== null ? bound.port : port)
  })
})

/**
 * The window for a browser tab on this computer: its files and its calls over a WebSocket, to whoever holds the address or
 * the cookie it is exchanged for (S29). A listener of its own: the seller's public server knows nothing of it.
 */
export const startWindowServer = async (options: WindowServerOptions): Promise<WindowServer> => {
  const { window, root, host, port: asked, onAddress, onBug } = options
  let desk: Desk | null = null
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 15_000 }, (request, response) => {
    if (desk === null) {
      response.destroy()
      return
    }
    answer(request, response, desk).catch((error: unknown) => { send(response, refuse(error, onBug)) })
  })
  const rpc = new RPCHandler(window.router, { clientInterceptors: [window.errorInterceptor] })
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => callProtocol, maxPayload: largestMessageBytes,
    perMessageDeflate: false })
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => { socket.destroy() })
    try {
      if (desk === null) throw new AppError('access.window-not-signed-in', 'The window is not open yet.')
      assertMayConnect(request, desk)
    } catch (error) {
      refuseUpgrade(socket, error)
      return
    }
    sockets.handleUpgrade(request, socket, head, (tab) => {
      // A tab that breaks off in the middle of a message is no fault of ours; `close` follows and ends its calls.
      tab.on('error', () => { tab.terminate() })
      rpc.upgrade(onlyCalls(tab)).catch(onBug)
    })
  })
  const port = await listen(server, host, asked)
  const origin = `http://${host === '::1' ? '[::1]' : host}:${port}`
  const addressOf = (token: string): string => `${origin}${openPath}?token=${token}`
  const sessions = options.sessions ?? createWindowSessions(`hesystem_window_${port}`, (token) => { onAddress(addressOf(token)) })
  desk = { sessions, hosts: listHosts(host, port), root }
  onAddress(addressOf(sessions.token()))
  return {
    port,
    sessions,
    address: () => addressOf(sessions.token()),
    addressOf: (place) => `${addressOf(sessions.token())}&${new URLSearchParams({ at: place }).toString()}`,
    close: async () => {
      for (const tab of sockets.clients) tab.terminate()
      server.closeAllConnections()
      await new Promise<void>((resolve) => { server.close(() => { resolve() }) })
    },
  }
}
