import { app, BrowserWindow, ipcMain, protocol, session } from 'electron'
import { join } from 'node:path'
import { appScheme, appStartUrl, createAppSchemeHandler } from './app-scheme.ts'
import { serveBridge } from './bridge.ts'
import { guardContents, guardSession } from './guards.ts'

const openWindow = async (): Promise<void> => {
  const window = new BrowserWindow({
    width: 1200,
    height: 800,
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

const start = async (): Promise<void> => {
  await app.whenReady()
  guardSession(session.defaultSession)
  protocol.handle(appScheme, createAppSchemeHandler(join(import.meta.dirname, '..', 'renderer')))
  serveBridge(ipcMain, { about: () => Promise.resolve({ version: app.getVersion() }) })
  await openWindow()
}

const fail = (error: unknown): void => {
  process.stderr.write(`HEsystem could not open its window: ${error instanceof Error ? error.message : String(error)}\n`)
  app.exit(1)
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
app.on('activate', () => {
  if (app.isReady() && BrowserWindow.getAllWindows().length === 0) openWindow().catch(fail)
})
start().catch(fail)
