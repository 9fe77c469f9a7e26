import { app, BrowserWindow, dialog, ipcMain, protocol, session } from 'electron'
import { join } from 'node:path'
import { toErrorDocument } from '../shared/errors.ts'
import { appScheme, appStartUrl, createAppSchemeHandler } from './app-scheme.ts'
import { serveBridge } from './bridge.ts'
import { guardContents, guardSession } from './guards.ts'
import { openWindowHost, type OpenedWindowHost } from './open-window-host.ts'

const openWindow = async (): Promise<void> => {
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    minWidth: 960,
    minHeight: 600,
    show: false,
    webPreferences: {
      preload: join(import.meta.dirname, '..', 'preload', 'index.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  })
  window.once('ready-to-show', () => {
    window.show()
  })
  await window.loadURL(appStartUrl)
}

const log = (error: unknown): void => {
  process.stderr.write(`${error instanceof Error ? error.stack ?? error.message : String(error)}\n`)
}

const fail = (error: unknown): void => {
  const { code, message, next } = toErrorDocument(error)
  if (code === 'bug.unexpected') log(error)
  process.stderr.write(`HEsystem could not open its window: ${message}\n`)
  dialog.showErrorBox('HEsystem could not open its window', `${message}\n\n${next}`)
  app.exit(1)
}

/** What is under way ends in order before the program does: nothing is lost by quitting. */
const closeBeforeQuit = (host: OpenedWindowHost): void => {
  let closed = false
  app.on('before-quit', (event) => {
    if (closed) return
    event.preventDefault()
    host.close().catch(log).finally(() => {
      closed = true
      app.quit()
    })
  })
}

const start = async (): Promise<void> => {
  await app.whenReady()
  guardSession(session.defaultSession)
  protocol.handle(appScheme, createAppSchemeHandler(join(import.meta.dirname, '..', 'renderer')))
  const host = await openWindowHost(app.getVersion(), log)
  closeBeforeQuit(host)
  serveBridge(ipcMain, host)
  await openWindow()
  host.resume().catch(log)
}

const showWindow = (): void => {
  const [window] = BrowserWindow.getAllWindows()
  if (window === undefined) {
    openWindow().catch(fail)
    return
  }
  if (window.isMinimized()) window.restore()
  window.focus()
}

// Sandbox, scheme and guards are set before anything can load: after `ready` it is too late for the first two.
app.enableSandbox()
protocol.registerSchemesAsPrivileged([{ scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } }])
app.on('web-contents-created', (_event, contents) => {
  guardContents(contents)
})
app.on('window-all-closed', () => {
  if (process.platform !== 'darwin') app.quit()
})
// One profile, one program: a second start shows the window of the first.
if (app.requestSingleInstanceLock()) {
  app.on('second-instance', showWindow)
  app.on('activate', () => {
    if (app.isReady() && BrowserWindow.getAllWindows().length === 0) openWindow().catch(fail)
  })
  start().catch(fail)
} else {
  app.exit(0)
}
