import { connect, type Socket } from 'node:net'

/** Callers that never come to the end of what they say. */
export interface SlowSockets {
  /** Those open now. */
  count(): number
  /** How many the server has cut so far; each was opened anew. */
  cut(): number
  close(): void
}

const letterMilliseconds = 1_000
const letters = (host: string): readonly string[] => [
  // A request whose headers never end, and one whose body never does.
  `GET /v1/listings HTTP/1.1\r\nHost: ${host}\r\nX-Slow: `,
  `POST /v1/sessions HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{"address":"`,
]

/** So many sockets, each saying a letter a second and never all; one that is cut is opened again. */
export const openSlowSockets = (origin: string, number: number): SlowSockets => {
  const { host, hostname, port } = new URL(origin)
  const openings = letters(host)
  const open = new Set<Socket>()
  let cut = 0
  let closed = false
  const begin = (at: number): void => {
    if (closed) return
    const socket = connect({ host: hostname, port: Number(port), localAddress: `127.78.${Math.floor(at / 250)}.${1 + (at % 250)}` }, () => {
      open.add(socket)
      socket.write(openings[at % openings.length] ?? '')
    })
    const timer = setInterval(() => { if (socket.writable) socket.write('a') }, letterMilliseconds)
    socket.resume()
    socket.on('error', () => { socket.destroy() })
    socket.on('close', () => {
      clearInterval(timer)
      if (open.delete(socket) && !closed) cut += 1
      setTimeout(() => { begin(at) }, letterMilliseconds)
    })
  }
  for (let at = 0; at < number; at += 1) begin(at)
  return {
    count: () => open.size,
    cut: () => cut,
    close: () => {
      closed = true
      for (const socket of open) socket.destroy()
    },
  }
}
