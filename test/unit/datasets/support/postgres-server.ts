import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { findFreePort } from '../../../../src/cli/demo/free-port.ts'

const versions = '/usr/lib/postgresql'

/** Debian keeps the server's programs out of the path, by version. */
const findPrograms = (): string => {
  const newest = readdirSync(versions).toSorted((left, right) => Number(right) - Number(left))[0]
  if (newest === undefined) throw new Error('PostgreSQL is not installed: apt-get install postgresql')
  return join(versions, newest, 'bin')
}

/** PostgreSQL refuses to run as root; there Debian's own user runs it. */
const asServer = (program: string, args: readonly string[]): readonly [string, readonly string[]] =>
  (process.getuid?.() === 0 ? ['runuser', ['-u', 'postgres', '--', program, ...args]] : [program, args])

export interface PostgresServer {
  readonly url: string
  run(sql: string): Promise<void>
  query<Row extends object>(sql: string): Promise<Row[]>
  stop(): Promise<void>
}

const connect = async (url: string, server: ChildProcess): Promise<Client> => {
  for (let attempt = 0; ; attempt += 1) {
    const client = new Client({ connectionString: url })
    try {
      await client.connect()
      return client
    } catch (error) {
      if (attempt === 200 || server.exitCode !== null) throw error
    }
    await sleep(50)
  }
}

/** A PostgreSQL server of its own on loopback, with a password, in a folder that goes with it. */
export const startPostgres = async (): Promise<PostgresServer> => {
  const programs = findPrograms()
  const folder = mkdtempSync(join(tmpdir(), 'hesystem-postgres-'))
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, 'a pass:word')
  if (process.getuid?.() === 0) execFileSync('chown', ['-R', 'postgres', folder])
  chmodSync(folder, 0o700)
  const data = join(folder, 'data')
  const [initialise, initialiseArguments] = asServer(join(programs, 'initdb'), [
    '-D', data, '-U', 'seller', '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--encoding=UTF8', '--locale=C', '--no-sync',
  ])
  execFileSync(initialise, initialiseArguments, { cwd: tmpdir(), stdio: 'pipe' })
  const port = await findFreePort()
  const [program, args] = asServer(join(programs, 'postgres'), [
    '-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${folder}`, '-c', 'fsync=off',
  ])
  const server = spawn(program, args, { cwd: tmpdir(), stdio: 'ignore' })
  const url = `postgres://seller:${encodeURIComponent('a pass:word')}@127.0.0.1:${port}/postgres`
  const client = await connect(url, server)
  return {
    url,
    run: async (sql) => { await client.query(sql) },
    query: async <Row extends object>(sql: string) => (await client.query<Row>(sql)).rows,
    stop: async () => {
      await client.end()
      const ended = new Promise((resolve) => { server.once('exit', resolve) })
      const [stop, stopArguments] = asServer(join(programs, 'pg_ctl'), ['-D', data, '-m', 'immediate', 'stop'])
      execFileSync(stop, stopArguments, { cwd: tmpdir(), stdio: 'pipe' })
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
