import { z } from 'zod'
import { problemSchema } from '../../../shared/schemas/http.ts'
import type { Route } from './route.ts'

const jsonSchema = (schema: z.ZodType): unknown => {
  // An OpenAPI 3.1 schema is JSON Schema 2020-12; the dialect line belongs to the document, not to each part.
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { unrepresentable: 'any' })
  return rest
}

const parametersOf = (path: string): readonly unknown[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))

const describe = (route: Route): unknown => ({
  summary: route.summary,
  ...(route.audience === 'buyer' ? { security: [{ bearer: [] }] } : {}),
  parameters: parametersOf(route.path),
  ...(route.body === undefined ? {} : { requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(route.body) } } } }),
  responses: {
    '2XX': {
      description: 'Done',
      content: route.response === undefined
        ? { [route.responseType ?? 'application/octet-stream']: {} }
        : { 'application/json': { schema: jsonSchema(route.response) } },
    },
    default: { description: 'A problem document (RFC 9457) with a stable code', content: { 'application/problem+json': { schema: jsonSchema(problemSchema) } } },
  },
})

/** The OpenAPI 3.1 document of a table of routes, from the same schemas that parse the requests. */
export const createOpenApi = (routes: readonly Route[]): unknown => {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describe(route) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'HEsystem seller', version: '1', description: 'Answers computed over encrypted tables, sold through an escrow contract.' },
    paths,
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
  }
}
