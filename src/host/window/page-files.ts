import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { hasSystemCode } from '../secrets/private-file.ts'

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
}

/**
 * Only what was built into the window runs or loads; nothing comes from the network, nothing frames it, no form leaves it.
 * Styles may stand in the page: the editor writes its theme into one; a style runs no code, and has nowhere to load from.
 */
const contentSecurityPolicy = [
  "default-src 'none'", "script-src 'self'", "style-src 'self' 'unsafe-inline'", "img-src 'self' data: blob:", "font-src 'self'",
  "connect-src 'self'", "worker-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
].join('; ')

/** The headers of every reply to the window's pages (S25). */
export const createPageHeaders = (contentType: string): Record<string, string> => ({
  'content-type': contentType,
  'content-security-policy': contentSecurityPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
})

export interface PageReply {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: Uint8Array | string
}

export const createPageRefusal = (status: number, words: string): PageReply =>
  ({ status, headers: createPageHeaders('text/plain; charset=utf-8'), body: words })

/** The file under `root` that a path of a URL means, or null: a way out of the folder, an unknown type, a name that does not decode. */
const findFile = (root: string, pathname: string): string | null => {
  let path: string
  try {
    path = decodeURIComponent(pathname)
  } catch (error) {
    if (error instanceof URIError) return null
    throw error
  }
  const file = normalize(join(root, path))
  const inside = file.startsWith(normalize(root) + sep) && !path.includes('\0')
  return inside && contentTypes[extname(file)] !== undefined ? file : null
}

/** Reads one of the built window's files, under a strict policy; anything else is a 404. */
export const readPageFile = async (root: string, pathname: string): Promise<PageReply> => {
  const absent = createPageRefusal(404, 'There is no such page.')
  const file = findFile(root, pathname)
  if (file === null) return absent
  try {
    return { status: 200, headers: createPageHeaders(contentTypes[extname(file)] ?? 'application/octet-stream'), body: await readFile(file) }
  } catch (error) {
    if (hasSystemCode(error, 'ENOENT') || hasSystemCode(error, 'EISDIR')) return absent
    throw error
  }
}
