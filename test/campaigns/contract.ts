/**
 * npm run campaign:contract: a million random calls of the market in forge, then 20,000 against the model on a real node, in slices with a
 * checkpoint after each, so that it can be stopped and taken up again. `--forge-slices N`, `--model-slices N` for other lengths,
 * `--fresh` to begin anew. Each slice's seed follows from the campaign's, which stands in the checkpoint.
 */
import { createHash } from 'node:crypto'
import { parseArgs } from 'node:util'
import { recordRun } from '../../scripts/reliability.ts'
import { runCommand } from '../../scripts/run-command.ts'
import { openCheckpoint } from './support/checkpoint.ts'

const { values } = parseArgs({ options: {
  'forge-slices': { type: 'string', default: '20' }, 'model-slices': { type: 'string', default: '10' }, fresh: { type: 'boolean', default: false },
} })
const forgeSlices = Number(values['forge-slices'])
const modelSlices = Number(values['model-slices'])

/** Runs of a forge slice, and calls of the handler in each. */
const runs = 120
const depth = 500
/** What the handler does besides calling the market. */
const notOfTheMarket = ['wait', 'force']
/** In fewer, a move that is drawn seldom may not succeed once, which the test would take for a fault. */
const callsInAModelSlice = 2_000

const file = openCheckpoint('contract', { marketCalls: 0, unforeseenReverts: 0, modelCalls: 0 }, values.fresh)
const { checkpoint } = file
console.log(`seed ${checkpoint.seed}${file.resumed ? `, taken up again at slice ${checkpoint.done}` : ''}`)

const seedOf = (slice: number): string => createHash('sha256').update(`${checkpoint.seed}/${slice}`).digest('hex').slice(0, 16)

const fail = (slice: number, output: string): never => {
  console.error(output)
  throw new Error(`slice ${slice} failed; HESYSTEM_SEED=${checkpoint.seed}, its own seed ${seedOf(slice)}`)
}

const runForge = async (slice: number): Promise<void> => {
  const { exitCode, output } = await runCommand('node', ['scripts/run-forge.ts', '--match-contract', 'InvariantsTest', '--fuzz-seed', `0x${seedOf(slice)}`], {
    environment: { FOUNDRY_INVARIANT_RUNS: String(runs), FOUNDRY_INVARIANT_DEPTH: String(depth) },
  })
  const counts = [...output.matchAll(/^\| MarketHandler \| (\w+) +\| (\d+) +\| (\d+) /gm)]
  if (exitCode !== 0 || counts.length === 0) fail(slice, output)
  for (const [, name = '', calls, reverts] of counts) {
    checkpoint.tally.marketCalls += notOfTheMarket.includes(name) ? 0 : Number(calls)
    checkpoint.tally.unforeseenReverts += Number(reverts)
  }
}

const runModel = async (slice: number): Promise<void> => {
  const { exitCode, output } = await runCommand('vitest', ['run', 'test/contract/market-model.test.ts', '--maxWorkers=1'], {
    environment: { HESYSTEM_MARKET_CALLS: String(callsInAModelSlice), HESYSTEM_MARKET_SEED: seedOf(slice), HESYSTEM_PATIENCE: '30' },
  })
  if (exitCode !== 0) fail(slice, output)
  checkpoint.tally.modelCalls += callsInAModelSlice
}

for (; checkpoint.done < forgeSlices + modelSlices; file.save()) {
  await (checkpoint.done < forgeSlices ? runForge(checkpoint.done) : runModel(checkpoint.done))
  checkpoint.done += 1
  console.log(`slice ${checkpoint.done} of ${forgeSlices + modelSlices} passed`)
}

const { marketCalls, unforeseenReverts, modelCalls } = checkpoint.tally
recordRun({
  name: 'contract',
  title: 'The contract under random calls',
  command: 'npm run campaign:contract',
  what: 'Random sequences of every move by five actors, of whom one refuses ether, with the clock at and around each deadline. In forge escrow.md\'s '
    + 'invariants hold after every call, and after each run everything is closed and paid out and nothing is owed. On a real node (anvil, mainnet\'s '
    + 'rules) every outcome, refusal and book is the model\'s.',
  seconds: checkpoint.seconds,
  seed: checkpoint.seed,
  passed: true,
  figures: [
    ['calls of the market in forge', marketCalls.toLocaleString('en')],
    ['unforeseen reverts', unforeseenReverts.toLocaleString('en')],
    ['calls against the model on a real node', modelCalls.toLocaleString('en')],
  ],
})
