import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { openProfileDatabase } from '../../../src/host/storage/database.ts'
import { migrations } from '../../../src/host/storage/migrations/index.ts'
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

describe('upgrading, as the guide to operating has it', { timeout: 180_000 }, () => {
  const project = createFolder()
  afterAll(() => { rmSync(project, { recursive: true, force: true }) })

  it('takes a profile of an earlier format, which that version then refuses, and comes back out of the backup', async () => {
    const home = join(project, 'home')
    const earlier = migrations.slice(0, -3)
    openProfileDatabase(join(home, 'profile.sqlite'), earlier).close()
    writeFileSync(join(project, 'passphrase'), 'a passphrase for tests')
    writeFileSync(join(project, 'backup-passphrase'), 'a passphrase for backups')
    writeFileSync(join(project, 'staff.csv'), 'wage\n1\n2\n3\n')
    const steps = (word: string): string => new RegExp(`^( *)\`\`\`sh ${word}\\n(.*?)^ *\`\`\`$`, 'ms').exec(guide)?.[2] ?? `echo "no block ${word}"; exit 1`
    const run = async (commands: string): Promise<string> => {
      const prelude = `set -e\nhesystem() { "${process.execPath}" "${join(checkout, 'src/cli/main.ts')}" --secrets passphrase "$@"; }\n`
      const env = { ...process.env, HESYSTEM_HOME: home, HESYSTEM_PASSPHRASE_FILE: join(project, 'passphrase') }
      return (await promisify(execFile)('bash', ['-c', prelude + commands], { cwd: project, env })).stdout
    }
    expect(await run(`${steps('upgrade')}hesystem dataset import staff.csv --name staff\nhesystem dataset list`)).toMatch(/^staff {2}3 × 1$/m)
    expect(readdirSync(home)).toContain(`profile.sqlite.before-${migrations.length}`)
    expect(() => openProfileDatabase(join(home, 'profile.sqlite'), earlier)).toThrowError(expect.objectContaining({ code: 'store.newer-version' }))
    expect(await run(`hesystem backup before-upgrade.backup --secret-file backup-passphrase\n${steps('back')}hesystem --home earlier dataset list`)).toMatch(/^staff {2}3 × 1$/m)
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
