import { app, BrowserWindow, dialog, ipcMain, Menu, Notification, powerSaveBlocker, protocol, screen, session } from 'electron'
import { join } from 'node:path'
import { describeQuit } from '../host/window/quit-warning.ts'
import { toErrorDocument } from '../shared/errors.ts'
import { appScheme, appStartUrl, createAppSchemeHandler } from './app-scheme.ts'
import { serveBridge } from './bridge.ts'
import { findLinkedPage, findLinkIn, linkScheme } from './deep-link.ts'
import { guardContents, guardSession } from './guards.ts'
import { createMenuTemplate } from './menu.ts'
import { openWindowHost, type OpenedWindowHost } from './open-window-host.ts'
import { findFileIn } from './opened-file.ts'
import { restoreBounds } from './window-bounds.ts'

const boundsKey = 'main.bounds'
let opened: OpenedWindowHost | null = null
/** A link that came before there was a window to show it. */
let linked = findLinkIn(process.argv)
/** A file that was opened before there was a host to hold it. */
let waitingFile = findFileIn(process.argv.slice(1), process.cwd())

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

const openWindow = async (host: OpenedWindowHost): Promise<void> => {
  const window = new BrowserWindow({
    ...restoreBounds(host.readState(boundsKey), screen.getAllDisplays().map(({ workArea }) => workArea)),
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
  window.on('close', () => {
    host.saveState(boundsKey, JSON.stringify(window.getNormalBounds()))
  })
  const page = linked ?? appStartUrl
  linked = null
  await window.loadURL(page)
}

/** Brings the window to the front, at this page where one is named. */
const showWindow = (page: string | null = null): void => {
  if (page !== null) linked = page
  const [window] = BrowserWindow.getAllWindows()
  if (window === undefined) {
    if (opened !== null) openWindow(opened).catch(fail)
    return
  }
  if (window.isMinimized()) window.restore()
  window.focus()
  if (linked === null) return
  const target = linked
  linked = null
  window.loadURL(target).catch(log)
}

const showPlace = (hash: string): void => { showWindow(`${appStartUrl}${hash}`) }

const showFile = (path: string): void => {
  if (opened === null) waitingFile = path
  else showPlace(opened.openFile(path))
}

/** Whoever looks at the window sees it there. */
const notify = ({ title, words, place }: { readonly title: string, readonly words: string, readonly place: string }): void => {
  if (BrowserWindow.getFocusedWindow() !== null || !Notification.isSupported()) return
  const notification = new Notification({ title, body: words })
  notification.on('click', () => { showPlace(place) })
  notification.show()
}

const mayQuit = async (host: OpenedWindowHost): Promise<boolean> => {
  const warning = describeQuit(await host.findWorkUnderWay())
  if (warning === null) return true
  const { response } = await dialog.showMessageBox({ type: 'warning', ...warning, buttons: ['Stay', 'Quit'], defaultId: 0, cancelId: 0 })
  return response === 1
}

/** What is under way ends in order before the program does: nothing is lost by quitting, and what could be lost is said first. */
const closeBeforeQuit = (host: OpenedWindowHost): void => {
  let closed = false
  let asking = false
  app.on('before-quit', (event) => {
    if (closed) return
    event.preventDefault()
    if (asking) return
    asking = true
    mayQuit(host).catch((error: unknown) => {
      log(error)
      return true
    }).then(async (agreed) => {
      if (!agreed) return
      await host.close()
      closed = true
      app.quit()
    }).catch((error: unknown) => {
      log(error)
      closed = true
      app.quit()
    }).finally(() => { asking = false })
  })
}

/** Another profile may be in the folder then. */
const beginAnew = (): void => {
  app.relaunch()
  app.quit()
}

const lookMilliseconds = 60_000

/** The computer does not fall asleep by itself while a purchase waits for this seller. */
const stayAwake = (host: OpenedWindowHost): void => {
  let blocker: number | null = null
  const look = async (): Promise<void> => {
    const waits = (await host.findOpenSales()).length > 0
    if (waits && blocker === null) blocker = powerSaveBlocker.start('prevent-app-suspension')
    if (waits || blocker === null) return
    powerSaveBlocker.stop(blocker)
    blocker = null
  }
  setInterval(() => { look().catch(log) }, lookMilliseconds).unref()
}

const start = async (): Promise<void> => {
  await app.whenReady()
  guardSession(session.defaultSession)
  protocol.handle(appScheme, createAppSchemeHandler(join(import.meta.dirname, '..', 'renderer')))
  Menu.setApplicationMenu(Menu.buildFromTemplate(createMenuTemplate(process.platform === 'darwin', showPlace)))
  const host = await openWindowHost({ version: app.getVersion(), onBug: log, onNotice: notify, onRestart: beginAnew })
  opened = host
  if (waitingFile !== null) linked = `${appStartUrl}${host.openFile(waitingFile)}`
  closeBeforeQuit(host)
  stayAwake(host)
  serveBridge(ipcMain, host)
  await openWindow(host)
  host.resume().catch(log)
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
// One profile, one program: a second start shows the window of the first, at the link it was started with.
if (app.requestSingleInstanceLock()) {
  app.setAsDefaultProtocolClient(linkScheme)
  app.on('second-instance', (_event, args, folder) => {
    const file = findFileIn(args.slice(1), folder)
    if (file === null) showWindow(findLinkIn(args))
    else showFile(file)
  })
  app.on('open-file', (event, path) => {
    event.preventDefault()
    showFile(path)
  })
  app.on('open-url', (event, link) => {
    event.preventDefault()
    showWindow(findLinkedPage(link))
  })
  app.on('activate', () => {
    if (app.isReady() && BrowserWindow.getAllWindows().length === 0) showWindow()
  })
  start().catch(fail)
} else {
  app.exit(0)
}
