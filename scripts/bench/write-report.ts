/**
 * Writes docs/performance.md from what `hesystem --json bench` printed, in one run or several:
 * node scripts/bench/write-report.ts run1.json [run2.json …] [notes.md]. Times, estimates and the charts of growth, which go to docs/
 * beside it, are the first run's; a bar is held where it holds in every run. The notes, a person's, follow the tables.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BenchReport, BenchRow, Spread } from '../../src/host/index.ts'
import { projectRoot } from '../run-command.ts'
import { drawGrowth } from './draw-growth.ts'

const paths = process.argv.slice(2)
const notesPath = paths.find((path) => path.endsWith('.md'))
const runs = paths.filter((path) => path !== notesPath).map((path) => JSON.parse(readFileSync(path, 'utf8')) as BenchReport)
const [first] = runs
if (first === undefined) throw new RangeError('name the file that holds what `hesystem --json bench` printed')
const { machine, gmpy2, pythonPaillier, rounds, rows, growth } = first

const titles: Readonly<Record<BenchRow['operation'], string>> = {
  'encrypt-owner': 'encrypt, as the owner',
  'encrypt-public': 'encrypt, with the public key',
  'decrypt': 'decrypt',
  'sum1000': 'sum of 1,000',
  'sum1000-packed': 'sum of 1,000, packed',
  'dot100': 'dot product, 100 signed weights of 32 bits',
  'dot1000': 'dot product, 1,000 signed weights of 32 bits',
  'float100': 'dot product, 100 floating-point weights',
  'float1000': 'dot product, 1,000 floating-point weights',
  'means': 'sums of 16 columns of 4,238',
  'means-packed': 'the same, packed',
}
type Bar = BenchRow['bars'][number]
const digits = (value: number): string => String(Number(value.toPrecision(3)))
const spread = ({ median, least, most }: Spread): string => `${digits(median)} (${digits(least)} to ${digits(most)})`
const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const keySizes = [...new Set(rows.map(({ bits }) => bits))]
const contenders = [...new Set(rows.flatMap(({ figures }) => Object.keys(figures)))].filter((name) => name !== 'wasm, 2 workers')

const timesOf = (bits: number): string => [
  line([`${bits} bits, ms each`, ...contenders]),
  line(['---', ...contenders.map(() => '---')]),
  ...rows.filter((row) => row.bits === bits).map(({ operation, figures }) => line([titles[operation], ...contenders.map((name) => {
    const time = figures[name]?.cpuMilliseconds
    return time === undefined ? '' : spread(time)
  })])),
].join('\n')

/** The same bar in every run that has it. */
const inAllRuns = ({ bits, operation }: BenchRow, against: Bar['against']): Bar[] => runs.flatMap((run) => run.rows
  .filter((row) => row.bits === bits && row.operation === operation)
  .flatMap((row) => row.bars.filter((bar) => bar.against === against)))

const verdictOf = (same: readonly Bar[]): string => {
  const missed = same.filter(({ held }) => held === false).length
  if (same.every(({ held }) => held === null)) return ''
  return missed === 0 ? 'held' : same.length === 1 ? 'missed' : `missed in ${missed} of ${same.length}`
}

const barsOf = (bits: number): string => [
  line([`${bits} bits`, 'against', ...runs.map((_, i) => (runs.length === 1 ? 'times (range)' : `run ${i + 1}, times (range)`)), 'bar', '']),
  line(['---', '---', ...runs.map(() => '---'), '---', '---']),
  ...rows.filter((row) => row.bits === bits).flatMap((row) => row.bars.map(({ against, atLeast }) => {
    const same = inAllRuns(row, against)
    return line([
      titles[row.operation], against === 'one-worker' ? 'our 1 worker, with 2 (by the clock)' : against,
      ...same.map(({ ratio }) => spread(ratio)),
      atLeast === null ? '' : String(atLeast), verdictOf(same),
    ])
  })),
].join('\n')

const describeRun = ({ backend, backendReason, machine: { load }, seconds }: BenchReport, i: number): string =>
  `- Run ${i + 1}: ${Math.round(seconds)} s; backend ${backend} (${backendReason}); load ${load.map(digits).join(' at the beginning, ')} at the end.`

