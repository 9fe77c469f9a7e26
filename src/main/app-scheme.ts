import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'

/** The window's pages have an origin of their own (S25): not file://, which could read the disk, and not http, which others share. */
export const appScheme = 'app'
export const appOrigin = `${appScheme}://hesystem`
export const appStartUrl = `${appOrigin}/index.html`

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
}

/** Only what was built into the window runs or loads; nothing comes from the network, nothing frames it, no form leaves it. */
const contentSecurityPolicy = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'", "connect-src 'self'",
  "worker-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
].join('; ')

const headers = (contentType: string): Record<string, string> => ({
  'content-type': contentType,
  'content-security-policy': contentSecurityPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
})

const refuse = (status: number, words: string): Response => new Response(words, { status, headers: headers('text/plain; charset=utf-8') })

/** The file under `root` that a URL of ours means, or null where it means none: another host, a way out of the folder, an unknown type. */
const findFile = (root: string, url: URL): string | null => {
  if (url.protocol !== `${appScheme}:` || url.host !== 'hesystem') return null
  let path: string
  try {
    path = decodeURIComponent(url.pathname)
  } catch (error) {
    if (error instanceof URIError) return null
    throw error
  }
  const file = normalize(join(root, path))
  const inside = file.startsWith(normalize(root) + sep) && !path.includes('\0')
  return inside && contentTypes[extname(file)] !== undefined ? file : null
}

/** Creates the handler of the app:// scheme: the built renderer's files under `root`, read only, under a strict policy. */
export const createAppSchemeHandler = (root: string) => async (request: Request): Promise<Response> => {
  if (request.method !== 'GET') return refuse(405, 'Only GET is answered here.')
  const file = findFile(root, new URL(request.url))
  if (file === null) return refuse(404, 'There is no such page.')
  try {
    return new Response(await readFile(file), { headers: headers(contentTypes[extname(file)] ?? 'application/octet-stream') })
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR')) return refuse(404, 'There is no such page.')
    throw error
  }
}
