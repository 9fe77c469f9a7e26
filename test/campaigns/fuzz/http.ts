import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { InjectOptions } from 'fastify'
import { errorCodes } from '../../../src/shared/error-codes.ts'
import { problemSchema } from '../../../src/shared/schemas/http.ts'
import type { Draws } from './draws.ts'
import { fingerprint } from './importers.ts'
import { mutateBytes, mutateJsonText } from './mutate.ts'
import { host, type SellerStage } from './seller-stage.ts'
import type { FuzzTarget } from './target.ts'

const strangePaths = [
  '/', '//', '/..', '/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/v1/', '/v1/listings/..%2f..', '/v1/listings/%00', '/v1/listings/%ff%fe', '/v1/purchases/1;/answer',
  '/v1/listings/__proto__', '/v1/listings/constructor', '/.git/config', '/v1/purchases/-1/answer', '/v1/purchases/1e3/answer', '/v1/purchases/2/data/99999999999999999999',
  '/v1/purchases/0x2/answer', '/openapi.json', `/${'a'.repeat(3000)}`, `/v1/purchases/${'9'.repeat(99)}/answer`, '/v1/purchases/٢/answer', '/v1/listings/%E0%A4%A', '*',
]
const strangeHeaders: readonly (readonly [string, readonly string[]])[] = [
  ['host', ['', 'evil.example', `${host}:1`, host.toUpperCase(), `${host}.`, '127.0.0.1', '[::1]', '0.0.0.0']],
  ['origin', ['null', 'https://evil.example', `https://${host}`, `http://${host}`, '']],
  ['content-type', ['', 'text/plain', 'application/json; charset=utf-16', 'application/jsonx', 'multipart/form-data; boundary=x', 'application/json;charset=utf-8', 'application/x-www-form-urlencoded']],
  ['authorization', ['Bearer', 'Bearer ', `Bearer ${'A'.repeat(43)}`, `bearer ${'A'.repeat(43)}`, `Basic ${'A'.repeat(44)}`, `Bearer ${'A'.repeat(5000)}`]],
  ['content-encoding', ['gzip', 'br', 'identity', 'x']],
  ['transfer-encoding', ['chunked', 'gzip, chunked', 'identity']],
  ['content-length', ['0', '-1', '1', '99999999999', 'x']],
  ['expect', ['100-continue', 'x']],
  ['x-forwarded-for', ['127.0.0.1', 'x', '1.1.1.1, 2.2.2.2']],
  ['accept', ['*/*', 'text/html;q=0', 'x'.repeat(5000)]],
  ['if-none-match', ['*', 'W/"x"']],
  ['range', ['bytes=0-', 'bytes=-1']],
]

const drawPath = (draws: Draws, { listing, bodies }: SellerStage): string => {
  const known = [
    '/', '/healthz', '/sitemap.xml', `/listings/${listing}`, '/v1/listings', `/v1/listings/${listing}`, `/v1/listings/${listing}/test`, ...Object.keys(bodies),
    ...['1', '2', '3', '4', '5', '6', '7', '77'].flatMap((id) => ['data/manifest', 'data/0', 'answer', 'receipt', 'result'].map((what) => `/v1/purchases/${id}/${what}`)),
  ]
  if (draws.once(8)) return draws.pick(strangePaths)
  const path = draws.pick(known)
  if (!draws.once(6)) return path
  // A letter changed anywhere, kept to what a request line can carry at all.
  const noise = Buffer.from(mutateBytes(draws, [Buffer.from(path)])).toString('latin1').replaceAll(/[^!-~]/g, (letter) => encodeURIComponent(letter)).slice(0, 4000)
  // Two slashes of either kind begin a host name to the URL parser of requests inside a process; sockets send such lines too.
  return `/${noise.replace(/^[/\\]+/, '')}`
}

const drawHeaders = (draws: Draws, { tokens }: SellerStage): Record<string, string> => {
  const headers: Record<string, string> = { host, 'content-type': 'application/json' }
  if (!draws.once(4)) headers['authorization'] = `Bearer ${draws.once(5) ? tokens[1] : tokens[0]}`
  for (let strange = draws.once(3) ? 1 + draws.below(3) : 0; strange > 0; strange -= 1) {
    const [name, values] = draws.pick(strangeHeaders)
    headers[name] = draws.pick(values)
  }
  return headers
}

const drawRequest = (draws: Draws, stage: SellerStage): InjectOptions & { readonly url: string } => {
  const method = draws.once(10) ? draws.pick(['PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'] as const) : draws.once(2) ? 'POST' : 'GET'
  const [path, samples] = method === 'POST' && !draws.once(5) ? draws.pick(Object.entries(stage.bodies)) : [drawPath(draws, stage), Object.values(stage.bodies).flat()]
  const payload = method === 'GET' || method === 'HEAD' ? {} : { payload: mutateJsonText(draws, draws.pick(samples)) }
  // Each from an address of its own: the rate limits have tests of their own.
  const remoteAddress = `10.${draws.below(256)}.${draws.below(256)}.${draws.below(256)}`
  return { method, url: draws.once(20) ? `${path}?${'a=1&'.repeat(draws.below(400))}` : path, headers: drawHeaders(draws, stage), remoteAddress, ...payload }
}

