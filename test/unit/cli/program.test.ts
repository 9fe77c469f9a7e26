import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import manifest from '../../../package.json' with { type: 'json' }

const main = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url))
const recorder = `data:text/javascript,${encodeURIComponent(`
import { registerHooks } from 'node:module'
registerHooks({ load: (url, context, next) => {
  const [, name] = /.*node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url) ?? []
  if (name !== undefined) process.stderr.write('loaded ' + name + '\\n')
  return next(url, context)
} })`)}`
/** A Node that calls itself older, and where whatever the program imports is not there. */
const older = `data:text/javascript,${encodeURIComponent(`
import { registerHooks } from 'node:module'
Object.defineProperty(process.versions, 'node', { value: '20.20.2' })
registerHooks({ resolve: (specifier, context, next) => {
  if (context.parentURL?.endsWith('main.ts')) throw new Error('imported ' + specifier)
  return next(specifier, context)
} })`)}`

describe('the command line', () => {
  it('says to an older Node what it needs, before it imports what that does not have', () => {
    const { status, stderr } = spawnSync(process.execPath, ['--import', older, main, '--version'], { encoding: 'utf8' })
    expect(stderr).toMatch(/^HEsystem needs Node 22\.18 or newer; this is v\S+ npm has one: npm install --global node@24\n$/)
    expect(status).toBe(1)
  })

  it('says its version, as JSON where asked', () => {
    const run = (...args: string[]): string => spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' }).stdout
    expect(run('--version')).toBe(`${manifest.version}\n`)
    expect(JSON.parse(run('--json', '--version'))).toEqual({ version: manifest.version })
  })

  it('looks at the engine as it is configured, and says what is wrong with that', () => {
    const home = mkdtempSync(join(tmpdir(), 'hesystem-doctor-'))
    const examine = (backend: string): unknown => {
      const { stdout } = spawnSync(process.execPath, [main, '--home', home, '--json', 'doctor'], { encoding: 'utf8', env: { ...process.env, HESYSTEM_ENGINE_BACKEND: backend } })
      return (JSON.parse(stdout) as { entries: { name: string }[] }).entries.find(({ name }) => name === 'engine')
    }
    expect(examine('node-crypto')).toMatchObject({ verdict: 'ok', found: expect.stringMatching(/^node-crypto \(asked for/) as string })
    expect(examine('nonsense')).toMatchObject({ verdict: 'fail', found: expect.stringContaining('HESYSTEM_ENGINE_BACKEND') as string })
    rmSync(home, { recursive: true })
  }, 60_000)

  it('loads no server, queue or table format for a command that needs none: they took most of its start', () => {
    const { stderr } = spawnSync(process.execPath, ['--import', recorder, main, '--help'], { encoding: 'utf8' })
    const loaded = new Set([...stderr.matchAll(/^loaded (.+)$/gm)].map(([, name]) => name))
    expect(loaded).toContain('commander')
    expect([...loaded].filter((name) => ['fastify', 'bullmq', 'ioredis', 'apache-arrow', 'siwe', 'prom-client', 'pdfkit', 'typescript', 'pg'].includes(name ?? ''))).toEqual([])
  })
})
