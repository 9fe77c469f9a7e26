import net from 'node:net'
import { syncBuiltinESMExports } from 'node:module'

// Loaded into a process by NODE_OPTIONS: whatever it connects to, there is no network.
net.Socket.prototype.connect = function refuse(this: net.Socket): net.Socket {
  queueMicrotask(() => this.destroy(Object.assign(new Error('there is no network'), { code: 'ENETUNREACH' })))
  return this
}
syncBuiltinESMExports()
