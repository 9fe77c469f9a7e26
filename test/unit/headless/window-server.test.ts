import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createHost, type Host } from '../../../src/host/create-host.ts'
import { startHeadless, type Headless } from '../../../src/headless/index.ts'
import type { WindowClient } from '../../../src/shared/window-contract/index.ts'
import { refusalOf } from '../window/window-pair.ts'

interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

describe('the window served to a browser tab (S29)', () => {
  let folder: string
  let host: Host
  let headless: Headless
  const bugs: unknown[] = []

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hesystem-headless-'))
    const root = join(folder, 'renderer')
    mkdirSync(join(root, 'assets'), { recursive: true })
    writeFileSync(join(root, 'index.html'), '<p>page</p>')
    writeFileSync(join(root, 'assets', 'main.js'), 'export {}')
    writeFileSync(join(folder, 'outside.html'), 'not for the window')
    writeFileSync(join(folder, 'passphrase'), 'a passphrase for tests only', { mode: 0o600 })
    host = await createHost({
      home: join(folder, 'home'), secretStore: 'passphrase', environment: { HESYSTEM_PASSPHRASE_FILE: join(folder, 'passphrase') }, engine: { workers: 1 },
    })
    headless = await startHeadless({ host, version: '1.2.3', listenHost: '127.0.0.1', port: 0, root, onBug: (error) => bugs.push(error) })
  })
  afterAll(async () => {
    await headless.close()
    await host.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const own = (): string => `127.0.0.1:${headless.port}`

  const ask = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Reply> => new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port: headless.port, path, method, headers: { host: own(), ...headers } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => { resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString('utf8') }) })
    })
    call.once('error', reject)
    call.end()
  })

  /** The page's key as the window's address holds it. */
  const keyIn = (page: string): string => /content="0;url=\/#signed-in=([\w-]{43})["#]/.exec(page)?.[1] ?? ''

  const signInPage = async (): Promise<{ cookie: string; pageKey: string }> => {
    const { pathname, search } = new URL(headless.address())
    const { headers, body } = await ask(`${pathname}${search}`)
    const [cookie] = headers['set-cookie'] ?? []
    return { cookie: cookie?.split(';')[0] ?? '', pageKey: keyIn(body) }
  }
  const signIn = async (): Promise<string> => (await signInPage()).cookie

  /** Resolves with what the server said: 101, or the status of its refusal. */
  const connect = (headers: Record<string, string>, pageKey: string, path = '/rpc'): Promise<number> => new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${headless.port}${path}`, ['hesystem', `hesystem.key.${pageKey}`], { headers: { host: own(), ...headers } })
    socket.once('open', () => {
      socket.terminate()
      resolve(101)
    })
    socket.once('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0)
      socket.terminate()
    })
    socket.on('error', (error) => { if (!error.message.includes('before the connection')) reject(error) })
  })

  it('writes the address where only its owner can read it, with 256 random bits', () => {
    const { mode } = statSync(headless.addressFile)
    expect(mode & 0o777).toBe(0o600)
    expect(readFileSync(headless.addressFile, 'utf8').trim()).toBe(headless.address())
    expect(Buffer.from(new URL(headless.address()).searchParams.get('token') ?? '', 'base64url')).toHaveLength(32)
  })

  it('exchanges the address once for a cookie that scripts and other sites never get, and writes the next one down', async () => {
    const used = new URL(headless.address())
    const first = await ask(`${used.pathname}${used.search}`)
    expect(first.status).toBe(200)
    expect(first.headers['set-cookie']).toEqual([expect.stringMatching(/^hesystem_window_\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/)])
    const second = await ask(`${used.pathname}${used.search}`)
    expect([second.status, second.headers['set-cookie']]).toEqual([401, undefined])
    expect(readFileSync(headless.addressFile, 'utf8')).not.toContain(used.search)
    expect(readFileSync(headless.addressFile, 'utf8').trim()).toBe(headless.address())
  })

  it.each([['no token', '/open'], ['an empty one', '/open?token='], ['a wrong one', '/open?token=AAAA'], ['a long one', `/open?token=${'A'.repeat(4000)}`]])(
    'gives no cookie for %s', async (_what, path) => {
      const { status, headers } = await ask(path)
      expect([status, headers['set-cookie']]).toEqual([401, undefined])
    },
  )

  it('opens on a file of this computer, and at no place that a link could have smuggled in', async () => {
    const path = join(folder, 'answer-1.heresult')
    writeFileSync(path, '{"kind":"hesystem-result"}')
    const { pathname, search } = new URL(headless.addressOfFile(path))
    const { body } = await ask(`${pathname}${search}`)
    expect(body).toMatch(/content="0;url=\/#signed-in=[\w-]{43}#\/activity\/verify\?opened=[0-9a-f-]{36}"/)
    for (const place of ['//evil.example', '#/"><script>', 'https://evil.example', '#/wallet?a="']) {
      const next = new URL(headless.address())
      next.searchParams.set('at', place)
      expect((await ask(`${next.pathname}${next.search}`)).body).toMatch(/content="0;url=\/#signed-in=[\w-]{43}"/)
    }
  })

  it('shows its page and files to whoever is signed in, under a strict policy, and to nobody else', async () => {
    const cookie = await signIn()
    const page = await ask('/', { cookie })
    expect([page.status, page.body]).toEqual([200, '<p>page</p>'])
    expect(page.headers['content-security-policy']).toContain("script-src 'self'")
    expect(page.headers['x-frame-options']).toBe('DENY')
    expect((await ask('/assets/main.js', { cookie })).headers['content-type']).toBe('text/javascript; charset=utf-8')
    expect((await ask('/..%2foutside.html', { cookie })).status).toBe(404)
    for (const headers of [{}, { cookie: 'other=1' }, { cookie: `${cookie}A` }, { cookie: cookie.slice(0, -1) }, { cookie: cookie.replace(/=.*/, '=') }]) {
      expect((await ask('/', headers as Record<string, string>)).status).toBe(401)
    }
    expect((await ask('/', { cookie }, 'POST')).status).toBe(405)
  })

  it('has nothing at an address that is none', async () => {
    const { cookie, pageKey } = await signInPage()
    for (const path of ['//', '//[', '/%']) expect((await ask(path, { cookie })).status, path).toBe(404)
    expect(await connect({ origin: `http://${own()}`, cookie }, pageKey, '//')).toBe(404)
    expect(bugs).toEqual([])
  })

  it.each([
    ['a name that was pointed here', { host: 'evil.example' }, 421],
    ['its own name at another port', { host: '127.0.0.1:1' }, 421],
    ['0.0.0.0', { host: '0.0.0.0' }, 421],
    ['another site\'s page', { origin: 'https://evil.example' }, 403],
    ['a page without an origin', { origin: 'null' }, 403],
    ['another port of this computer', { origin: 'http://127.0.0.1:1' }, 403],
    ['a script tag on another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }, 403],
    ['a page on another port', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }, 403],
  ])('refuses %s, signed in or not', async (_what, headers, status) => {
    const cookie = await signIn()
    expect((await ask('/', { cookie, ...headers })).status).toBe(status)
  })

  it('opens calls to its own page alone', async () => {
    const { cookie, pageKey } = await signInPage()
    const stranger = await signInPage()
    const origin = `http://${own()}`
    expect(await connect({ cookie, origin }, pageKey)).toBe(101)
    expect(await connect({ origin }, pageKey)).toBe(401)
    // A cookie goes to every port of this computer: whoever was sent it there has no key, or another session's.
    for (const key of ['', stranger.pageKey, `${pageKey}A`]) expect(await connect({ cookie, origin }, key)).toBe(401)
    expect(await connect({ cookie: `${cookie}A`, origin }, pageKey)).toBe(401)
    expect(await connect({ cookie }, pageKey)).toBe(403)
    expect(await connect({ cookie, origin: 'null' }, pageKey)).toBe(403)
    expect(await connect({ cookie, origin: 'https://evil.example' }, pageKey)).toBe(403)
    expect(await connect({ cookie, origin: `http://localhost:${headless.port}` }, pageKey)).toBe(403)
    expect(await connect({ cookie, origin: 'http://evil.example', host: 'evil.example' }, pageKey)).toBe(421)
    expect(await connect({ cookie, origin }, pageKey, '/elsewhere')).toBe(404)
  })

  it('answers the whole contract over its socket, and streams', async () => {
    const { cookie, pageKey } = await signInPage()
    const socket = new WebSocket(`ws://${own()}/rpc`, ['hesystem', `hesystem.key.${pageKey}`], { headers: { cookie, origin: `http://${own()}` } })
    const client: WindowClient = createORPCClient(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }))
    expect(await client.app.about({})).toMatchObject({ shell: 'headless', version: '1.2.3' })
    expect(await refusalOf(client.market.show({ url: 'http://127.0.0.1:1/' }))).toMatchObject({ code: 'chain.network-missing' })
    const changes = await client.app.changes({})
    const next = changes.next()
    await client.settings.update({ theme: 'dark' })
    expect((await next).value).toMatchObject({ topics: ['settings'] })
    socket.close()
  })

  it.each([
    ['no JSON', '{'], ['a list', '[]'], ['a call without an id', '{"p":{"u":"/app/about"}}'], ['one whose id is a number', '{"i":1,"p":{"u":"/app/about"}}'],
    ['a call without an address', '{"i":"1"}'], ['one to another place', '{"i":"1","p":{"u":"http://evil.example/app/about"}}'], ['bytes', Buffer.from('{"i":"1"}')],
  ])('hangs up on a tab that says %s, and on no other', async (_what, message) => {
    const { cookie, pageKey } = await signInPage()
    const open = (): WebSocket => new WebSocket(`ws://${own()}/rpc`, ['hesystem', `hesystem.key.${pageKey}`], { headers: { cookie, origin: `http://${own()}` } })
    const [faulty, other] = [open(), open()]
    const client: WindowClient = createORPCClient(new RPCLink({ websocket: other as unknown as globalThis.WebSocket }))
    await client.app.about({})
    const closed = once(faulty, 'close')
    if (faulty.readyState !== WebSocket.OPEN) await once(faulty, 'open')
    faulty.send(message)
    expect((await closed)[0]).toBe(1007)
    expect(await client.app.about({})).toMatchObject({ shell: 'headless' })
    other.close()
  })

  it.each(['0.0.0.0', '192.0.2.1', '::'])('does not listen on %s', async (listenHost) => {
    const root = join(folder, 'renderer')
    await expect(startHeadless({ host, version: '1', listenHost, port: 0, root, onBug: () => undefined })).rejects.toMatchObject({ code: 'access.insecure-address' })
  })

  it('says where the window is missing before anything listens', async () => {
    await expect(startHeadless({ host, version: '1', listenHost: '127.0.0.1', port: 0, root: folder, onBug: () => undefined }))
      .rejects.toMatchObject({ code: 'runtime.window-not-built' })
  })

  it('has met no bug on the way', () => {
    expect(bugs).toEqual([])
  })
})
