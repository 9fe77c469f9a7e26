import { createHost } from '../host/create-host.ts'
import { defaultHome } from '../host/secrets/profile-home.ts'
import { createWindowHost, type WindowHost } from '../host/window/create-window-host.ts'

export interface OpenedWindowHost extends Pick<WindowHost, 'router' | 'errorInterceptor' | 'resume'> {
  close(): Promise<void>
}

/**
 * Opens the profile and everything behind the window. Its secrets come from the keychain, or for a profile with a passphrase
 * from the file that HESYSTEM_PASSPHRASE_FILE names: a window has no terminal to ask at.
 */
export const openWindowHost = async (version: string, onBug: (error: unknown) => void): Promise<OpenedWindowHost> => {
  const host = await createHost({ home: defaultHome() })
  const { router, errorInterceptor, resume, close } = createWindowHost({ host, shell: { kind: 'electron', version }, onBug })
  return {
    router, errorInterceptor, resume,
    close: async () => {
      await close()
      await host.close()
    },
  }
}
