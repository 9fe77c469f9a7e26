import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** Who may use the window in a browser tab: whoever had the address, once, and holds the cookie it was exchanged for (S29). */
export interface WindowSessions {
  /** The token that is good now: 256 bits, for one exchange. */
  readonly token: () => string
  /** The value of a new cookie for the right token, which is then used up and replaced; null for any other. */
  exchange(token: string): string | null
  /** Whether a Cookie header holds a session of ours. */
  isSignedIn(cookieHeader: string | undefined): boolean
  /** The Set-Cookie header that hands a session out. */
  describeCookie(value: string): string
}

const tokenBytes = 32

const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest()
const createToken = (): string => randomBytes(tokenBytes).toString('base64url')

/** `name` is the cookie's: cookies are not kept apart by port, so two windows on one computer need two names. */
export const createWindowSessions = (name: string, onNewToken: (token: string) => void): WindowSessions => {
  let token = createToken()
  const sessions: Buffer[] = []

  const readCookies = (header: string): string[] => header.split(';').map((part) => part.trim())
    .filter((part) => part.startsWith(`${name}=`)).map((part) => part.slice(name.length + 1))

  return {
    token: () => token,
    exchange: (offered) => {
      if (!timingSafeEqual(digest(offered), digest(token))) return null
      token = createToken()
      onNewToken(token)
      const session = createToken()
      sessions.push(digest(session))
      return session
    },
    isSignedIn: (header) => header !== undefined && readCookies(header).some((value) => {
      const found = digest(value)
      // Every session is looked at, whichever fits: time tells nothing about which.
      return sessions.filter((session) => timingSafeEqual(session, found)).length > 0
    }),
    describeCookie: (value) => `${name}=${value}; HttpOnly; SameSite=Strict; Path=/`,
  }
}