const estimateOfRun = (run: BenchReport, row: BenchRow): string => {
  const same = run.rows.find(({ bits, operation }) => bits === row.bits && operation === row.operation)?.estimate ?? null
  return same === null ? '' : spread(same.truthOverEstimate)
}

const estimates = [
  line(['one worker, warm', 'bits', 'estimate, ms', ...runs.map((_, i) => (runs.length === 1 ? 'time over estimate' : `run ${i + 1}, time over estimate`))]),
  line(['---', '---', '---', ...runs.map(() => '---')]),
  ...rows.flatMap((row) => (row.estimate === null
    ? []
    : [line([titles[row.operation], String(row.bits), spread(row.estimate.milliseconds), ...runs.map((run) => estimateOfRun(run, row))])])),
].join('\n')

const drawn = growth.map((chart) => {
  const name = `pictures/growth-${chart.over.replace(' ', '-')}.svg`
  writeFileSync(join(projectRoot, 'docs', name), drawGrowth(chart))
  return `![Time over ${chart.over}: ${chart.what}](${name})`
})

const names: Readonly<Record<string, string>> = { 'one-worker': 'two workers against one' }
const verdicts = rows.flatMap((row) => row.bars
  .filter(({ atLeast }) => atLeast !== null)
  .map(({ against }) => ({ against: names[against] ?? against, what: `${titles[row.operation]} (${row.bits} bits)`, verdict: verdictOf(inAllRuns(row, against)) })))
const heldBars = verdicts.filter(({ verdict }) => verdict === 'held').length
const missedBars = Object.entries(Object.groupBy(verdicts.filter(({ verdict }) => verdict !== 'held'), ({ against }) => against))
  .map(([against, bars = []]) => `- ${against}: ${bars.map(({ what, verdict }) => `${what} ${verdict}`).join('; ')}.`)

const text = `# Performance

Written by \`scripts/bench/write-report.ts\` from ${runs.length === 1 ? 'one run' : `${runs.length} runs`} of \`npm run bench\`.

${machine.processor}, ${machine.cores} cores, ${machine.platform}, Node ${machine.node}; ${gmpy2 ?? 'no gmpy2'}; ${pythonPaillier ?? 'no python-paillier here'}.
Where the load was above 0 at the beginning, other programs ran too.

${runs.map(describeRun).join('\n')}

Everything is measured in turn, round by round, within a run: medians of ${rounds} rounds and their range, after one
that is not counted for our faster kernel, while V8 compiles. On one thread times are processor time
(of all threads of the process, ours and V8's), so that other work on the machine counts little; two workers against one are by the
clock. Only ratios within a run mean something. *gmpy2* is a script of ours, \`scripts/bench/gmpy2_baseline.py\`, that does what
python-paillier does, with plain integer weights and with its encoding of floating-point ones: a mantissa of 53 bits and an exponent of
16 each, brought to one exponent as terms are added. *wasm* is the faster kernel (docs/adr/0303), *integer wasm* the one for processors
without fused multiply-adds. *Packed* rows hold numbers of 32 bits side by side with guard bits: columns, and
blocks of rows, whose partial sums are opened (docs/adr/0302); what they are compared with is the unpacked sum.

**Of ${verdicts.length} bars ${heldBars} held in every run.**${missedBars.length === 0 ? '' : ` The others:

${missedBars.join('\n')}`}

## Times

${runs.length === 1 ? '' : 'Of the first run.\n\n'}${keySizes.map(timesOf).join('\n\n')}

## Bars

${keySizes.map(barsOf).join('\n\n')}

## Estimates

What would have been shown before each round, from the speed of that moment, and the processor time that the round took over it.

${estimates}
${drawn.length === 0 ? '' : `\n## Growth\n\nBy the clock, medians of three; both axes logarithmic.\n\n${drawn.join('\n\n')}\n`}${
  notesPath === undefined ? '' : `\n${readFileSync(notesPath, 'utf8').trim()}\n`}`

writeFileSync(join(projectRoot, 'docs/performance.md'), text)
console.log(`docs/performance.md: ${heldBars} bars held of ${verdicts.length}`)
