import type { z } from 'zod'

/** Who may call: anyone, or the signed-in buyer of the purchase named in the path. */
export type Audience = 'anyone' | 'buyer'

export interface RequestContext<B> {
  readonly parameters: Readonly<Record<string, string>>
  readonly body: B
  /** The body as it came, where the route takes it so; else ''. */
  readonly text: string
  /** Scheme and host the caller used, from the allow-list. */
  readonly origin: string
  readonly domain: string
  /** The signed-in wallet; '' where the audience is anyone. */
  readonly account: string
}

/** What a handler gives back: JSON by its schema, or bytes of a named type. */
export type RouteResult =
  | { readonly status?: number; readonly json: unknown }
  | { readonly status?: number; readonly type: string; readonly bytes: Uint8Array | string }

export interface Route<B = unknown> {
  readonly method: 'GET' | 'POST'
  /** As Fastify writes it: `/v1/listings/:id`. */
  readonly path: string
  readonly summary: string
  readonly audience: Audience
  readonly body?: z.ZodType<B>
  /** `body` says only what is sent: the handler has the text read elsewhere, since a large one keeps everybody else waiting. */
  readonly takesText?: true
  readonly response?: z.ZodType
  readonly responseType?: string
  /** For browsers and crawlers: it answers HEAD too, and is kept by whoever read it until it changes. Its bytes are text. */
  readonly isPage?: true
  /** Statuses beyond 2XX that carry the same body. */
  readonly alsoStatuses?: readonly number[]
  /** Largest body in bytes, for POST. */
  readonly bodyLimitBytes?: number
  readonly requestsPerMinute: number
  handle(context: RequestContext<B>): Promise<RouteResult> | RouteResult
}

/** Keeps a route's body type between its schema and its handler, then forgets it for the table. */
export const defineRoute = <B>(route: Route<B>): Route => route
