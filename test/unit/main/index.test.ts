import { beforeAll, describe, expect, it, vi } from 'vitest'

type Listener = (...values: unknown[]) => void

const electron = vi.hoisted(() => {
  const order: string[] = []
  const windows: Record<string, unknown>[] = []
  const loaded: string[] = []
  const shown: { title: string, body: string }[] = []
  const appListeners = new Map<string, Listener>()
  const state: { focused: boolean, answer: number, notificationClick: Listener, asked: { detail: string }[] } =
    { focused: false, answer: 0, notificationClick: () => undefined, asked: [] }
  const note = (what: string) => () => { order.push(what) }
  class BrowserWindow {
    static readonly all: BrowserWindow[] = []
    static getAllWindows(): BrowserWindow[] { return BrowserWindow.all }
    static getFocusedWindow(): BrowserWindow | null { return state.focused ? BrowserWindow.all[0] ?? null : null }

    constructor(options: Record<string, unknown>) {
      order.push('window')
      windows.push(options)
      BrowserWindow.all.push(this)
    }

    readonly listeners = new Map<string, Listener>()
    once(): void { order.push('window listens') }
    on(event: string, listen: Listener): void { this.listeners.set(event, listen) }
    focus(): void { order.push('focus') }
    isMinimized(): boolean { return false }
    getNormalBounds() { return { x: 10, y: 20, width: 1000, height: 700 } }

    loadURL(url: string): Promise<void> {
      loaded.push(url)
      return Promise.resolve()
    }
  }
  class Notification {
    static isSupported(): boolean { return true }
    constructor(options: { title: string, body: string }) { shown.push(options) }
    on(_event: string, click: Listener): void { state.notificationClick = click }
    show(): void { order.push('notification') }
  }
  return {
    order, windows, loaded, shown, appListeners, state, BrowserWindow,
    module: {
      app: {
        enableSandbox: note('sandbox'),
        whenReady: () => Promise.resolve().then(note('ready')),
        on: (event: string, listen: Listener) => {
          order.push(`app listens: ${event}`)
          appListeners.set(event, listen)
        },
        getVersion: () => '1.2.3',
        exit: note('exit'),
        quit: note('quit'),
        isReady: () => true,
        requestSingleInstanceLock: () => true,
        setAsDefaultProtocolClient: (scheme: string) => { order.push(`opens ${scheme}:`) },
      },
      dialog: {
        showErrorBox: note('error box'),
        showMessageBox: (options: { detail: string }) => {
          state.asked.push(options)
          return Promise.resolve({ response: state.answer })
        },
      },
      BrowserWindow,
      Notification,
      ipcMain: { on: note('bridge') },
      Menu: { buildFromTemplate: (template: unknown[]) => template, setApplicationMenu: (menu: unknown[]) => { order.push(`menu of ${menu.length}`) } },
      powerSaveBlocker: { start: () => 1, stop: () => undefined },
      screen: { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] },
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

const host = vi.hoisted(() => ({
  open: [] as { purchase: string, state: string, deadlineSeconds: number }[],
  saved: new Map<string, string>(),
  notify: (_notice: { title: string, words: string, place: string }): void => undefined,
}))

vi.mock('electron', () => electron.module)
vi.mock('../../../src/main/open-window-host.ts', () => ({
  openWindowHost: ({ onNotice }: { onNotice: typeof host.notify }) => {
    electron.order.push('host')
    host.notify = onNotice
    const done = (): Promise<void> => Promise.resolve()
    return Promise.resolve({
      router: {}, errorInterceptor: () => undefined, resume: done,
      findOpenSales: () => Promise.resolve(host.open),
      findWorkUnderWay: () => Promise.resolve({ open: host.open, running: [], serving: host.open.length > 0 }),
      openFile: (path: string) => `#/activity/verify?opened=${path}`,
      readState: (key: string) => host.saved.get(key) ?? null,
      saveState: (key: string, value: string) => { host.saved.set(key, value) },
      close: () => {
        electron.order.push('host closed')
        return Promise.resolve()
      },
    })
  },
}))

const emit = (event: string, ...values: unknown[]): void => { electron.appListeners.get(event)?.(...values) }
const link = (url: string): string => `hesystem://listing?url=${encodeURIComponent(url)}`

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
    for (const early of ['sandbox', 'scheme', 'app listens: web-contents-created', 'opens hesystem:']) {
      expect(at(early)).toBeGreaterThanOrEqual(0)
      expect(at(early)).toBeLessThan(at('ready'))
    }
    for (const late of ['permissions', 'scheme answers', 'menu of 5', 'host', 'bridge']) {
      expect(at(late)).toBeGreaterThan(at('ready'))
      expect(at(late)).toBeLessThan(at('window'))
    }
  })

  it('opens the page of the app:// scheme in a window without Node', () => {
    expect(electron.loaded).toEqual(['app://hesystem/index.html'])
    expect(electron.windows).toEqual([
      expect.objectContaining({
        width: 1280, height: 800,
        webPreferences: expect.objectContaining({
          sandbox: true, contextIsolation: true, nodeIntegration: false, webviewTag: false,
          preload: expect.stringMatching(/preload.index\.cjs$/),
        }),
      }),
    ])
  })

  it('shows the window of the first program at the link a second was started with', () => {
    emit('second-instance', {}, ['hesystem', '--flag', link('https://data.example.org/v1/listings/wages')])
    expect(electron.loaded.at(-1)).toBe('app://hesystem/index.html#/buy/listing?url=https%3A%2F%2Fdata.example.org%2Fv1%2Flistings%2Fwages')
    const before = electron.loaded.length
    emit('second-instance', {}, ['hesystem', 'hesystem://listing?url=javascript%3Aalert(1)'])
    expect(electron.loaded).toHaveLength(before)
    expect(electron.order.at(-1)).toBe('focus')
  })

  it('shows a receipt that the system opens with the program, running or not', () => {
    const event = { prevented: 0, preventDefault() { this.prevented += 1 } }
    emit('open-file', event, '/home/ada/receipt-3.hereceipt')
    expect(event.prevented).toBe(1)
    expect(electron.loaded.at(-1)).toBe('app://hesystem/index.html#/activity/verify?opened=/home/ada/receipt-3.hereceipt')
    emit('second-instance', {}, ['hesystem', 'receipt-4.hereceipt'], '/home/ada')
    expect(electron.loaded.at(-1)).toBe('app://hesystem/index.html#/activity/verify?opened=/home/ada/receipt-4.hereceipt')
  })

  it('tells what happened while nobody looked, and leads there', () => {
    host.notify({ title: 'An answer has arrived', words: 'Purchase 3', place: '#/buy/purchases/3' })
    expect(electron.shown).toEqual([{ title: 'An answer has arrived', body: 'Purchase 3' }])
    electron.state.notificationClick()
    expect(electron.loaded.at(-1)).toBe('app://hesystem/index.html#/buy/purchases/3')
    electron.state.focused = true
    host.notify({ title: 'An answer has arrived', words: 'Purchase 4', place: '#/buy/purchases/4' })
    expect(electron.shown).toHaveLength(1)
  })

  it('remembers where the window stood', () => {
    electron.BrowserWindow.all[0]?.listeners.get('close')?.()
    expect(JSON.parse(host.saved.get('main.bounds') ?? '')).toEqual({ x: 10, y: 20, width: 1000, height: 700 })
  })

  it('asks before it quits while a purchase is open, and quits in order once that is agreed to', async () => {
    const event = { prevented: 0, preventDefault() { this.prevented += 1 } }
    host.open = [{ purchase: '7', state: 'Requested', deadlineSeconds: 1_900_000_000 }]
    emit('before-quit', event)
    await vi.waitFor(() => { expect(electron.state.asked).toHaveLength(1) })
    expect(electron.state.asked[0]?.detail).toContain('purchase 7')
    expect(electron.order).not.toContain('host closed')
    electron.state.answer = 1
    await vi.waitFor(() => {
      emit('before-quit', event)
      expect(electron.order.slice(-2)).toEqual(['host closed', 'quit'])
    })
    const prevented = event.prevented
    emit('before-quit', event)
    expect(event.prevented).toBe(prevented)
  })
})
