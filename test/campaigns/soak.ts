/**
 * npm run campaign:soak [-- --minutes 60]: trades one after the other, ended in every way, with the books looked at after each. Fails at
 * the first wrong answer or wei, and at the end where memory or handles have grown. HESYSTEM_SEED repeats the order of the endings.
 */
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { recordRun } from '../../scripts/reliability.ts'
import { judgeGrowth, soak, type Sample } from './soak/soak.ts'

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '60' } } })
const minutes = Number(values.minutes)
const seed = process.env['HESYSTEM_SEED'] ?? randomBytes(6).toString('hex')
console.log(`seed ${seed}, ${minutes} minutes`)

const show = (value: number): string => value.toFixed(value < 100 ? 1 : 0)
const toRow = (sample: Sample): string[] => [
  (sample.seconds / 60).toFixed(0), String(sample.trades), show(sample.sellerMebibytes), show(sample.buyerMebibytes),
  String(sample.sellerHandles), String(sample.buyerHandles), show(sample.sellerLogMebibytes),
]

const { trades, samples } = await soak({
  seed, seconds: minutes * 60, sampleSeconds: Math.max(5, minutes), onSample: (sample) => { console.log(toRow(sample).join('  ')) },
})
const growth = judgeGrowth(samples)
const passed = growth.every(({ flat }) => flat)
// Some twelve rows of all the samples.
const shown = samples.filter((_, at) => at % Math.ceil(samples.length / 12) === 0 || at === samples.length - 1)
recordRun({
  name: 'soak',
  title: 'Trades in a loop',
  command: `npm run campaign:soak -- --minutes ${minutes}`,
  what: 'A seller\'s process and a buyer trade one purchase after the other on a real chain: confirmed, litigated, refused by policy, disputed, reclaimed. Every '
    + 'answer, and after every trade all that the contract holds, owes and has burned, is what it must be; at the end both withdraw and the contract '
    + 'has only what was burned. Memory and handles must stay where they were after the first quarter.',
  seconds: samples.at(-1)?.seconds ?? 0,
  seed,
  passed,
  figures: [
    ...Object.entries(trades).map(([ending, count]): [string, string] => [`trades ${ending}`, String(count)]),
    ...growth.map(({ what, before, after, flat }): [string, string] => [`${what}, second and last quarter`, `${show(before)}, ${show(after)}${flat ? '' : ': GREW'}`]),
  ],
  tables: [{
    title: 'Over time:',
    header: ['minute', 'trades', 'seller MiB', 'buyer MiB', 'seller handles', 'buyer handles', 'seller log MiB'],
    rows: shown.map(toRow),
  }],
})
process.exitCode = passed ? 0 : 1
