import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { startHeadless, type Headless } from '../../../src/headless/index.ts'
import { createHost, type Host } from '../../../src/host/create-host.ts'
import { callProtocol, pageKeyProtocol, signedInMark } from '../../../src/shared/window-contract/page-key.ts'
import { sendRaw } from './http.ts'
import { mutateBytes, mutateJsonText } from './mutate.ts'
import type { FuzzTarget } from './target.ts'

interface HeadlessStage {
  readonly headless: Headless
  readonly cookie: string
  readonly protocols: readonly string[]
  readonly bugs: unknown[]
  close(): Promise<void>
}

/** The cookie, and what a tab's socket names its key by. */
const signIn = (headless: Headless): Promise<Pick<HeadlessStage, 'cookie' | 'protocols'>> => new Promise((resolve, reject) => {
  const { pathname, search } = new URL(headless.address())
  const asked = request({ host: '127.0.0.1', port: headless.port, path: `${pathname}${search}`, agent: false }, (response) => {
    let page = ''
    response.setEncoding('utf8').on('data', (part: string) => { page += part })
    response.on('end', () => {
      const [, pageKey = ''] = new RegExp(`${signedInMark}([\\w-]+)`).exec(page) ?? []
      resolve({ cookie: response.headers['set-cookie']?.[0]?.split(';')[0] ?? '', protocols: [callProtocol, `${pageKeyProtocol}${pageKey}`] })
    })
  })
  asked.once('error', reject)
  asked.end()
})

const openHeadlessStage = async (): Promise<HeadlessStage> => {
  const folder = mkdtempSync(join(tmpdir(), 'hesystem-fuzz-'))
  const root = join(folder, 'renderer')
  mkdirSync(join(root, 'assets'), { recursive: true })
  writeFileSync(join(root, 'index.html'), '<p>page</p>')
  writeFileSync(join(root, 'assets', 'main.js'), 'export {}')
  writeFileSync(join(folder, 'secret.txt'), 'never served')
  writeFileSync(join(folder, 'passphrase'), 'a passphrase for tests only', { mode: 0o600 })
  const host: Host = await createHost({
    home: join(folder, 'home'), secretStore: 'passphrase', environment: { HESYSTEM_PASSPHRASE_FILE: join(folder, 'passphrase') }, engine: { workers: 1 },
  })
  const bugs: unknown[] = []
  const headless = await startHeadless({ host, version: '1.2.3', listenHost: '127.0.0.1', port: 0, root, onBug: (error) => { bugs.push(error) } })
  return {
    headless, bugs, ...await signIn(headless),
    close: async () => {
      await headless.close()
      await host.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const pages = (own: string, cookie: string, protocols: readonly string[]): readonly Uint8Array[] => [
  '/', '/assets/main.js', '/open?token=AAAA', '/rpc', '//', '/%', '/..%2fsecret.txt', '/%2e%2e/secret.txt', '/\\..\\secret.txt', '/assets/%00', 'http://[', '/assets/../../secret.txt', '*',
].flatMap((path) => [
  `GET ${path} HTTP/1.1\r\nHost: ${own}\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`,
  `GET ${path} HTTP/1.1\r\nHost: ${own}\r\nCookie: ${cookie}\r\nOrigin: http://${own}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ${protocols.join(', ')}\r\n\r\n`,
]).map((text) => Buffer.from(text, 'latin1'))

const createPagesTarget = ({ headless, cookie, protocols, bugs }: HeadlessStage): FuzzTarget => {
  const samples = pages(`127.0.0.1:${headless.port}`, cookie, protocols)
  return {
    name: 'sockets of the window',
    run: async (draws) => {
      const line = await sendRaw(headless.port, draws.once(4) ? draws.pick(samples) : mutateBytes(draws, samples))
      if (bugs.length > 0) throw new Error('a bug was reported', { cause: bugs[0] })
      const status = /^HTTP\/1\.[01] (\d{3}) /.exec(line)?.[1] ?? 'no answer'
      if (status.startsWith('5')) throw new Error(`answered ${line}`)
      return status
    },
  }
}

/** Calls that change nothing, as the window's client writes them (oRPC over a socket). */
const calls = [
  { i: '1', p: { u: '/settings/get', b: { json: {} } } }, { i: '2', p: { u: '/datasets/list' } }, { i: '3', p: { u: '/datasets/show', b: { json: { name: 'wages' } } } },
  { i: '4', p: { u: '/networks/list', h: { accept: '*/*' } } }, { i: '5', t: 4 }, { i: '6', t: 3, p: { e: 'message', d: {} } },
]

/** Messages on a signed-in tab's socket: nothing of it ends the program, and an honest call is answered after it. */
const createCallsTarget = async ({ headless, cookie, protocols, bugs }: HeadlessStage): Promise<FuzzTarget> => {
  const own = `127.0.0.1:${headless.port}`
  const open = (): Promise<WebSocket> => new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://${own}/rpc`, [...protocols], { headers: { host: own, cookie, origin: `http://${own}` } })
    socket.once('open', () => { resolve(socket) })
    socket.once('error', reject)
  })
  const texts = calls.map((call) => Buffer.from(JSON.stringify(call)))
  let honest = 0
  const askHonestly = (socket: WebSocket): Promise<void> => new Promise((resolve) => {
    honest += 1
    const id = `honest-${honest}`
    const hear = (data: Buffer): void => {
      if (!data.toString('utf8').includes(id)) return
      socket.off('message', hear)
      resolve()
    }
    socket.on('message', hear)
    socket.send(JSON.stringify({ i: id, p: { u: '/datasets/list' } }))
  })
  let socket = await open()
  return {
    name: 'calls of the window',
    run: async (draws) => {
      if (socket.readyState !== WebSocket.OPEN) socket = await open()
      const message = draws.once(2) ? mutateJsonText(draws, draws.pick(calls)) : mutateBytes(draws, texts)
      socket.send(message)
      const answered = await Promise.race([
        askHonestly(socket).then(() => 'answered'),
        new Promise<string>((resolve) => { socket.once('close', () => { resolve('hung up') }) }),
      ])
      if (bugs.length > 0) throw new Error('a bug was reported', { cause: bugs[0] })
      return answered
    },
    close: () => {
      socket.terminate()
      return Promise.resolve()
    },
  }
}

/** The window's server for a browser tab. */
export const createHeadlessTargets = async (): Promise<readonly FuzzTarget[]> => {
  const stage = await openHeadlessStage()
  const callsTarget = await createCallsTarget(stage)
  return [{ ...createPagesTarget(stage), close: () => stage.close() }, callsTarget]
}