const assertAnswer = (status: number, type: string, body: string): string => {
  // What answers HEAD has no body.
  if (status < 400 || body === '') return String(status)
  if (!type.startsWith('application/problem+json')) throw new Error(`status ${status} without a problem document: ${type}: ${body.slice(0, 300)}`)
  const { code, status: named } = problemSchema.parse(JSON.parse(body))
  if (named !== status || !Object.hasOwn(errorCodes, code)) throw new Error(`status ${status} says ${named} and ${code}`)
  if (status >= 500) throw new Error(`status ${status}: ${body.slice(0, 500)}`)
  return code
}

/** Requests to the seller's server, inside this process: each is answered, refused in the catalogue's words, and changes nothing. */
const createSellerTarget = (stage: SellerStage): FuzzTarget => ({
  name: 'HTTP of the seller',
  run: async (draws) => {
    const before = fingerprint(stage.database)
    const request = drawRequest(draws, stage)
    const { statusCode, headers, body } = await stage.app.inject(request)
    if (stage.bugs.length > 0) throw new Error('a bug was reported', { cause: stage.bugs[0] })
    if (statusCode === 202) {
      await stage.finishSale()
      return 'request taken'
    }
    // Comparisons and products that are answered are counted for good.
    const help = request.method === 'POST' && statusCode === 200 ? /^\/v1\/purchases\/\d+\/(comparisons|products)/.exec(request.url)?.[1] : undefined
    if (help !== undefined) return `${help} answered`
    if (fingerprint(stage.database) !== before) throw new Error(`status ${statusCode} left something behind`)
    return assertAnswer(statusCode, String(headers['content-type']), statusCode < 400 ? '' : body)
  },
  close: () => stage.close(),
})

const patienceMilliseconds = 1_500

/** Bytes down a socket of its own, the sending side then closed; resolves with the first line of what came back. */
export const sendRaw = (port: number, bytes: Uint8Array): Promise<string> => new Promise((resolve) => {
  let heard = ''
  const socket = connect({ port, host: '127.0.0.1' }, () => { socket.end(bytes) })
  socket.setTimeout(patienceMilliseconds, () => { socket.destroy() })
  socket.setEncoding('latin1').on('data', (text: string) => { heard += text.slice(0, 1000) })
  // A reset is one way of being refused.
  socket.on('error', () => { socket.destroy() })
  socket.on('close', () => { resolve(heard.split('\r\n')[0] ?? '') })
})

const rawSamples = (listing: string): readonly Uint8Array[] => [
  `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
  `GET /v1/listings/${listing} HTTP/1.1\r\nHost: ${host}\r\nX-A: ${'a'.repeat(200)}\r\n\r\n`,
  `POST /v1/sessions HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 56\r\n\r\n{"address":"0x0000000000000000000000000000000000000001"}`,
  `POST /v1/sessions HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"add\r\n0\r\n\r\n`,
  `POST /v1/sessions HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n`,
  `GET http://${host}/ HTTP/1.0\r\n\r\n`, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'GET / HTTP/9.9\r\nHost:\r\n\r\n',
].map((text) => Buffer.from(text, 'latin1'))

/** Bytes to a real socket of the server: it goes on answering who asks rightly. */
const createRawTarget = async (
  name: string, port: number, samples: readonly Uint8Array[], assertAlive: () => Promise<void>,
): Promise<FuzzTarget> => {
  await assertAlive()
  return {
    name,
    run: async (draws) => {
      const line = await sendRaw(port, mutateBytes(draws, samples))
      await assertAlive()
      const status = /^HTTP\/1\.[01] (\d{3}) /.exec(line)?.[1] ?? 'no answer'
      if (status.startsWith('5')) throw new Error(`answered ${line}`)
      return status
    },
  }
}

/** The seller's server: within the process, and over sockets. Closes the stage. */
export const createHttpTargets = async (stage: SellerStage): Promise<readonly FuzzTarget[]> => {
  await stage.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = stage.app.server.address() as AddressInfo
  const alive = Buffer.from(`GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
  let asked = 0
  const assertAlive = async (): Promise<void> => {
    // The limit of this route is 600 a minute from one address.
    asked += 1
    if (asked % 50 !== 1) return
    const line = await sendRaw(port, alive)
    if (!/ (?:200|429) /.test(line)) throw new Error(`the server does not answer any more: ${line}`)
  }
  return [createSellerTarget(stage), await createRawTarget('sockets of the seller', port, rawSamples(stage.listing), assertAlive)]
}
