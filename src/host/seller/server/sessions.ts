import { createHash, randomBytes } from 'node:crypto'
import { SiweMessage } from 'siwe'
import { getAddress, verifyMessage } from 'ethers'
import { AppError } from '../../../shared/errors.ts'

const nonceSeconds = 300
const sessionSeconds = 900
/** Unanswered challenges and live sessions are bounded: past this the oldest goes, so that nobody can fill the memory. */
const mostEntries = 10_000

const statement = 'Sign in to HEsystem to fetch what you bought. This signature moves no money.'

interface Session {
  readonly address: string
  readonly expiresAtMilliseconds: number
}

export interface Sessions {
  /** A Sign-In with Ethereum message (EIP-4361) for this address, with a single-use nonce. */
  challenge(address: string, domain: string, origin: string): string
  /** Trades a signed challenge for a bearer token. Throws `access.sign-in-failed`. */
  open(message: string, signature: string, domain: string): Promise<{ token: string; expiresAt: string }>
  /** The address behind an Authorization header; null where nobody is signed in by it. */
  find(header: string | undefined): string | null
  /** The same. Throws `access.unauthenticated`. */
  authenticate(header: string | undefined): string
}

const setBounded = <V>(map: Map<string, V>, key: string, value: V): void => {
  if (map.size >= mostEntries) {
    const oldest = map.keys().next()
    if (oldest.done !== true) map.delete(oldest.value)
  }
  map.set(key, value)
}

/** Only the hash of a token is kept, so a look-up leaks nothing about it through time. */
const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex')

/** Null for what is nobody's signature, in whatever way: with the higher s (EIP-2), too short, of no point on the curve. */
const recoverSigner = (message: string, signature: string): string | null => {
  try {
    return verifyMessage(message, signature)
  } catch {
    return null
  }
}

export const createSessions = (chainId: number, now: () => Date): Sessions => {
  const nonces = new Map<string, number>()
  const sessions = new Map<string, Session>()

  const find = (header: string | undefined): string | null => {
    const token = /^Bearer ([A-Za-z0-9_-]{43})$/.exec(header ?? '')?.[1]
    const session = token === undefined ? undefined : sessions.get(hashToken(token))
    return session === undefined || session.expiresAtMilliseconds <= now().getTime() ? null : session.address
  }

  const takeNonce = (nonce: string): boolean => {
    const expiresAt = nonces.get(nonce)
    nonces.delete(nonce)
    return expiresAt !== undefined && expiresAt > now().getTime()
  }

  return {
    challenge: (address, domain, origin) => {
      const nonce = randomBytes(16).toString('hex')
      const issuedAt = now()
      setBounded(nonces, nonce, issuedAt.getTime() + nonceSeconds * 1000)
      return new SiweMessage({
        domain,
        address: getAddress(address),
        statement,
        uri: origin,
        version: '1',
        chainId,
        nonce,
        issuedAt: issuedAt.toISOString(),
        expirationTime: new Date(issuedAt.getTime() + nonceSeconds * 1000).toISOString(),
      }).toMessage()
    },

    open: async (message, signature, domain) => {
      const refuse = (why: string, cause?: unknown): AppError =>
        new AppError('access.sign-in-failed', `Signing in failed: ${why}.`, cause === undefined ? {} : { cause })
      let siwe: SiweMessage
      try {
        siwe = new SiweMessage(message)
      } catch (error) {
        throw refuse('this is not a Sign-In with Ethereum message', error)
      }
      if (siwe.chainId !== chainId) throw refuse(`the message is for chain ${siwe.chainId}, this listing is on ${chainId}`)
      // The nonce is used up whatever comes of it: a message is good for one try.
      if (!takeNonce(siwe.nonce)) throw refuse('the nonce is unknown, used or too old')
      // Before the library, which writes what it cannot recover to the console.
      if (recoverSigner(message, signature) !== getAddress(siwe.address)) throw refuse('the signature does not match')
      const verdict = await siwe.verify({ signature, domain, nonce: siwe.nonce, time: now().toISOString() }, { suppressExceptions: true })
      if (!verdict.success) throw refuse(verdict.error?.type ?? 'the signature does not match')
      const token = randomBytes(32).toString('base64url')
      const expiresAtMilliseconds = now().getTime() + sessionSeconds * 1000
      setBounded(sessions, hashToken(token), { address: getAddress(siwe.address), expiresAtMilliseconds })
      return { token, expiresAt: new Date(expiresAtMilliseconds).toISOString() }
    },

    find,
    authenticate: (header) => {
      const address = find(header)
      if (address === null) throw new AppError('access.unauthenticated', 'This needs a signed-in wallet, and there is no valid bearer token.')
      return address
    },
  }
}
