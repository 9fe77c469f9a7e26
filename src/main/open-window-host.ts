import { createHost } from '../host/create-host.ts'
import { defaultHome } from '../host/secrets/profile-home.ts'
import { createWindowHost, type WindowHost } from '../host/window/create-window-host.ts'
import type { Notice } from '../host/window/notices.ts'

export interface OpenedWindowHost extends Pick<WindowHost, 'router' | 'errorInterceptor' | 'resume' | 'findOpenSales' | 'findWorkUnderWay' | 'openFile'> {
  /** What the shell remembers between runs, one text a key. */
  readState(key: string): string | null
  saveState(key: string, value: string): void
  close(): Promise<void>
}

export interface OpenWindowHostOptions {
  readonly version: string
  readonly onBug: (error: unknown) => void
  readonly onNotice: (notice: Notice) => void
  readonly onRestart: () => void
}

/**
 * Opens the profile and everything behind the window. Its secrets come from the keychain, or for a profile with a passphrase
 * from the file that HESYSTEM_PASSPHRASE_FILE names: a window has no terminal to ask at.
 */
export const openWindowHost = async ({ version, onBug, onNotice, onRestart }: OpenWindowHostOptions): Promise<OpenedWindowHost> => {
  const host = await createHost({ home: defaultHome() })
  const { close, ...window } = createWindowHost({ host, shell: { kind: 'electron', version }, onBug, onNotice, onRestart })
  return {
    ...window,
    readState: (key) => host.window.findState(key),
    saveState: (key, value) => { host.window.saveState(key, value) },
    close: async () => {
      await close()
      await host.close()
    },
  }
}
