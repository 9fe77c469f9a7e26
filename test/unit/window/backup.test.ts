import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHost, type Host } from '../../../src/host/create-host.ts'
import { createWindowHost, type WindowHost } from '../../../src/host/window/create-window-host.ts'
import type { JobOutcome } from '../../../src/shared/window-contract/jobs.ts'
import type { WindowClient } from '../../../src/shared/window-contract/index.ts'
import { connectClient, refusalOf } from './window-pair.ts'

const passphrase = 'the passphrase of the backup'

interface Opened {
  readonly host: Host
  readonly client: WindowClient
  readonly window: WindowHost
  readonly restarts: () => number
  readonly close: () => Promise<void>
}

describe('a backup of everything, by messages of the window alone', () => {
  let folder: string
  let opened: Opened[] = []
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'hesystem-backup-')) })
  afterEach(async () => {
    for (const one of opened) await one.close()
    opened = []
    rmSync(folder, { recursive: true, force: true })
  })

  const open = async (name: string): Promise<Opened> => {
    const passphraseFile = join(folder, 'passphrase')
    writeFileSync(passphraseFile, 'a passphrase for tests only', { mode: 0o600 })
    const host = await createHost({ home: join(folder, name), secretStore: 'passphrase', environment: { HESYSTEM_PASSPHRASE_FILE: passphraseFile }, engine: { workers: 1 } })
    let restarts = 0
    const window = createWindowHost({
      host, shell: { kind: 'headless', version: '1' }, onBug: (error) => { throw error }, onRestart: () => { restarts += 1 },
    })
    const { client, close } = connectClient(window)
    const one: Opened = {
      host, client, window, restarts: () => restarts,
      close: async () => {
        opened = opened.filter((other) => other !== one)
        close()
        await window.close()
        await host.close()
      },
    }
    opened.push(one)
    return one
  }
  const outcomeOf = async ({ client }: Opened, job: string): Promise<JobOutcome> => {
    for await (const { state, outcome, error } of await client.jobs.watch({ id: job })) {
      if (state === 'done' && outcome !== null) return outcome
      if (state !== 'running') throw Object.assign(new Error(error?.message), { code: error?.code })
    }
    throw new Error('the job was never told of to its end')
  }
  const takeBackup = async (from: Opened): Promise<Buffer> => {
    const made = await outcomeOf(from, (await from.client.backup.make({ passphrase })).job)
    if (made.kind !== 'backed-up') throw new Error(made.kind)
    const pieces: Buffer[] = []
    for (let at = 0; at < made.bytes;) {
      const piece = Buffer.from((await from.client.backup.read({ file: made.file, offset: at })).contentBase64, 'base64')
      pieces.push(piece)
      at += piece.length
    }
    await from.client.backup.putAway({ file: made.file, isSaved: true })
    return Buffer.concat(pieces)
  }
  const sendBackup = async ({ client }: Opened, bytes: Buffer): Promise<string> => {
    const half = Math.floor(bytes.length / 2)
    const { file } = await client.backup.send({ file: null, offset: 0, contentBase64: bytes.subarray(0, half).toString('base64') })
    await client.backup.send({ file, offset: half, contentBase64: bytes.subarray(half).toString('base64') })
    return file
  }
  const restore = async (into: Opened, bytes: Buffer, words = passphrase): Promise<JobOutcome> =>
    outcomeOf(into, (await into.client.backup.restore({ file: await sendBackup(into, bytes), passphrase: words })).job)

  it('is known with its date, and what has come since by its kind; nothing of it is left lying about', async () => {
    const seller = await open('seller')
    expect(await seller.client.backup.state({})).toEqual({ lastAt: null, since: [] })
    expect(await refusalOf(seller.client.backup.make({ passphrase: 'too short' }))).toMatchObject({ code: 'input.passphrase-too-short' })
    await takeBackup(seller)
    const { lastAt, since } = await seller.client.backup.state({})
    expect([lastAt, since]).toEqual([expect.stringMatching(/^\d{4}-/), []])
    await seller.client.wallet.create({})
    const { file } = await seller.client.datasets.openFile({ fileName: 'a.csv', contentBase64: Buffer.from('a\n1\n2\n3\n').toString('base64') })
    await seller.client.datasets.import({ name: 'a', source: { kind: 'file', file }, decisions: {} })
    expect(await seller.client.backup.state({})).toEqual({ lastAt, since: [{ thing: 'wallet', count: 1 }, { thing: 'table', count: 1 }] })
    expect(readdirSync(join(folder, 'seller', 'transfers'))).toEqual([])
  })

  it('that was never handed over is not said to be there', async () => {
    const seller = await open('seller')
    const made = await outcomeOf(seller, (await seller.client.backup.make({ passphrase })).job)
    if (made.kind === 'backed-up') await seller.client.backup.putAway({ file: made.file, isSaved: false })
    expect(await seller.client.backup.state({})).toMatchObject({ lastAt: null })
  })

  it('becomes the profile of a new folder once the program begins anew, and the empty one is gone', async () => {
    const seller = await open('seller')
    const { address } = await seller.client.wallet.create({})
    const bytes = await takeBackup(seller)
    await seller.close()

    const fresh = await open('fresh')
    expect(await refusalOf(fresh.client.backup.open({}))).toMatchObject({ code: 'input.not-found' })
    await expect(restore(fresh, bytes, 'another passphrase, wrong')).rejects.toMatchObject({ code: 'access.wrong-passphrase' })
    await expect(restore(fresh, bytes.subarray(0, bytes.length - 5))).rejects.toMatchObject({ code: 'store.backup-invalid' })
    expect(await fresh.client.app.firstRun({})).toMatchObject({ restoredWaits: false })
    expect(await restore(fresh, bytes)).toMatchObject({ kind: 'restored', forgotten: [] })
    expect(await fresh.client.app.firstRun({})).toMatchObject({ restoredWaits: true, hasWallet: false })
    await fresh.client.backup.open({})
    await expect.poll(fresh.restarts).toBe(1)
    await fresh.close()

    const restored = await open('fresh')
    expect(await restored.client.wallet.show({})).toMatchObject({ address })
    expect(await restored.client.app.firstRun({})).toMatchObject({ restoredWaits: false })
    expect((await restored.client.backup.state({})).since).toEqual([])
    expect(readdirSync(folder).sort()).toEqual(['fresh', 'passphrase', 'seller'])
  })

  it('is taken up at the next start where a kill came before, between or after the two renames', async () => {
    const seller = await open('seller')
    const { address } = await seller.client.wallet.create({})
    const bytes = await takeBackup(seller)
    await seller.close()
    const at = (name: string): string => join(folder, name)
    for (const [name, spoil] of [
      ['before', () => undefined],
      ['between', () => { renameSync(at('between'), at('between.unused')) }],
      ['after', () => { renameSync(at('after'), at('after.unused')); renameSync(at('after.restored'), at('after')) }],
    ] as const) {
      const fresh = await open(name)
      await restore(fresh, bytes)
      await fresh.close()
      spoil()
      const restored = await open(name)
      expect(await restored.client.wallet.show({}), name).toMatchObject({ address })
      expect([existsSync(at(`${name}.restored`)), existsSync(at(`${name}.unused`))], name).toEqual([false, false])
      await restored.close()
    }
  }, 60_000)

  it('is not restored over a profile that was used, nor takes the place of one that was used meanwhile', async () => {
    const seller = await open('seller')
    await seller.client.wallet.create({})
    const bytes = await takeBackup(seller)
    const other = await open('other')
    const { address } = await other.client.wallet.create({})
    await expect(restore(other, bytes)).rejects.toMatchObject({ code: 'input.already-exists' })
    expect(existsSync(join(folder, 'other.restored'))).toBe(false)

    const scripts = await open('scripts')
    await scripts.client.workspace.save({ name: 'a.ts', source: 'export default 1' })
    await expect(restore(scripts, bytes)).rejects.toMatchObject({ code: 'input.already-exists' })

    const late = await open('late')
    await restore(late, bytes)
    const own = await late.client.wallet.create({})
    await late.close()
    const again = await open('late')
    expect(await again.client.wallet.show({})).toMatchObject({ address: own.address })
    expect(existsSync(join(folder, 'late.restored'))).toBe(true)
    expect(await other.client.wallet.show({})).toMatchObject({ address })
  }, 60_000)

  it('takes only pieces that go on from what is there', async () => {
    const fresh = await open('fresh')
    const { file } = await fresh.client.backup.send({ file: null, offset: 0, contentBase64: 'AAAA' })
    expect(await refusalOf(fresh.client.backup.send({ file, offset: 7, contentBase64: 'AAAA' }))).toMatchObject({ code: 'input.invalid' })
    expect(await refusalOf(fresh.client.backup.read({ file: '../profile.sqlite', offset: 0 }))).toMatchObject({ code: 'input.not-found' })
  })
})
