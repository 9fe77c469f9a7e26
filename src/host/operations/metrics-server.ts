import { createServer } from 'node:http'
import { AppError } from '../../shared/errors.ts'
import type { Metrics } from './metrics.ts'

export interface MetricsServer {
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

/**
 * Metrics on a listener of their own, on loopback only: what a seller sells and when is nobody else's business, so that no proxy
 * before the public server can let them out by mistake. Throws `runtime.port-unavailable`.
 */
export const startMetricsServer = async (metrics: Metrics, port: number): Promise<MetricsServer> => {
  const host = '127.0.0.1'
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
    const isOwn = [`${host}:${bound}`, `localhost:${bound}`].includes(request.headers.host ?? '')
    if (!isOwn || request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(isOwn ? 404 : 421, { 'content-type': 'text/plain' }).end('Metrics are at /metrics.\n')
      return
    }
    metrics.render().then(
      (text) => { response.writeHead(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' }).end(text) },
      () => { response.writeHead(500).end() },
    )
  })
  let bound = port
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(new AppError('runtime.port-unavailable', `Cannot listen on ${host}:${port}: ${error.message}`, { details: { host, port }, cause: error }))
    })
    server.listen(port, host, resolve)
  })
  const address = server.address()
  bound = typeof address === 'object' && address !== null ? address.port : port
  return {
    url: `http://${host}:${bound}/metrics`,
    port: bound,
    close: () => new Promise((resolve) => {
      server.close(() => { resolve() })
      server.closeAllConnections()
    }),
  }
}
