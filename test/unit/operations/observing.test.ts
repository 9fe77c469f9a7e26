import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createLog, type LogLevel } from '../../../src/host/operations/log.ts'
import { createMetrics } from '../../../src/host/operations/metrics.ts'
import { startMetricsServer } from '../../../src/host/operations/metrics-server.ts'
import { redactText } from '../../../src/host/operations/redact.ts'
import { createHealthMonitor } from '../../../src/host/seller/health.ts'
import { createAdvance, tellStatesOnce, type ServeEvent } from '../../../src/host/seller/serve-event.ts'
import { AppError } from '../../../src/shared/errors.ts'

const openLog = (level: LogLevel = 'info') => {
  const lines: string[] = []
  const log = createLog({ level, write: (line) => { lines.push(line) } })
  return { log, lines, read: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) }
}

describe('the log for machines', () => {
  it('is one JSON object a line, with time, level, event and facts', () => {
    const { log, lines, read } = openLog()
    log.observer.onEvent?.({ kind: 'sale-advanced', purchase: 7n, state: 'delivered' })
    log.observer.onEvent?.({ kind: 'failed', purchase: null, error: new AppError('chain.unreachable', 'The chain does not answer.', { details: { tries: 3 } }) })
    log.observer.onRequest?.({ method: 'GET', route: '/', status: 200, seconds: 0.1 })
    expect(lines.every((line) => line.endsWith('}\n'))).toBe(true)
    expect(read()).toEqual([
      { level: 'info', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/), event: 'sale-advanced', purchase: '7', state: 'delivered' },
      { level: 'error', time: expect.any(String), event: 'failed', purchase: null, code: 'chain.unreachable', message: 'The chain does not answer.', details: { tries: 3 } },
    ])
  })

  it('tells of requests at level debug: route and status, never who asked for what', () => {
    const { log, read } = openLog('debug')
    log.observer.onRequest?.({ method: 'GET', route: '/v1/purchases/:id/answer', status: 200, seconds: 0.0124 })
    expect(read()).toEqual([{
      level: 'debug', time: expect.any(String), event: 'request', method: 'GET', route: '/v1/purchases/:id/answer', status: 200, milliseconds: 12,
    }])
  })

  it('shows a bug whole but for what opens something', () => {
    const { log, lines } = openLog()
    const cause = new Error('POST https://sepolia.example.org/v3/0123456789abcdef failed, authorization: Bearer abc.def-ghi')
    log.observer.onEvent?.({ kind: 'bug', error: new AppError('bug.unexpected', 'Something.', { cause }), request: 'GET /v1/listings?token=xyz' })
    log.info('note', { wallet: { privateKey: '0xkey', address: '0xaddress' }, url: 'postgres://me:pass@db/x' })
    expect(lines.join('')).toMatch(/observing\.test\.ts/)
    for (const secret of ['0123456789abcdef', 'abc.def-ghi', 'xyz', '0xkey', 'pass@']) expect(lines.join('')).not.toContain(secret)
    for (const kept of ['sepolia.example.org', '0xaddress', '/v1/listings', 'postgres://db/']) expect(lines.join('')).toContain(kept)
  })
})

describe('redacting (S31)', () => {
  it('keeps addresses that open nothing', () => {
    const text = 'at http://127.0.0.1:7373 and https://data.example.org/v1/listings/wages'
    expect(redactText(text)).toBe(text)
  })

  it('cuts quoted values whole, escapes and spaces included', () => {
    expect(redactText('{"passphrase":"correct \\"horse\\" battery","n":1}')).toBe('{"passphrase":[redacted],"n":1}')
    expect(redactText('password = open sesame, and "more"]\nand then')).toBe('password = [redacted]\nand then')
  })
})

