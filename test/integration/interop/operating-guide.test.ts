import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { createFolder } from '../client/support.ts'

const checkout = fileURLToPath(new URL('../../../', import.meta.url))
const guide = readFileSync(join(checkout, 'docs/guides/operating.md'), 'utf8')
const blocks = (language: string): string[] => [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, code]) => code ?? '')

describe('the guide to operating', { timeout: 120_000 }, () => {
  const project = createFolder()
  afterAll(() => { rmSync(project, { recursive: true, force: true }) })

  it('has a configuration and commands that do as they stand what it says of them', async () => {
    writeFileSync(join(project, 'config.json'), blocks('json').join(''))
    const prelude = `set -e\nhesystem() { "${process.execPath}" "${join(checkout, 'src/cli/main.ts')}" --home "${join(project, 'home')}" "$@"; }\n`
    const { stdout } = await promisify(execFile)('bash', ['-c', prelude + blocks('sh').join('')], { cwd: project })
    expect(stdout).toContain('config.json is right.')
    expect(stdout).toMatch(/^serve\.port +8000 +HESYSTEM_SERVE_PORT$/m)
    expect(stdout).toMatch(/^serve\.publicUrl +"https:\/\/data\.example\.org" +config\.json$/m)
    expect(JSON.parse(readFileSync(join(project, 'config.schema.json'), 'utf8'))).toMatchObject({ properties: { serve: { properties: { port: { default: 7373 } } } } })
  })
})

describe('the documentation', () => {
  const pages = ['README.md', 'ARCHITECTURE.md', 'SECURITY.md', ...readdirSync(join(checkout, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md')).map((name) => join('docs', name))]

  it.each(pages)('%s leads to files that are there', (page) => {
    const text = readFileSync(join(checkout, page), 'utf8').replaceAll(/^```.*?^```$/gms, '')
    const links = [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target)
    expect(links.filter((target) => !existsSync(join(checkout, dirname(page), target)))).toEqual([])
  })
})
