import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createSellerClient } from '../../../src/host/buyer/seller-client.ts'

interface Reply {
  readonly status: number
  readonly body?: string
  readonly retryAfter?: string
}

const problem = JSON.stringify({ type: '', title: '', status: 429, detail: 'Too many.', code: 'access.too-many-requests' })

describe('a buyer at a busy server', () => {
  let server: Server
  let asked = 0
  afterEach(() => new Promise((resolve) => { server.close(resolve) }))

  /** Answers with these one after the other, then with the last of them for ever. */
  const open = async (...replies: readonly Reply[]): Promise<string> => {
    asked = 0
    server = createServer((_request, response) => {
      const { status, retryAfter, body = problem } = replies[Math.min(asked, replies.length - 1)] ?? { status: 500 }
      asked += 1
      response.writeHead(status, { connection: 'close', ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }) })
      response.end(status === 200 ? 'here' : body)
    })
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  it('comes back when it is told to', async () => {
    const client = createSellerClient(await open({ status: 429, retryAfter: '0' }, { status: 429, retryAfter: '1' }, { status: 200 }))
    expect(await client.fetchText('/')).toBe('here')
    expect(asked).toBe(3)
  })

  it('gives up after some tries', async () => {
    const client = createSellerClient(await open({ status: 429, retryAfter: '0' }))
    await expect(client.fetchText('/')).rejects.toMatchObject({ code: 'access.too-many-requests' })
    expect(asked).toBe(6)
  })

  it('does not guess where no time is named', async () => {
    for (const retryAfter of [undefined, 'soon', '-1', 'Wed, 21 Oct 2026 07:28:00 GMT']) {
      const client = createSellerClient(await open({ status: 429, ...(retryAfter === undefined ? {} : { retryAfter }) }))
      await expect(client.fetchText('/')).rejects.toMatchObject({ code: 'access.too-many-requests' })
      expect(asked).toBe(1)
      server.close()
    }
  })

  it('is told by which rule it was refused, in a code of the catalogue, and nothing else of what a stranger says beside it', async () => {
    const refused = (details: object): string =>
      JSON.stringify({ type: '', title: '', status: 422, detail: 'Declined.', code: 'policy.refused', details })
    const told = async (details: object): Promise<unknown> => {
      const outcome: unknown = await createSellerClient(await open({ status: 422, body: refused(details) })).fetchText('/').catch((error: unknown) => error)
      server.close()
      return (outcome as { details: unknown }).details
    }
    const plain = { status: 422, saidBy: 'seller' }
    expect(await told({ rule: 'policy.min-rows', path: '/etc', more: [1] })).toEqual({ ...plain, rule: 'policy.min-rows' })
    for (const rule of ['policy.made-up', 'toString', '', 7, null, ['policy.min-rows']]) expect(await told({ rule })).toEqual(plain)
  })

  it('stops waiting when it is stopped', async () => {
    const client = createSellerClient(await open({ status: 429, retryAfter: '120' }))
    await expect(client.fetchText('/', { signal: AbortSignal.timeout(200) })).rejects.toMatchObject({ code: 'runtime.cancelled' })
  })
})
