/** A party's process, to be killed: node party.ts FOLDER ROLE OPERATION, or `serve`, which goes on until SIGTERM. */
import { enableCompileCache } from 'node:module'

enableCompileCache()
const { openHost, readSetting } = await import('./setting.ts')
const { operations, serve } = await import('./operations.ts')

const [folder = '', role, name = ''] = process.argv.slice(2)
if (role !== 'seller' && role !== 'buyer') throw new RangeError(`a party is seller or buyer, not ${role}`)
const setting = readSetting(folder)
const host = await openHost(folder, role)
if (name === 'serve') {
  const stopped = new Promise<void>((resolve) => { process.once('SIGTERM', () => { resolve() }) })
  const serving = await serve(host, setting)
  await stopped
  await serving.stop()
} else {
  const operation = Object.entries(operations).find(([known]) => known === name)?.[1]
  if (operation === undefined) throw new RangeError(`there is no operation ${name}`)
  await operation(host, setting, role)
}
await host.close()
