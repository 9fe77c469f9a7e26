import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { projectRoot } from '../../../scripts/run-command.ts'
import { createFolder, onCleanup } from '../../e2e/support/cleanup.ts'
import { mainPath, startShell } from '../../e2e/support/shell.ts'
import { startPostgres } from '../../unit/datasets/support/postgres-server.ts'
import { startRedis } from '../../unit/datasets/support/redis-server.ts'

const guide = readFileSync(join(projectRoot, 'docs/guides/workers.md'), 'utf8')
const block = (name: string): string => new RegExp(`^\`\`\`sh ${name}\\n(.*?)^\`\`\`$`, 'ms').exec(guide)?.[1] ?? `echo "no block ${name}"; exit 1`

describe('the guide beyond one computer', { timeout: 180_000 }, () => {
  it('has commands that share the encryption of a table with a worker and keep ciphertexts in PostgreSQL', async () => {
    const folder = createFolder('workers-guide')
    const [redis, postgres] = await Promise.all([startRedis(), startPostgres()])
    onCleanup(() => Promise.all([redis.stop(), postgres.stop()]))
    writeFileSync(join(folder, 'passphrase'), 'a passphrase for tests')
    writeFileSync(join(folder, 'table.csv'), ['wage', ...Array.from({ length: 96 }, (_, row) => row * 3 - 50)].join('\n'))
    const adapt = (commands: string): string => `hesystem() { "${process.execPath}" "${mainPath}" --secrets passphrase "$@"; }\n${commands}`
      .replaceAll(/redis:\/\/\S+/g, redis.url).replaceAll(/postgres:\/\/\S+/g, postgres.url).replace('--threads 8', '--threads 2')
    const environment = { HESYSTEM_HOME: join(folder, 'home'), HESYSTEM_PASSPHRASE_FILE: join(folder, 'passphrase') }
    const run = async (commands: string): Promise<string> =>
      (await promisify(execFile)('bash', ['-ec', adapt(commands)], { cwd: folder, env: { ...process.env, ...environment } })).stdout

    await run('hesystem dataset import table.csv --name wages; hesystem dataset import table.csv --name hours')
    // A worker has no profile, and none of its settings.
    const worker = startShell(adapt(block('worker')), { cwd: folder, environment: { HESYSTEM_HOME: join(folder, 'nobody') } })
    await worker.waitFor(/Working with 2 threads/)
    expect(await run(block('encrypt'))).toContain('Dataset wages is encrypted: ')
    expect(await worker.stop()).toMatch(/^[1-9]\d* tasks? done, 0 of them left/m)
    await run(block('chunks'))
    expect(await postgres.query('SELECT leaf FROM hesystem_chunks')).not.toEqual([])
  })
})
