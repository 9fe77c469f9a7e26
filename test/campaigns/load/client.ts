import { Agent, request, type IncomingMessage } from 'node:http'
import type { Wallet } from 'ethers'
import type { z } from 'zod'
import { parseJsonAs } from '../../../src/shared/parse.ts'
import { sessionChallengeSchema, sessionSchema } from '../../../src/shared/schemas/http.ts'

export interface Reply {
  readonly status: number
  readonly bytes: Uint8Array
}

/** One caller with an address of its own in 127.0.0.0/8, as buyers have, and one connection that it keeps. */
export interface LoadClient {
  ask(path: string, body?: unknown): Promise<Reply>
  /** Throws unless the answer is 2xx and of this form. */
  askJson<T>(path: string, schema: z.ZodType<T>, body?: unknown): Promise<T>
  askBytes(path: string): Promise<Uint8Array>
  /** The same, read at so many bytes a second. */
  askSlowly(path: string, bytesPerSecond: number): Promise<Uint8Array>
  signIn(wallet: Wallet): Promise<void>
  close(): void
}

const addressOf = (number: number): string => `127.77.${Math.floor(number / 250)}.${1 + (number % 250)}`

const collect = async (response: IncomingMessage, bytesPerSecond: number): Promise<Uint8Array> => {
  const parts: Buffer[] = []
  for await (const part of response as AsyncIterable<Buffer>) {
    parts.push(part)
    if (bytesPerSecond !== Infinity) await new Promise((resolve) => { setTimeout(resolve, (part.length / bytesPerSecond) * 1000) })
  }
  return Uint8Array.from(Buffer.concat(parts))
}

export const createLoadClient = (origin: string, number: number): LoadClient => {
  const { hostname, port } = new URL(origin)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  let token: string | null = null
  const send = (path: string, body: unknown, bytesPerSecond: number, tries: number): Promise<Reply> => new Promise((resolve, reject) => {
    const text = body === undefined ? null : Buffer.from(JSON.stringify(body))
    const asked = request({
      agent, hostname, port, path, localAddress: addressOf(number), method: text === null ? 'GET' : 'POST',
      headers: {
        host: `${hostname}:${port}`, ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(text === null ? {} : { 'content-type': 'application/json', 'content-length': String(text.length) }),
      },
    }, (response) => {
      collect(response, bytesPerSecond).then((bytes) => { resolve({ status: response.statusCode ?? 0, bytes }) }, reject)
    })
    asked.on('error', (error: NodeJS.ErrnoException) => {
      // A kept connection that the server closed just now, before it had read anything of this: asked again, as browsers do.
      if (asked.reusedSocket && tries > 0 && error.code === 'ECONNRESET') send(path, body, bytesPerSecond, tries - 1).then(resolve, reject)
      else reject(new Error(`${path}: ${error.message}`, { cause: error }))
    })
    asked.end(text ?? undefined)
  })
  const take = async (path: string, body: unknown, bytesPerSecond = Infinity): Promise<Uint8Array> => {
    const { status, bytes } = await send(path, body, bytesPerSecond, 3)
    if (status < 200 || status > 299) throw new Error(`${path} was answered ${status}: ${Buffer.from(bytes).toString().slice(0, 500)}`)
    return bytes
  }
  const askJson = async <T>(path: string, schema: z.ZodType<T>, body?: unknown): Promise<T> =>
    parseJsonAs(schema, Buffer.from(await take(path, body)).toString(), path)
  return {
    ask: (path, body) => send(path, body, Infinity, 3),
    askJson,
    askBytes: (path) => take(path, undefined),
    askSlowly: (path, bytesPerSecond) => take(path, undefined, bytesPerSecond),
    signIn: async (wallet) => {
      const { message } = await askJson('/v1/sessions', sessionChallengeSchema, { address: wallet.address })
      token = (await askJson('/v1/sessions', sessionSchema, { message, signature: await wallet.signMessage(message) })).token
    },
    close: () => { agent.destroy() },
  }
}
