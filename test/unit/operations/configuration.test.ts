import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { loadConfiguration } from '../../../src/cli/configuration.ts'
import { isAppError } from '../../../src/shared/errors.ts'

const home = mkdtempSync(join(tmpdir(), 'hesystem-configuration-'))
afterAll(() => { rmSync(home, { recursive: true, force: true }) })

const write = (name: string, content: unknown): string => {
  const path = join(home, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const refuse = (load: () => unknown): string => {
  try {
    load()
  } catch (error) {
    if (isAppError(error, 'input.configuration-invalid')) return error.message
    throw error
  }
  throw new Error('the configuration was taken')
}

describe('the configuration', () => {
  it('takes the variable before the file and the file before the default, and says where each value comes from', () => {
    const file = write('a.json', { serve: { port: 8001, publicUrl: 'https://data.example.org' }, log: { format: 'json' } })
    const environment = { HESYSTEM_SERVE_PORT: '8002', HESYSTEM_SERVE_TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8', HESYSTEM_SERVE_METRICS_PORT: '0' }
    const { configuration, sources } = loadConfiguration({ home, file, environment })
    expect(configuration).toMatchObject({
      serve: { host: '127.0.0.1', port: 8002, publicUrl: 'https://data.example.org', trustedProxies: ['127.0.0.1', '10.0.0.0/8'], metricsPort: 0 },
      log: { format: 'json', level: 'info' },
      engine: { threads: null, backend: null },
    })
    expect(sources).toEqual({
      'serve.port': 'HESYSTEM_SERVE_PORT', 'serve.publicUrl': file, 'serve.trustedProxies': 'HESYSTEM_SERVE_TRUSTED_PROXIES',
      'serve.metricsPort': 'HESYSTEM_SERVE_METRICS_PORT', 'log.format': file,
    })
  })

  it('is read from the profile where it stands there, and is the defaults where nothing does', () => {
    expect(loadConfiguration({ home, environment: {} })).toMatchObject({ configuration: { serve: { port: 7373 } }, sources: {} })
    write('config.json', { headless: { open: false } })
    expect(loadConfiguration({ home, environment: {} }).configuration.headless.open).toBe(false)
  })

  it('refuses what no setting is or takes, naming file or variable', () => {
    expect(refuse(() => loadConfiguration({ home, file: write('b.json', { serve: { prot: 1 } }), environment: {} }))).toContain('prot')
    expect(refuse(() => loadConfiguration({ home, file: write('c.json', '{ serve'), environment: {} }))).toContain('c.json is not JSON')
    expect(refuse(() => loadConfiguration({ home, file: join(home, 'none.json'), environment: {} }))).toContain('none.json cannot be read')
    expect(refuse(() => loadConfiguration({ home, environment: { HESYSTEM_SERVE_PORT: '70000' } }))).toContain('HESYSTEM_SERVE_PORT')
    expect(refuse(() => loadConfiguration({ home, environment: { HESYSTEM_SERVE_PROT: '1' } }))).toContain('HESYSTEM_SERVE_PROT')
    expect(refuse(() => loadConfiguration({ home, environment: { HESYSTEM_SERVE_TRUSTED_PROXIES: 'everybody' } }))).toContain('TRUSTED_PROXIES')
  })

  it('leaves variables of other kinds alone', () => {
    expect(loadConfiguration({ home, environment: { HESYSTEM_HOME: '/x', HESYSTEM_PASSPHRASE_FILE: '/y', HESYSTEM_STAFF_URL: 'postgres://' } }).sources)
      .toEqual({ 'headless.open': join(home, 'config.json') })
  })

  it('has an example among the operators\' files that it takes', () => {
    const file = fileURLToPath(new URL('../../../resources/operations/config.example.json', import.meta.url))
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ serve: { trustedProxies: ['127.0.0.1'] } })
    expect(loadConfiguration({ home, file, environment: {} }).configuration.serve.metricsPort).toBe(7375)
  })
})
