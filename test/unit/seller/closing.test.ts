import { describe, expect, it } from 'vitest'
import { closeGracefully, createServer } from '../../../src/host/seller/server/create-server.ts'
import { defineRoute } from '../../../src/host/seller/server/route.ts'
import { createSessions } from '../../../src/host/seller/server/sessions.ts'
import type { ServedRequest } from '../../../src/host/operations/observe.ts'

/** A server with one route that answers when told to. */
const openServer = async () => {
  const arrived = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  const hosts = new Set<string>()
  const seen: ServedRequest[] = []
  const route = defineRoute({
    method: 'GET', path: '/slow/:id', summary: 'Takes its time', audience: 'anyone', responseType: 'text/plain', requestsPerMinute: 10,
    handle: async () => {
      arrived.resolve()
      await release.promise
      return { type: 'text/plain', bytes: 'whole' }
    },
  })
  const app = await createServer({
    routes: [route], sessions: createSessions(1, () => new Date()), allowedHosts: () => hosts, scheme: 'http', onBug: () => undefined,
    onRequest: (request) => { seen.push(request) },
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  hosts.add(new URL(url).host)
  return { app, url, arrived: arrived.promise, release: release.resolve, seen }
}

describe('a seller\'s server that is stopped', () => {
  it('finishes the answers under way and takes no new ones', async () => {
    const { app, url, arrived, release, seen } = await openServer()
    const answer = fetch(`${url}/slow/1`)
    await arrived
    const closing = closeGracefully(app, 30_000)
    await expect(fetch(`${url}/slow/2`)).rejects.toThrow()
    release()
    expect(await (await answer).text()).toBe('whole')
    await closing
    expect(seen).toEqual([{ method: 'GET', route: '/slow/:id', status: 200, seconds: expect.any(Number) }])
  })

  it('cuts what takes longer than it was given', async () => {
    const { app, url, arrived, release } = await openServer()
    const answer = fetch(`${url}/slow/1`)
    await arrived
    const closing = closeGracefully(app, 50)
    await expect(answer).rejects.toThrow()
    release()
    await closing
  })
})
