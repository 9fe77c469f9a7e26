import type { FastifyInstance } from 'fastify'
import { expect } from 'vitest'

/**
 * Every route that a server answers, as `GET /v1/listings/{id}`, but for the HEAD of a page, from Fastify's own tree: four letters of
 * indentation a level, each line with what it adds to the path.
 */
export const listRoutes = (app: FastifyInstance): string[] => {
  const above: string[] = []
  return app.printRoutes({ commonPrefix: false }).trimEnd().split('\n').flatMap((line) => {
    const { 1: indentation = '', 2: added = '', 3: allowed } = /^(.*?)[├└]── (\S+)(?: \((.*)\))?$/.exec(line) ?? expect.unreachable(`not understood: ${line}`)
    above.length = indentation.length / 4
    above.push(added)
    return allowed?.split(', ').filter((method) => method !== 'HEAD').map((method) => `${method} ${above.join('').replaceAll(/:(\w+)/g, '{$1}')}`) ?? []
  })
}
