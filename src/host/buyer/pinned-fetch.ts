import { request as requestHttps } from 'node:https'
import { Readable } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { AppError } from '../../shared/errors.ts'
import { hashCertificate } from '../seller/tls-identity.ts'

/** How a seller's server showed who it is. */
export interface ShownCertificate {
  /** Whether an authority of this computer's list signed for this name. */
  readonly trusted: boolean
  /** SHA-256 of its DER. */
  readonly certificateHash: string
}

/**
 * Whether a server that showed this may be spoken to; throws otherwise. Called before anything of the request is sent.
 */
export type CheckCertificate = (shown: ShownCertificate) => void

/** The pinned certificate and no other; without a pin, one that an authority signed. Throws `access.certificate-unknown`. */
export const requireCertificate = (pin: string | null): CheckCertificate => ({ trusted, certificateHash }) => {
  if (pin === null ? trusted : certificateHash === pin) return
  throw new AppError('access.certificate-unknown', pin === null
    ? 'The server\'s certificate is signed by no authority that this computer knows, and the listing pins none.'
    : 'The server shows another certificate than the one its listing pins.', { details: { certificateHash, pinned: pin } })
}

const readCertificate = (socket: TLSSocket): ShownCertificate =>
  ({ trusted: socket.authorized, certificateHash: hashCertificate(socket.getPeerCertificate().raw) })

interface PinnedRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
}

/** What `fetch` does over https, but with our own word on the certificate, and without following anybody elsewhere. */
export const fetchPinned = (url: URL, { method, headers, body, signal }: PinnedRequest, check: CheckCertificate): Promise<Response> =>
  new Promise((resolve, reject) => {
    // Every request has a connection of its own, so that none goes over one that was checked for another pin.
    const request = requestHttps(url, { method, headers, signal, agent: false, rejectUnauthorized: false })
    request.on('error', reject)
    request.on('socket', (socket) => {
      socket.once('secureConnect', () => {
        try {
          check(readCertificate(socket as TLSSocket))
          request.end(body)
        } catch (error) {
          request.destroy(error instanceof Error ? error : new Error(String(error)))
        }
      })
    })
    request.on('response', (response) => {
      const status = response.statusCode ?? 0
      const bodyless = status === 204 || status === 304
      resolve(new Response(bodyless ? null : Readable.toWeb(response) as ReadableStream<Uint8Array>, { status }))
    })
    // The headers go out with the first byte of the body or its end, which wait for the check.
  })