describe('the metrics', () => {
  const open = () => createMetrics({ version: '9.9.9', counts: () => ({ listings: { published: 2 }, sales: { delivered: 5 } }), readBalanceEther: () => Promise.resolve(1.5) })

  it('count requests by route, sales by state and failures by code', async () => {
    const { observer, render } = open()
    observer.onRequest?.({ method: 'GET', route: '/v1/listings/:id', status: 200, seconds: 0.01 })
    observer.onRequest?.({ method: 'GET', route: '/v1/listings/:id', status: 404, seconds: 0.01 })
    observer.onEvent?.({ kind: 'sale-advanced', purchase: 1n, state: 'delivered' })
    observer.onEvent?.({ kind: 'failed', purchase: 1n, error: new AppError('chain.unreachable', '') })
    observer.onLook?.()
    const text = await render()
    for (const line of [
      'hesystem_http_requests_total{method="GET",route="/v1/listings/:id",status="200"} 1', 'hesystem_sale_events_total{event="delivered"} 1',
      'hesystem_failures_total{code="chain.unreachable"} 1', 'hesystem_listings{state="published"} 2', 'hesystem_sales{state="delivered"} 5',
      'hesystem_wallet_balance_ether 1.5', 'hesystem_build_info{version="9.9.9"} 1', 'hesystem_http_request_duration_seconds_count{route="/v1/listings/:id"} 2',
    ]) expect(text.split('\n')).toContain(line)
    expect(text).toMatch(/^hesystem_watch_last_look_timestamp_seconds 1\.\d+e\+?9|^hesystem_watch_last_look_timestamp_seconds \d{10}/m)
    expect(text).toMatch(/^process_resident_memory_bytes \d/m)
  })

  it('are given out on loopback alone, to nobody who calls by another name', async () => {
    const server = await startMetricsServer(open(), 0)
    const ask = (host: string, path = '/metrics'): Promise<number> => new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port: server.port, path, headers: { host } }, (response) => { response.resume(); resolve(response.statusCode ?? 0) }).on('error', reject).end()
    })
    expect([await ask(`127.0.0.1:${server.port}`), await ask('evil.example'), await ask(`localhost:${server.port}`, '/')]).toEqual([200, 421, 404])
    await server.close()
  })
})

describe('what is told of a sale', () => {
  it('is a failed try once, though a request and the watch both waited for it, and the next try again, though it fails alike', async () => {
    const { observer, render } = createMetrics({ version: '', counts: () => ({ listings: {}, sales: {} }), readBalanceEther: () => Promise.resolve(null) })
    const error = new AppError('chain.unreachable', '')
    let current = Promise.reject<never>(error)
    const advance = createAdvance({ advance: () => current }, (event) => { observer.onEvent?.(event) })
    await Promise.all([advance(1n), advance(1n)])
    expect(await render()).toContain('hesystem_failures_total{code="chain.unreachable"} 1\n')
    current = Promise.reject<never>(error)
    await advance(1n)
    expect(await render()).toContain('hesystem_failures_total{code="chain.unreachable"} 2\n')
  })

  it('is each of its states once, however many calls waited for it', () => {
    const told: ServeEvent[] = []
    const tell = tellStatesOnce((event) => { told.push(event) })
    const failed: ServeEvent = { kind: 'failed', purchase: 1n, error: new AppError('chain.unreachable', '') }
    const advanced = (purchase: bigint, state: 'answered' | 'delivered'): ServeEvent => ({ kind: 'sale-advanced', purchase, state })
    for (const event of [advanced(1n, 'answered'), failed, failed, advanced(1n, 'delivered'), advanced(1n, 'delivered'), advanced(2n, 'delivered')]) tell(event)
    expect(told).toEqual([advanced(1n, 'answered'), failed, failed, advanced(1n, 'delivered'), advanced(2n, 'delivered')])
  })
})

describe('the health of a serving seller', () => {
  it('is well while the chain answers and the watch looks', async () => {
    let now = 0
    let reachable = true
    const { check, onLook } = createHealthMonitor({
      market: { readTime: () => (reachable ? Promise.resolve(0) : Promise.reject(new Error('no'))) }, watchIntervalMilliseconds: 1000, clock: () => now,
    })
    expect(await check()).toEqual({ ok: true, chain: 'reachable', watch: 'looking' })
    reachable = false
    expect(await check()).toMatchObject({ ok: true })
    now = 6_000
    expect(await check()).toEqual({ ok: false, chain: 'unreachable', watch: 'looking' })
    reachable = true
    now = 400_000
    expect(await check()).toEqual({ ok: false, chain: 'reachable', watch: 'stalled' })
    onLook()
    expect(await check()).toMatchObject({ ok: true })
  })
})
