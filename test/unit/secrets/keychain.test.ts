import { execFile } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openKeychainStore } from '../../../src/host/secrets/keychain-store.ts'
import { noteFigure } from '../../campaigns/support/figures.ts'
import { createMemoryKeychain } from './support/memory-keychain.ts'
import { readAllFiles, temporaryHome } from './support/temporary-home.ts'

const run = promisify(execFile)
const script = join(import.meta.dirname, 'support', 'keychain-roundtrip.ts')
const opener = join(import.meta.dirname, 'support', 'keychain-open.ts')

/** A desktop session in a folder: its keyring, its sockets and its settings are nobody else's. */
const createSession = (folder: string): NodeJS.ProcessEnv => {
  const runtime = join(folder, 'run')
  mkdirSync(runtime, { recursive: true, mode: 0o700 })
  const { PATH } = process.env
  return { PATH, HOME: folder, XDG_DATA_HOME: join(folder, 'data'), XDG_RUNTIME_DIR: runtime }
}

// Not skipped anywhere: a machine without dbus, gnome-keyring and libsecret-1-0 must install them.
describe('the system keychain', () => {
  it('keeps a profile\'s data key in a real Secret Service, apart from other profiles, and never in the folder', async () => {
    const folder = temporaryHome()
    const home = join(folder, 'profile')
    const session = createSession(folder)
    const unlockThenRun = 'printf keyring-password | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$0" "$@"'
    const { stdout } = await run('dbus-run-session', ['--', 'bash', '-c', unlockThenRun, process.execPath, script, home], { env: session, timeout: 30_000 })
    expect(JSON.parse(stdout)).toEqual({
      kind: 'keychain',
      sameAddress: true,
      dataKeyBytes: 32,
      seenByStranger: false,
      goneAfterRemoval: true,
      reopened: 'access.data-key-missing',
    })
    expect([...readAllFiles(home).keys()].map((file) => file.slice(home.length + 1)).sort()).toEqual(['profile.json', 'profile.sqlite'])
  })

  it('is missed by its own code, and no profile is begun, where no Secret Service answers', async () => {
    const folder = temporaryHome()
    const home = join(folder, 'profile')
    const { stdout } = await run(process.execPath, [script, home], { env: createSession(folder), timeout: 30_000 })
    expect(JSON.parse(stdout)).toEqual({ failure: 'access.keychain-unavailable' })
    noteFigure('keychains missing, locked, or silent for ever')
    expect(existsSync(home)).toBe(false)
  })

  it('left locked says that the key cannot be had, changes nothing, and opens the profile once unlocked', async () => {
    const folder = temporaryHome()
    const home = join(folder, 'profile')
    const env = createSession(folder)
    const inSession = async (start: string): Promise<unknown> => {
      const { stdout } = await run('dbus-run-session', ['--', 'bash', '-c', `${start} >/dev/null && exec "$0" "$@"`, process.execPath, opener, home], { env, timeout: 30_000 })
      return JSON.parse(stdout)
    }
    const unlocked = 'printf keyring-password | gnome-keyring-daemon --unlock --components=secrets'
    const made = await inSession(unlocked)
    expect(made).toEqual({ address: expect.any(String) as string })
    const before = [...readAllFiles(home)]
    expect(await inSession('gnome-keyring-daemon --start --components=secrets')).toEqual({ failure: 'access.data-key-missing' })
    expect([...readAllFiles(home)]).toEqual(before)
    expect(await inSession(unlocked)).toEqual(made)
    noteFigure('keychains missing, locked, or silent for ever')
  })

  it('that takes the question and never answers is given up after its time, and the program can end', async () => {
    const folder = temporaryHome()
    const home = join(folder, 'profile')
    const session = createSession(folder)
    const bus = join(folder, 'run', 'bus')
    const silent = createServer((socket) => { socket.on('data', () => undefined).on('error', () => undefined) })
    await new Promise<void>((listening) => { silent.listen(bus, listening) })
    onTestFinished(() => { silent.close() })
    const { stdout } = await run(process.execPath, [script, home, '500'], { env: { ...session, DBUS_SESSION_BUS_ADDRESS: `unix:path=${bus}` }, timeout: 30_000 })
    expect(JSON.parse(stdout)).toEqual({ failure: 'access.keychain-silent' })
    noteFigure('keychains missing, locked, or silent for ever')
    expect(existsSync(home)).toBe(false)
  })

  it('that falls silent later is given up too, whatever it is asked', async () => {
    let givenUp = 0
    const keychain = { ...createMemoryKeychain(), close: () => { givenUp += 1 } }
    const store = await openKeychainStore('a-profile', () => Promise.resolve(keychain), 20)
    const never = (): Promise<never> => new Promise(() => undefined)
    Object.assign(keychain, { getPassword: never, setPassword: never, deletePassword: never })
    const asked = [() => store.find('data-key'), () => store.write('data-key', new Uint8Array(32)), () => store.remove('data-key')]
    for (const ask of asked) await expect(ask()).rejects.toMatchObject({ code: 'access.keychain-silent', retryable: true })
    expect(givenUp).toBe(3)
  })
})
