import { isMainThread } from 'node:worker_threads'

// Loaded into every process of a demo by NODE_OPTIONS; acts in the buyer's `compute` only: one bit of a downloaded chunk is
// another one, as a bad line or a dishonest proxy could make it.
if (isMainThread && process.argv.includes('compute')) {
  const fetchHonestly = globalThis.fetch
  globalThis.fetch = async (input, init) => {
    const response = await fetchHonestly(input, init)
    if (!(input instanceof URL && input.pathname.endsWith('/data/0'))) return response
    const bytes = new Uint8Array(await response.arrayBuffer())
    const middle = Math.floor(bytes.length / 2)
    bytes[middle] = (bytes[middle] ?? 0) ^ 1
    return new Response(bytes, response)
  }
}
