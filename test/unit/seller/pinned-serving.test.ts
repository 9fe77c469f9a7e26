import { createServer, type Server } from 'node:https'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireCertificate } from '../../../src/host/buyer/pinned-fetch.ts'
import { createSellerClient } from '../../../src/host/buyer/seller-client.ts'
import type { SecretStore } from '../../../src/host/secrets/types.ts'
import { createTlsIdentities, type TlsIdentity } from '../../../src/host/seller/tls-identity.ts'

const createMemoryStore = (): SecretStore => {
  const secrets = new Map<string, Uint8Array>()
  return {
    kind: 'passphrase',
    find: (name) => Promise.resolve(secrets.get(name) ?? null),
    write: (name, secret) => Promise.resolve(void secrets.set(name, secret)),
    remove: (name) => Promise.resolve(void secrets.delete(name)),
  }
}

describe('a server with a certificate of its own', () => {
  const store = createMemoryStore()
  const heard: string[] = []
  let identity: TlsIdentity
  let server: Server
  let origin: string

  beforeAll(async () => {
    identity = await createTlsIdentities(store, () => new Date()).get()
    server = createServer({ cert: identity.certificate, key: identity.key, minVersion: 'TLSv1.3' }, (request, response) => {
      heard.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`)
      if (request.url === '/elsewhere') response.writeHead(302, { location: 'https://example.org/' })
      request.on('data', (part: Buffer) => response.write(part)).on('end', () => { response.end(request.method === 'GET' ? 'hello' : '') })
    })
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
    const address = server.address()
    origin = `https://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  })
  afterAll(() => { server.close() })

  it('keeps the certificate over restarts: what a listing pins must not change', async () => {
    expect((await createTlsIdentities(store, () => new Date()).get()).certificateHash).toBe(identity.certificateHash)
    expect((await createTlsIdentities(createMemoryStore(), () => new Date()).get()).certificateHash).not.toBe(identity.certificateHash)
  })

  it('answers whoever holds the pin, body and token with it', async () => {
    const client = createSellerClient(origin, requireCertificate(identity.certificateHash))
    expect(await client.fetchText('/details')).toBe('hello')
    expect(await client.fetchText('/echo', { body: { a: 1 }, token: 'secret' })).toBe('{"a":1}')
    expect(heard).toEqual(['GET /details ', 'POST /echo Bearer secret'])
  })

  it.each([['another certificate is pinned', `0x${'ab'.repeat(32)}`], ['none is pinned', null]])('is sent nothing where %s', async (_when, pin) => {
    const before = heard.length
    const client = createSellerClient(origin, requireCertificate(pin))
    await expect(client.fetchText('/echo', { body: { a: 1 }, token: 'secret' })).rejects.toMatchObject({ code: 'access.certificate-unknown' })
    expect(heard).toHaveLength(before)
  })

  it('sends nobody elsewhere', async () => {
    const client = createSellerClient(origin, requireCertificate(identity.certificateHash))
    await expect(client.fetchText('/elsewhere')).rejects.toMatchObject({ code: 'runtime.seller-misbehaved' })
  })
})
