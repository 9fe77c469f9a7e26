import type { Session, WebContents } from 'electron'
import { appOrigin } from './app-scheme.ts'

/** Whether `url` is a page of ours: same scheme, same host, nothing before it. */
export const isAppUrl = (url: string): boolean => url === appOrigin || url.startsWith(`${appOrigin}/`)

/** Nothing outside the window's own pages is asked for, and no page gets a camera, a place, a device or a notification (S25). */
export const guardSession = (session: Session): void => {
  session.setPermissionRequestHandler((_contents, _permission, answer) => {
    answer(false)
  })
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.setSpellCheckerEnabled(false)
  session.webRequest.onBeforeRequest((details, answer) => {
    answer({ cancel: !isAppUrl(details.url) && !details.url.startsWith('data:') && !details.url.startsWith('devtools:') })
  })
}

/** The window stays on its own pages: no navigation away, no second window, no embedded browser (S25). */
export const guardContents = (contents: WebContents): void => {
  const stay = (event: { readonly url: string, preventDefault(): void }): void => {
    if (!isAppUrl(event.url)) event.preventDefault()
  }
  contents.on('will-navigate', stay)
  contents.on('will-redirect', stay)
  contents.on('will-frame-navigate', stay)
  contents.on('will-attach-webview', (event) => {
    event.preventDefault()
  })
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
}
