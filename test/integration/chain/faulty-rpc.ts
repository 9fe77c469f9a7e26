import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One call to the node, as it passes. */
export interface RpcCall {
  readonly method: string
  readonly params: readonly unknown[]
}

/**
 * What becomes of a call: it `passes`; is `lost` on its way, or answered with an `error`, without the node seeing it; is seen by the
 * node and its answer `cut` off, or never sent though the connection stays open (`silent`); reaches the node `twice`; gets the
 * answer to the same question from an earlier time (`stale`); or an `answer` made up.
 */
export type Fault = 'passes' | 'lost' | 'cut' | 'silent' | 'twice' | 'stale' | 'error' | { readonly answer: unknown }

export interface FaultyRpc {
  readonly rpcUrl: string
  /** Decides about each call from now on. */
  decide(decider: (call: RpcCall) => Fault): void
  close(): Promise<void>
}

interface Reply {
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string }
}

const readBody = async (incoming: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = []
  for await (const part of incoming) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

/** A node's address that does to calls what a test wants, and else passes them on. */
export const openFaultyRpc = async (target: string): Promise<FaultyRpc> => {
  let decider: (call: RpcCall) => Fault = () => 'passes'
  const earlier = new Map<string, Reply>()

  const ask = async (body: string): Promise<Reply> => {
    const response = await fetch(target, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    return await response.json() as Reply
  }

  /** The reply to send, or null: none comes; or undefined: none comes, and the caller is left to wait. */
  const answer = async (body: string, call: RpcCall): Promise<Reply | null | undefined> => {
    const fault = decider(call)
    if (typeof fault === 'object') return { result: fault.answer }
    if (fault === 'lost') return null
    if (fault === 'error') return { error: { code: -32005, message: 'limit exceeded' } }
    const question = JSON.stringify([call.method, call.params])
    const before = earlier.get(question)
    if (fault === 'stale' && before !== undefined) return before
    if (fault === 'twice') await ask(body)
    const reply = await ask(body)
    earlier.set(question, reply)
    if (fault === 'silent') return undefined
    return fault === 'cut' ? null : reply
  }

  const server = createServer((incoming, outgoing) => {
    const handle = async (): Promise<void> => {
      const body = await readBody(incoming)
      const call = JSON.parse(body) as RpcCall & { readonly id: number }
      const reply = await answer(body, call)
      if (reply === undefined) return
      if (reply === null) incoming.socket.destroy()
      else outgoing.setHeader('content-type', 'application/json').end(JSON.stringify({ ...reply, jsonrpc: '2.0', id: call.id }))
    }
    handle().catch(() => { incoming.socket.destroy() })
  })
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  return {
    rpcUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    decide: (next) => { decider = next },
    close: () => new Promise((resolve) => {
      server.closeAllConnections()
      server.close(() => { resolve() })
    }),
  }
}
