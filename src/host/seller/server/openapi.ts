import { z } from 'zod'
import { errorCodes } from '../../../shared/error-codes.ts'
import { problemSchema } from '../../../shared/schemas/http.ts'
import type { Route } from './route.ts'

type Json = Record<string, unknown>

type ToJson = (schema: z.ZodType) => Json

/**
 * Zod's schemas as OpenAPI 3.1 writes them: JSON Schema 2020-12, whose dialect line belongs to the document. What a schema refers to
 * by name (one that contains itself) is gathered in `parts`, for the document's components.
 */
const createSchemaWriter = (): { readonly toJson: ToJson; readonly parts: Readonly<Record<string, unknown>> } => {
  const parts: Record<string, unknown> = {}
  const toJson = (schema: z.ZodType): Json => {
    const text = JSON.stringify(z.toJSONSchema(schema, { unrepresentable: 'any' })).replaceAll('"#/$defs/', '"#/components/schemas/')
    const { $schema: _dialect, $defs = {}, ...rest } = JSON.parse(text) as Json & { $defs?: Json }
    Object.assign(parts, $defs)
    return rest
  }
  return { toJson, parts }
}

const parametersOf = (path: string): readonly unknown[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))

const capitalise = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

/**
 * What a generated client calls an operation: the method, then the path without its version, a parameter as `By…`:
 * `GET /v1/purchases/:id/data/:chunk` is `getPurchasesByIdDataByChunk`. Pages for people have `Page` in front.
 */
export const nameOperation = ({ method, path, responseType = '' }: Pick<Route, 'method' | 'path' | 'responseType'>): string => {
  const words = path.split('/').filter((part) => part !== '' && part !== 'v1')
    .map((part) => (part.startsWith(':') ? `By${capitalise(part.slice(1))}` : capitalise(part.replaceAll(/[^a-zA-Z0-9]+(\w)?/g, (_, next: string | undefined) => (next ?? '').toUpperCase()))))
  return method.toLowerCase() + (responseType.startsWith('text/html') ? 'Page' : '') + words.join('')
}

const binary = { type: 'string', format: 'binary' } as const
const text = { type: 'string' } as const

const describeBody = ({ response, responseType = 'application/octet-stream' }: Route, toJson: ToJson): Json => {
  if (response !== undefined) return { 'application/json': { schema: toJson(response) } }
  return { [responseType.split(';')[0] ?? responseType]: { schema: /^(?:text\/|application\/xml)/.test(responseType) ? text : binary } }
}

const describe = (route: Route, toJson: ToJson): Json => ({
  operationId: nameOperation(route),
  summary: route.summary,
  tags: [route.audience === 'buyer' ? 'buyer' : 'public'],
  ...(route.audience === 'buyer' ? { security: [{ bearer: [] }] } : {}),
  parameters: parametersOf(route.path),
  ...(route.body === undefined ? {} : { requestBody: { required: true, content: { 'application/json': { schema: toJson(route.body) } } } }),
  responses: {
    '2XX': { description: 'Done', content: describeBody(route, toJson) },
    ...Object.fromEntries((route.alsoStatuses ?? []).map((status) => [status, { description: 'Not so now', content: describeBody(route, toJson) }])),
    default: { $ref: '#/components/responses/problem' },
  },
})

/** A problem document with the codes there are today; a later seller may know more. */
const describeProblem = (toJson: ToJson): Json => {
  const problem = toJson(problemSchema) as Json & { properties: Json }
  const code = { description: 'Stable: it never changes its meaning.', anyOf: [{ enum: Object.keys(errorCodes) }, { type: 'string' }] }
  return { ...problem, properties: { ...problem.properties, code } }
}

/** The OpenAPI 3.1 document of a table of routes, from the same schemas that parse the requests. */
const createOpenApi = (routes: readonly Route[]): Json => {
  const { toJson, parts } = createSchemaWriter()
  const paths: Record<string, Json> = {}
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describe(route, toJson) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'HEsystem seller',
      version: '1',
      description: 'Answers computed over encrypted tables, sold through an escrow contract. Paying, noting a request and confirming '
        + 'happen on the contract; everything else of a purchase happens here.',
    },
    paths,
    components: {
      schemas: parts,
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'From POST /v1/sessions, for the wallet that bought' } },
      responses: {
        problem: {
          description: 'A problem document (RFC 9457) with a stable code',
          content: { 'application/problem+json': { schema: describeProblem(toJson) } },
        },
      },
    },
  }
}

/** The routes, and the one that serves their document, in which it stands too. */
export const withOpenApi = (routes: readonly Route[]): readonly Route[] => {
  const own: Route = {
    method: 'GET', path: '/openapi.json', summary: 'This document', audience: 'anyone', response: z.record(z.string(), z.unknown()), requestsPerMinute: 600,
    handle: () => ({ json: document }),
  }
  const all = [...routes, own]
  const document = createOpenApi(all)
  return all
}
