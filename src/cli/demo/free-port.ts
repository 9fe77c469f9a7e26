import { createServer } from 'node:net'

/** A port of this computer that was free a moment ago: a listing's address is fixed before its server listens. */
export const findFreePort = (): Promise<number> => new Promise((resolve, reject) => {
  const probe = createServer()
  probe.once('error', reject)
  probe.listen(0, '127.0.0.1', () => {
    const address = probe.address()
    probe.close(() => { resolve(typeof address === 'object' && address !== null ? address.port : 0) })
  })
})
