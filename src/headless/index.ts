import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Host } from '../host/index.ts'
import { writePrivateFile } from '../host/secrets/private-file.ts'
import { createWindowHost } from '../host/window/create-window-host.ts'
import type { PracticeOptions } from '../host/window/practice.ts'
import { describeQuit, type QuitWarning } from '../host/window/quit-warning.ts'
import { AppError } from '../shared/errors.ts'
import { assertLoopback } from './guard-request.ts'
import { startWindowServer } from './window-server.ts'
import type { WindowSessions } from './window-sessions.ts'

export interface HeadlessOptions {
  readonly host: Host
  readonly version: string
  readonly listenHost: string
  readonly port: number
  /** The built renderer; by default the checkout's. */
  readonly root?: string
  readonly practice?: PracticeOptions
  readonly onBug: (error: unknown) => void
  /** Asked to close everything and begin anew over the same folder, `after` this one. */
  readonly onRestart?: () => void
  /** The window that this one takes the place of: the same port, the same tabs. */
  readonly after?: Pick<Headless, 'port' | 'sessions'>
}

export interface Headless {
  readonly port: number
  readonly sessions: WindowSessions
  /** Opens the window once; afterwards this gives the next one. */
  readonly address: () => string
  /** The same, opening on a file of this computer: a receipt or an answer. */
  readonly addressOfFile: (path: string) => string
  /** Where the address that is good now always stands, for its owner alone. */
  readonly addressFile: string
  /** What would be lost by ending the program now, in words; null where nothing is. */
  readonly findQuitWarning: () => Promise<QuitWarning | null>
  /** Resolves once practice mode and serving go on as when the program last ended. */
  readonly resumed: Promise<void>
  close(): Promise<void>
}

const builtRenderer = fileURLToPath(new URL('../../out/renderer', import.meta.url))

/**
 * The same window as Electron's, in a browser tab of this computer. Throws `runtime.window-not-built`, `access.insecure-address`,
 * `runtime.port-unavailable`.
 */
export const startHeadless = async (options: HeadlessOptions): Promise<Headless> => {
  const { host, version, listenHost, port, root = builtRenderer, onBug, onRestart, after } = options
  assertLoopback(listenHost)
  if (!existsSync(join(root, 'index.html'))) throw new AppError('runtime.window-not-built', `There is no window in ${root} yet.`, { details: { root } })
  const window = createWindowHost({
    host, shell: { kind: 'headless', version }, onBug,
    ...(options.practice === undefined ? {} : { practice: options.practice }),
    ...(onRestart === undefined ? {} : { onRestart }),
  })
  const addressFile = join(host.home, 'window-address')
  try {
    const server = await startWindowServer({
      window, root, host: listenHost, port: after?.port ?? port, onBug, ...(after === undefined ? {} : { sessions: after.sessions }),
      onAddress: (url) => { writePrivateFile(addressFile, `${url}\n`) },
    })
    return {
      port: server.port,
      sessions: server.sessions,
      address: server.address,
      addressOfFile: (path) => server.addressOf(window.openFile(path)),
      addressFile,
      findQuitWarning: async () => describeQuit(await window.findWorkUnderWay()),
      resumed: window.resume(),
      close: async () => {
        rmSync(addressFile, { force: true })
        await server.close()
        await window.close()
      },
    }
  } catch (error) {
    await window.close()
    throw error
  }
}
