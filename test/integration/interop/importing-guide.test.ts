import { execFile } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPostgres, type PostgresServer } from '../../unit/datasets/support/postgres-server.ts'
import { createFolder } from '../client/support.ts'

const checkout = fileURLToPath(new URL('../../../', import.meta.url))
const guide = readFileSync(join(checkout, 'docs/guides/importing.md'), 'utf8')
const blocks = (language: string): string[] => [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, code]) => code ?? '')

/** Eight processes, one after the other. */
const timeout = 300_000

describe('the guide to importing', { timeout }, () => {
  const project = createFolder()
  let server: PostgresServer

  const run = async (commands: string): Promise<string> => {
    const prelude = `set -e\nhesystem() { "${process.execPath}" "${join(checkout, 'src/cli/main.ts')}" --secrets passphrase "$@"; }\n`
    const { stdout } = await promisify(execFile)('bash', ['-c', prelude + commands], {
      cwd: project,
      env: { ...process.env, HESYSTEM_HOME: join(project, 'home'), HESYSTEM_PASSPHRASE_FILE: join(project, 'passphrase'), STAFF_URL: server.url },
    })
    return stdout
  }

  beforeAll(async () => {
    server = await startPostgres()
    const values = "(12.5, 40, '1999-12-31', 'Bonn'), (9.25, 38.25, '2024-02-29', 'Köln'), (14.75, 41, '1969-12-31', 'Bonn')"
    const create = `CREATE TABLE staff (wage numeric, hours numeric, since date, town text); INSERT INTO staff VALUES ${values};`
    await server.run(create)
    const database = new Database(join(project, 'staff.sqlite'))
    database.exec(create)
    database.close()
    writeFileSync(join(project, 'passphrase'), 'a passphrase for tests')
    writeFileSync(join(project, 'staff.csv'), 'wage,hours,since\n12.5,40,31.12.1999\n9.25,38.25,29.02.2024\n14.75,41,31.12.1969\n')
    writeFileSync(join(project, 'columns.json'), blocks('json').join(''))
  })

  afterAll(async () => {
    await server.stop()
    rmSync(project, { recursive: true, force: true })
  })

  it('has commands that do as they stand what it says of them', async () => {
    const [files = '', postgres = '', described = '', again = ''] = blocks('sh')
    expect(await run(files)).toMatch(/Dataset staff: 3 rows × 3 columns.*Dataset pay: 2 rows × 1 columns/s)
    expect(await run(postgres)).toMatch(/from-env: 3 rows × 3 columns.*The URL is kept as staff-db.*from-keychain: 3 rows × 3 columns/s)
    expect(await run(described)).toMatch(/wage .*dollars an hour.* 0 … 100.*since .*days since 1970-01-01/s)
    expect(await run(again)).toMatch(/^staff {2}3 × 3\nstaff@1 {2}3 × 3$/m)
  })
})
