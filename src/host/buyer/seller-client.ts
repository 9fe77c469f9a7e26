import { randomInt } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { SiweMessage } from 'siwe'
import { getAddress, type BaseWallet } from 'ethers'
import type { z } from 'zod'
import { errorCodes, type ErrorCode } from '../../shared/error-codes.ts'
import { AppError } from '../../shared/errors.ts'
import { oneLine } from '../../shared/one-line.ts'
import { parseJsonAs } from '../../shared/parse.ts'
import { failpoint } from '../failpoint.ts'
import { problemSchema, sessionChallengeSchema, sessionSchema } from '../../shared/schemas/http.ts'
import { fetchPinned, requireCertificate, type CheckCertificate } from './pinned-fetch.ts'

const timeoutMilliseconds = 60_000
/** How often a server that says “too many requests” is asked again, and the longest wait it may ask for at once. */
const mostPatience = 5
const longestPauseSeconds = 120
/** No honest answer is larger; a seller cannot fill the buyer's memory. */
const largestBodyBytes = 256 * 1024 * 1024

export interface RequestOptions {
  readonly token?: string
  readonly body?: unknown
  readonly signal?: AbortSignal
}

export interface SellerClient {
  readonly origin: string
  /** The body's bytes. Throws the seller's own coded error, `runtime.seller-unreachable` or `runtime.seller-misbehaved`. */
  fetchBytes(path: string, options?: RequestOptions): Promise<Uint8Array>
  fetchText(path: string, options?: RequestOptions): Promise<string>
  fetchJson<T>(path: string, schema: z.ZodType<T>, options?: RequestOptions): Promise<T>
  /** Signs in (EIP-4361) after checking that the challenge is for this server, wallet and chain; the token is kept until refused. */
  withSession<T>(wallet: BaseWallet, chainId: number, act: (token: string) => Promise<T>): Promise<T>
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorCodes, code)

const readLimited = async (response: Response): Promise<Uint8Array> => {
  const parts: Uint8Array[] = []
  let total = 0
  const body: AsyncIterable<Uint8Array> | null = response.body
  for await (const part of body ?? []) {
    total += part.length
    if (total > largestBodyBytes) throw new AppError('runtime.seller-misbehaved', 'The seller\'s server sends more than any answer can hold.')
    parts.push(part)
  }
  return new Uint8Array(Buffer.concat(parts))
}

/** The seller's problem document as the same coded error here; its words are text from a stranger and stay text. */
const toRemoteError = (status: number, body: Uint8Array): AppError => {
  let problem: z.infer<typeof problemSchema>
  try {
    problem = parseJsonAs(problemSchema, new TextDecoder().decode(body), 'the seller\'s error', 'runtime.seller-misbehaved')
  } catch (error) {
    return new AppError('runtime.seller-misbehaved', `The seller's server answered with status ${status} and no reason that can be read.`, { cause: error, details: { status } })
  }
  // Of its details one is kept, and only as a code of ours: the rule that an answer was refused by.
  const { rule } = problem.details ?? {}
  const named = typeof rule === 'string' && isErrorCode(rule) ? { rule } : {}
  return isErrorCode(problem.code) && !problem.code.startsWith('bug.')
    ? new AppError(problem.code, oneLine(problem.detail), { details: { status, saidBy: 'seller', ...named } })
    : new AppError('runtime.seller-misbehaved', `The seller's server failed: ${oneLine(problem.detail)}`, { details: { status, code: problem.code }, retryable: status >= 500 })
}

/** Seconds a busy server asks to be left alone (RFC 9110, section 10.2.3); null where it gives no number of them. */
const readRetryAfter = (header: string | null): number | null => (header !== null && /^\d{1,6}$/.test(header) ? Number(header) : null)

/** A little more than was asked for, not the same for all who were refused at once. */
const pauseMilliseconds = (seconds: number): number => Math.min(seconds, longestPauseSeconds) * 1000 + randomInt(500)

const isRefusedToken = (error: unknown): boolean => error instanceof AppError && error.code === 'access.unauthenticated'

interface Answered {
  readonly response: Response
  readonly bytes: Uint8Array
}

