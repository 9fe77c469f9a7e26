import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { comparedCalls, type ComparedCall } from './gas-of-2020.ts'
import { measureGas, type GasFigure } from './measure-gas.ts'
import { projectRoot } from './solidity-compiler.ts'

// node scripts/report-gas.ts: prints what each call of the market costs, and writes it to docs/gas.md.

const toRow = ({ call, gas }: GasFigure): string => `| ${call} | ${gas.toLocaleString('en')} |`
const toTable = (figures: readonly GasFigure[]): string => ['| call | gas |', '|---|---:|', ...figures.map(toRow)].join('\n')

const { deployGas, figures } = await measureGas()

const gasOf = (name: string): bigint => {
  const figure = figures.find(({ call }) => call === name)
  if (figure === undefined) throw new Error(`no call was measured under the name ${name}`)
  return figure.gas
}
const toComparison = ({ what, call2020, gas2020, call }: ComparedCall): string =>
  `| ${what} | ${call2020 ?? 'paid out at once'} | ${gas2020?.toLocaleString('en') ?? ''} | ${call} | ${gasOf(call).toLocaleString('en')} |`
const text = `# Gas

Written by \`npm exec -- node scripts/report-gas.ts\`: the market's calls on a chain with mainnet's rules (Osaka, 2²⁴ gas a transaction),
the sealed answers without a zero byte, on a market that has seen a trade before. \`test/contract/gas.test.ts\` holds every call of an
undisturbed trade under 500,000 and every call under 2²⁴ = 16,777,216.

Deploying the market: ${deployGas.toLocaleString('en')}.

## An undisturbed trade

${toTable(figures.filter(({ happyPath }) => happyPath))}

The longest answers cost what their bytes cost: 40 gas each, EIP-7623's floor, which is then more than the call's own work.

## When something goes wrong

${toTable(figures.filter(({ happyPath }) => !happyPath))}

## Beside the 2020 contract

The 2020 system deployed one contract per data set. Its published bytecode, run on the same chain rules (\`scripts/gas-of-2020.ts\` says
how):

| | 2020 | gas | here | gas |
|---|---|---:|---|---:|
${comparedCalls.map(toComparison).join('\n')}

Offering costs less than a quarter, because the market is there already. A purchase costs four times as much: it keeps its own price, terms,
deadlines and deposit, where the 2020 contract kept one flag per buyer, so that one buyer had one purchase at a time, an answer delivered
was only a flag, and the guarantee stayed in the contract for ever (its confirmation pays out \`value\` of \`value + guarantee\`; seen on the
chain after \`reclaim_value\` too). A delivery carries the sealed answer itself, a bond and its hash.
`
writeFileSync(join(projectRoot, 'docs/gas.md'), text)
console.log(text)
