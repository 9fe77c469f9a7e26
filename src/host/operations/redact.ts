import { wordlists } from 'ethers'

/** Names of fields that are never logged, wherever they stand, also as the end of a longer name: `accessToken`, `x-api-key`. */
export const secretNames = [
  'apiKey', 'authorization', 'cookie', 'dataKey', 'mnemonic', 'passphrase', 'password', 'privateKey', 'private_key', 'sealingSecret', 'secret', 'secretKey', 'token',
] as const

const hidden = '[redacted]'

/** An RPC or database URL names its owner in user, path or query (`/v3/KEY`): only scheme and host are kept. */
const urls = /\b([a-z][a-z0-9+.-]*):\/\/[^\s"'<>()[\]{}]+/gi
const redactUrl = (text: string): string => {
  if (!URL.canParse(text)) return hidden
  const { protocol, host, username, password, pathname, search, hash } = new URL(text)
  // Where in the program something happened.
  if (protocol === 'file:' && search === '' && hash === '') return text
  const isAnonymous = username === '' && password === ''
  const bare = isAnonymous && (pathname === '' || pathname === '/') && search === '' && hash === ''
  if (bare) return text
  const own = isAnonymous && search === '' && hash === '' && /^\/(?:v1(?:\/|$)|openapi\.json|healthz)/.test(pathname)
  return own ? text : `${protocol}//${host}/${hidden}`
}

const bearer = /\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]+/gi
const quoted = String.raw`\\*"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|${'`'}[^${'`'}]*${'`'}`
const anyName = secretNames.map((name) => name.replaceAll(/[A-Z]/g, (letter) => `[-_]?${letter}`)).join('|')
/** An unquoted value ends with its line: nobody knows which characters a passphrase has, and a mnemonic has spaces. */
const named = new RegExp(String.raw`((?:${anyName})\\*["']?\s*[:=]\s*)(?:${quoted}|[^\r\n]+)`, 'gi')

/** 32 bytes in base64, and numbers as long as the primes of a table's key, in any notation: no public fact looks so. */
const longSecrets = /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{43}=(?!=)|\b(?:0x)?[0-9a-f]{256,}n?\b|\b\d{155,}n?\b/gi

const phrases = /\b[a-z]{3,8}(?:[\s,]+[a-z]{3,8}){11,}\b/gi
const shortestPhrase = 12
/** Twelve or more words in a row that are all of the list wallets make their phrases of. */
const redactPhrases = (text: string): string => text.replaceAll(phrases, (run) => {
  const parts = run.split(/([\s,]+)/)
  const isListed = parts.map((part, index) => index % 2 === 1 || (wordlists['en']?.getWordIndex(part.toLowerCase()) ?? -1) >= 0)
  const kept: string[] = []
  for (let from = 0; from < parts.length;) {
    let to = from
    while (to < parts.length && isListed[to] === true) to += 1
    const isPhrase = parts.slice(from, to).filter((part) => /[a-z]/i.test(part)).length >= shortestPhrase
    const end = Math.max(to, from + 1)
    kept.push(...(isPhrase ? [hidden] : parts.slice(from, end)))
    from = end
  }
  return kept.join('')
})

/**
 * Text for a log without what opens something: phrases, credentials in URLs, bearer tokens, values of fields that hold secrets, keys.
 * Phrases first: `basic` and `token` are words of theirs, and what is hidden behind one would break the rest of a phrase in two.
 */
export const redactText = (text: string): string => redactPhrases(text)
  .replaceAll(urls, redactUrl)
  .replaceAll(bearer, `$1 ${hidden}`)
  .replaceAll(named, `$1${hidden}`)
  .replaceAll(longSecrets, hidden)

/** 32 bytes or more in base64, of whatever. In a stack's lines it would be a long path. */
const longCodes = /(?<![A-Za-z0-9+/_-])(?=[A-Z0-9+/_-]*[a-z])(?=[a-z0-9+/_-]*[A-Z])(?=[A-Za-z+/_-]*\d)[A-Za-z0-9+/_-]{43,}={0,2}/g

/** A wallet's key looks like any hash: in a text that nobody wrote for a log, such as a foreign error's, neither is shown. */
export const redactForeignText = (text: string): string => redactText(text).replaceAll(/\b(?:0x)?[0-9a-f]{64,}\b/gi, hidden)
  .split('\n').map((line) => (/^\s+at /.test(line) ? line : line.replaceAll(longCodes, hidden))).join('\n')

const bareSecretNames = secretNames.map((name) => name.toLowerCase().replaceAll('_', ''))
const isSecretName = (name: string): boolean => {
  const bare = name.toLowerCase().replaceAll(/[-_\s]/g, '')
  return bareSecretNames.some((secret) => bare.endsWith(secret))
}

/** Numbers the contract knows have 256 bits at most; what is longer is a ciphertext or a part of a key. */
const longestIntegerBits = 256n
const deepest = 20

const partsOf = (value: object): Iterable<readonly [string, unknown]> => {
  if (value instanceof Map) return [...value].map(([name, part]) => [String(name), part] as const)
  // Of an error, what it says of itself is not enumerable.
  const own = value instanceof Error ? ['name', 'message', 'stack', 'cause', 'errors', ...Object.keys(value)].filter((name) => name in value) : Object.keys(value)
  return [...new Set(own)].map((name) => {
    try {
      return [name, (value as Readonly<Record<string, unknown>>)[name]] as const
    } catch {
      // A getter of somebody else's that throws: the log says so and goes on.
      return [name, '[unreadable]'] as const
    }
  })
}

const redactPart = (value: unknown, above: readonly object[]): unknown => {
  switch (typeof value) {
    case 'string': return above.some((part) => part instanceof Error) ? redactForeignText(value) : redactText(value)
    case 'bigint': return (value < 0n ? -value : value) >> longestIntegerBits === 0n ? value.toString() : hidden
    case 'function': return '[function]'
    case 'symbol': return '[symbol]'
    case 'object': break
    default: return value
  }
  if (value === null) return value
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) return `[${value.byteLength} bytes]`
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (value instanceof URL || value instanceof RegExp) return redactText(String(value))
  if (above.includes(value)) return '[circular]'
  if (above.length >= deepest) return '[deeper]'
  const within = [...above, value]
  if (Array.isArray(value) || value instanceof Set) return Array.from(value as Iterable<unknown>, (part) => redactPart(part, within))
  const redactEntry = (name: string, part: unknown): unknown => (isSecretName(name) ? hidden : redactPart(part, within))
  const redacted = Array.from(partsOf(value), ([name, part]) => [redactText(name), redactEntry(name, part)] as const)
  return Object.fromEntries(redacted)
}

/**
 * The same for facts of any depth and kind, errors with their causes among them: whole numbers beyond 2⁵³ become text, bytes their
 * number, and what holds itself, or throws when it is read, says so.
 */
export const redact = (value: unknown): unknown => redactPart(value, [])
