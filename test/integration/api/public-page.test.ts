import type { AddressInfo } from 'node:net'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContext } from '@playwright/test'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServer } from '../../../src/host/seller/server/create-server.ts'
import { createPublicRoutes, type PublicRouteDependencies } from '../../../src/host/seller/server/public-routes.ts'
import { createSessions } from '../../../src/host/seller/server/sessions.ts'
import { launchBrowser, watchPage } from '../../e2e/window/support/browser.ts'
import { createListing } from '../../unit/seller/page-listing.ts'

const longWord = 'a'.repeat(150)
const wages = createListing()
const listings = [
  createListing({ minRows: 1, comparisons: 4, description: `Words, and ${longWord}` }),
  createListing({ id: 'private-1', mode: 'private', chainId: 1 }),
  { ...createListing({ id: 'closed-1', state: 'closed' }), details: { ...wages.details, listing: 'closed-1', title: longWord } },
]
const dependencies = {
  listings: { list: () => listings, find: (id: string) => listings.find((listing) => listing.id === id) ?? null },
  findExplorer: (chainId: number) => (chainId === 1 ? 'https://look.example' : null),
} as unknown as PublicRouteDependencies
const pages = ['/', ...listings.map(({ id }) => `/listings/${id}`)]

describe('the seller\'s pages', { timeout: 60_000 }, () => {
  let app: FastifyInstance
  let origin: string
  const hosts = new Set<string>()

  beforeAll(async () => {
    const sessions = createSessions(31_337, () => new Date())
    app = await createServer({
      routes: createPublicRoutes({ ...dependencies, sessions }), sessions, allowedHosts: () => hosts, scheme: 'http', onBug: (error) => { throw error },
    })
    await app.listen({ host: '127.0.0.1', port: 0 })
    const host = `127.0.0.1:${(app.server.address() as AddressInfo).port}`
    hosts.add(host)
    origin = `http://${host}`
  })
  afterAll(async () => { await app.close() })

  it.each([...pages, '/sitemap.xml', '/robots.txt'])('%s is sent again only where it changed, and answers HEAD', async (path) => {
    const first = await fetch(origin + path)
    expect(first.headers.get('cache-control')).toBe('no-cache')
    const tag = first.headers.get('etag') ?? expect.unreachable('no tag')
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`]) {
      const again = await fetch(origin + path, { headers: { 'if-none-match': known } })
      expect([again.status, await again.text()]).toEqual([304, ''])
    }
    expect((await fetch(origin + path, { headers: { 'if-none-match': '"other"' } })).status).toBe(200)
    const head = await fetch(origin + path, { method: 'HEAD' })
    expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, tag, ''])
  })

  it('keep what is for programs out of every cache', async () => {
    const reply = await fetch(`${origin}/v1/listings`)
    expect([reply.headers.get('cache-control'), reply.headers.get('etag')]).toEqual(['no-store', null])
  })

  describe('in a browser', () => {
    let browser: Browser
    const open = async <T>(options: Parameters<Browser['newContext']>[0], look: (context: BrowserContext) => Promise<T>): Promise<T> => {
      const context = await browser.newContext(options)
      try {
        return await look(context)
      } finally {
        await context.close()
      }
    }
    beforeAll(async () => { browser = await launchBrowser() })
    afterAll(async () => { await browser.close() })

    it.each(['light', 'dark'] as const)('have nothing that axe objects to, %s', (colorScheme) => open({ colorScheme }, async (context) => {
      const page = await context.newPage()
      for (const path of pages) {
        await page.goto(origin + path)
        const { violations } = await new AxeBuilder({ page }).analyze()
        expect(violations.map(({ id, nodes }) => `${path} ${id}: ${nodes.map(({ html }) => html).join()}`)).toEqual([])
      }
    }))

    it.each([1280, 390, 320])('are one request each, and fit %i pixels, without scripts', (width) =>
      open({ javaScriptEnabled: false, viewport: { width, height: 800 } }, async (context) => {
        const page = await context.newPage()
        const { asked, complaints } = watchPage(page)
        for (const path of pages) {
          await page.goto(origin + path)
          expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBe(width)
        }
        expect(asked).toEqual(pages.map((path) => origin + path))
        expect(complaints).toEqual([])
      }))
  })
})
