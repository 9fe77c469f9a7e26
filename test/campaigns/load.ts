/**
 * npm run campaign:load [-- --buyers 100 --megabytes 200 --sockets 500 --slow-readers 10]: buyers who all download a table at once and then
 * all ask at once, among slow readers and 500 sockets that never finish what they say. Some twenty minutes on two cores.
 */
import { parseArgs } from 'node:util'
import { recordRun } from '../../scripts/reliability.ts'
import { load, quantile, type LoadSample } from './load/load.ts'
import { columns } from './load/seller.ts'

const { values } = parseArgs({ options: {
  buyers: { type: 'string', default: '100' }, megabytes: { type: 'string', default: '200' },
  sockets: { type: 'string', default: '500' }, 'slow-readers': { type: 'string', default: '10' },
} })
const buyers = Number(values.buyers)
const slowSockets = Number(values.sockets)
const slowReaders = Number(values['slow-readers'])
/** Ciphertexts under a key of 2048 bits have 512 bytes. */
const rows = Math.ceil((Number(values.megabytes) * 1e6) / (columns * 512))

const show = (value: number): string => value.toFixed(value < 10 ? 1 : 0)
const toRow = (sample: LoadSample): string[] => [
  show(sample.seconds), sample.phase, show(sample.mebibytes), String(sample.answers), show(sample.sellerMebibytes),
  show(sample.sellerLogMebibytes), String(sample.sellerHandles), String(sample.slowSockets),
]
const startedAt = performance.now()
const result = await load({
  rows, buyers, slowReaders, slowBytesPerSecond: 128 * 1024, slowSockets, sampleMilliseconds: 5_000,
  onSample: (sample) => { console.log(toRow(sample).join('  ')) }, onPhase: (words) => { console.log(words) },
})

const { samples, times, glances } = result
const asMilliseconds = (name: string, all: readonly number[]): [string, string] =>
  [`${name}, p50 and p99 in ms`, `${show(quantile(all, 0.5))}, ${show(quantile(all, 0.99))}`]
const peak = (read: (sample: LoadSample) => number): number => Math.max(...samples.map(read))
recordRun({
  name: 'load',
  title: 'Many buyers at once',
  command: `npm run campaign:load${process.argv.slice(2).length === 0 ? '' : ` -- ${process.argv.slice(2).join(' ')}`}`,
  what: `A seller's process on a real chain; ${buyers} buyers download the whole table at once, then all send their requests at once; meanwhile ${slowReaders} more `
    + `read at 128 KiB a second and ${slowSockets} sockets say a letter a second and never finish. Buyers, in one process whose own work is in the `
    + 'times, and chain run on the same machine. Every chunk is held to '
    + 'the listing\'s root, every answer to its proof, to the sum of the plain numbers and to the contract, which at the end owes what it must; '
    + 'one wrong byte, refused caller or lost purchase ends the campaign.',
  seconds: (performance.now() - startedAt) / 1000,
  seed: 'none',
  passed: true,
  figures: [
    ['table, MiB of ciphertexts', show(result.datasetMebibytes)],
    ['downloaded, MiB', show(result.downloadedMebibytes)],
    ['downloads together, MiB a second', show(result.downloadedMebibytes / result.downloadSeconds)],
    asMilliseconds('signing in', times['sign-in']),
    asMilliseconds('a chunk', times.chunk),
    asMilliseconds('a stranger\'s look at the listing meanwhile', glances),
    ['answers, all right', String(result.answers)],
    ['answers a minute', show((result.answers / result.answerSeconds) * 60)],
    asMilliseconds('a request until it is taken', times['request taken']),
    asMilliseconds('a request until its answer is on the chain and opened', times.answer),
    ['chunks read slowly, all right', String(result.slowChunks)],
    ['slow sockets at once, at most', String(peak((sample) => sample.slowSockets))],
    ['slow sockets the server has cut', String(result.socketsCut)],
    ['memory of the seller at rest and at most, MiB', `${show(samples[0]?.sellerMebibytes ?? 0)}, ${show(peak((sample) => sample.sellerMebibytes))}`],
    ['write-ahead log of the seller at most, MiB', show(peak((sample) => sample.sellerLogMebibytes))],
  ],
  tables: [{
    title: 'Over time:',
    header: ['second', 'phase', 'downloaded MiB', 'answers', 'seller MiB', 'seller log MiB', 'seller handles', 'slow sockets'],
    rows: samples.filter((_, at) => at % Math.ceil(samples.length / 24) === 0 || at === samples.length - 1).map(toRow),
  }],
})
