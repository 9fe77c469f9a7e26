/**
 * npm run campaign:storage [-- --cuts 12]: what disks, clocks and second processes can do to a profile in the midst of a trade, with the
 * real program: each fault is told by its code or changes nothing, and the trade goes on to its one right end. Some five minutes.
 */
import { parseArgs } from 'node:util'
import { recordRun } from '../../scripts/reliability.ts'
import { breakLog, cutAt, cutDatabase, fillDisk, lastFrame, makeReadOnly, raiseVersion, serveTwice, setClock, tornEnd, type Found } from './storage/cases.ts'
import { openHalfTrade } from './storage/stage.ts'

const { values } = parseArgs({ options: { cuts: { type: 'string', default: '12' } } })
const cuts = Number(values.cuts)
const shares = Array.from({ length: cuts }, (_, at) => at / cuts)
const startedAt = performance.now()
const trade = await openHalfTrade()
const found: Found[] = []
const note = async (finding: Promise<Found>): Promise<void> => {
  const one = await finding
  found.push(one)
  console.log(`${one.fault}: ${one.code ?? 'went on'}`)
}
try {
  for (const afterPowerCut of [false, true]) {
    for (const share of shares) await note(breakLog(trade, cutAt(share, afterPowerCut)))
    await note(breakLog(trade, lastFrame(afterPowerCut)))
  }
  for (const bytes of [10, 1000, 4120]) await note(breakLog(trade, tornEnd(bytes)))
  for (const one of [fillDisk, makeReadOnly, serveTwice, raiseVersion, cutDatabase]) await note(one(trade))
  for (const hours of [-24 * 400, -48, -1, 1, 48]) await note(setClock(trade, hours))
} finally {
  await trade.close()
}
recordRun({
  name: 'storage',
  title: 'What happens to storage',
  command: `npm run campaign:storage${process.argv.slice(2).length === 0 ? '' : ` -- ${process.argv.slice(2).join(' ')}`}`,
  what: 'A trade in its middle on a real chain: the seller\'s server had decrypted and signed the delivery and was killed by SIGKILL. Then its log is cut or '
    + 'changed (with SQLite\'s index as the kill left it, or without as after a power cut), its disk filled, its profile made read-only, opened twice, of a newer '
    + 'format, its clock set. Each fault is refused by a stable code with no byte changed, or changes nothing; where a damaged file is refused, the whole one is put back. The trade is '
    + 'then ended by processes of the program: the right answer, one delivery, one decryption written down, all paid out.',
  seconds: (performance.now() - startedAt) / 1000,
  seed: 'none',
  passed: true,
  figures: [
    ['faults', String(found.length)],
    ['refused by code', String(found.filter(({ code }) => code !== null).length)],
    ['gone on with', String(found.filter(({ code }) => code === null).length)],
    ['trades ended well after it', String(found.length)],
  ],
  tables: [{ title: 'Fault by fault', header: ['fault', 'what the program said'], rows: found.map(({ fault, code }) => [fault, code ?? 'went on']) }],
})
