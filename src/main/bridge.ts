import type { IpcMain, IpcMainEvent } from 'electron'
import { RPCHandler } from '@orpc/server/message-port'
import type { WindowHost } from '../host/window/create-window-host.ts'
import { windowChannel } from '../shared/window-contract/channel.ts'
import { isAppUrl } from './guards.ts'

/** Only the top page of our own origin may connect; a frame inside it, or a page that is not ours, may not (S26). */
const isOwnPage = ({ sender, senderFrame }: IpcMainEvent): boolean =>
  senderFrame !== null && senderFrame === sender.mainFrame && isAppUrl(senderFrame.url)

/**
 * Answers the window's page over the one port it hands us. Who sent it is checked here; names and shapes are checked by the
 * contract behind the router, in both directions (S26). A stranger's port is closed without a word.
 */
export const serveBridge = (ipc: Pick<IpcMain, 'on'>, window: Pick<WindowHost, 'router' | 'errorInterceptor'>): void => {
  const handler = new RPCHandler(window.router, { clientInterceptors: [window.errorInterceptor] })
  ipc.on(windowChannel, (event) => {
    const [port, ...others] = event.ports
    if (port === undefined) return
    if (!isOwnPage(event) || others.length > 0) {
      for (const refused of event.ports) refused.close()
      return
    }
    handler.upgrade(port)
    port.start()
  })
}
