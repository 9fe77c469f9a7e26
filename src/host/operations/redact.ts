/** Names of fields that are never logged, wherever they stand. */
export const secretNames = [
  'authorization', 'cookie', 'mnemonic', 'passphrase', 'password', 'privateKey', 'private_key', 'sealingSecret', 'secret', 'secretKey', 'token',
] as const

const hidden = '[redacted]'

/** An RPC or database URL names its owner in user, path or query (`/v3/KEY`): only scheme and host are kept. */
const urls = /\b([a-z][a-z0-9+.-]*):\/\/[^\s"'<>()[\]{}]+/gi
const redactUrl = (text: string): string => {
  if (!URL.canParse(text)) return hidden
  const { protocol, host, username, pathname, search, hash } = new URL(text)
  const bare = username === '' && (pathname === '' || pathname === '/') && search === '' && hash === ''
  if (bare) return text
  const own = username === '' && search === '' && /^\/(?:v1(?:\/|$)|openapi\.json|healthz)/.test(pathname)
  return own ? text : `${protocol}//${host}/${hidden}`
}

const bearer = /\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]+/gi
const quoted = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'`
const named = new RegExp(String.raw`(["']?\b(?:${secretNames.join('|')})\b["']?\s*[:=]\s*)(?:${quoted}|[^\s,;}\])"']+)`, 'gi')

/** Text for a log without what opens something: credentials in URLs, bearer tokens, values of fields that hold secrets. */
export const redactText = (text: string): string =>
  text.replaceAll(urls, redactUrl)
    .replaceAll(bearer, `$1 ${hidden}`)
    .replaceAll(named, `$1${hidden}`)

const isSecretName = (name: string): boolean => secretNames.some((secret) => secret.toLowerCase() === name.toLowerCase())

/** The same for facts of any depth; whole numbers beyond 2⁵³ become text. */
export const redact = (value: unknown): unknown => {
  if (typeof value === 'string') return redactText(value)
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return value.map(redact)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, isSecretName(name) ? hidden : redact(part)]))
}
