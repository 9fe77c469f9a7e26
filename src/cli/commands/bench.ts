import type { Command } from 'commander'
import { runBench, type BenchReport, type BenchRow, type Growth } from '../../host/index.ts'
import type { GlobalOptions } from '../run.ts'
import { createTerminal } from '../terminal.ts'

const digits = (value: number): string => value.toPrecision(3)

const describeRow = ({ bits, operation, figures, bars, estimate }: BenchRow): string => [
  `${bits} bits, ${operation}`,
  ...Object.entries(figures).map(([name, { cpuMilliseconds: cpu, wallMilliseconds: wall }]) =>
    `  ${name.padEnd(24)} ${digits(cpu.median).padStart(8)} ms (${digits(cpu.least)} to ${digits(cpu.most)}), ${digits(wall.median)} ms by the clock`),
  ...bars.map(({ against, atLeast, ratio, held }) =>
    `  ${held === null ? '      ' : held ? 'held  ' : 'MISSED'} ${digits(ratio.median)} times against ${against} `
    + `(${digits(ratio.least)} to ${digits(ratio.most)})${atLeast === null ? '' : `; bar ${atLeast}`}`),
  ...(estimate === null ? [] : [`  estimated at ${digits(estimate.milliseconds.median)} ms, took ${digits(estimate.truthOverEstimate.median)} times that`]),
].join('\n')

const describeGrowth = ({ over, what, at, lines }: Growth): string => [
  `growth with ${over}: ${what}`,
  ...lines.map(({ name, milliseconds }) => `  ${name}: ${milliseconds.map((time, i) => `${at[i]}: ${digits(time)} ms`).join(', ')}`),
].join('\n')

const describe = ({ machine, backend, backendReason, gmpy2, pythonPaillier, rounds, seconds, rows, growth }: BenchReport): string => [
  `${machine.processor}, ${machine.cores} cores, ${machine.platform}, Node ${machine.node}; ${gmpy2 ?? 'no gmpy2 here'}; `
  + `${pythonPaillier ?? 'no python-paillier here (PHE_PATH names its folder)'}`,
  `backend ${backend} (${backendReason}); medians of ${rounds} rounds, everything in turn; one thread: processor time`,
  ...rows.map(describeRow),
  ...growth.map(describeGrowth),
  `took ${Math.round(seconds)} s; load ${machine.load.map(digits).join(' before, ')} after`,
].join('\n\n')

export const addBenchCommand = (program: Command, globals: () => GlobalOptions): void => {
  program.command('bench').description('how fast Paillier is here: our engine by each backend, whatever is configured, paillier-bigint and gmpy2, and the bars of docs/performance.md; takes minutes')
    .option('--short', '2048 bits and fewer rounds')
    .action(async ({ short }: { readonly short?: boolean }) => {
      const terminal = createTerminal(globals().json === true)
      const report = await runBench({ short: short === true, onNote: (note) => { terminal.note(note) } })
      terminal.result(report, describe(report))
    })
}
