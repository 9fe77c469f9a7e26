import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { findFreePort } from '../../src/cli/demo/free-port.ts'
import { createFolder, onCleanup } from './support/cleanup.ts'
import { createCommandLine, type CommandLine, type Running } from './support/command-line.ts'
import { expectedAnswer, prepareDataset, publishListing } from './support/shop.ts'
import { openStage, type Stage } from './support/stage.ts'

const resource = (name: string): string => readFileSync(new URL(`../../resources/operations/${name}`, import.meta.url), 'utf8')

describe('the systemd units', () => {
  it.each(['hesystem-serve', 'hesystem-headless'])('%s is right to systemd, and confined', (name) => {
    const folder = createFolder('units')
    const program = join(folder, 'hesystem')
    writeFileSync(program, '#!/bin/sh\n')
    chmodSync(program, 0o755)
    const path = join(folder, `${name}.service`)
    writeFileSync(path, resource(`${name}.service`).replace('/usr/local/bin/hesystem', program))
    const verify = execFileSync('systemd-analyze', ['verify', path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    expect(verify).toBe('')
    // 0 is confined in every way, 10 in none; systemd-analyze ends with 1 above the threshold (here 2.0).
    execFileSync('systemd-analyze', ['security', '--offline=true', '--threshold=20', path], { stdio: 'pipe' })
  })
})

const entities: Readonly<Record<string, string>> = { '&quot;': '"', '&#39;': "'", '&lt;': '<', '&gt;': '>', '&amp;': '&' }

interface Reply {
  readonly status: number
  readonly text: string
  readonly headers: Readonly<Record<string, unknown>>
}

interface Asked {
  readonly from?: string
  readonly host?: string
  readonly body?: string
  readonly accepts?: string
  /** An X-Forwarded-For of the caller's own. */
  readonly claims?: string
}

describe('a seller behind nginx, as the operators\' files have it', { timeout: 120_000 }, () => {
  let stage: Stage
  let certificate: string
  let serving: Running
  let metricsUrl: string
  let publicUrl: string
  let listing: string
  let buyer: CommandLine

  /** One request over TLS, from a loopback address of the caller's choice. */
  const ask = (path: string, { from = '127.0.0.1', host, body, accepts, claims }: Asked = {}): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const headers = { ...(host === undefined ? {} : { host }), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...(claims === undefined ? {} : { 'x-forwarded-for': claims }), ...(accepts === undefined ? {} : { 'accept-encoding': accepts }) }
      const sent = request(`${publicUrl}${path}`, {
        ca: readFileSync(certificate), servername: 'localhost', localAddress: from, method: body === undefined ? 'GET' : 'POST', headers, agent: false, family: 4,
      }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (part: string) => { text += part })
        response.on('end', () => { resolve({ status: response.statusCode ?? 0, text, headers: response.headers }) })
      })
      sent.on('error', reject)
      sent.end(body)
    })

  const startNginx = async (folder: string, ports: { tls: number; plain: number; upstream: number }): Promise<void> => {
    const server = resource('nginx.conf')
      .replace('listen 80', `listen 127.0.0.1:${ports.plain}`).replace('listen 443 ssl', `listen 127.0.0.1:${ports.tls} ssl`)
      .replaceAll('data.example.org;', 'localhost;').replace('127.0.0.1:7373', `127.0.0.1:${ports.upstream}`)
      .replace(/(?<=ssl_certificate\s+)\/\S+(?=;)/, certificate).replace(/(?<=ssl_certificate_key\s+)\/\S+(?=;)/, join(folder, 'key.pem'))
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(folder, name)};`).join('\n')
    writeFileSync(join(folder, 'nginx.conf'),
      `daemon off;\npid ${join(folder, 'pid')};\nerror_log ${join(folder, 'error.log')};\nevents {}\nhttp {\naccess_log off;\n${paths}\n${server}}\n`)
    const nginx = spawn('/usr/sbin/nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], { stdio: 'ignore' })
    const ended = new Promise((resolve) => { nginx.once('exit', resolve) })
    onCleanup(async () => {
      nginx.kill('SIGTERM')
      await ended
    })
    await vi.waitFor(() => ask('/healthz'), { timeout: 20_000 })
  }

  beforeAll(async () => {
    stage = await openStage()
    const folder = join(stage.folder, 'nginx')
    mkdirSync(folder)
    chmodSync(stage.folder, 0o755)
    certificate = join(folder, 'certificate.pem')
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
      '-addext', 'subjectAltName=DNS:localhost', '-keyout', join(folder, 'key.pem'), '-out', certificate], { stdio: 'pipe' })
    const ports = { tls: await findFreePort(), plain: await findFreePort(), upstream: await findFreePort() }
    publicUrl = `https://localhost:${ports.tls}`
    const party = await stage.createParty('seller')
    const seller = await party.open()
    await prepareDataset(seller)
    listing = (await publishListing(seller, publicUrl)).url
    await seller.close()
    writeFileSync(join(party.home, 'config.json'), JSON.stringify({
      serve: { port: ports.upstream, publicUrl, trustedProxies: ['127.0.0.1'], metricsPort: 0, shutdownSeconds: 5 }, log: { format: 'json', level: 'debug' },
    }))
    const started = await party.cli.start<{ metrics: string }>('serve')
    serving = started.running
    metricsUrl = started.document.metrics
    await startNginx(folder, ports)
    const customer = await stage.createParty('buyer')
    buyer = createCommandLine(customer.home, { ...stage.environment, NODE_EXTRA_CA_CERTS: certificate })
  })

  it('sells an answer over TLS to a buyer who types what its page says', async () => {
    const { text: page } = await ask(new URL(listing).pathname.replace('/v1', ''))
    const blocks = [...page.matchAll(/<pre><code>([^<]*)<\/code><\/pre>/g)]
      .map(([, block = '']) => block.replaceAll(/&(quot|#39|lt|gt|amp);/g, (entity) => entities[entity] ?? expect.unreachable(entity)))
    const question = join(stage.folder, 'question.ts')
    writeFileSync(question, blocks.find((block) => block.startsWith('export default')) ?? expect.unreachable('no question'))
    const lines = blocks.flatMap((block) => block.split('\n')).filter((line) => /^hesystem (?:market show|buy|compute|request|confirm) /.test(line))
    expect(lines).toHaveLength(5)
    const said: unknown[] = []
    for (const line of lines) {
      const [, ...words] = line.replace('question.ts', question).split(' ')
      said.push(await buyer.run(...words))
    }
    expect(said).toContainEqual(expect.objectContaining({ answer: { mean: expectedAnswer.meanWage } }))
  })

  it('shows its page and its health, to those who call it by its public name', async () => {
    expect(await ask('/')).toMatchObject({ status: 200, headers: { 'strict-transport-security': 'max-age=31536000' } })
    expect(JSON.parse((await ask('/healthz')).text)).toEqual({ ok: true, chain: 'reachable', watch: 'looking' })
    expect((await ask('/', { host: 'evil.example' })).status).toBe(421)
    expect((await ask('/', { accepts: 'gzip' })).headers).toMatchObject({ 'content-encoding': 'gzip', 'vary': 'Accept-Encoding' })
  })

  it('limits each client by itself, whom the proxy names and nobody else', async () => {
    const check = (from: string, claims = from): Promise<Reply> => ask('/v1/listings/wages-1/check', { from, claims, body: '{}' })
    const busy = await Promise.all(Array.from({ length: 25 }, () => check('127.0.0.2')))
    expect(busy.filter(({ status }) => status === 429)).toHaveLength(5)
    expect((await check('127.0.0.3')).status).not.toBe(429)
    expect((await check('127.0.0.2', '127.0.0.4')).status).toBe(429)
  })

  it('counts for Prometheus what it did, and lets no metrics out through the proxy', async () => {
    const text = await (await fetch(metricsUrl)).text()
    expect(text).toMatch(/^hesystem_http_requests_total\{method="POST",route="\/v1\/purchases\/:id\/result",status="202"\} 1$/m)
    expect(text).toMatch(/^hesystem_sale_events_total\{event="delivered"\} 1$/m)
    expect(text).toMatch(/^hesystem_listings\{state="published"\} 1$/m)
    expect(text).toMatch(/^hesystem_wallet_balance_ether 9\d\./m)
    expect((await ask('/metrics')).status).toBe(404)
  })

  it('is unwell when its chain is gone, and says so', async () => {
    await stage.chain.stop()
    await expect.poll(async () => (await ask('/healthz')).text, { timeout: 20_000, interval: 500 }).toContain('"chain":"unreachable"')
    expect((await ask('/healthz')).status).toBe(503)
  })

  it('ends on TERM, having logged one JSON object a line and no secret', async () => {
    const { exitCode, stderr } = await serving.kill('SIGTERM')
    expect(exitCode).toBe(0)
    const lines = stderr.trimEnd().split('\n').map((line) => JSON.parse(line) as { event: string; state?: string; route?: string; level: string })
    expect(lines).toContainEqual(expect.objectContaining({ event: 'sale-advanced', state: 'delivered', level: 'info' }))
    expect(lines).toContainEqual(expect.objectContaining({ event: 'request', route: '/v1/purchases/:id/result', level: 'debug' }))
    expect(stderr).not.toMatch(/Bearer|correct horse|127\.0\.0\.[23]/)
  })
})
