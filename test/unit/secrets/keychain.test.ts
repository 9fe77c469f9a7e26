import { execFile } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { readAllFiles, temporaryHome } from './support/temporary-home.ts'

const run = promisify(execFile)
const script = join(import.meta.dirname, 'support', 'keychain-roundtrip.ts')

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
    expect(existsSync(home)).toBe(false)
  })
})
