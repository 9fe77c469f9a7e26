import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '../../../../scripts/run-command.ts'
import { startHeadless, type Headless } from '../../../../src/headless/index.ts'
import { createHost } from '../../../../src/host/index.ts'

export interface OpenedWindow {
  /** The profile's folder. */
  readonly home: string
  /** Good for one browser. */
  readonly address: () => string
  /** What should not have happened, and did. */
  readonly bugs: unknown[]
  /** Ends the program and starts it again over the same profile. */
  readonly restart: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Builds the renderer as it ships. */
export const buildRenderer = async (folder: string): Promise<string> => {
  const built = await runCommand('electron-vite', ['build', '--outDir', folder])
  if (built.exitCode !== 0) throw new Error(built.output)
  return join(folder, 'renderer')
}

/**
 * The window of a new profile, served to a browser by the headless host, over the renderer as built: now, or before, in the
 * folder that HESYSTEM_TEST_RENDERER names.
 */
export const openWindow = async (renderer?: string): Promise<OpenedWindow> => {
  const folder = mkdtempSync(join(tmpdir(), 'hesystem-window-'))
  const root = renderer ?? process.env.HESYSTEM_TEST_RENDERER ?? await buildRenderer(join(folder, 'out'))
  const bugs: unknown[] = []
  /** As the command does: over a restored profile it begins anew by itself. */
  const beginAnew = async (): Promise<void> => {
    await stop()
    running = await start(running.headless)
  }
  const start = async (after?: Headless) => {
    const host = await createHost({ home: join(folder, 'profile'), secretStore: 'passphrase', askPassphrase: async () => 'correct horse battery staple' })
    const headless = await startHeadless({
      host, version: '9.8.7', listenHost: '127.0.0.1', port: 0, root, practice: { keyBits: 2048, sellerWorkers: 1 }, onBug: (error) => { bugs.push(error) },
      onRestart: () => { beginAnew().catch((error: unknown) => { bugs.push(error) }) }, ...(after === undefined ? {} : { after }),
    })
    return { host, headless }
  }
  let running = await start()
  const stop = async (): Promise<void> => {
    await running.headless.close()
    await running.host.close()
  }
  return {
    home: join(folder, 'profile'),
    address: () => running.headless.address(),
    bugs,
    restart: async () => {
      await stop()
      running = await start()
      await running.headless.resumed
    },
    close: async () => {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
