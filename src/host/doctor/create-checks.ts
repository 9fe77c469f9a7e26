import { constants, existsSync } from 'node:fs'
import { access, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Engine } from '../../engine/engine.ts'
import { isAppError } from '../../shared/errors.ts'
import { findPracticeChainProgram } from '../chain/practice-program.ts'
import { loadSystemKeychain, openKeychainStore, type LoadKeychain } from '../secrets/keychain-store.ts'
import { findProfileHeader } from '../secrets/profile-header.ts'
import { findElectronBinary } from './electron-binary.ts'
import type { DoctorCheck, Finding } from './run-doctor.ts'

export interface DoctorOptions {
  /** Looked at, never made. */
  readonly home: string
  /** Opens an engine for the speed figure; the check closes it. */
  readonly openEngine: () => Promise<Engine>
  // What follows is the machine's own by default.
  readonly nodeVersion?: string
  readonly loadKeychain?: LoadKeychain
  readonly findPracticeChain?: () => string | null
  readonly findElectron?: () => string | null
  /** Bytes that are free where `folder` lies. */
  readonly readFreeBytes?: (folder: string) => Promise<number>
}

const oldestNode = 24
const comfortableFreeBytes = 2 * 1024 ** 3
const speedKeyBits = 2048
/** For each worker. The kernels make tables from 64 in a batch on, and are several times as fast with them. */
const speedCounts = { tables: 64, none: 16 } as const
/** Shorter than the doctor's own patience with a check. */
const keychainPatienceMilliseconds = 15_000

const ok = (found: string): Finding => ({ verdict: 'ok', found, advice: null })
const warn = (found: string, advice: string): Finding => ({ verdict: 'warn', found, advice })
const fail = (found: string, advice: string): Finding => ({ verdict: 'fail', found, advice })

const checkNode = (version: string): Finding =>
  Number(version.split('.')[0]) >= oldestNode
    ? ok(`Node ${version}`)
    : fail(`Node ${version}`, `Use Node ${oldestNode} or newer; in a checkout \`npm run hesystem\` does so by itself.`)

const checkKeychain = async (home: string, load: LoadKeychain): Promise<Finding> => {
  const secretStore = findProfileHeader(home)?.secretStore ?? null
  try {
    await openKeychainStore('doctor', load, keychainPatienceMilliseconds)
    return ok(secretStore === 'passphrase' ? 'works; this profile uses a passphrase' : 'works')
  } catch (error) {
    if (isAppError(error, 'access.keychain-silent')) return secretStore === 'passphrase' ? ok('does not answer; this profile uses a passphrase') : fail('does not answer', error.next)
    if (!isAppError(error, 'access.keychain-unavailable')) throw error
    switch (secretStore) {
      case 'passphrase':
        return ok('none; this profile uses a passphrase')
      case 'keychain':
        return fail('none, and this profile keeps its secrets there', error.next)
      case null:
        return warn('none', 'Make the profile with a passphrase (--secrets passphrase), or install a keychain (Linux: libsecret and a Secret Service).')
    }
  }
}

/** The home itself, or the nearest thing above it that exists. */
const nearestExisting = (path: string): string => {
  const parent = dirname(path)
  return existsSync(path) || parent === path ? path : nearestExisting(parent)
}

const isWritable = async (folder: string, isHome: boolean): Promise<boolean> => {
  try {
    if (!(await stat(folder)).isDirectory()) return false
    await access(folder, constants.W_OK)
    if (!isHome) return true
    const probe = join(folder, `.doctor-${process.pid}`)
    await writeFile(probe, '', { flag: 'wx', mode: 0o600 })
    await rm(probe)
    return true
  } catch {
    // The finding says it: whatever the cause, the folder cannot be written to.
    return false
  }
}

const readFreeBytesOfDisk = async (folder: string): Promise<number> => {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

const checkHome = async (home: string, readFreeBytes: (folder: string) => Promise<number>): Promise<Finding> => {
  const folder = nearestExisting(resolve(home))
  const isHome = folder === resolve(home)
  if (!await isWritable(folder, isHome)) {
    return fail(`${folder} cannot be written to`, 'Give a folder that belongs to you with --home, or free some space on its disk.')
  }
  const freeBytes = await readFreeBytes(folder)
  const found = `${home}${isHome ? '' : ' (not made yet)'}, ${(freeBytes / 1024 ** 3).toFixed(1)} GB free`
  return freeBytes >= comfortableFreeBytes
    ? ok(found)
    : warn(found, 'Free some disk space: an encrypted table takes about a kilobyte a cell, for the seller and for each buyer.')
}

const checkPracticeChain = (program: string | null): Finding =>
  program === null
    ? warn('no anvil', 'Install anvil (Foundry) to use the practice chain and the demo; public networks work without it.')
    : ok(program)

const checkElectron = (binary: string | null): Finding =>
  binary === null
    ? warn('skipped: no Electron binary', 'Run `npx install-electron` for the window; until then `hesystem headless` shows it in a browser.')
    : ok(binary)

const checkEngine = async (openEngine: () => Promise<Engine>): Promise<Finding> => {
  const engine = await openEngine()
  try {
    const { publicKey } = await engine.generateKeyPair(speedKeyBits)
    const count = (engine.backend.startsWith('wasm') ? speedCounts.tables : speedCounts.none) * engine.workers
    const plaintexts = Array.from({ length: count }, (_, index) => BigInt(index))
    // Once for the threads to start and the tables to be made, once to be measured.
    await engine.encrypt(publicKey, plaintexts)
    const start = performance.now()
    await engine.encrypt(publicKey, plaintexts)
    const perSecond = Math.round(count / ((performance.now() - start) / 1000))
    const found = `${engine.backend} (${engine.backendReason}), ${engine.workers} workers, `
      + `${perSecond} public-key encryptions a second (${speedKeyBits} bits)`
    return engine.backend === 'bigint'
      ? warn(found, 'Everything takes longer with it. Where the configuration does not ask for it, the faster ones failed their self-tests; another Node version may pass them.')
      : ok(found)
  } finally {
    await engine.close()
  }
}

/** What `hesystem doctor` looks at, in the order it is told. Nothing is made, changed or downloaded. */
export const createDoctorChecks = (options: DoctorOptions): readonly DoctorCheck[] => [
  { name: 'node', run: async () => checkNode(options.nodeVersion ?? process.versions.node) },
  { name: 'home', run: () => checkHome(options.home, options.readFreeBytes ?? readFreeBytesOfDisk) },
  { name: 'keychain', run: () => checkKeychain(options.home, options.loadKeychain ?? loadSystemKeychain) },
  { name: 'practice-chain', run: async () => checkPracticeChain((options.findPracticeChain ?? findPracticeChainProgram)()) },
  { name: 'engine', run: () => checkEngine(options.openEngine) },
  { name: 'electron', run: async () => checkElectron((options.findElectron ?? findElectronBinary)()) },
]
