import type { Command } from 'commander'
import { runBench, type BenchReport, type BenchRow } from '../../host/index.ts'
import type { GlobalOptions } from '../run.ts'
import { createTerminal } from '../terminal.ts'

const digits = (value: number): string => value.toPrecision(3)

const describeRow = ({ bits, operation, figures, bars }: BenchRow): string => [
  `${bits} bits, ${operation}`,
  ...Object.entries(figures).map(([name, { cpuMilliseconds: cpu, wallMilliseconds: wall }]) =>
    `  ${name.padEnd(24)} ${digits(cpu.median).padStart(8)} ms (${digits(cpu.least)} to ${digits(cpu.most)}), ${digits(wall.median)} ms by the clock`),
  ...bars.map(({ against, atLeast, ratio, held }) =>
    `  ${held ? 'held  ' : 'MISSED'} ${digits(ratio.median)} times against ${against} (${digits(ratio.least)} to ${digits(ratio.most)}); bar ${atLeast}`),
].join('\n')

const describe = ({ machine, backend, backendReason, gmpy2, rounds, rows }: BenchReport): string => [
  `${machine.processor}, ${machine.cores} cores, ${machine.platform}, Node ${machine.node}; ${gmpy2 ?? 'no gmpy2 here'}`,
  `backend ${backend} (${backendReason}); medians of ${rounds} rounds, everything in turn; one thread: processor time`,
  ...rows.map(describeRow),
].join('\n\n')

export const addBenchCommand = (program: Command, globals: () => GlobalOptions): void => {
  program.command('bench').description('how fast Paillier is here: our engine, paillier-bigint and gmpy2, and the bars of docs/performance.md')
    .option('--short', '2048 bits and fewer rounds')
    .action(async ({ short }: { readonly short?: boolean }) => {
      const terminal = createTerminal(globals().json === true)
      const report = await runBench({ short: short === true, onNote: (note) => { terminal.note(note) } })
      terminal.result(report, describe(report))
    })
}
