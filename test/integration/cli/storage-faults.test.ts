import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { failpointLogVariable, failpointVariable } from '../../../src/host/failpoint.ts'
import { createHost } from '../../../src/host/create-host.ts'
import { runCommand, type CommandOptions, type Outcome } from '../../campaigns/storage/command.ts'

/** root may write everywhere; without these it is held to the modes like anybody. */
const asAnybody = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--'] : []

// The short form of campaign:storage, with the real program and no trade.
describe('a profile whose storage breaks under the program (S17, S19)', () => {
  let folder: string
  let environment: Record<string, string>
  let mnemonic: string
  const killed = (): string => join(folder, 'killed')
  const home = (): string => join(folder, 'home')
  const at = (name: string): string => join(home(), name)

  const run = (words: readonly string[], options: Partial<CommandOptions> = {}): Promise<Outcome> =>
    runCommand(home(), words, { ...options, environment: { ...environment, ...options.environment } })
  const add = (name: string, options: Partial<CommandOptions> = {}): Promise<Outcome> =>
    run(['network', 'add', name, '--rpc', 'http://127.0.0.1:9', '--chain-id', '31337'], options)
  /** Every file byte by byte, but for the index that SQLite makes anew. */
  const files = (): unknown => readdirSync(home()).filter((name) => !name.endsWith('-shm')).sort().map((name) => [name, readFileSync(at(name)).toString('base64')])
  const expectRefused = async (code: string, outcome: Promise<Outcome>, before: unknown): Promise<void> => {
    const { code: found, stderr } = await outcome
    expect(found, stderr).toBe(code)
    expect(files()).toEqual(before)
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hesystem-storage-'))
    environment = { HESYSTEM_PASSPHRASE_FILE: join(folder, 'passphrase') }
    writeFileSync(join(folder, 'passphrase'), 'a passphrase for tests only', { mode: 0o600 })
    const host = await createHost({ home: home(), secretStore: 'passphrase', environment })
    host.wallet.create()
    mnemonic = host.wallet.exportMnemonic()
    host.networks.add({ name: 'another', kind: 'custom', rpcUrl: 'http://127.0.0.1:9', chainId: 1337, contract: null })
    host.networks.use('another')
    await host.close()
    const log = join(folder, 'points')
    expect((await add('first', { environment: { [failpointLogVariable]: log } })).exitCode).toBe(0)
    const committed = readFileSync(log, 'utf8').split('\n').filter((point) => point.startsWith('store.committed:'))
    const last = committed.at(-1) ?? ''
    expect((await add('second', { environment: { [failpointVariable]: `${last}@${committed.filter((point) => point === last).length}` } })).signal).toBe('SIGKILL')
    cpSync(home(), killed(), { recursive: true })
  }, 120_000)
  beforeEach(() => {
    rmSync(home(), { recursive: true, force: true })
    cpSync(killed(), home(), { recursive: true })
  })
  afterAll(() => { rmSync(folder, { recursive: true, force: true }) })

  it('says that its log is damaged, changes nothing, and goes on with all that was confirmed once the log is whole', async () => {
    const whole = readFileSync(at('profile.sqlite-wal'))
    truncateSync(at('profile.sqlite-wal'), Math.floor(statSync(at('profile.sqlite-wal')).size / 2))
    await expectRefused('store.corrupt', run(['network', 'list']), files())
    writeFileSync(at('profile.sqlite-wal'), whole)
    const { stdout, stderr } = await run(['network', 'list'])
    expect(JSON.parse(stdout), stderr).toMatchObject({ networks: [{ name: 'another' }, { name: 'first' }, { name: 'second' }] })
  })

  it('says that it may not write, and that a newer program has written it, and changes nothing', async () => {
    const names = readdirSync(home())
    for (const name of names) chmodSync(at(name), 0o400)
    chmodSync(home(), 0o500)
    await expectRefused('store.unwritable', add('third', { through: asAnybody }), files())
    chmodSync(home(), 0o700)
    for (const name of names) chmodSync(at(name), 0o600)

    const database = new Database(at('profile.sqlite'))
    database.pragma(`user_version = ${Number(database.pragma('user_version', { simple: true })) + 1}`)
    database.close()
    await expectRefused('store.newer-version', run(['network', 'list']), files())
  })

  it('says that its disk is full, and has nothing of what did not fit', async () => {
    const { code, stderr } = await add('third', { through: ['prlimit', '--fsize=100', '--'] })
    expect(code, stderr).toBe('store.unwritable')
    const { stdout } = await run(['network', 'list'])
    expect(stdout).not.toContain('third')
    expect(JSON.parse((await run(['wallet', 'export'])).stdout)).toEqual({ mnemonic })
  })
})
