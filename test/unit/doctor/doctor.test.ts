import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Engine } from '../../../src/engine/engine.ts'
import { createDoctorChecks, type DoctorOptions } from '../../../src/host/doctor/create-checks.ts'
import { findElectronBinary } from '../../../src/host/doctor/electron-binary.ts'
import { runDoctor, type DoctorEntry, type DoctorReport } from '../../../src/host/doctor/run-doctor.ts'
import { AppError } from '../../../src/shared/errors.ts'
import { createMemoryKeychain } from '../secrets/support/memory-keychain.ts'
import { temporaryHome } from '../secrets/support/temporary-home.ts'

/** Does only what the doctor asks of an engine. */
const createEngineDouble = (backend: Engine['backend']): Engine & { isClosed(): boolean } => {
  let closed = false
  const unasked = (): never => {
    throw new Error('the doctor does not ask this')
  }
  return {
    backend,
    backendReason: 'measured so',
    workers: 2,
    generateKeyPair: async (bits) => ({ publicKey: { n: 15n, bits }, p: 3n, q: 5n }),
    encrypt: async () => new Uint8Array(),
    decrypt: unasked,
    add: unasked,
    subtract: unasked,
    scale: unasked,
    rerandomise: unasked,
    evaluate: unasked,
    assertCiphertexts: unasked,
    createCertificate: unasked,
    verifyCertificate: unasked,
    proveDecryption: unasked,
    verifyDecryption: unasked,
    close: async () => { closed = true },
    isClosed: () => closed,
  }
}

const examine = (options: Partial<DoctorOptions> = {}): Promise<DoctorReport> => runDoctor(createDoctorChecks({
  home: temporaryHome(),
  openEngine: async () => createEngineDouble('node-crypto'),
  loadKeychain: async () => createMemoryKeychain(),
  findPracticeChain: () => '/usr/bin/anvil',
  findElectron: () => '/opt/electron',
  readFreeBytes: async () => 5e12,
  ...options,
}))

const entry = (report: DoctorReport, name: string): DoctorEntry | undefined => report.entries.find((candidate) => candidate.name === name)
const noKeychain = async (): Promise<never> => {
  throw new Error('no libsecret')
}
const createProfileFolder = (secretStore: string): string => {
  const home = temporaryHome()
  mkdirSync(home)
  writeFileSync(join(home, 'profile.json'), JSON.stringify({ format: 1, profileId: '0'.repeat(32), secretStore }))
  return home
}

describe('the doctor', () => {
  it('finds nothing to do where everything is there, and makes nothing', async () => {
    const home = temporaryHome()
    const report = await examine({ home })
    expect(report.entries.map(({ name, verdict, advice }) => [name, verdict, advice])).toEqual(
      ['node', 'home', 'keychain', 'practice-chain', 'engine', 'electron'].map((name) => [name, 'ok', null]),
    )
    expect(report.healthy).toBe(true)
    expect(readdirSync(dirname(home))).toEqual([])
  })

  it('leaves a profile as it was', async () => {
    const home = createProfileFolder('keychain')
    await examine({ home })
    expect(readdirSync(home)).toEqual(['profile.json'])
  })

  it('advises a passphrase where there is no keychain and no profile yet', async () => {
    const report = await examine({ loadKeychain: noKeychain })
    expect(entry(report, 'keychain')).toMatchObject({ verdict: 'warn', advice: expect.stringContaining('passphrase') as string })
    expect(report.healthy).toBe(true)
  })

  it('fails a missing keychain only for a profile that needs it', async () => {
    const needing = await examine({ loadKeychain: noKeychain, home: createProfileFolder('keychain') })
    expect(entry(needing, 'keychain')?.verdict).toBe('fail')
    expect(needing.healthy).toBe(false)
    const other = await examine({ loadKeychain: noKeychain, home: createProfileFolder('passphrase') })
    expect(entry(other, 'keychain')?.verdict).toBe('ok')
  })

  it('says what goes on without the practice chain and without Electron', async () => {
    const report = await examine({ findPracticeChain: () => null, findElectron: () => null })
    expect(entry(report, 'practice-chain')).toMatchObject({ verdict: 'warn', advice: expect.stringContaining('anvil') as string })
    expect(entry(report, 'electron')).toMatchObject({ verdict: 'warn', found: 'skipped: no Electron binary' })
    expect(report.healthy).toBe(true)
  })

  it('fails an old Node', async () => {
    expect(entry(await examine({ nodeVersion: '20.20.0' }), 'node')?.verdict).toBe('fail')
  })

  it('fails a home that cannot be made, and warns of a full disk', async () => {
    const file = join(createProfileFolder('keychain'), 'profile.json')
    expect(entry(await examine({ home: file }), 'home')?.verdict).toBe('fail')
    expect(entry(await examine({ home: join(file, 'profile') }), 'home')?.verdict).toBe('fail')
    expect(entry(await examine({ readFreeBytes: async () => 1e8 }), 'home')).toMatchObject({ verdict: 'warn', found: expect.stringContaining('0.1 GB') as string })
  })

  it('tells the engine\'s backend, and closes the engine', async () => {
    const engine = createEngineDouble('bigint')
    expect(entry(await examine({ openEngine: async () => engine }), 'engine')).toMatchObject({
      verdict: 'warn',
      found: expect.stringMatching(/^bigint \(measured so\), 2 workers, .*2048 bits/) as string,
    })
    expect(engine.isClosed()).toBe(true)
  })

  it('goes on after a check that throws, with the error\'s own advice', async () => {
    const broken = new AppError('chain.unreachable', 'nobody answers')
    const report = await runDoctor([
      { name: 'broken', run: async () => { throw broken } },
      { name: 'buggy', run: async () => { throw new TypeError('x is not a function') } },
      { name: 'last', run: async () => ({ verdict: 'ok', found: 'fine', advice: null }) },
    ])
    expect(report.entries).toEqual([
      { name: 'broken', verdict: 'fail', found: 'nobody answers', advice: broken.next },
      expect.objectContaining({ name: 'buggy', verdict: 'fail', found: expect.not.stringContaining('function') as string }),
      { name: 'last', verdict: 'ok', found: 'fine', advice: null },
    ])
  })

  it('does not wait for ever', async () => {
    const report = await runDoctor([{ name: 'keychain', run: () => new Promise(() => undefined) }], 20)
    expect(report.entries[0]).toMatchObject({ verdict: 'warn', found: expect.stringContaining('no answer') as string })
  })

  it('looks for Electron without starting its download', () => {
    expect(findElectronBinary({ ELECTRON_OVERRIDE_DIST_PATH: '/nowhere' })).toBeNull()
  })
})
