import { contextBridge, ipcRenderer } from 'electron'
import type { WindowBridge, WindowChannel, WindowReply } from '../shared/window-contract.ts'

const channel: WindowChannel = 'hesystem'

/** The whole way between the window and its shell: one call in, one reply out. Names and shapes are checked on the other side. */
const bridge: WindowBridge = {
  call: (name, input) => ipcRenderer.invoke(channel, { name, input }) as Promise<WindowReply>,
}

contextBridge.exposeInMainWorld(channel, bridge)
