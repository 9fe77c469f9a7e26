import { beforeAll, describe, expect, it, vi } from 'vitest'

const electron = vi.hoisted(() => {
  const order: string[] = []
  const windows: Record<string, unknown>[] = []
  const loaded: string[] = []
  const note = (what: string) => () => { order.push(what) }
  class BrowserWindow {
    constructor(options: Record<string, unknown>) {
      order.push('window')
      windows.push(options)
    }

    once(): void {
      order.push('window listens')
    }

    loadURL(url: string): Promise<void> {
      loaded.push(url)
      return Promise.resolve()
    }
  }
  return {
    order, windows, loaded,
    module: {
      app: {
        enableSandbox: note('sandbox'),
        whenReady: () => Promise.resolve().then(note('ready')),
        on: (event: string) => { order.push(`app listens: ${event}`) },
        getVersion: () => '1.2.3',
        exit: note('exit'),
        quit: note('quit'),
        requestSingleInstanceLock: () => true,
      },
      dialog: { showErrorBox: note('error box') },
      BrowserWindow,
      ipcMain: { on: note('bridge') },
      protocol: { registerSchemesAsPrivileged: note('scheme'), handle: note('scheme answers') },
      session: {
        defaultSession: {
          setPermissionRequestHandler: note('permissions'),
          setPermissionCheckHandler: () => undefined,
          setDevicePermissionHandler: () => undefined,
          setSpellCheckerEnabled: () => undefined,
          webRequest: { onBeforeRequest: () => undefined },
        },
      },
    },
  }
})

vi.mock('electron', () => electron.module)
vi.mock('../../../src/main/open-window-host.ts', () => ({
  openWindowHost: () => {
    electron.order.push('host')
    const done = (): Promise<void> => Promise.resolve()
    return Promise.resolve({ router: {}, errorInterceptor: () => undefined, resume: done, close: done })
  },
}))

describe('the start of the window (Electron at its edge replaced; unproven without the binary)', () => {
  beforeAll(async () => {
    await import('../../../src/main/index.ts')
    await vi.waitFor(() => {
      expect(electron.loaded).toHaveLength(1)
    })
  })

  it('sets sandbox, scheme and guards before Electron is ready, and the rest before a page loads', () => {
    const at = (what: string): number => electron.order.indexOf(what)
    expect(electron.order).not.toContain('exit')
    for (const early of ['sandbox', 'scheme', 'app listens: web-contents-created']) {
      expect(at(early)).toBeGreaterThanOrEqual(0)
      expect(at(early)).toBeLessThan(at('ready'))
    }
    for (const late of ['permissions', 'scheme answers', 'host', 'bridge']) {
      expect(at(late)).toBeGreaterThan(at('ready'))
      expect(at(late)).toBeLessThan(at('window'))
    }
  })

  it('opens the page of the app:// scheme in a window without Node', () => {
    expect(electron.loaded).toEqual(['app://hesystem/index.html'])
    expect(electron.windows).toEqual([
      expect.objectContaining({
        webPreferences: expect.objectContaining({
          sandbox: true, contextIsolation: true, nodeIntegration: false, webviewTag: false,
          preload: expect.stringMatching(/preload.index\.cjs$/),
        }),
      }),
    ])
  })
})
