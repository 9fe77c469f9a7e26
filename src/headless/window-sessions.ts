import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** What an address is exchanged for, once. */
export interface WindowSession {
  readonly cookie: string
  /**
   * For the page's own storage, which its origin keeps apart by port. A cookie alone is sent to every server on this computer, whatever
   * its port: another user's, or what stands at the other end of another tunnel.
   */
  readonly pageKey: string
}

/** Who may use the window in a browser tab: whoever had the address, once, and holds what it was exchanged for (S29). */
export interface WindowSessions {
  /** The token that is good now: 256 bits, for one exchange. */
  readonly token: () => string
  /** A new session for the right token, which is then used up and replaced; null for any other. */
  exchange(token: string): WindowSession | null
  /** Whether a Cookie header holds a session of ours: enough for the page's files, which hold nothing. */
  isSignedIn(cookieHeader: string | undefined): boolean
  /** Whether cookie and page key are those of one session: what calls need. */
  mayCall(cookieHeader: string | undefined, pageKey: string | null): boolean
  /** The Set-Cookie header that hands a session out. */
  describeCookie(cookie: string): string
}

const tokenBytes = 32

const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest()
const createToken = (): string => randomBytes(tokenBytes).toString('base64url')

/** `name` is the cookie's: cookies are not kept apart by port, so two windows on one computer need two names. */
export const createWindowSessions = (name: string, onNewToken: (token: string) => void): WindowSessions => {
  let token = createToken()
  const sessions: { readonly cookie: Buffer, readonly pageKey: Buffer }[] = []

  const readCookies = (header: string): string[] => header.split(';').map((part) => part.trim())
    .filter((part) => part.startsWith(`${name}=`)).map((part) => part.slice(name.length + 1))

  /** Every session is looked at, whichever fits: time tells nothing about which. */
  const findSessions = (header: string | undefined): typeof sessions =>
    (header === undefined ? [] : readCookies(header)).flatMap((value) => {
    const found = digest(value)
    return sessions.filter(({ cookie }) => timingSafeEqual(cookie, found))
  })

  return {
    token: () => token,
    exchange: (offered) => {
      if (!timingSafeEqual(digest(offered), digest(token))) return null
      token = createToken()
      onNewToken(token)
      const session = { cookie: createToken(), pageKey: createToken() }
      sessions.push({ cookie: digest(session.cookie), pageKey: digest(session.pageKey) })
      return session
    },
    isSignedIn: (header) => findSessions(header).length > 0,
    mayCall: (header, pageKey) => {
      const found = digest(pageKey ?? '')
      return findSessions(header).filter((session) => timingSafeEqual(session.pageKey, found)).length > 0
    },
    describeCookie: (cookie) => `${name}=${cookie}; HttpOnly; SameSite=Strict; Path=/`,
  }
}