/**
 * A buyer's view of one seller's server; over https, one that `checkCertificate` lets pass: by default, that an authority signed for.
 * A redirect is an error: what was asked for stands where its listing says.
 */
export const createSellerClient = (origin: string, checkCertificate: CheckCertificate = requireCertificate(null)): SellerClient => {
  let session: { readonly address: string; readonly token: string } | null = null

  const fetchOnce = async (path: string, { token, body, signal }: RequestOptions): Promise<Answered> => {
    const timeout = AbortSignal.timeout(timeoutMilliseconds)
    const name = `${body === undefined ? 'GET' : 'POST'} ${path.replaceAll(/\/\d+/g, '/N')}`
    failpoint(`ask.before:${name}`)
    try {
      const url = new URL(path, origin)
      const sent = {
        method: body === undefined ? 'GET' : 'POST',
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }
      const response = url.protocol === 'https:' ? await fetchPinned(url, sent, checkCertificate) : await fetch(url, { ...sent, redirect: 'error' })
      const bytes = await readLimited(response)
      failpoint(`ask.after:${name}`)
      return { response, bytes }
    } catch (error) {
      if (error instanceof AppError) throw error
      if (signal?.aborted === true) throw new AppError('runtime.cancelled', 'Stopped.', { cause: error })
      throw new AppError('runtime.seller-unreachable', `The seller's server at ${origin} does not answer.`, { cause: error, retryable: true, details: { origin } })
    }
  }

  /** A server that is busy, or to which somebody else behind our address has spoken too often, is asked again when it says. */
  const fetchBytes = async (path: string, options: RequestOptions = {}): Promise<Uint8Array> => {
    for (let tries = 1; ; tries += 1) {
      const { response, bytes } = await fetchOnce(path, options)
      if (response.ok) return bytes
      const seconds = response.status === 429 ? readRetryAfter(response.headers.get('retry-after')) : null
      if (seconds === null || tries > mostPatience) throw toRemoteError(response.status, bytes)
      await pause(pauseMilliseconds(seconds), undefined, { signal: options.signal }).catch((error: unknown) => {
        throw new AppError('runtime.cancelled', 'Stopped waiting for the seller\'s server.', { cause: error })
      })
    }
  }

  const fetchText = async (path: string, options?: RequestOptions): Promise<string> =>
    new TextDecoder().decode(await fetchBytes(path, options))

  const fetchJson = async <T>(path: string, schema: z.ZodType<T>, options?: RequestOptions): Promise<T> =>
    parseJsonAs(schema, await fetchText(path, options), `the seller's answer to ${path}`, 'runtime.seller-misbehaved')

  const signIn = async (wallet: BaseWallet, chainId: number): Promise<string> => {
    const { message } = await fetchJson('/v1/sessions', sessionChallengeSchema, { body: { address: wallet.address } })
    const { SiweMessage } = await import('siwe')
    let challenge: SiweMessage
    try {
      challenge = new SiweMessage(message)
    } catch (error) {
      throw new AppError('runtime.seller-misbehaved', 'The seller\'s sign-in message cannot be read.', { cause: error })
    }
    const { host } = new URL(origin)
    // Signing another server's challenge would let this seller sign in there in our name.
    const isForUs = challenge.domain === host && new URL(challenge.uri).origin === origin
      && challenge.chainId === chainId && getAddress(challenge.address) === wallet.address
    if (!isForUs) {
      throw new AppError('access.foreign-challenge', 'The seller asked to sign a sign-in message made for another server, wallet or network.', { details: { domain: challenge.domain } })
    }
    const { token } = await fetchJson('/v1/sessions', sessionSchema, { body: { message, signature: await wallet.signMessage(message) } })
    session = { address: wallet.address, token }
    return token
  }

  return {
    origin,
    fetchBytes,
    fetchText,
    fetchJson,
    withSession: async (wallet, chainId, act) => {
      const kept = session?.address === wallet.address ? session.token : null
      if (kept === null) return act(await signIn(wallet, chainId))
      try {
        return await act(kept)
      } catch (error) {
        if (!isRefusedToken(error)) throw error
        return act(await signIn(wallet, chainId))
      }
    },
  }
}
