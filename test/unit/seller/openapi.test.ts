import type { FastifyInstance } from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import { createBuyerRoutes, type BuyerRouteDependencies } from '../../../src/host/seller/server/buyer-routes.ts'
import { createServer } from '../../../src/host/seller/server/create-server.ts'
import { createPublicRoutes, type PublicRouteDependencies } from '../../../src/host/seller/server/public-routes.ts'
import { createSessions } from '../../../src/host/seller/server/sessions.ts'
import { errorCodes } from '../../../src/shared/error-codes.ts'
import { listRoutes } from './list-routes.ts'

const host = 'seller.example'
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const

interface Operation {
  readonly security?: readonly unknown[]
  readonly responses: Readonly<Record<string, object>>
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly responses: { readonly problem: { readonly content: Readonly<Record<string, { readonly schema: {
    readonly required: readonly string[]
    readonly properties: { readonly code: { readonly anyOf: readonly [{ readonly enum: readonly string[] }, object] } }
  } }>> } } }
}

/** The server with all its routes; behind them there is nothing. */
describe('the OpenAPI document beside the routes that the server has', () => {
  let app: FastifyInstance
  let document: Document
  let calls = 0
  /** Each call from an address of its own: the rate limits have tests of their own. */
  const call = (method: typeof methods[number], url: string) => {
    calls += 1
    return app.inject({
      method, url, remoteAddress: `10.0.${calls >> 8}.${calls & 255}`, headers: { host, ...(method === 'POST' ? { 'content-type': 'application/json' } : {}) },
      ...(method === 'POST' ? { payload: '{}' } : {}),
    })
  }

  beforeAll(async () => {
    app = await createServer({
      routes: [...createPublicRoutes({} as PublicRouteDependencies), ...createBuyerRoutes({} as BuyerRouteDependencies)],
      sessions: createSessions(31_337, () => new Date()), allowedHosts: () => new Set([host]), scheme: 'https', onBug: () => undefined,
    })
    document = (await call('GET', '/openapi.json')).json<Document>()
  })

  const documented = (): string[] => Object.entries(document.paths)
    .flatMap(([path, operations]) => Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`)).sort()

  it('has every route that the server has, and none that it has not', () => {
    const routes = listRoutes(app)
    expect(routes.sort()).toEqual(documented())
    expect(routes).toContain('GET /openapi.json')
  })

  it('is right about methods: those it names are answered, any other finds nothing', async () => {
    const pages = createPublicRoutes({} as PublicRouteDependencies).filter(({ isPage }) => isPage === true)
    const known = new Set([...documented(), ...pages.map(({ path }) => `HEAD ${path.replaceAll(/:(\w+)/g, '{$1}')}`)])
    for (const path of Object.keys(document.paths)) {
      for (const method of methods) {
        const url = path.replaceAll(/\{\w+\}/g, '1')
        const { statusCode, body } = await call(method, url)
        const nothing = statusCode === 404 && (method === 'HEAD' || body.includes('There is nothing at this address.'))
        expect(nothing, `${method} ${url}: ${statusCode} ${body.slice(0, 200)}`).toBe(!known.has(`${method} ${path}`))
      }
    }
  })

  it('asks for a token where the server does, and refuses in problem documents of codes it names', async () => {
    const { required, properties: { code } } = Object.values(document.components.responses.problem.content)[0]?.schema ?? expect.unreachable('no problem document')
    expect(code.anyOf[0].enum).toEqual(Object.keys(errorCodes))
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const [method, { security, responses }] of Object.entries(operations)) {
        const reply = await call(method.toUpperCase() as typeof methods[number], path.replaceAll(/\{\w+\}/g, '1'))
        const problem = reply.headers['content-type']?.startsWith('application/problem+json') === true ? reply.json<Record<string, unknown>>() : null
        expect(problem?.['code'] === 'access.unauthenticated', `${method} ${path}`).toBe(security !== undefined)
        if (problem === null) continue
        for (const field of required) expect(problem, `${method} ${path}`).toHaveProperty(field)
        expect(code.anyOf[0].enum).toContain(problem['code'])
        expect(errorCodes[problem['code'] as keyof typeof errorCodes].status).toBe(reply.statusCode)
        expect(responses['default']).toEqual({ $ref: '#/components/responses/problem' })
      }
    }
  })
})
