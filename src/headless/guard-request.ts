import type { IncomingMessage } from 'node:http'
import { AppError } from '../shared/errors.ts'

export type Caller = Pick<IncomingMessage, 'headers'>

interface OriginRule {
  readonly originRequired: boolean
}

const loopbackHosts: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '::1'])

/** Plain HTTP stays on this computer; from elsewhere one comes through an SSH tunnel. Throws `access.insecure-address` (S24). */
export const assertLoopback = (host: string): void => {
  if (loopbackHosts.has(host)) return
  throw new AppError('access.insecure-address', `The window speaks plain HTTP and listens on this computer only, not on ${host}. Reach it through an SSH tunnel to 127.0.0.1.`, {
    details: { host },
  })
}

/** The names under which a server at this port may be called: anything else is another site's name for us (DNS rebinding). */
export const listHosts = (host: string, port: number): ReadonlySet<string> =>
  new Set([host === '::1' ? '[::1]' : host, 'localhost', '127.0.0.1'].map((name) => `${name}:${port}`))

/** Throws `access.wrong-host`, `access.foreign-origin` (S29). A call that changes anything must name its origin. */
export const assertOwnCaller = (caller: Caller, hosts: ReadonlySet<string>, { originRequired }: OriginRule): void => {
  const { host, origin } = caller.headers
  if (host === undefined || !hosts.has(host)) throw new AppError('access.wrong-host', 'This server is not called by that name.')
  if (origin === undefined && !originRequired) return
  if (origin !== `http://${host}`) throw new AppError('access.foreign-origin', 'Another page may not use this window.')
}

/** A page of another site may point here but not load from here; what a person opens themselves has no site before it. */
export const assertNotEmbedded = ({ headers }: Caller): void => {
  const site = headers['sec-fetch-site']
  const mode = headers['sec-fetch-mode']
  if (site === undefined || site === 'same-origin' || site === 'none' || mode === 'navigate') return
  throw new AppError('access.foreign-origin', 'Another page may not load this window\'s files.')
}
