/** A buyer's process, to be killed: node request-process.ts FOLDER asks for the answer of the one purchase of the profile in it. */
import { enableCompileCache } from 'node:module'

enableCompileCache()
const { openPublicHost } = await import('./public-stage.ts')

const host = await openPublicHost(process.argv[2] ?? '', 'buyer')
const { purchases } = await host.trade()
const [first] = await purchases.list()
if (first === undefined || first.purchase.number === null) throw new RangeError('there is no purchase to ask for')
await purchases.request(first.purchase.number)
await host.close()
