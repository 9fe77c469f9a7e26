/**
 * Writes docs/performance.md from what `hesystem --json bench` printed: node scripts/bench/write-report.ts bench.json
 * [notes.md]. The notes, a person's, follow the tables. The charts of growth go to docs/ beside it.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BenchReport, BenchRow } from '../../src/host/index.ts'
import { projectRoot } from '../run-command.ts'
import { drawGrowth } from './draw-growth.ts'

const [reportPath, notesPath] = process.argv.slice(2)
if (reportPath === undefined) throw new RangeError('name the file that holds what `hesystem --json bench` printed')
const { machine, backend, backendReason, gmpy2, pythonPaillier, rounds, seconds, rows, growth } = JSON.parse(readFileSync(reportPath, 'utf8')) as BenchReport

const titles: Readonly<Record<BenchRow['operation'], string>> = {
  'encrypt-owner': 'encrypt, as the owner',
  'encrypt-public': 'encrypt, with the public key',
  'decrypt': 'decrypt',
  'sum1000': 'sum of 1,000',
  'sum1000-packed': 'sum of 1,000, packed',
  'dot100': 'dot product, 100 signed weights of 32 bits',
  'dot1000': 'dot product, 1,000 of them',
  'float100': 'dot product, 100 floating-point weights',
  'float1000': 'dot product, 1,000 of them',
  'means': 'sums of 16 columns of 4,238',
  'means-packed': 'the same, packed',
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
    `${digits(ratio.least)} to ${digits(ratio.most)}`, atLeast === null ? '' : String(atLeast), held === null ? '' : held ? 'held' : 'missed',
  ]))),
].join('\n')

const estimates = [
  line(['one worker, warm', 'bits', 'estimate, ms', 'time over estimate']),
  line(['---', '---', '---', '---']),
  ...rows.flatMap(({ operation, bits, estimate }) => (estimate === null
    ? []
    : [line([titles[operation], String(bits), digits(estimate.milliseconds), digits(estimate.truthOverEstimate)])])),
].join('\n')

const drawn = growth.map((chart) => {
  const name = `growth-${chart.over.replace(' ', '-')}.svg`
  writeFileSync(join(projectRoot, 'docs', name), drawGrowth(chart))
  return `![Time over ${chart.over}: ${chart.what}](${name})`
})

const bars = rows.flatMap((row) => row.bars.filter(({ atLeast }) => atLeast !== null))

const text = `# Performance

Written by \`scripts/bench/write-report.ts\` from one run of \`npm run bench\`, which took ${Math.round(seconds)} s.

${machine.processor}, ${machine.cores} cores, ${machine.platform}, Node ${machine.node}; ${gmpy2 ?? 'no gmpy2'}; ${pythonPaillier ?? 'no python-paillier here'}.
Backend: ${backend} (${backendReason}). Load ${machine.load.map(digits).join(' at the beginning, ')} at the end: above 0 at the beginning, other programs ran too.

Everything is measured in turn, round by round, in one run: medians of ${rounds} rounds and their range. On one thread times are processor time
(of all threads of the process, ours and V8's), so that other work on the machine counts little; two workers against one are by the
clock. Only ratios within a run mean something. *gmpy2* is a script of ours, \`scripts/bench/gmpy2_baseline.py\`, that does what
python-paillier does, with plain integer weights and with its encoding of floating-point ones: a mantissa of 53 bits and an exponent of
16 each, brought to one exponent as terms are added. *Packed* rows hold numbers of 32 bits side by side with guard bits: columns, and
blocks of rows, whose partial sums are opened (docs/adr/0302); what they are compared with is the unpacked sum.

## Times

${keySizes.map(timesOf).join('\n\n')}

## Bars

${keySizes.map(barsOf).join('\n\n')}

## Estimates

What is shown before a script runs, against the processor time that it took.

${estimates}
${drawn.length === 0 ? '' : `\n## Growth\n\nBy the clock, medians of three; both axes logarithmic.\n\n${drawn.join('\n\n')}\n`}${
  notesPath === undefined ? '' : `\n${readFileSync(notesPath, 'utf8').trim()}\n`}`

writeFileSync(join(projectRoot, 'docs/performance.md'), text)
console.log(`docs/performance.md: ${bars.filter(({ held }) => held).length} bars held of ${bars.length}`)
