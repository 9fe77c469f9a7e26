import { spawnSync } from 'node:child_process'
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

describe('the command line', () => {
  it('says its version, as JSON where asked', () => {
    const run = (...args: string[]): string => spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' }).stdout
    expect(run('--version')).toBe(`${manifest.version}\n`)
    expect(JSON.parse(run('--json', '--version'))).toEqual({ version: manifest.version })
  })

  it('loads no server, queue or table format for a command that needs none: they took most of its start', () => {
    const { stderr } = spawnSync(process.execPath, ['--import', recorder, main, '--help'], { encoding: 'utf8' })
    const loaded = new Set([...stderr.matchAll(/^loaded (.+)$/gm)].map(([, name]) => name))
    expect(loaded).toContain('commander')
    expect([...loaded].filter((name) => ['fastify', 'bullmq', 'ioredis', 'apache-arrow', 'siwe', 'prom-client', 'pdfkit', 'typescript', 'pg'].includes(name ?? ''))).toEqual([])
  })
})
