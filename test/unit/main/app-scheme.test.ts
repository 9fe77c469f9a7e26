import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAppSchemeHandler } from '../../../src/main/app-scheme.ts'

describe('the app:// scheme', () => {
  let folder: string
  let get: (url: string, method?: string) => Promise<Response>

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hesystem-scheme-'))
    mkdirSync(join(folder, 'renderer', 'assets'), { recursive: true })
    writeFileSync(join(folder, 'renderer', 'index.html'), '<p>page</p>')
    writeFileSync(join(folder, 'renderer', 'assets', 'main.js'), 'export {}')
    writeFileSync(join(folder, 'renderer', 'secret.pem'), 'not for the window')
    writeFileSync(join(folder, 'outside.html'), 'not for the window')
    const handle = createAppSchemeHandler(join(folder, 'renderer'))
    get = (url, method = 'GET') => handle(new Request(url, { method }))
  })

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  it('serves the built page and its assets with their types', async () => {
    const page = await get('app://hesystem/index.html')
    expect([page.status, page.headers.get('content-type'), await page.text()]).toEqual([200, 'text/html; charset=utf-8', '<p>page</p>'])
    const script = await get('app://hesystem/assets/main.js')
    expect([script.status, script.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8'])
  })

  it('sends a policy that allows no script but its own and no outside at all', async () => {
    const policy = (await get('app://hesystem/index.html')).headers.get('content-security-policy') ?? ''
    expect(policy.split('; ')).toEqual(expect.arrayContaining(["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"]))
    expect(policy.replace("style-src 'self' 'unsafe-inline'", '')).not.toMatch(/unsafe|https?:|\*/)
  })

  it.each([
    ['a way out of the folder', 'app://hesystem/..%2foutside.html'],
    ['a way out through the encoded slash of Windows', 'app://hesystem/..%5coutside.html'],
    ['another host', 'app://elsewhere/index.html'],
    ['another scheme', 'https://hesystem/index.html'],
    ['a file that is not there', 'app://hesystem/missing.html'],
    ['a type that no page needs', 'app://hesystem/secret.pem'],
    ['a folder', 'app://hesystem/assets/'],
    ['a name that does not decode', 'app://hesystem/%E0%A4%A.html'],
    ['a name with a zero byte', 'app://hesystem/index%00.html'],
  ])('does not serve %s', async (_what, url) => {
    expect((await get(url)).status).toBe(404)
  })

  it('answers GET only', async () => {
    expect((await get('app://hesystem/index.html', 'POST')).status).toBe(405)
  })
})
