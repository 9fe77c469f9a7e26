import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { measureGas, type GasFigure } from './measure-gas.ts'
import { projectRoot } from './solidity-compiler.ts'

// node scripts/report-gas.ts: prints what each call of the market costs, and writes it to docs/gas.md.

const toRow = ({ call, gas }: GasFigure): string => `| ${call} | ${gas.toLocaleString('en')} |`
const toTable = (figures: readonly GasFigure[]): string => ['| call | gas |', '|---|---:|', ...figures.map(toRow)].join('\n')

const { deployGas, figures } = await measureGas()
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
`
writeFileSync(join(projectRoot, 'docs/gas.md'), text)
console.log(text)
