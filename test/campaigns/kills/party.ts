/** A party's process, to be killed: node party.ts FOLDER ROLE OPERATION, or `serve`, which goes on until SIGTERM. */
import { enableCompileCache } from 'node:module'
import type { Host } from '../../../src/host/index.ts'
import type { OperationName } from './operations.ts'

enableCompileCache()
const { openHost, readSetting } = await import('./setting.ts')
const { closedOperations, operations, perform, serve } = await import('./operations.ts')

const [folder = '', role, name = ''] = process.argv.slice(2)
if (role !== 'seller' && role !== 'buyer') throw new RangeError(`a party is seller or buyer, not ${role}`)
const setting = readSetting(folder)
if (name === 'serve') {
  const stopped = new Promise<void>((resolve) => { process.once('SIGTERM', () => { resolve() }) })
  const host = await openHost(folder, role)
  const serving = await serve(host, setting)
  await stopped
  await serving.stop()
  await host.close()
} else {
  const known = ([...Object.keys(operations), ...Object.keys(closedOperations)] as OperationName[]).find((candidate) => candidate === name)
  if (known === undefined) throw new RangeError(`there is no operation ${name}`)
  let host: Host | null = null
  await perform(known, folder, setting, role, async () => (host = await openHost(folder, role)))
  await (host as Host | null)?.close()
}
