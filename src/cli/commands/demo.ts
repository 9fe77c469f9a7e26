import { Option, type Command } from 'commander'

import { sampleColumnsPath, sampleDatasetPath, sampleScriptPath } from '../../host/index.ts'
import { describeReplies } from '../../shared/policy-words.ts'
import { formatEther } from '../../shared/units.ts'
import { describeAnswer } from '../answer-text.ts'
import { parseAmount, parseChoice, parseCount, parseKeyBits } from '../arguments.ts'
import { runDemo, type DemoReport } from '../demo/run-demo.ts'
import { createInterrupt, type GlobalOptions } from '../run.ts'
import { createTerminal } from '../terminal.ts'

const describe = (report: DemoReport): string => {
  const { before, after } = report.balances
  const change = (a: bigint, b: bigint): string => `${b >= a ? '+' : ''}${formatEther(b - a)} ether`
  const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`.padStart(8)
  return [
    '',
    `Table: ${report.dataset.rows} rows × ${report.dataset.columns} columns, ${report.dataset.keyBits}-bit key`, ...report.doubts,
    '', 'The answer, computed on ciphertexts and decrypted once:', describeAnswer(report.answer),
    '', 'The same on the plain table, in float64:', describeAnswer(report.expected),
    '', `Largest error: ${report.maxAbsError} (relative ${report.maxRelativeError})`,
    report.proofVerified === true ? 'The decryption is proved.' : 'The decryption is not proved.',
    ...describeReplies(report.unprovedReplies),
    '', `Purchase: ${report.state}. Price ${formatEther(report.value)} ether, guarantee ${formatEther(report.guarantee)} ether (returned).`,
    `Seller ${change(before.seller, after.seller)}, buyer ${change(before.buyer, after.buyer)}, gas included.`,
    '', 'Gas:', ...report.transactions.map(({ name, gasUsed }) => `${gasUsed.padStart(10)}  ${name}`),
    '', 'Time:', ...report.steps.map(({ name, milliseconds }) => `${seconds(milliseconds)}  ${name}`),
    `${seconds(report.steps.reduce((sum, { milliseconds }) => sum + milliseconds, 0))}  in all`,
    '', 'Receipts:', ...report.receipts.map((path) => `  ${path}`),
  ].join('\n')
}

interface DemoCommandOptions {
  readonly data?: string
  readonly script?: string
  readonly keyBits: 2048 | 3072 | 4096
  readonly mode: 'disclosed' | 'private'
  readonly missing: 'fail' | 'drop' | 'mean' | 'median'
  readonly secondMoments?: true | string
  readonly comparisons?: number
  readonly products?: number
  readonly rowAnswers?: true
  readonly value: bigint
  readonly out?: string
}

export const addDemoCommand = (program: Command, globals: () => GlobalOptions): void => {
  program.command('demo').description('the whole trade, seller and buyer as separate parties, over real HTTP and a real practice chain')
    .option('--data <file>', 'a CSV file; by default 534 wages from 1985')
    .option('--script <file>', 'the buyer\'s script; by default means and a weighted score')
    .option('--key-bits <n>', '2048, 3072 or 4096', parseKeyBits, 3072)
    .option('--mode <mode>', 'disclosed: the buyer shows the program; private: nobody but the buyer sees it', parseChoice('disclosed', 'private'), 'disclosed')
    .option('--missing <way>', 'rows with missing values: drop, fail, or fill with mean or median', parseChoice('fail', 'drop', 'mean', 'median'), 'drop')
    .option('--second-moments [columns]', 'offer var, std, cov, corr and least squares of these columns, separated by commas, or of all')
    .addOption(new Option('--comparisons <n>', 'sell so many comparisons of encrypted cells, and in disclosed mode answers of single rows (--min-rows 1)').argParser(parseCount))
    .addOption(new Option('--products <n>', 'sell so many products of encrypted cells, in private mode').argParser(parseCount))
    .option('--row-answers', 'sell answers about single rows (--min-rows 1), a number for each of up to some 800 rows')
    .addOption(new Option('--value <amount>', 'the price').argParser(parseAmount).default(20_000_000_000_000_000n, '0.02ether'))
    .option('--out <folder>', 'where the receipts go; by default a temporary folder')
    .action(async (options: DemoCommandOptions) => {
      const terminal = createTerminal(globals().json === true)
      const { signal } = createInterrupt()
      const report = await runDemo({
        data: options.data ?? sampleDatasetPath(),
        script: options.script ?? sampleScriptPath(),
        ...(options.data === undefined ? { columns: sampleColumnsPath() } : {}),
        keyBits: options.keyBits,
        mode: options.mode,
        missing: options.missing,
        ...(options.secondMoments === undefined ? {} : { secondMoments: options.secondMoments }),
        ...(options.comparisons === undefined ? {} : { comparisons: options.comparisons }),
        ...(options.products === undefined ? {} : { products: options.products }),
        rowAnswers: options.rowAnswers === true,
        valueWei: options.value,
        ...(options.out === undefined ? {} : { out: options.out }),
        note: (line) => { terminal.note(line) },
        signal,
      })
      terminal.result(report, describe(report))
    })
}
