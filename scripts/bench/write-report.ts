/**
 * Writes docs/performance.md from what `hesystem --json bench` printed: node scripts/bench/write-report.ts bench.json
 * [notes.md]. The notes, a person's, follow the tables.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BenchReport, BenchRow } from '../../src/host/index.ts'
import { projectRoot } from '../run-command.ts'

const [reportPath, notesPath] = process.argv.slice(2)
if (reportPath === undefined) throw new RangeError('name the file that holds what `hesystem --json bench` printed')
const { machine, backend, backendReason, gmpy2, rounds, rows } = JSON.parse(readFileSync(reportPath, 'utf8')) as BenchReport

const titles: Readonly<Record<BenchRow['operation'], string>> = {
  'encrypt-owner': 'encrypt, as the owner',
  'encrypt-public': 'encrypt, with the public key',
  'decrypt': 'decrypt',
  'sum1000': 'sum of 1,000',
  'dot100': 'dot product, 100 signed weights of 32 bits',
  'dot1000': 'dot product, 1,000',
  'means': 'sums of 16 columns of 4,238',
}
const digits = (value: number): string => String(Number(value.toPrecision(3)))
const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const keySizes = [...new Set(rows.map(({ bits }) => bits))]
const contenders = [...new Set(rows.flatMap(({ figures }) => Object.keys(figures)))].filter((name) => name !== 'wasm, 2 workers')

const timesOf = (bits: number): string => [
  line([`${bits} bits, ms each`, ...contenders]),
  line(['---', ...contenders.map(() => '---')]),
  ...rows.filter((row) => row.bits === bits).map(({ operation, figures }) => line([titles[operation], ...contenders.map((name) => {
    const time = figures[name]?.cpuMilliseconds
    return time === undefined ? '' : `${digits(time.median)} (${digits(time.least)} to ${digits(time.most)})`
  })])),
].join('\n')

const barsOf = (bits: number): string => [
  line([`${bits} bits`, 'against', 'times', 'range', 'bar', '']),
  line(['---', '---', '---', '---', '---', '---']),
  ...rows.filter((row) => row.bits === bits).flatMap(({ operation, bars }) => bars.map(({ against, atLeast, ratio, held }) => line([
    titles[operation], against === 'one-worker' ? 'our 1 worker, with 2 (by the clock)' : against, digits(ratio.median),
    `${digits(ratio.least)} to ${digits(ratio.most)}`, String(atLeast), held ? 'held' : 'missed',
  ]))),
].join('\n')

const text = `# Performance

Written by \`scripts/bench/write-report.ts\` from one run of \`npm run bench\`.

${machine.processor}, ${machine.cores} cores, ${machine.platform}, Node ${machine.node}; ${gmpy2 ?? 'no gmpy2'}. Backend: ${backend} (${backendReason}).

Everything is measured in turn, round by round, in one run: medians of ${rounds} rounds and their range. On one thread times are processor time
(of all threads of the process, ours and V8's), so that other work on the machine counts little; two workers against one are by the
clock. Only ratios within a run mean something. *gmpy2* is a script of ours, \`scripts/bench/gmpy2_baseline.py\`, that does what
python-paillier does, with plain integer weights.

## Times

${keySizes.map(timesOf).join('\n\n')}

## Bars

${keySizes.map(barsOf).join('\n\n')}
${notesPath === undefined ? '' : `\n${readFileSync(notesPath, 'utf8').trim()}\n`}`

writeFileSync(join(projectRoot, 'docs/performance.md'), text)
console.log(`docs/performance.md: ${rows.flatMap(({ bars }) => bars).filter(({ held }) => held).length} bars held of ${rows.flatMap(({ bars }) => bars).length}`)
