import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onCleanup } from './cleanup.ts'

export interface Exchange {
  readonly method: string
  readonly path: string
  readonly body: Buffer
}

export interface Reply {
  readonly status: number
  readonly body: Buffer
}

export interface Relay {
  readonly url: string
  readonly port: number
  /** Where to, from now on. */
  forwardTo(port: number): void
  /** Looks at each exchange on its way; a hook that throws cuts the connection. Replaces the hooks before. */
  intercept(hooks: RelayHooks): void
  /** Every exchange so far, as `METHOD path`. */
  readonly seen: string[]
}

export interface RelayHooks {
  /** Before the other side sees anything of it. */
  readonly before?: (exchange: Exchange) => unknown
  /** After the other side has answered, before the caller sees anything of it; may answer something else. */
  readonly after?: (exchange: Exchange, reply: Reply) => Promise<Reply | void> | Reply | void
}

const readAll = async (stream: IncomingMessage): Promise<Buffer> => {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

type Headers = IncomingMessage['headers']

const forward = (port: number, incoming: IncomingMessage, body: Buffer): Promise<{ reply: Reply; headers: Headers }> =>
  new Promise((resolve, reject) => {
    const { method, url, headers } = incoming
    const outgoing = request({ host: '127.0.0.1', port, method, path: url, headers, agent: false }, (response) => {
      const { statusCode: status = 0, headers: replied } = response
      readAll(response).then((bytes) => { resolve({ reply: { status, body: bytes }, headers: replied }) }, reject)
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })

/**
 * A wire between two parties that a test can watch and cut: between a buyer and a seller's server, or a party and its chain.
 * The Host header passes through unchanged, as through a TLS proxy.
 */
export const openRelay = async (target = 0): Promise<Relay> => {
  const seen: string[] = []
  let hooks: RelayHooks = {}
  let port = target
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const body = await readAll(incoming)
    const exchange: Exchange = { method: incoming.method ?? '', path: incoming.url ?? '', body }
    seen.push(`${exchange.method} ${exchange.path}`)
    const { before, after } = hooks
    await before?.(exchange)
    const { reply, headers } = await forward(port, incoming, body)
    const shown = (await after?.(exchange, reply)) ?? reply
    const { 'content-length': _length, 'transfer-encoding': _encoding, connection: _connection, ...kept } = headers
    outgoing.writeHead(shown.status, { ...kept, 'content-length': shown.body.length }).end(shown.body)
  }
  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => { incoming.socket.destroy() })
  })
  // A connection that is closed for idleness just when it is used again would look like a fault of the wire.
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  onCleanup(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port: own } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${own}`,
    port: own,
    seen,
    forwardTo: (next) => { port = next },
    intercept: (next) => { hooks = next },
  }
}

/** The JSON-RPC method of an exchange with a chain. */
export const rpcMethodOf = ({ body }: Exchange): string => (JSON.parse(body.toString()) as { method: string }).method
